"""What is written in the box of a node: its operation, its formula, its type."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import numpy as np

from glassbrook.derivations.expression import Expression, Number, Symbol, parse, substitute
from glassbrook.derivations.text import symbol_text, text_of
from glassbrook.gradients.table import formula_of
from glassbrook.graph.node import Node
from glassbrook.graph.printer import format_type

__all__ = ["Words", "is_given", "is_number"]

_LONGEST = 44
_LONGEST_ATTRIBUTE = 16
_SHOWN_BY_TYPE = frozenset({"shape", "dtype"})


def is_number(node: Node) -> bool:
    """Whether a node is a plain number, which is written where it is used."""
    if node.op == "constant":
        return True
    return node.op == "data" and node.shape == () and node.value is not None


def is_given(node: Node) -> bool:
    """Whether a node is where the picture begins: it has no inputs, or is a variable as it is."""
    return not node.inputs or (node.op == "variable" and node.value is not None)


class Words:
    """Names for nodes, and what they compute in terms of these names.

    Args:
        given: what the user calls nodes.
        forward: the nodes of the computation that have boxes, which are numbered v₁, v₂, ….
        backward: those of its gradient, g₁, g₂, …. All others are numbers.
        starts: those of `backward` that are 1, where the gradient begins.
        variables: those that hold the values of variables.
    """

    def __init__(
        self,
        given: Mapping[Node, str],
        forward: Iterable[Node],
        backward: Iterable[Node],
        starts: Container[Node] = (),
        variables: Container[Node] = (),
    ) -> None:
        self._variables = variables
        self._starts = starts
        self._symbols: dict[Node, Symbol] = {}
        for letter, nodes in (("v", forward), ("g", backward)):
            count = 0
            for node in nodes:
                if node in given:
                    self._symbols[node] = Symbol(given[node], bold=True)
                else:
                    count += 1
                    self._symbols[node] = Symbol(letter, str(count), bold=True)

    def name(self, node: Node) -> str:
        """What a node is called."""
        symbol = self._symbols.get(node)
        return _number_text(node) if symbol is None else symbol_text(symbol)

    def title(self, node: Node) -> str:
        """The operation; for a leaf its name."""
        if node in self._starts:
            return "start"
        if not is_given(node) or node.op == "iota":
            return node.op
        return _shortened(self.name(node))

    def formula(self, node: Node) -> str:
        """What a node computes: ``v₃ = x · v₂``; for a leaf, what it is."""
        if node in self._starts:
            return f"{self.name(node)} = 1"
        if is_given(node):
            return "variable" if node in self._variables else "given"
        return _shortened(f"{self.name(node)} = {self._right_side(node)}")

    def lines(self, node: Node) -> list[str]:
        """What is written below the title."""
        return [self.formula(node), format_type(node)]

    def _right_side(self, node: Node) -> str:
        formula = formula_of(node)
        if formula is not None and len(formula.inputs) == len(node.inputs):
            meanings = {
                name: self._expression(each)
                for name, each in zip(formula.inputs, node.inputs, strict=True)
            }
            try:
                return text_of(substitute(parse(formula.forward), meanings))
            except (KeyError, ValueError):
                pass  # It speaks of something that only a derivation knows.
        arguments = [self.name(each) for each in node.inputs]
        arguments += [
            f"{name}={value}"
            for name, value in node.attrs.items()
            if name not in _SHOWN_BY_TYPE and len(repr(value)) <= _LONGEST_ATTRIBUTE
        ]
        return f"{node.op}({', '.join(arguments)})"

    def _expression(self, node: Node) -> Expression:
        symbol = self._symbols.get(node)
        if symbol is not None:
            return symbol
        value = _number(node)
        return Symbol("c") if value is None else Number(value)


def _number(node: Node) -> float | None:
    value = node.attrs.get("value") if node.op == "constant" else node.value
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(np.asarray(value).reshape(()))
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _number_text(node: Node) -> str:
    number = _number(node)
    if number is None:
        return str(node.attrs.get("value", node.value))
    return f"{number:.6g}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
