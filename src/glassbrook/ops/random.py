"""Random numbers: from the global seed, from generators, and from seeds given with each call.

Drawing is lazy like everything else: the seed is fixed when the function is called, the numbers
are computed when someone looks.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.engine.tracing import give_up
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument, integers_argument
from glassbrook.ops.sampling import (
    categorical_node,
    floating_dtype,
    normal_node,
    seed_node,
    shape_of_sample,
    truncated_normal_node,
    uniform_node,
)
from glassbrook.ops.seeds import (
    drawn_seed,
    entropy,
    get_state,
    mix,
    next_seed,
    next_seed_node,
    set_seed,
    set_state,
)
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "Generator",
    "categorical",
    "get_global_generator",
    "get_state",
    "next_seed",
    "normal",
    "set_global_generator",
    "set_seed",
    "set_state",
    "shuffle",
    "stateless_categorical",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]


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
    return Tensor(normal_node(next_seed_node(seed), sizes, mean, stddev, kind))


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
    return Tensor(truncated_normal_node(next_seed_node(seed), sizes, mean, stddev, kind))


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
        dtype: float16, float32, float64, int32 or int64. Integers are made from 53 random bits:
            a range beyond 2**53 leaves gaps.
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
    source = next_seed_node(seed)
    return Tensor(uniform_node("random.uniform", source, sizes, minval, maxval, kind))


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
    source = next_seed_node(seed)
    if not x.rank or x.shape[0] < 2:
        return Tensor(build.identity(x))
    keys = build.random_uniform(source, (x.shape[0],), dtypes.float64)
    return Tensor(build.gather(x, build.argsort(keys, 0)))


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
    return _categorical("random.categorical", next_seed_node(seed), logits, num_samples, dtype)


def _categorical(op: str, seed: Node, logits: Any, num_samples: Any, dtype: Any) -> Tensor:
    count = integer_argument(op, "num_samples", num_samples)
    if count < 0:
        raise InvalidArgumentError(f"{op}: num_samples must be at least 0, not {count}.")
    kind = dtypes.int64 if dtype is None else as_dtype(dtype)
    return Tensor(categorical_node(op, seed, as_node(logits), count, kind))


def _given_seed(op: str, seed: Any) -> Node:
    """The seed of a stateless operation: two integers."""
    pair = integers_argument(op, "seed", seed)
    if len(pair) != 2:
        raise InvalidArgumentError(f"{op}: seed must be two integers, such as [1, 2], got {seed}.")
    # Mixed, so that neighbouring pairs and those of other functions have nothing in common.
    return seed_node((mix(2, *pair), mix(3, *pair)))


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
        dtype: float16, float32, float64, int32 or int64.
        name: accepted for TensorFlow's sake, without effect.
        alg: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the seed is not two integers, or as for `tf.random.uniform`.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.random.stateless_uniform([2], seed=[1, 2])
        >>> bool(tf.reduce_all(x == tf.random.stateless_uniform([2], seed=[1, 2])))
        True
    """
    op = "random.stateless_uniform"
    sizes, source = shape_of_sample(op, shape), _given_seed(op, seed)
    return Tensor(uniform_node(op, source, sizes, minval, maxval, as_dtype(dtype)))


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
        alg: accepted for TensorFlow's sake, without effect.

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
    return Tensor(normal_node(_given_seed(op, seed), sizes, mean, stddev, kind))


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
        alg: accepted for TensorFlow's sake, without effect.

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
    return Tensor(truncated_normal_node(_given_seed(op, seed), sizes, mean, stddev, kind))


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
    source = _given_seed(op, seed)
    return Tensor(categorical_node(op, source, as_node(logits), count, as_dtype(dtype)))


