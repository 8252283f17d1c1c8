"""Keeping values and gradients within limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, axes_argument, floating_node
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["clip_by_global_norm", "clip_by_norm", "clip_by_value", "global_norm"]


@operation
def clip_by_value(
    t: TensorLike, clip_value_min: TensorLike, clip_value_max: TensorLike, name: str | None = None
) -> Tensor:
    """t, but nowhere below `clip_value_min` or above `clip_value_max`.

    The gradient passes within the limits and on them, and is 0 outside.

    Args:
        t: numbers.
        clip_value_min: the lowest value, or one for each element; it takes the dtype of `t`.
        clip_value_max: the highest value, or one for each element.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: a limit is not of the dtype of `t`.
        ShapeError: the limits have a larger shape than `t`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.clip_by_value([-1.0, 0.5, 2.0], 0.0, 1.0))
        tf.Tensor([0.  0.5 1. ], shape=(3,), dtype=float32)
    """
    node = as_node(t)
    lowest = as_node(clip_value_min, node.dtype)
    highest = as_node(clip_value_max, node.dtype)
    clipped = build.maximum(build.minimum(node, highest), lowest)
    if clipped.shape != node.shape:
        raise ShapeError(
            f"clip_by_value: limits of shapes {list(lowest.shape)} and {list(highest.shape)} do "
            f"not fit a tensor of shape {list(node.shape)}: they may not enlarge it."
        )
    return Tensor(clipped)


@operation
def clip_by_norm(
    t: TensorLike, clip_norm: TensorLike, axes: Any = None, name: str | None = None
) -> Tensor:
    """t scaled down to a norm of `clip_norm`, if its norm is larger: t · c / max(‖t‖, c).

    Args:
        t: floating-point numbers.
        clip_norm: the largest norm, a positive scalar.
        axes: axes to take the norm over; all by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `t` is not floating-point.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.clip_by_norm([3.0, 4.0], 1.0))
        tf.Tensor([0.6 0.8], shape=(2,), dtype=float32)
    """
    node = floating_node("clip_by_norm", t)
    limit = as_node(clip_norm, node.dtype)
    folded = axes_argument("clip_by_norm", axes, node.rank)
    squares = build.sum(build.square(node), folded, keepdims=True)
    # The root has no slope at 0: where the norm is 0, it is taken of 1 and not used.
    some = build.greater(squares, build.constant(0, node.dtype))
    root = build.sqrt(build.select(some, squares, build.constant(1, node.dtype)))
    norm = build.select(some, root, squares)
    clipped = build.div(build.mul(node, limit), build.maximum(norm, limit))
    if clipped.shape != node.shape:
        raise ShapeError(
            f"clip_by_norm: clip_norm of shape {list(limit.shape)} does not fit a tensor of shape "
            f"{list(node.shape)}: it may not enlarge it."
        )
    return Tensor(clipped)


def _norm(op: str, t_list: Sequence[TensorLike | None]) -> tuple[list[Node | None], Node]:
    if not isinstance(t_list, list | tuple):
        raise InvalidArgumentError(
            f"{op}: t_list should be a sequence of tensors, got {type(t_list).__name__}."
        )
    nodes = [None if each is None else floating_node(op, each) for each in t_list]
    sums = [build.sum(build.square(node)) for node in nodes if node is not None]
    if not sums:
        return nodes, build.constant(0, dtypes.float32)
    total = sums[0]
    for each in sums[1:]:
        total = build.add(total, each)
    return nodes, build.sqrt(total)


@operation
def global_norm(t_list: Sequence[TensorLike | None], name: str | None = None) -> Tensor:
    """The norm of several tensors together: √(Σ ‖t‖²).

    Args:
        t_list: the tensors; `None` among them does not count.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: `t_list` is not a list or tuple.
        DTypeError: the tensors are not floating-point, or of different dtypes.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.linalg.global_norm([tf.constant([3.0]), tf.constant([4.0])]))
        tf.Tensor(5.0, shape=(), dtype=float32)
    """
    return Tensor(_norm("global_norm", t_list)[1])


@operation
def clip_by_global_norm(
    t_list: Sequence[TensorLike | None],
    clip_norm: TensorLike,
    use_norm: TensorLike = None,
    name: str | None = None,
) -> tuple[list[Tensor | None], Tensor]:
    """Several tensors, all scaled by c / max(‖all‖, c), so that their common norm is at most c.

    If the norm is infinite or NaN, all become NaN.

    Args:
        t_list: the tensors, such as gradients; `None` among them stays.
        clip_norm: c, the largest norm, a positive scalar.
        use_norm: the norm, if it is known already.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The list of scaled tensors, and the norm that they had.

    Raises:
        InvalidArgumentError: `t_list` is not a list or tuple.
        DTypeError: the tensors are not floating-point, or of different dtypes.

    Example:
        >>> import glassbrook as tf
        >>> clipped, norm = tf.clip_by_global_norm([tf.constant([3.0]), tf.constant([4.0])], 1.0)
        >>> print(clipped[0].numpy(), clipped[1].numpy(), norm.numpy())
        [0.6] [0.8] 5.0
    """
    nodes, norm = _norm("clip_by_global_norm", t_list)
    if use_norm is not None:
        norm = as_node(use_norm, norm.dtype)
    limit = as_node(clip_norm, norm.dtype)
    one = build.constant(1, norm.dtype)
    scale = build.mul(limit, build.minimum(build.div(one, norm), build.div(one, limit)))
    # norm - norm is 0 for a finite norm, and NaN for others.
    scale = build.add(scale, build.sub(norm, norm))
    return [None if node is None else Tensor(build.mul(node, scale)) for node in nodes], Tensor(
        norm
    )
