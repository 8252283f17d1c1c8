"""`keras.random`: random numbers from a seed, the same that Keras draws.

A seed is an integer, which gives the same numbers each time; a `SeedGenerator`, of which each draw
uses the next seed; or `None` for a sequence that all draws without a seed share, and which
``keras.utils.set_random_seed`` makes repeatable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.shapes import element_count, normalize_axis
from glassbrook.keras import backend
from glassbrook.keras.seeds import SeedGenerator, SeedLike, state_node, state_nodes
from glassbrook.ops.arguments import integer_argument
from glassbrook.ops.distributions import binomial_node, gamma_node
from glassbrook.ops.sampling import (
    categorical_node,
    floating_dtype,
    normal_node,
    shape_of_sample,
    truncated_normal_node,
    uniform_node,
)
from glassbrook.ops.seeds import BLOCKS_PER_NUMBER
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "dropout_node",
    "gamma",
    "mask_shape",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

_SECOND_GAMMA = 12
"""What Keras adds to both parts of a seed for the second of two draws."""


def _state(seed: SeedLike, shape: Shape) -> Node:
    return state_node(seed, BLOCKS_PER_NUMBER * element_count(shape))


def _floating(op: str, dtype: Any) -> DType:
    return floating_dtype(op, backend.floatx() if dtype is None else dtype)


@operation
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: SeedLike = None
) -> Tensor:
    """Normally distributed numbers.

    Args:
        shape: a list of sizes.
        mean: the mean, a number or a tensor that broadcasts.
        stddev: the standard deviation, likewise.
        dtype: a floating-point type, ``keras.config.floatx()`` by default.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        DTypeError: the dtype is not a floating-point type.
        InvalidArgumentError: the shape or the seed makes no sense.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.normal([2], seed=1).numpy()
        array([ 0.1266503 , -0.49301657], dtype=float32)
    """
    sizes, kind = shape_of_sample("random.normal", shape), _floating("random.normal", dtype)
    return Tensor(normal_node(_state(seed, sizes), sizes, mean, stddev, kind))


@operation
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: SeedLike = None
) -> Tensor:
    """Normally distributed numbers within two standard deviations of the mean.

    Args:
        shape: a list of sizes.
        mean: the mean, a number or a tensor that broadcasts.
        stddev: the standard deviation before truncation, likewise.
        dtype: a floating-point type, ``keras.config.floatx()`` by default.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        DTypeError: the dtype is not a floating-point type.
        InvalidArgumentError: the shape or the seed makes no sense.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.truncated_normal([2, 3], seed=1).shape
        TensorShape([2, 3])
    """
    op = "random.truncated_normal"
    sizes, kind = shape_of_sample(op, shape), _floating(op, dtype)
    return Tensor(truncated_normal_node(_state(seed, sizes), sizes, mean, stddev, kind))


@operation
def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: SeedLike = None
) -> Tensor:
    """Numbers spread evenly over [minval, maxval).

    Args:
        shape: a list of sizes.
        minval: the lower limit, which may be drawn.
        maxval: the upper limit, which is not.
        dtype: a floating-point type, ``keras.config.floatx()`` by default.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        DTypeError: the dtype is not a floating-point type.
        InvalidArgumentError: the shape or the seed makes no sense.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.uniform([2], seed=1).numpy()
        array([0.8784882 , 0.45998025], dtype=float32)
    """
    op = "random.uniform"
    sizes, kind = shape_of_sample(op, shape), _floating(op, dtype)
    return Tensor(uniform_node(op, _state(seed, sizes), sizes, minval, maxval, kind))


@operation
def randint(
    shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: SeedLike = None
) -> Tensor:
    """Integers spread evenly over [minval, maxval).

    Args:
        shape: a list of sizes.
        minval: the lower limit, which may be drawn.
        maxval: the upper limit, which is not.
        dtype: the dtype of the result.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        InvalidArgumentError: the limits, the shape or the seed make no sense.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.randint([3], 0, 10, seed=1).shape
        TensorShape([3])
    """
    kind = as_dtype(dtype)
    drawn = kind if kind in (dtypes.int32, dtypes.int64) else dtypes.int64
    sizes = shape_of_sample("random.randint", shape)
    found = uniform_node("random.randint", _state(seed, sizes), sizes, minval, maxval, drawn)
    return Tensor(build.cast(found, kind))


@operation
def categorical(
    logits: Any, num_samples: Any, dtype: Any = "int32", seed: SeedLike = None
) -> Tensor:
    """Classes drawn with probabilities softmax(logits).

    Args:
        logits: floating-point numbers of shape ``[batch, classes]``.
        num_samples: how many to draw for each row.
        dtype: the dtype of the classes.
        seed: an integer, a `SeedGenerator` or `None`.

    Returns:
        Integers of shape ``[batch, num_samples]``.

    Raises:
        ShapeError: the logits have another rank, or there are no classes.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.categorical([[0.0, 1.0]], 3, seed=1).shape
        TensorShape([1, 3])
    """
    op, x = "random.categorical", as_node(logits)
    count = integer_argument(op, "num_samples", num_samples)
    if count < 0:
        raise InvalidArgumentError(f"{op}: num_samples must be at least 0, not {count}.")
    state = _state(seed, (x.shape[0] if x.rank else 0, count))
    return Tensor(build.cast(categorical_node(op, state, x, count, dtypes.int64), as_dtype(dtype)))


@operation
def shuffle(x: Any, axis: int = 0, seed: SeedLike = None) -> Tensor:
    """The parts of a tensor along an axis in random order.

    Args:
        x: a tensor.
        axis: along which axis.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        InvalidArgumentError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> sorted(tf.keras.random.shuffle([3, 1, 2], seed=1).numpy().tolist())
        [1, 2, 3]
    """
    node = as_node(x)
    place = normalize_axis("random.shuffle", axis, node.rank)
    sizes = (node.shape[place],)
    keys = build.random_uniform(_state(seed, sizes), sizes, dtypes.float32)
    return Tensor(build.gather(node, build.argsort(keys, 0), place))


@operation
def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: SeedLike = None) -> Tensor:
    """Gamma distributed numbers of scale 1.

    Args:
        shape: the shape of the result, whose last axes are those of `alpha`.
        alpha: the shape of the distribution, above 0.
        dtype: a floating-point type, ``keras.config.floatx()`` by default.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        ShapeError: `alpha` does not fit `shape`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.gamma([5], 0.5, seed=1).shape
        TensorShape([5])
    """
    kind, sizes = _floating("random.gamma", dtype), shape_of_sample("random.gamma", shape)
    return Tensor(gamma_node("random.gamma", _state(seed, sizes), sizes, as_node(alpha, kind)))


@operation
def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: SeedLike = None) -> Tensor:
    """Beta distributed numbers, with density x^(alpha - 1) (1 - x)^(beta - 1) up to a factor.

    Args:
        shape: the shape of the result.
        alpha: the first parameter, above 0, which broadcasts.
        beta: the second one, likewise.
        dtype: a floating-point type, ``keras.config.floatx()`` by default.
        seed: an integer, a `SeedGenerator` or `None`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.beta([5], 0.5, 2.0, seed=1).shape
        TensorShape([5])
    """
    kind, sizes = _floating("random.beta", dtype), shape_of_sample("random.beta", shape)
    blocks = BLOCKS_PER_NUMBER * element_count(sizes)
    states = state_nodes(seed, blocks, (0, _SECOND_GAMMA))
    first, second = (
        gamma_node("random.beta", state, sizes, build.broadcast_to(as_node(each, kind), sizes))
        for state, each in zip(states, (alpha, beta), strict=True)
    )
    return Tensor(build.div(first, build.add(first, second)))


@operation
def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: SeedLike = None
) -> Tensor:
    """Successes in a number of trials.

    Args:
        shape: the shape of the result, whose last axes are those of the parameters.
        counts: how many trials there are.
        probabilities: the probability of success in each.
        dtype: the dtype of the result, ``keras.config.floatx()`` by default.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        ShapeError: the parameters do not fit `shape`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.random.binomial([5], 10.0, 0.5, seed=1).shape
        TensorShape([5])
    """
    op, sizes = "random.binomial", shape_of_sample("random.binomial", shape)
    kind = as_dtype(backend.floatx() if dtype is None else dtype)
    state = _state(seed, sizes)
    return Tensor(binomial_node(op, state, sizes, counts, probabilities, kind))


@operation
def dropout(
    inputs: Any, rate: float, noise_shape: Sequence[int | None] | None = None, seed: SeedLike = None
) -> Tensor:
    """Each number becomes 0 with probability `rate`, the others grow by 1 / (1 - rate).

    Args:
        inputs: a tensor of a floating-point type.
        rate: the share of numbers to drop, in [0, 1].
        noise_shape: the shape of the mask of dropped numbers, where axes of size 1 are stretched;
            `None` stands for the size that the inputs have.
        seed: an integer, a `SeedGenerator` or `None`.

    Raises:
        InvalidArgumentError: `rate` is not in [0, 1], or the seed makes no sense.

    Example:
        >>> import glassbrook as tf
        >>> sorted(set(tf.keras.random.dropout(tf.ones([64]), 0.5, seed=1).numpy().tolist()))
        [0.0, 2.0]
    """
    if not 0 <= rate <= 1:
        raise InvalidArgumentError(f"random.dropout: rate is {rate}, expected 0 to 1.")
    node = as_node(inputs)
    return Tensor(dropout_node(node, rate, mask_shape(node.shape, noise_shape), seed))


def mask_shape(shape: Shape, noise_shape: Sequence[int | None] | None) -> Shape:
    """The shape of a mask of dropped numbers: that of the inputs where nothing else is given."""
    if noise_shape is None:
        return shape
    return tuple(
        size if wanted is None else int(wanted)
        for wanted, size in zip(noise_shape, shape, strict=True)
    )


def dropout_node(x: Node, rate: float, shape: Shape, seed: SeedLike) -> Node:
    """What `dropout` gives, with a mask of this shape."""
    if not rate:
        return x
    if rate == 1:
        return build.zeros(x.shape, x.dtype)
    draws = build.random_uniform(_state(seed, shape), shape, x.dtype)
    kept = build.greater_equal(draws, build.constant(rate, x.dtype))
    grown = build.mul(x, build.constant(1 / (1 - rate), x.dtype))
    return build.select(kept, grown, build.constant(0, x.dtype))
