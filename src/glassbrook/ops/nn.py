"""What neural networks are made of: `tf.nn`.

Activations, losses from logits and normalizations have modules of their own; the rest is here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops import random
from glassbrook.ops.activations import (
    crelu,
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    relu6,
    selu,
    silu,
    softmax,
    swish,
)
from glassbrook.ops.arguments import TensorLike, axes_argument, floating_node, shape_argument
from glassbrook.ops.clipping import clip_by_norm
from glassbrook.ops.cross_entropy import (
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from glassbrook.ops.elementwise import sigmoid, softplus, softsign
from glassbrook.ops.normalization import (
    batch_normalization,
    l2_loss,
    l2_normalize,
    weighted_moments,
)
from glassbrook.ops.ordering import in_top_k, top_k
from glassbrook.ops.reduce import moments
from glassbrook.ops.trigonometry import tanh
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "batch_normalization",
    "bias_add",
    "crelu",
    "dropout",
    "elu",
    "embedding_lookup",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_poisson_loss",
    "log_softmax",
    "moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "zero_fraction",
]


@operation
def bias_add(
    value: TensorLike, bias: TensorLike, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """value + bias, with one bias per channel.

    Args:
        value: numbers with at least two axes.
        bias: a vector of the dtype of `value`, one number per channel.
        data_format: the channels are the last axis (``"N...C"``, ``"NHWC"``; the default) or the
            second (``"NC..."``, ``"NCHW"``).
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the bias is not a vector with one number per channel.
        InvalidArgumentError: there is no such data format.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.bias_add([[1.0, 2.0]], [10.0, 20.0]))
        tf.Tensor([[11. 22.]], shape=(1, 2), dtype=float32)
    """
    if data_format is not None and data_format[:2] not in ("N.", "NC", "NH", "NW", "ND"):
        raise InvalidArgumentError(
            f'bias_add: data_format must be of the form "N...C" or "NC...", got {data_format!r}.'
        )
    node = as_node(value)
    biases = as_node(bias, node.dtype)
    axis = 1 if data_format is not None and data_format.startswith("NC") else node.rank - 1
    if node.rank < 2 or biases.shape != node.shape[axis : axis + 1]:
        raise ShapeError(
            f"bias_add: expected a value with at least two axes and a bias for each of its "
            f"channels, got a value of shape {list(node.shape)} and a bias of shape "
            f"{list(biases.shape)}."
        )
    if axis < node.rank - 1:
        biases = build.reshape(biases, (-1, *(1,) * (node.rank - 2)))
    return Tensor(build.add(node, biases))


@operation
def dropout(
    x: TensorLike,
    rate: TensorLike,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Each element set to 0 with probability `rate`, the others divided by 1 - rate.

    The expected value of each element stays the same. Source: Srivastava et al., "Dropout" (2014).

    Args:
        x: floating-point numbers.
        rate: the probability, in [0, 1).
        noise_shape: the shape of the random choice, which broadcasts to that of `x`: where it is
            1, elements are kept or dropped together.
        seed: makes the choice repeatable, together with `tf.random.set_seed`.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1).
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.nn.dropout(tf.ones([1000]), rate=0.5)
        >>> print(sorted(set(x.numpy().tolist())))
        [0.0, 2.0]
    """
    node = floating_node("dropout", x)
    if not has_node(rate):
        if not isinstance(rate, int | float | np.number) or not 0 <= rate < 1:
            raise InvalidArgumentError(
                f"dropout: `rate` must be a scalar tensor or a float in the range [0, 1), got "
                f"{rate}. It is the share of elements to drop."
            )
        if rate == 0:
            return Tensor(node)
    share = as_node(rate, node.dtype)
    sizes = node.shape
    if noise_shape is not None:
        # None stands for the size of x.
        known = [
            size if each is None else each
            for size, each in zip(node.shape, noise_shape, strict=True)
        ]
        sizes = shape_argument("dropout", known)
    noise = as_node(random.uniform(list(sizes), dtype=node.dtype, seed=seed))
    scale = build.div(build.constant_like(1, node), build.sub(build.constant_like(1, node), share))
    kept = build.greater_equal(noise, share)
    return Tensor(build.select(kept, build.mul(node, scale), build.constant_like(0, node)))


@operation
def embedding_lookup(
    params: TensorLike, ids: TensorLike, max_norm: float | None = None, name: str | None = None
) -> Tensor:
    """The rows of a table at the given positions.

    Args:
        params: the table, one row per id.
        ids: integers of any shape.
        max_norm: scale rows down to this norm if theirs is larger.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of the shape of `ids` followed by that of a row.

    Raises:
        OutOfRangeError: there is no such row (when the value is computed).
        DTypeError: the ids are not integers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.embedding_lookup([[1.0, 2.0], [3.0, 4.0]], [1, 0, 1]))
        tf.Tensor(
        [[3. 4.]
         [1. 2.]
         [3. 4.]], shape=(3, 2), dtype=float32)
    """
    if isinstance(params, list | tuple) and len(params) == 1 and has_node(params[0]):
        (params,) = params
    table = as_node(params)
    positions = as_node(ids)
    rows = Tensor(build.gather(table, positions))
    if max_norm is None:
        return rows
    axes = axes_argument("embedding_lookup", None, len(rows.shape))[positions.rank :]
    return clip_by_norm(rows, max_norm, axes)


@operation
def zero_fraction(value: TensorLike, name: str | None = None) -> Tensor:
    """The share of elements that are 0, as a float32 scalar; NaN if there are no elements.

    Args:
        value: numbers of any shape.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.zero_fraction([0, 1, 0, 3]))
        tf.Tensor(0.5, shape=(), dtype=float32)
    """
    node = as_node(value)
    zeros = build.equal(node, build.constant_like(0, node))
    count = build.cast(build.sum(build.cast(zeros, dtypes.int64)), dtypes.float64)
    share = build.div(count, build.constant(node.size, dtypes.float64))
    return Tensor(build.cast(share, dtypes.float32))
