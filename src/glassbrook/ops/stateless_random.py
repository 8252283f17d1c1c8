"""Random numbers that depend on a seed which is given with each call, as TensorFlow's do."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.engine.philox import scrambled
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument
from glassbrook.ops.sampling import (
    INTEGERS,
    categorical_node,
    floating_dtype,
    normal_node,
    permuted_node,
    shape_of_sample,
    truncated_normal_node,
    uniform_node,
)
from glassbrook.ops.seeds import state_array
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "Algorithm",
    "algorithm_number",
    "fold_in",
    "seeded_state",
    "split",
    "stateless_categorical",
    "stateless_normal",
    "stateless_shuffle",
    "stateless_truncated_normal",
    "stateless_uniform",
]

_KEY_OF_SEEDS = 0x02461E293EC8F720


class Algorithm(Enum):
    """How random words are made. There is one way, Philox, which is also what is selected."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def algorithm_number(op: str, alg: Any) -> int:
    """The number of an algorithm that is given as a name, a number or an `Algorithm`.

    Raises:
        InvalidArgumentError: there is none, or it is ThreeFry.
    """
    if isinstance(alg, Algorithm):
        number = alg.value
    elif isinstance(alg, str):
        names = {"philox": 1, "threefry": 2, "autoselect": 3}
        number = names.get(alg.strip().lower().replace("-", "").replace("_", ""), 0)
    else:
        number = integer_argument(op, "alg", alg)
    if number not in (1, 3):
        raise InvalidArgumentError(
            f"{op}: the algorithm {alg!r} is not available. Use 'philox' or 'auto_select'."
        )
    return number


def seeded_state(op: str, seed: Any, alg: Any = "auto_select") -> Node:
    """The state of the generator for a seed, two integers of any kind.

    Raises:
        InvalidArgumentError: the seed is something else, or the algorithm is not available.
    """
    algorithm_number(op, alg)
    if isinstance(seed, list | tuple) and all(isinstance(each, int) for each in seed):
        seed = np.array(seed, np.int64 if all(-(2**63) <= each < 2**63 for each in seed) else None)
    node = as_node(seed)
    if node.shape != (2,) or not node.dtype.is_integer:
        raise InvalidArgumentError(f"{op}: seed must be two integers, such as [1, 2], got {seed}.")
    if node.value is not None:
        first, second = (int(each) for each in node.value)
        return build.data(state_array(scrambled(first, second)), dtypes.int64)
    key = build.constant(_KEY_OF_SEEDS, dtypes.int64)
    seeds = build.concat([build.cast(node, dtypes.int64), build.reshape(key, (1,))], 0)
    mixed = build.cast(build.random_uniform(seeds, (2,), dtypes.uint64), dtypes.int64)
    zero = build.zeros((1,), dtypes.int64)
    return build.concat([zero, build.slice(mixed, (1,), (1,)), build.slice(mixed, (0,), (1,))], 0)


@operation
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Numbers spread evenly over [minval, maxval), which depend on `seed` only.

    Args:
        shape: a list of sizes.
        seed: two integers.
        minval: the lower limit, which may be drawn.
        maxval: the upper limit, which is not; 1 by default for floats, needed for integers.
        dtype: float16, float32, float64, or an integer type of 32 or 64 bits. Integers without
            limits, with `None` for both, are spread over all that the type can hold.
        name: accepted for TensorFlow's sake, without effect.
        alg: the algorithm, "philox" or "auto_select", which is the same.

    Raises:
        InvalidArgumentError: the seed is not two integers, or as for `tf.random.uniform`.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.random.stateless_uniform([2], seed=[1, 2])
        >>> bool(tf.reduce_all(x == tf.random.stateless_uniform([2], seed=[1, 2])))
        True
    """
    op = "random.stateless_uniform"
    sizes, kind = shape_of_sample(op, shape), as_dtype(dtype)
    state = seeded_state(op, seed, alg)
    if kind in INTEGERS and minval is None and maxval is None:
        return Tensor(build.random_uniform(state, sizes, kind))
    low = 0 if minval is None else minval
    return Tensor(uniform_node(op, state, sizes, low, maxval, kind))


@operation
def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Normally distributed numbers, which depend on `seed` only.

    Args:
        shape: a list of sizes.
        seed: two integers.
        mean: the mean, a number or a tensor that broadcasts.
        stddev: the standard deviation, likewise.
        dtype: float16, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.
        alg: the algorithm, "philox" or "auto_select", which is the same.

    Raises:
        InvalidArgumentError: the seed is not two integers.
        DTypeError: the dtype is not a floating-point type.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.stateless_normal([2, 3], seed=[1, 2]).shape
        TensorShape([2, 3])
    """
    op = "random.stateless_normal"
    kind, sizes = floating_dtype(op, dtype), shape_of_sample(op, shape)
    return Tensor(normal_node(seeded_state(op, seed, alg), sizes, mean, stddev, kind))


