"""Random numbers of various distributions, as nodes made of one uniform draw each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.shapes import broadcast_shapes, element_count
from glassbrook.ops.arguments import shape_argument
from glassbrook.tensor import as_node
from glassbrook.tensor.convert import has_node

__all__ = [
    "categorical_node",
    "normal_node",
    "seed_node",
    "shape_of_sample",
    "truncated_normal_node",
    "uniform_node",
]

_ERF_OF_SQRT_2 = math.erf(math.sqrt(2.0))


def seed_node(pair: tuple[int, int]) -> Node:
    """The leaf that a random draw takes its seed from."""
    return build.data(np.array(pair, np.int64), dtypes.int64)


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


def uniform_node(op: str, seed: Node, shape: Shape, minval: Any, maxval: Any, dtype: DType) -> Node:
    """Numbers spread evenly over [minval, maxval)."""
    if dtype.is_floating:
        return _uniform_floats(seed, shape, minval, maxval, dtype)
    if dtype not in (dtypes.int32, dtypes.int64, dtypes.uint32, dtypes.uint64):
        raise InvalidArgumentError(
            f"{op}: dtype must be float16, float32, float64, int32 or int64, not {dtype.name}."
        )
    if maxval is None:
        raise InvalidArgumentError(f"{op}: maxval is missing: integers need an upper limit.")
    return _uniform_integers(op, seed, shape, minval, maxval, dtype)


def _uniform_floats(seed: Node, shape: Shape, minval: Any, maxval: Any, dtype: DType) -> Node:
    uniform = build.random_uniform(seed, shape, dtype)
    if maxval is None:
        maxval = 1
    if _is_number(minval) and _is_number(maxval):
        if minval == 0 and maxval == 1:
            return uniform
        scaled = build.mul(uniform, build.data(maxval - minval, dtype))
        if minval == 0:
            return scaled
        # minval + (maxval - minval) * u may round up to maxval, which is not to be reached.
        low, high = dtype.numpy.type(minval), dtype.numpy.type(maxval)
        largest = np.nextafter(high, low) if low < high else low
        moved = build.add(scaled, build.data(low, dtype))
        return build.minimum(moved, build.data(largest, dtype)) if low < high else moved
    low_node, high_node = as_node(minval, dtype), as_node(maxval, dtype)
    _require_fit(shape, low_node, high_node)
    return build.add(build.mul(uniform, build.sub(high_node, low_node)), low_node)


def _uniform_integers(
    op: str, seed: Node, shape: Shape, minval: Any, maxval: Any, dtype: DType
) -> Node:
    low, high = as_node(minval, dtype), as_node(maxval, dtype)
    _require_fit(shape, low, high)
    if low.value is not None and high.value is not None and not np.all(low.value < high.value):
        raise InvalidArgumentError(
            f"{op}: need minval < maxval, got {low.value.tolist()} and {high.value.tolist()}."
        )
    # 53 random bits are spread over the range: no number is favoured by more than range / 2**53.
    uniform = build.random_uniform(seed, shape, dtypes.float64)
    wide_low = build.cast(low, dtypes.float64)
    span = build.sub(build.cast(high, dtypes.float64), wide_low)
    # Through 64 bits, where the sum may wrap around twice but comes out right.
    wide = dtypes.uint64 if dtype.is_unsigned else dtypes.int64
    steps = build.cast(build.floor(build.mul(uniform, span)), dtypes.uint64)
    return build.cast(build.add(build.cast(steps, wide), build.cast(low, wide)), dtype)


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


def normal_node(seed: Node, shape: Shape, mean: Any, stddev: Any, dtype: DType) -> Node:
    """Normally distributed numbers.

    Source:
        Box and Muller, "A note on the generation of random normal deviates", 1958: from uniform
        u and v come two independent ones, sqrt(-2 log u) cos 2πv and sqrt(-2 log u) sin 2πv.
    """
    wide = dtypes.float32 if dtype is dtypes.float16 else dtype
    count = element_count(shape)
    pairs = (count + 1) // 2
    uniform = build.random_uniform(seed, (2, pairs), wide)
    # 1 - u lies in (0, 1]: the logarithm of 0 would be infinite.
    one = build.constant(1.0, wide)
    first = build.sub(one, build.slice(uniform, (0, 0), (1, pairs)))
    radius = build.sqrt(build.mul(build.constant(-2.0, wide), build.log(first)))
    turn = build.constant(2.0 * math.pi, wide)
    angle = build.mul(turn, build.slice(uniform, (1, 0), (1, pairs)))
    both = build.concat([build.cos(angle), build.sin(angle)], 0)
    standard = build.reshape(build.mul(radius, both), (2 * pairs,))
    if count % 2:
        standard = build.slice(standard, (0,), (count,))
    sample = build.cast(build.reshape(standard, shape), dtype)
    return _moved(sample, mean, stddev, dtype)


def truncated_normal_node(seed: Node, shape: Shape, mean: Any, stddev: Any, dtype: DType) -> Node:
    """Normally distributed numbers within two standard deviations of the mean.

    With Φ the normal distribution function and u uniform, Φ⁻¹(Φ(-2) + u (Φ(2) - Φ(-2))), which is
    √2 erfinv((2u - 1) erf(√2)): no number needs to be drawn twice.
    """
    wide = dtypes.float32 if dtype is dtypes.float16 else dtype
    uniform = build.random_uniform(seed, shape, wide)
    spread = build.mul(uniform, build.constant(2.0 * _ERF_OF_SQRT_2, wide))
    centred = build.sub(spread, build.constant(_ERF_OF_SQRT_2, wide))
    sample = build.mul(build.erfinv(centred), build.constant(math.sqrt(2.0), wide))
    # Rounding must not lead outside.
    sample = build.minimum(sample, build.constant(2.0, wide))
    sample = build.maximum(sample, build.constant(-2.0, wide))
    return _moved(build.cast(sample, dtype), mean, stddev, dtype)


def _moved(sample: Node, mean: Any, stddev: Any, dtype: DType) -> Node:
    """The sample with another standard deviation and mean."""
    if not (_is_number(stddev) and stddev == 1):
        sample = build.mul(sample, as_node(stddev, dtype))
    if not (_is_number(mean) and mean == 0):
        sample = build.add(sample, as_node(mean, dtype))
    return sample


def categorical_node(op: str, seed: Node, logits: Node, count: int, dtype: DType) -> Node:
    """Classes drawn with probabilities proportional to exp(logits): where u falls in their sum."""
    if logits.rank != 2:
        raise ShapeError(
            f"{op}: expected logits of shape [batch, classes], got {list(logits.shape)}."
        )
    if not logits.dtype.is_floating:
        raise DTypeError(f"{op}: logits must be floating-point, not {logits.dtype.name}.")
    batch, classes = logits.shape
    if not classes:
        raise ShapeError(f"{op}: logits of shape {list(logits.shape)} have no classes.")
    weights = build.cumsum(build.softmax(build.cast(logits, dtypes.float64)), 1)
    total = build.slice(weights, (0, classes - 1), (batch, 1))
    limits = build.div(build.slice(weights, (0, 0), (batch, classes - 1)), total)
    limits = build.reshape(limits, (batch, 1, classes - 1))
    uniform = build.random_uniform(seed, (batch, count, 1), dtypes.float64)
    passed = build.cast(build.greater_equal(uniform, limits), dtype)
    return build.sum(passed, (2,))
