"""Random numbers of various distributions, as nodes made of one draw each.

How many words of the generator a number takes, and what is done with them, is what TensorFlow does,
so that the same state gives the same numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.shapes import broadcast_shapes
from glassbrook.ops.arguments import shape_argument
from glassbrook.tensor import as_node
from glassbrook.tensor.convert import has_node

__all__ = [
    "INTEGERS",
    "categorical_node",
    "floating_dtype",
    "normal_node",
    "permuted_node",
    "shape_of_sample",
    "truncated_normal_node",
    "uniform_node",
]

INTEGERS = (dtypes.int32, dtypes.int64, dtypes.uint32, dtypes.uint64)


def shape_of_sample(op: str, shape: Any) -> Shape:
    """The sizes of a sample: a list, as a single number could be meant as a count.

    Raises:
        InvalidArgumentError: it is a single number, or a size is negative.
    """
    if isinstance(shape, int | np.integer) or (has_node(shape) and not len(shape.shape)):
        raise InvalidArgumentError(
            f"{op}: shape must be a list of sizes, got the number {shape!r}. "
            "Write [5] for five numbers, [] for a single one."
        )
    return shape_argument(op, shape)


def floating_dtype(op: str, dtype: Any) -> DType:
    """The dtype of a continuous distribution.

    Raises:
        DTypeError: it is not a floating-point type.
    """
    kind = as_dtype(dtype)
    if not kind.is_floating:
        raise DTypeError(
            f"{op}: dtype must be float16, float32 or float64, not {kind.name}. "
            "tf.random.uniform draws integers."
        )
    return kind


def uniform_node(
    op: str, state: Node, shape: Shape, minval: Any, maxval: Any, dtype: DType
) -> Node:
    """Numbers spread evenly over [minval, maxval)."""
    if dtype.is_floating:
        return _uniform_floats(state, shape, minval, 1 if maxval is None else maxval, dtype)
    if dtype not in INTEGERS:
        raise InvalidArgumentError(
            f"{op}: dtype must be float16, float32, float64, int32 or int64, not {dtype.name}."
        )
    if maxval is None:
        raise InvalidArgumentError(f"{op}: maxval is missing: integers need an upper limit.")
    return _uniform_integers(op, state, shape, minval, maxval, dtype)


def _uniform_floats(state: Node, shape: Shape, minval: Any, maxval: Any, dtype: DType) -> Node:
    uniform = build.random_uniform(state, shape, dtype)
    if _is_number(minval) and _is_number(maxval):
        # The difference is rounded, as it is for tensors.
        low, high = dtype.numpy.type(minval), dtype.numpy.type(maxval)
        if low or high != 1:
            uniform = build.mul(uniform, build.data(np.asarray(high - low), dtype))
        return build.add(uniform, build.data(np.asarray(low), dtype)) if low else uniform
    low_node, high_node = as_node(minval, dtype), as_node(maxval, dtype)
    _require_fit(shape, low_node, high_node)
    return build.add(build.mul(uniform, build.sub(high_node, low_node)), low_node)


def _uniform_integers(
    op: str, state: Node, shape: Shape, minval: Any, maxval: Any, dtype: DType
) -> Node:
    """Remainders of random words: smaller numbers are a little likelier in a wide range."""
    low, high = as_node(minval, dtype), as_node(maxval, dtype)
    _require_fit(shape, low, high)
    if low.value is not None and high.value is not None and not np.all(low.value < high.value):
        raise InvalidArgumentError(
            f"{op}: need minval < maxval, got {low.value.tolist()} and {high.value.tolist()}."
        )
    # A range may be too wide for the type, but not for that without a sign.
    unsigned = dtypes.uint32 if dtype.size == 4 else dtypes.uint64
    span = build.sub(build.cast(high, unsigned), build.cast(low, unsigned))
    steps = build.mod(build.random_uniform(state, shape, unsigned), span)
    return build.add(build.cast(steps, dtype), low)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number)


def _require_fit(shape: Shape, *parameters: Node) -> None:
    """Raise a `ShapeError` unless the parameters broadcast to the shape of the sample."""
    for parameter in parameters:
        if parameter.shape and broadcast_shapes("random", parameter.shape, shape) != shape:
            raise ShapeError(
                f"random: a limit of shape {list(parameter.shape)} does not fit a sample of shape "
                f"{list(shape)}."
            )


def normal_node(state: Node, shape: Shape, mean: Any, stddev: Any, dtype: DType) -> Node:
    """Normally distributed numbers."""
    return _moved(build.random_normal(state, shape, dtype), mean, stddev, dtype)


def truncated_normal_node(state: Node, shape: Shape, mean: Any, stddev: Any, dtype: DType) -> Node:
    """Normally distributed numbers within two standard deviations of the mean."""
    return _moved(build.random_truncated_normal(state, shape, dtype), mean, stddev, dtype)


def _moved(sample: Node, mean: Any, stddev: Any, dtype: DType) -> Node:
    """The sample with another standard deviation and mean."""
    if not (_is_number(stddev) and stddev == 1):
        sample = build.mul(sample, as_node(stddev, dtype))
    if not (_is_number(mean) and mean == 0):
        sample = build.add(sample, as_node(mean, dtype))
    return sample


def permuted_node(state: Node, x: Node) -> Node:
    """The rows of a tensor in random order."""
    if not x.rank or x.shape[0] < 2:
        return build.identity(x)
    return build.gather(x, build.random_permutation(state, x.shape[0]))


def categorical_node(op: str, state: Node, logits: Node, count: int, dtype: DType) -> Node:
    """Classes drawn with probabilities proportional to exp(logits): where u falls in their sum.

    A logit that is not finite stands for a class that is never drawn.
    """
    if logits.rank != 2:
        raise ShapeError(
            f"{op}: expected logits of shape [batch, classes], got {list(logits.shape)}."
        )
    if not logits.dtype.is_floating:
        raise DTypeError(f"{op}: logits must be floating-point, not {logits.dtype.name}.")
    batch, classes = logits.shape
    if not classes:
        raise ShapeError(f"{op}: logits of shape {list(logits.shape)} have no classes.")
    finite = build.is_finite(logits)
    least = build.constant(float(np.finfo(logits.dtype.numpy).min), logits.dtype)
    largest = build.max(build.select(finite, logits, least), (1,))
    largest = build.reshape(build.cast(largest, dtypes.float64), (batch, 1))
    weights = build.exp(build.sub(build.cast(logits, dtypes.float64), largest))
    weights = build.select(finite, weights, build.constant(0.0, dtypes.float64))
    limits = build.cumsum(weights, 1)
    total = build.reshape(build.slice(limits, (0, classes - 1), (batch, 1)), (batch, 1, 1))
    uniform = build.random_uniform(state, (batch, count, 1), dtypes.float64)
    passed = build.greater_equal(
        build.mul(uniform, total), build.reshape(limits, (batch, 1, classes))
    )
    return build.sum(build.cast(passed, dtype), (2,))
