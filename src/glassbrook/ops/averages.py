"""Losses averaged over a whole batch, and moments in parts."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.ops.arguments import axes_argument, floating_node
from glassbrook.ops.operands import beside
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "compute_average_loss",
    "normalize_moments",
    "scale_regularization_loss",
    "sufficient_statistics",
]


@operation
def compute_average_loss(
    per_example_loss: Any,
    sample_weight: Any = None,
    global_batch_size: Any = None,
) -> Tensor:
    """The sum of the losses of examples, over the number of examples in the whole batch.

    Args:
        per_example_loss: one loss per example.
        sample_weight: a weight for each.
        global_batch_size: how many examples there are on all replicas; by default those given.

    Raises:
        InvalidArgumentError: the loss is a scalar, or the batch size is negative.

    Example:
        >>> import glassbrook as tf
        >>> tf.nn.compute_average_loss([1.0, 3.0], global_batch_size=4).numpy()
        np.float32(1.0)
    """
    losses = floating_node("compute_average_loss", per_example_loss)
    if not losses.rank:
        raise InvalidArgumentError(
            "compute_average_loss: expected one loss per example, got a scalar. Losses with "
            'reduction="none" give them.'
        )
    if sample_weight is not None:
        losses = build.mul(losses, beside(sample_weight, losses.dtype))
    if global_batch_size is None:
        global_batch_size = losses.shape[0]
    size = as_node(global_batch_size)
    if size.value is not None and size.value < 0:
        raise InvalidArgumentError(
            f"compute_average_loss: global_batch_size must be non-negative, got {size.value}."
        )
    zero = build.constant_like(0, losses)
    count = build.cast(size, losses.dtype)
    safe = build.select(build.equal(count, zero), build.constant_like(1, losses), count)
    return Tensor(build.div(build.sum(losses), safe))


@operation
def scale_regularization_loss(regularization_loss: Any) -> Tensor:
    """The sum of penalties over the number of replicas, of which there is one.

    Example:
        >>> import glassbrook as tf
        >>> tf.nn.scale_regularization_loss([1.0, 2.0]).numpy()
        np.float32(3.0)
    """
    return Tensor(build.sum(floating_node("scale_regularization_loss", regularization_loss)))


@operation
def sufficient_statistics(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """What mean and variance are computed from: count, sum and sum of squares along axes.

    Args:
        x: floating-point numbers.
        axes: the axes.
        shift: a number near the mean that is subtracted first, for accuracy.
        keepdims: keep the axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The count, the sum, the sum of squares, and the shift.

    Example:
        >>> import glassbrook as tf
        >>> count, total, squares, _ = tf.nn.sufficient_statistics(tf.constant([1.0, 3.0]), [0])
        >>> float(count), float(total), float(squares)
        (2.0, 4.0, 10.0)
    """
    node = floating_node("sufficient_statistics", x)
    along = axes_argument("sufficient_statistics", axes, node.rank)
    count = 1
    for axis in along:
        count *= node.shape[axis]
    offset = None if shift is None else beside(shift, node.dtype)
    moved = node if offset is None else build.sub(node, offset)
    return (
        Tensor(build.constant(float(count), node.dtype)),
        Tensor(build.sum(moved, along, keepdims)),
        Tensor(build.sum(build.square(moved), along, keepdims)),
        None if offset is None else Tensor(offset),
    )


@operation
def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance from what `tf.nn.sufficient_statistics` gives.

    Example:
        >>> import glassbrook as tf
        >>> mean, variance = tf.nn.normalize_moments(2.0, [4.0], [10.0], None)
        >>> mean.numpy(), variance.numpy()
        (array([2.], dtype=float32), array([1.], dtype=float32))
    """
    total = floating_node("normalize_moments", mean_ss)
    squares = beside(variance_ss, total.dtype)
    share = build.reciprocal(beside(counts, total.dtype))
    shifted = build.mul(total, share)
    mean = shifted if shift is None else build.add(shifted, beside(shift, total.dtype))
    variance = build.sub(build.mul(squares, share), build.square(shifted))
    return Tensor(mean), Tensor(variance)
