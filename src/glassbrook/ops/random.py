"""Random numbers that follow from the global seed, the same that TensorFlow draws.

Drawing is lazy like everything else: the state of the generator is fixed when the function is
called, the numbers are computed when someone looks.
"""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.engine.philox import WORDS_PER_BLOCK
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Shape
from glassbrook.graph.shapes import element_count
from glassbrook.ops.arguments import integer_argument
from glassbrook.ops.sampling import (
    categorical_node,
    floating_dtype,
    normal_node,
    permuted_node,
    shape_of_sample,
    truncated_normal_node,
    uniform_node,
)
from glassbrook.ops.seeds import BLOCKS_PER_NUMBER, next_state_node
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["categorical", "normal", "shuffle", "truncated_normal", "uniform"]


@operation
def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Normally distributed numbers, with density exp(-((x - mean) / stddev)² / 2) up to a factor.

    Args:
        shape: a list of sizes.
        mean: the mean, a number or a tensor that broadcasts.
        stddev: the standard deviation, likewise.
        dtype: float16, float32 or float64.
        seed: a seed of this operation's own; see `tf.random.set_seed` for the global one.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtype is not a floating-point type.
        InvalidArgumentError: the shape is not a list of sizes.

    Source:
        Box and Muller, "A note on the generation of random normal deviates", 1958.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.normal([2, 3], mean=10.0).shape
        TensorShape([2, 3])
    """
    kind = floating_dtype("random.normal", dtype)
    sizes = shape_of_sample("random.normal", shape)
    state = next_state_node(f"normal {kind.name}", seed, _blocks(sizes))
    return Tensor(normal_node(state, sizes, mean, stddev, kind))


@operation
def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Normally distributed numbers that lie within two standard deviations of the mean.

    Their own standard deviation is 0.8796 times `stddev`.

    Args:
        shape: a list of sizes.
        mean: the mean, a number or a tensor that broadcasts.
        stddev: the standard deviation before truncation, likewise.
        dtype: float16, float32 or float64.
        seed: a seed of this operation's own.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtype is not a floating-point type.
        InvalidArgumentError: the shape is not a list of sizes.

    Example:
        >>> import glassbrook as tf
        >>> float(tf.reduce_max(tf.abs(tf.random.truncated_normal([1000])))) <= 2.0
        True
    """
    kind = floating_dtype("random.truncated_normal", dtype)
    sizes = shape_of_sample("random.truncated_normal", shape)
    state = next_state_node(f"truncated_normal {kind.name}", seed, _blocks(sizes))
    return Tensor(truncated_normal_node(state, sizes, mean, stddev, kind))


@operation
def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers spread evenly over [minval, maxval).

    Args:
        shape: a list of sizes.
        minval: the lower limit, which may be drawn.
        maxval: the upper limit, which is not; 1 by default for floats, needed for integers.
        dtype: float16, float32, float64, int32 or int64. Integers are remainders of random words,
            so the smaller ones are a little likelier unless the range is a power of two.
        seed: a seed of this operation's own.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: integers without `maxval`, or with one that is not above `minval`;
            or the shape is not a list of sizes.
        ShapeError: the limits do not broadcast to the shape.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.random.uniform([1000], minval=1, maxval=7, dtype=tf.int32)
        >>> int(tf.reduce_min(x)), int(tf.reduce_max(x))
        (1, 6)
    """
    kind = as_dtype(dtype)
    sizes = shape_of_sample("random.uniform", shape)
    state = next_state_node(f"uniform {kind.name}", seed, _blocks(sizes))
    return Tensor(uniform_node("random.uniform", state, sizes, minval, maxval, kind))


@operation
def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The rows of a tensor in random order; each order is equally likely.

    Args:
        value: a tensor; its first axis is shuffled, and a scalar stays as it is.
        seed: a seed of this operation's own.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> sorted(tf.random.shuffle([3, 1, 2]).numpy().tolist())
        [1, 2, 3]
    """
    x = as_node(value)
    steps = x.shape[0] - 1 if x.size > 1 else 0
    blocks = -(-max(steps, 0) // WORDS_PER_BLOCK)
    return Tensor(permuted_node(next_state_node(f"shuffle {x.dtype.name}", seed, blocks), x))


@operation
def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Classes drawn with probabilities softmax(logits).

    Args:
        logits: floating-point numbers of shape ``[batch, classes]``.
        num_samples: how many to draw for each row.
        dtype: the dtype of the classes; int64 by default.
        seed: a seed of this operation's own.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        Integers of shape ``[batch, num_samples]``, from 0 to ``classes - 1``.

    Raises:
        ShapeError: the logits have another rank, or there are no classes.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.categorical(tf.math.log([[0.0, 1.0]]), 3).numpy()
        array([[1, 1, 1]])
    """
    op = "random.categorical"
    x, count = as_node(logits), _sample_count(op, num_samples)
    kind = dtypes.int64 if dtype is None else as_dtype(dtype)
    # The same for a row as if its samples came in whole blocks.
    numbers = (x.shape[0] if x.rank else 0) * -(-count // WORDS_PER_BLOCK) * WORDS_PER_BLOCK
    name = f"categorical {x.dtype.name} {kind.name}"
    state = next_state_node(name, seed, 2 * BLOCKS_PER_NUMBER * numbers)
    return Tensor(categorical_node(op, state, x, count, kind))


def _sample_count(op: str, num_samples: Any) -> int:
    count = integer_argument(op, "num_samples", num_samples)
    if count < 0:
        raise InvalidArgumentError(f"{op}: num_samples must be at least 0, not {count}.")
    return count


def _blocks(shape: Shape) -> int:
    """How far a sample moves the state on."""
    return BLOCKS_PER_NUMBER * element_count(shape)
