"""Bringing numbers to a common scale."""

from __future__ import annotations

from typing import Any

from glassbrook.graph import build
from glassbrook.ops.arguments import TensorLike, axes_argument, floating_node
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["batch_normalization", "l2_loss", "l2_normalize", "weighted_moments"]


@operation
def l2_loss(t: TensorLike, name: str | None = None) -> Tensor:
    """½ Σ t²: half the square of the norm, as a penalty on weights.

    Args:
        t: floating-point numbers of any shape.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `t` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.l2_loss([3.0, 4.0]))
        tf.Tensor(12.5, shape=(), dtype=float32)
    """
    node = floating_node("l2_loss", t)
    return Tensor(build.mul(build.constant_like(0.5, node), build.sum(build.square(node))))


@operation
def l2_normalize(
    x: TensorLike,
    axis: Any = None,
    epsilon: float = 1e-12,
    name: str | None = None,
    dim: Any = None,
) -> Tensor:
    """x / √max(Σ x², epsilon): scaled to norm 1 along axes.

    Args:
        x: floating-point numbers.
        axis: axes to take the norm over; all by default.
        epsilon: the smallest square of a norm to divide by.
        name: accepted for TensorFlow's sake, without effect.
        dim: an older name of `axis`.

    Raises:
        DTypeError: `x` is not floating-point.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.l2_normalize([3.0, 4.0]))
        tf.Tensor([0.6 0.8], shape=(2,), dtype=float32)
    """
    node = floating_node("l2_normalize", x)
    axes = axes_argument("l2_normalize", dim if axis is None else axis, node.rank)
    squares = build.sum(build.square(node), axes, keepdims=True)
    scale = build.rsqrt(build.maximum(squares, build.constant_like(epsilon, node)))
    return Tensor(build.mul(node, scale))


@operation
def batch_normalization(
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    offset: TensorLike,
    scale: TensorLike,
    variance_epsilon: TensorLike,
    name: str | None = None,
) -> Tensor:
    """scale · (x - mean) / √(variance + epsilon) + offset.

    Source: Ioffe and Szegedy, "Batch Normalization" (2015).

    Args:
        x: floating-point numbers.
        mean: what to subtract, such as the mean that `tf.nn.moments` gives.
        variance: what to divide by the root of.
        offset: what to add; `None` for nothing.
        scale: what to multiply by; `None` for nothing.
        variance_epsilon: a small number that keeps the divisor away from 0.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.batch_normalization([1.0, 3.0], 2.0, 1.0, 0.5, 10.0, 0.0))
        tf.Tensor([-9.5 10.5], shape=(2,), dtype=float32)
    """
    node = floating_node("batch_normalization", x)
    centre, spread = as_node(mean, node.dtype), as_node(variance, node.dtype)
    factor = build.rsqrt(build.add(spread, as_node(variance_epsilon, node.dtype)))
    if scale is not None:
        factor = build.mul(factor, as_node(scale, node.dtype))
    result = build.mul(build.sub(node, centre), factor)
    if offset is not None:
        result = build.add(result, as_node(offset, node.dtype))
    return Tensor(result)


@operation
def weighted_moments(
    x: TensorLike,
    axes: Any,
    frequency_weights: TensorLike,
    keepdims: bool = False,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Mean and variance along axes, in which each element counts as often as its weight says.

    Args:
        x: floating-point numbers.
        axes: which axes to fold.
        frequency_weights: weights that broadcast with `x`.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> mean, variance = tf.nn.weighted_moments([1.0, 3.0], [0], [3.0, 1.0])
        >>> print(mean.numpy(), variance.numpy())
        1.5 0.75
    """
    node = floating_node("weighted_moments", x)
    product = build.mul(node, as_node(frequency_weights, node.dtype))
    weights = build.broadcast_to(as_node(frequency_weights, node.dtype), product.shape)
    folded = axes_argument("weighted_moments", axes, product.rank)
    total = build.sum(weights, folded, keepdims=True)
    mean = build.div(build.sum(product, folded, keepdims=True), total)
    squares = build.mul(weights, build.square(build.sub(node, mean)))
    variance = build.div(build.sum(squares, folded, keepdims=True), total)
    if not keepdims:
        kept = tuple(n for axis, n in enumerate(product.shape) if axis not in folded)
        mean, variance = build.reshape(mean, kept), build.reshape(variance, kept)
    return Tensor(mean), Tensor(variance)
