"""What rules of `simplify` are written with: a table of rules, and what makes nodes by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassbrook.dtypes import DType
from glassbrook.graph.node import INFER, Attrs, Node, Shape

__all__ = ["RULES", "Rewriter", "rule", "scalar_value"]

Rule = Callable[["Rewriter", Node], "Node | None"]
RULES: dict[str, list[Rule]] = {}
"""For each operation, rules that give a simpler node of the same value, or `None`."""


def rule(*ops: str) -> Callable[[Rule], Rule]:
    """Enter a rule for each of `ops`."""

    def register(function: Rule) -> Rule:
        for op in ops:
            RULES.setdefault(op, []).append(function)
        return function

    return register


class Rewriter:
    """Makes nodes, each simplified; equal requests give the same node."""

    def __init__(self) -> None:
        self._known: dict[Any, Node] = {}

    def emit(self, op: str, *inputs: Node, **attrs: Any) -> Node:
        """The simplest known node for `op` on simplified inputs."""
        # 1 == 1.0 == True and 0.0 == -0.0: the text tells them apart.
        key = (op, inputs, tuple((name, repr(value)) for name, value in attrs.items()))
        known = self._known.get(key)
        if known is not None:
            return known
        node = _typed(op, inputs, attrs)
        self._known[key] = node  # so that a rule may ask for the same node
        for simpler in RULES.get(op, ()):
            found = simpler(self, node)
            if found is not None:
                self._known[key] = found
                return found
        return node

    def own(
        self, op: str, inputs: tuple[Node, ...], attrs: Attrs, shape: Shape, dtype: DType
    ) -> Node:
        """A node of an operation that the compiler alone knows."""
        key = (op, inputs, repr(attrs))
        if key not in self._known:
            self._known[key] = Node(op, inputs, attrs, shape, dtype)
        return self._known[key]

    def constant(self, value: Any, like: Node) -> Node:
        """A scalar constant of the dtype of `like`."""
        return self.emit("constant", value=value, dtype=like.dtype, shape=())

    def stretched(self, node: Node, like: Node) -> Node:
        """`node` broadcast to the shape of `like`."""
        if node.shape == like.shape:
            return node
        return self.emit("broadcast_to", node, shape=like.shape)


def _typed(op: str, inputs: tuple[Node, ...], attrs: Attrs) -> Node:
    shape, dtype = INFER[op](inputs, attrs)
    return Node(op, inputs, attrs, shape, dtype)


def scalar_value(node: Node) -> Any:
    """The number that fills a constant node, stretched or not; `None` for other nodes."""
    while node.op in ("broadcast_to", "reshape"):
        (node,) = node.inputs
    return node.attrs["value"] if node.op == "constant" else None