@operation
def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Normally distributed numbers within two standard deviations, which depend on `seed` only.

    Args:
        shape: a list of sizes.
        seed: two integers.
        mean: the mean, a number or a tensor that broadcasts.
        stddev: the standard deviation before truncation, likewise.
        dtype: float16, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.
        alg: the algorithm, "philox" or "auto_select", which is the same.

    Raises:
        InvalidArgumentError: the seed is not two integers.
        DTypeError: the dtype is not a floating-point type.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.stateless_truncated_normal([2], seed=[1, 2]).shape
        TensorShape([2])
    """
    op = "random.stateless_truncated_normal"
    kind, sizes = floating_dtype(op, dtype), shape_of_sample(op, shape)
    state = seeded_state(op, seed, alg)
    return Tensor(truncated_normal_node(state, sizes, mean, stddev, kind))


@operation
def stateless_categorical(
    logits: Any,
    num_samples: Any,
    seed: Any,
    dtype: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """Classes drawn with probabilities softmax(logits), which depend on `seed` only.

    Args:
        logits: floating-point numbers of shape ``[batch, classes]``.
        num_samples: how many to draw for each row.
        seed: two integers.
        dtype: the dtype of the classes.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the seed is not two integers.
        ShapeError: the logits have another rank, or there are no classes.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.stateless_categorical([[0.0, 0.0]], 5, seed=[1, 2]).shape
        TensorShape([1, 5])
    """
    op = "random.stateless_categorical"
    count = integer_argument(op, "num_samples", num_samples)
    if count < 0:
        raise InvalidArgumentError(f"{op}: num_samples must be at least 0, not {count}.")
    kind = dtypes.int64 if dtype is None else as_dtype(dtype)
    return Tensor(categorical_node(op, seeded_state(op, seed), as_node(logits), count, kind))


@operation
def stateless_shuffle(
    value: Any, seed: Any, alg: Any = "auto_select", name: str | None = None
) -> Tensor:
    """The rows of a tensor in random order, which depends on `seed` only.

    Args:
        value: a tensor; its first axis is shuffled.
        seed: two integers.
        alg: the algorithm, "philox" or "auto_select", which is the same.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the seed is not two integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.experimental.stateless_shuffle([1, 2, 3, 4], seed=[1, 2]).numpy()
        array([1, 4, 3, 2], dtype=int32)
    """
    state = seeded_state("random.stateless_shuffle", seed, alg)
    return Tensor(permuted_node(state, as_node(value)))


@operation
def split(seed: Any, num: int = 2, alg: Any = "auto_select") -> Tensor:
    """New seeds out of one, for the stateless functions.

    Args:
        seed: two integers.
        num: how many seeds to make.
        alg: the algorithm, "philox" or "auto_select", which is the same.

    Returns:
        Integers of shape ``[num, 2]``, of the dtype of the seed.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.split([1, 2], num=3).shape
        TensorShape([3, 2])
    """
    node = as_node(seed)
    state = seeded_state("random.split", Tensor(node), alg)
    return Tensor(build.random_uniform(state, (num, 2), node.dtype))


@operation
def fold_in(seed: Any, data: Any, alg: Any = "auto_select") -> Tensor:
    """A new seed for the stateless functions, out of one and a number such as that of a step.

    Args:
        seed: two integers.
        data: an int32 or int64 number.
        alg: the algorithm, "philox" or "auto_select", which is the same.

    Returns:
        Two integers of the dtype of `data`.

    Example:
        >>> import glassbrook as tf
        >>> int(tf.random.fold_in([1, 2], 7)[1])
        7
    """
    number = as_node(data)
    state = seeded_state("random.fold_in", seed, alg)
    drawn = build.random_uniform(state, (1,), number.dtype)
    return Tensor(build.concat([drawn, build.reshape(number, (1,))], 0))
