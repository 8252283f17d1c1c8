"""Pairs of a gradient and its variable, as callers give them to an optimizer."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError, UsageError, shortened
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.tensor import Variable, as_node

__all__ = ["gradient_node", "listed_pairs"]

_PAIR = (list, tuple)


def listed_pairs(pairs: Any) -> list[Any]:
    """All pairs, after a look at whether they are any.

    Raises:
        UsageError: they are not.
    """
    try:
        iterator = iter(pairs)
    except TypeError:
        raise _no_pairs(pairs) from None
    listed = list(iterator)
    for pair in listed:
        if not isinstance(pair, _PAIR) or len(pair) != 2:
            raise _no_pairs(pair)
    return listed


def _no_pairs(given: Any) -> UsageError:
    return UsageError(
        f"apply_gradients: expected pairs (gradient, variable), got {shortened(given)}. Pair them: "
        "optimizer.apply_gradients(zip(gradients, variables))."
    )


def gradient_node(gradient: Any, variable: Variable, name: str) -> Node:
    """The node of a gradient, of the shape and dtype of its variable.

    Args:
        gradient: the gradient.
        variable: its variable.
        name: the optimizer, for errors.

    Raises:
        InvalidArgumentError: `variable` is none.
        ShapeError: the shapes differ.
    """
    if not isinstance(variable, Variable):
        raise InvalidArgumentError(
            f"{name}: expected pairs (gradient, variable), but the second of a pair is a "
            f"{type(variable).__name__}. The order is zip(gradients, variables)."
        )
    node = as_node(gradient)
    like = variable.node
    if node.shape != like.shape:
        raise ShapeError(
            f"{name}: the gradient for {variable.path!r} has shape {list(node.shape)}, but the "
            f"variable has {list(like.shape)}. Pair each gradient with its own variable: "
            "zip(tape.gradient(loss, variables), variables)."
        )
    return node if node.dtype is like.dtype else build.cast(node, like.dtype)
