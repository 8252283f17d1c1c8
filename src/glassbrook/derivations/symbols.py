"""What each tensor of a derivation is called: as in the user's code where it has a name there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from glassbrook.derivations.account import Account
from glassbrook.derivations.expression import Expression, Number, Symbol
from glassbrook.derivations.region import is_elementwise
from glassbrook.graph.node import Node

__all__ = ["Names", "names_of"]

_NUMBERED = re.compile(r"([^\W\d_]+)_?(\d{1,3})")
# The last part of a variable's path, and the letter that textbooks use for it.
_LETTERS = {
    "kernel": "W",
    "recurrent_kernel": "U",
    "bias": "b",
    "embeddings": "E",
    "gamma": "γ",
    "beta": "β",
    "alpha": "α",
}
_ACTIVATIONS = frozenset({"relu", "sigmoid", "softmax", "tanh", "softplus", "log_softmax"})
_SUMS = frozenset({"add", "matmul"})
# These are written in a formula of their user, as a number.
_MOST_DIGITS = 9
_LONGEST_NAME = 24
# What a variable is called to which nobody gave a name.
_NO_NAMES = frozenset({"", "Variable"})


class Names:
    """The symbols of the nodes of one derivation.

    Attributes:
        variables: the full names of those that have got a letter instead: ``W₁`` is
            ``dense/kernel``.
    """

    def __init__(self) -> None:
        self._symbols: dict[Node, Expression] = {}
        self._taken: set[tuple[str, str]] = set()
        self._last: dict[str, int] = {}
        self.variables: dict[Symbol, str] = {}

    def __getitem__(self, node: Node) -> Expression:
        return self._symbols[node]

    def __contains__(self, node: Node) -> bool:
        return node in self._symbols

    def symbol(self, node: Node, at: str = "") -> Symbol:
        """The symbol of a node that is not written as a number, with the elements that count."""
        found = self._symbols[node]
        if not isinstance(found, Symbol):
            found = Symbol(str(found))
        return Symbol(found.base, found.index, found.bold, at) if at else found

    def give(self, node: Node, name: str) -> None:
        """Name a node as the user does: ``h1`` is written h₁."""
        if len(name) > _LONGEST_NAME:
            name = name[: _LONGEST_NAME - 1] + "…"
        match = _NUMBERED.fullmatch(name)
        base, index = match.groups() if match else (name, "")
        if (base, index) not in self._taken:
            self._enter(node, base, index)

    def give_letter(self, node: Node, letter: str, is_single: bool = False) -> None:
        """Name a node with a letter and the next number; without one if it is the only one."""
        number = self._last.get(letter, 0) + 1
        while (letter, str(number)) in self._taken:
            number += 1
        self._last[letter] = number
        if is_single and (letter, "") not in self._taken:
            self._enter(node, letter, "")
        else:
            self._enter(node, letter, str(number))

    def write_number(self, node: Node) -> None:
        """Write a node as the number that it is."""
        assert node.value is not None
        self._symbols[node] = Number(float(node.value.reshape(-1)[0]))

    def _enter(self, node: Node, base: str, index: str) -> None:
        self._taken.add((base, index))
        self._symbols[node] = Symbol(base, index, node.rank > 0)


def names_of(account: Account, given: Mapping[Node, str]) -> Names:
    """Name the nodes of an account, the target first and then in the order of computation.

    Args:
        account: what happened.
        given: the user's names, and the paths of variables, for some of the nodes; a target
            without one is called L.
    """
    names = Names()
    given = {node: name for node, name in given.items() if name not in _NO_NAMES}
    names.give(account.target, given.get(account.target, "L"))
    nodes = _in_order(account)
    variables = [node for node in nodes if "/" in given.get(node, "")]
    for node in nodes:
        if node not in names and node in given and node not in variables:
            names.give(node, given[node])
    _name_variables(names, variables, given)
    steps = {step.node: step for step in account.steps}
    for node in nodes:
        if node in names:
            continue
        if node is account.source:
            names.give_letter(node, "w", is_single=True)
        elif node not in steps and _is_plain_number(node):
            names.write_number(node)
        else:
            names.give_letter(node, _letter(node, node in steps))
    return names


def _in_order(account: Account) -> list[Node]:
    """Every node that a derivation speaks of, in the order in which they were made."""
    found: dict[Node, None] = {account.source: None}
    for step in account.steps:
        found.update(dict.fromkeys((step.node, *step.inputs)))
    for factors in account.products.values():
        found.update(dict.fromkeys(factors))
    return sorted(found, key=lambda node: node.serial)


def _name_variables(names: Names, variables: Iterable[Node], given: Mapping[Node, str]) -> None:
    letters = [(node, _LETTERS.get(given[node].rpartition("/")[2], "v")) for node in variables]
    for node, letter in letters:
        single = sum(letter == other for _, other in letters) == 1
        names.give_letter(node, letter, single)
        names.variables[names.symbol(node)] = given[node]


def _is_plain_number(node: Node) -> bool:
    if node.value is None or node.value.dtype.kind not in "fiu" or not node.value.size:
        return False
    if node.op == "constant":
        return True
    return node.rank == 0 and len(f"{float(node.value):g}") <= _MOST_DIGITS and node.is_leaf


def _letter(node: Node, on_the_way: bool) -> str:
    if not on_the_way and not np.issubdtype(node.dtype.as_numpy_dtype, np.floating):
        return "i"
    if node.op in _SUMS:
        return "z"
    if node.op in _ACTIVATIONS:
        return "h"
    if on_the_way or is_elementwise(node.op):
        return "u"
    return "x" if not node.inputs else "c"
