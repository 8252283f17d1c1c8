"""The gradient tables: a rule and its formula for each operation, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glassbrook.graph.node import Node

__all__ = [
    "FORMULAS",
    "NON_DIFFERENTIABLE",
    "VJP",
    "Formula",
    "Grads",
    "Rule",
    "floating",
    "formula",
    "formula_by",
    "formula_of",
    "numbered",
    "vjp",
]

Grads = Sequence[Node | Callable[[], Node] | None]
Rule = Callable[[Node, Node], Grads]

VJP: dict[str, Rule] = {}
"""``VJP[op](node, grad)`` gives one gradient per input, or `None` for an input without one.

`grad` has the node's shape. A rule need not undo broadcasting: the walker does. In place of a
gradient there may be a function that makes it, which is called only if that input matters.
"""

NON_DIFFERENTIABLE: dict[str, str] = {
    "data": "it holds a value and has no inputs",
    "constant": "it holds a number and has no inputs",
    "input": "it stands for a value and has no inputs",
    "iota": "it counts and has no inputs",
    "random_uniform": "random numbers do not depend on anything but their seed",
    "random_normal": "random numbers do not depend on anything but their seed",
    "random_truncated_normal": "random numbers do not depend on anything but their seed",
    "random_poisson": "counts are integers",
    "random_binomial": "counts are integers",
    "random_permutation": "random numbers do not depend on anything but their seed",
    "variable": "an assignment to a variable stores a value; no gradient flows through it",
    "while": "the number of turns is not known when gradients are made",
    "stop_gradient": "tf.stop_gradient was asked for",
    "igamma_slope": "it is a derivative; no rule for a second one is known here",
    "floor": "it is a staircase: its slope is 0 or undefined",
    "ceil": "it is a staircase: its slope is 0 or undefined",
    "round": "it is a staircase: its slope is 0 or undefined",
    "floordiv": "it is a staircase: its slope is 0 or undefined",
    "argmax": "it gives positions, which are integers",
    "argmin": "it gives positions, which are integers",
    "argmax_patches": "it gives positions, which are integers",
    "argsort": "it gives positions, which are integers",
    "one_hot": "it takes positions, which are integers",
    "any": "it gives a truth value",
    "all": "it gives a truth value",
    "is_nan": "it gives a truth value",
    "is_inf": "it gives a truth value",
    "is_finite": "it gives a truth value",
    "equal": "a comparison gives a truth value",
    "not_equal": "a comparison gives a truth value",
    "less": "a comparison gives a truth value",
    "less_equal": "a comparison gives a truth value",
    "greater": "a comparison gives a truth value",
    "greater_equal": "a comparison gives a truth value",
    "logical_not": "logic works on truth values",
    "logical_and": "logic works on truth values",
    "logical_or": "logic works on truth values",
    "logical_xor": "logic works on truth values",
    "bitwise_not": "bits belong to integers",
    "bitwise_and": "bits belong to integers",
    "bitwise_or": "bits belong to integers",
    "bitwise_xor": "bits belong to integers",
    "left_shift": "bits belong to integers",
    "right_shift": "bits belong to integers",
    "string_lower": "strings have no gradient",
    "string_upper": "strings have no gradient",
    "string_strip": "strings have no gradient",
    "string_length": "strings have no gradient",
    "string_join": "strings have no gradient",
    "string_substr": "strings have no gradient",
    "as_string": "strings have no gradient",
    "string_to_number": "strings have no gradient",
    "regex_replace": "strings have no gradient",
}
"""Operations through which no gradient flows, with the reason."""


def vjp(*ops: str) -> Callable[[Rule], Rule]:
    """Enter a rule into `VJP` for each of `ops`."""

    def register(rule: Rule) -> Rule:
        for op in ops:
            VJP[op] = rule
        return rule

    return register


@dataclass(frozen=True, slots=True)
class Formula:
    """What an operation computes, and what its rule computes, as people write it.

    Formulas are Python expressions of the inputs' names, of `o`, the result, and of `g`, the
    gradient with respect to the result; `derivations.expression` reads them. A comparison in
    brackets is 1 where it holds and 0 elsewhere.

    Attributes:
        forward: the result, such as ``"x * y"``.
        gradients: one formula per input, such as ``("g * y", "g * x")``; `None` where the rule
            gives none.
        inputs: the names of the inputs.
    """

    forward: str
    gradients: tuple[str | None, ...]
    inputs: tuple[str, ...]


FORMULAS: dict[str, Formula | Callable[[Node], Formula]] = {}
"""For each operation of `VJP` the formula of its rule, or a function that gives a node's formula.

They are there to be read: a test evaluates each of them and compares with the rule. Some of the
operations in `NON_DIFFERENTIABLE` have one too, without gradients.
"""

_INPUTS = ("x", "y", "z")


def formula(
    op: str, forward: str, *gradients: str | None, inputs: str = ""
) -> Callable[[Rule], Rule]:
    """Enter the formula of a rule into `FORMULAS`; stands above the `vjp` of the rule.

    Args:
        op: the operation.
        forward: what it computes.
        gradients: what its rule gives for each input. In an operation on single elements `g` is
            the first factor: with 1 in its place, what is left is the derivative of the result.
        inputs: the names of the inputs, apart by spaces; x, y and z by default.
    """
    names = tuple(inputs.split()) or _INPUTS[: len(gradients)]
    FORMULAS[op] = Formula(forward, gradients, names)
    return lambda rule: rule


def formula_by(op: str, write: Callable[[Node], Formula]) -> Callable[[Rule], Rule]:
    """Enter a function that writes the formula of a node; stands above the `vjp` of the rule."""
    FORMULAS[op] = write
    return lambda rule: rule


def numbered(inputs: Sequence[Node]) -> tuple[str, ...]:
    """Names for any number of inputs: x1, x2, and so on."""
    return tuple(f"x{place}" for place in range(1, len(inputs) + 1))


def floating(inputs: Sequence[Node], gradient: str) -> tuple[str | None, ...]:
    """For each input `gradient`, its number in place of ``{}``; `None` for integers."""
    return tuple(
        gradient.format(place) if each.dtype.is_floating else None
        for place, each in enumerate(inputs, 1)
    )


def formula_of(node: Node) -> Formula | None:
    """The formula of a node's rule; `None` if the operation has none."""
    found = FORMULAS.get(node.op)
    return found(node) if callable(found) else found


def _enter_forward_formulas() -> None:
    """How results come about that have no gradient."""
    for op, sign in {
        "equal": "==",
        "not_equal": "!=",
        "less": "<",
        "less_equal": "<=",
        "greater": ">",
        "greater_equal": ">=",
    }.items():
        formula(op, f"x {sign} y", None, None)
    for (
        op
    ) in "floor ceil round argmax argmin argsort one_hot is_nan is_inf is_finite any all".split():
        formula(op, f"{op}(x)", None)
    for op in "logical_and logical_or logical_xor".split():
        formula(op, f"{op}(x, y)", None, None)
    formula("logical_not", "logical_not(x)", None)
    formula("floordiv", "floor(x / y)", None, None)
    formula("argmax_patches", "argmax_pool(x)", None)
    formula("stop_gradient", "stop_gradient(x)", None)
    formula("igamma_slope", "igamma_slope(a, x)", None, None, inputs="a x")


_enter_forward_formulas()
