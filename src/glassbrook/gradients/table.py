"""The gradient tables: a rule for each operation, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glassbrook.graph.node import Node

__all__ = ["NON_DIFFERENTIABLE", "VJP", "Grads", "Rule", "vjp"]

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
