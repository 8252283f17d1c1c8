"""Running totals along an axis."""

from __future__ import annotations

import math
from typing import Any

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, axis_argument, floating_node
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["cumprod", "cumsum", "cumulative_logsumexp"]


@operation
def cumsum(
    x: TensorLike,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The running sum along an axis: x₀, x₀ + x₁, x₀ + x₁ + x₂ and so on.

    Args:
        x: numbers.
        axis: which axis.
        exclusive: sum what lies before each element, without the element: 0, x₀, x₀ + x₁, …
        reverse: sum from the end.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.cumsum([1, 2, 3]), tf.cumsum([1, 2, 3], exclusive=True).numpy())
        tf.Tensor([1 3 6], shape=(3,), dtype=int32) [0 1 3]
    """
    node = as_node(x)
    return Tensor(build.cumsum(node, axis_argument("cumsum", axis, node.rank), exclusive, reverse))


@operation
def cumprod(
    x: TensorLike,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The running product along an axis: x₀, x₀ x₁, x₀ x₁ x₂ and so on.

    Args:
        x: numbers.
        axis: which axis.
        exclusive: multiply what lies before each element, without the element: 1, x₀, x₀ x₁, …
        reverse: multiply from the end.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.cumprod([2, 3, 4]))
        tf.Tensor([ 2  6 24], shape=(3,), dtype=int32)
    """
    node = as_node(x)
    position = axis_argument("cumprod", axis, node.rank)
    return Tensor(build.cumprod(node, position, exclusive, reverse))


@operation
def cumulative_logsumexp(
    x: TensorLike,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The logarithm of the running sum of exp(x) along an axis, without overflow or underflow.

    Args:
        x: floating-point numbers.
        axis: which axis.
        exclusive: sum what lies before each element, without the element; the first of nothing
            is minus infinity.
        reverse: sum from the end.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.cumulative_logsumexp([-1000.0, 0.0, 0.0]).numpy().round(4))
        [-1.000e+03  0.000e+00  6.931e-01]
    """
    node = floating_node("cumulative_logsumexp", x)
    position = axis_argument("cumulative_logsumexp", axis, node.rank)
    if exclusive:
        node = _shifted(node, position, 1, reverse)
    # After round k each element has taken in 2ᵏ of them, each time relative to the larger side:
    # one common shift would lose those that are much smaller than the maximum.
    distance = 1
    while distance < node.shape[position]:
        node = _log_add_exp(node, _shifted(node, position, distance, reverse))
        distance *= 2
    return Tensor(node)


def _shifted(x: Node, axis: int, distance: int, reverse: bool) -> Node:
    """The elements moved along an axis, and minus infinity, the logarithm of 0, in their place."""
    length = x.shape[axis]
    distance = min(distance, length)
    begin = tuple(distance if reverse and each == axis else 0 for each in range(x.rank))
    size = tuple(length - distance if each == axis else n for each, n in enumerate(x.shape))
    room = (0, distance) if reverse else (distance, 0)
    paddings = tuple(room if each == axis else (0, 0) for each in range(x.rank))
    return build.pad(build.slice(x, begin, size), paddings, -math.inf)


def _log_add_exp(x: Node, y: Node) -> Node:
    highest = build.stop_gradient(build.maximum(x, y))
    shift = build.select(build.is_finite(highest), highest, build.constant(0, x.dtype))
    total = build.add(build.exp(build.sub(x, shift)), build.exp(build.sub(y, shift)))
    return build.add(build.log(total), shift)