class Generator:
    """A source of random numbers of its own, independent of the global seed.

    Make one with `from_seed` or `from_non_deterministic_state`.

    Example:
        >>> import glassbrook as tf
        >>> first = tf.random.Generator.from_seed(1).normal([3])
        >>> again = tf.random.Generator.from_seed(1).normal([3])
        >>> bool(tf.reduce_all(first == again))
        True
    """

    def __init__(self, state: Any = None, alg: Any = None, *, copy_from: Any = None) -> None:
        source = copy_from.state if copy_from is not None else state
        if source is None:
            raise InvalidArgumentError(
                "random.Generator needs a state: use tf.random.Generator.from_seed(1)."
            )
        self._lock = threading.Lock()
        self._key, self._count = _generator_state(source)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator whose numbers depend on `seed`, one or several integers, only."""
        return cls((mix(4, *integers_argument("random.Generator", "seed", seed)), 0))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator whose numbers are different in every process."""
        return cls((mix(4, entropy()), 0))

    @classmethod
    def from_state(cls, state: Any, alg: Any = None) -> Generator:
        """A generator that goes on from the `state` of another."""
        return cls(state)

    @property
    def state(self) -> Tensor:
        """All that the next numbers depend on: two int64 numbers."""
        give_up("the state of a generator of random numbers")
        return Tensor(build.data(np.array([self._key, self._count], np.int64)))

    def reset(self, state: Any) -> None:
        """Go on from the `state` of a generator."""
        give_up("to set the state of a generator of random numbers")
        with self._lock:
            self._key, self._count = _generator_state(state)

    def reset_from_seed(self, seed: Any) -> None:
        """Begin again with another seed."""
        self.reset(Generator.from_seed(seed).state)

    def _next(self) -> tuple[int, int]:
        with self._lock:
            self._count += 1
            return self._key, self._count

    def normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = dtypes.float32,
        name: str | None = None,
    ) -> Tensor:
        """Normally distributed numbers, as from `tf.random.normal`."""
        kind = floating_dtype("Generator.normal", dtype)
        sizes = shape_of_sample("Generator.normal", shape)
        return Tensor(normal_node(drawn_seed(self._next), sizes, mean, stddev, kind))

    def truncated_normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = dtypes.float32,
        name: str | None = None,
    ) -> Tensor:
        """Numbers within two standard deviations, as from `tf.random.truncated_normal`."""
        kind = floating_dtype("Generator.truncated_normal", dtype)
        sizes = shape_of_sample("Generator.truncated_normal", shape)
        return Tensor(truncated_normal_node(drawn_seed(self._next), sizes, mean, stddev, kind))

    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: Any = dtypes.float32,
        name: str | None = None,
    ) -> Tensor:
        """Numbers spread evenly over [minval, maxval), as from `tf.random.uniform`."""
        sizes = shape_of_sample("Generator.uniform", shape)
        source = drawn_seed(self._next)
        return Tensor(
            uniform_node("Generator.uniform", source, sizes, minval, maxval, as_dtype(dtype))
        )

    def make_seeds(self, count: int = 1) -> Tensor:
        """Seeds for the stateless functions: int64 numbers of shape ``[2, count]``."""
        give_up("new seeds for stateless functions")
        pairs = [self._next() for _ in range(count)]
        seeds = [[mix(part, *pair) for pair in pairs] for part in (5, 6)]
        return Tensor(build.data(np.array(seeds, np.int64).reshape(2, count)))

    def split(self, count: int = 1) -> list[Generator]:
        """New generators, independent of this one and of each other."""
        give_up("new generators of random numbers")
        return [Generator((mix(7, *self._next()), 0)) for _ in range(count)]


def _generator_state(state: Any) -> tuple[int, int]:
    numbers = integers_argument("random.Generator", "state", state)
    if len(numbers) != 2:
        raise InvalidArgumentError(
            f"random.Generator: a state consists of two integers, got {len(numbers)}. "
            "tf.random.Generator.from_seed(1) makes one from a seed."
        )
    return numbers[0], numbers[1]


_global_generator: Generator | None = None
_global_lock = threading.Lock()


@operation
def get_global_generator() -> Generator:
    """The generator that the whole program shares; different in every process unless it is set.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.set_global_generator(tf.random.Generator.from_seed(1))
        >>> tf.random.get_global_generator().uniform([2]).shape
        TensorShape([2])
    """
    global _global_generator
    with _global_lock:
        if _global_generator is None:
            _global_generator = Generator.from_non_deterministic_state()
        return _global_generator


@operation
def set_global_generator(generator: Generator) -> None:
    """Let another generator be the one that the whole program shares."""
    global _global_generator
    with _global_lock:
        _global_generator = generator
