"""`tf.random.Generator`: sources of random numbers of their own."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape
from glassbrook.graph.shapes import broadcast_shapes, element_count
from glassbrook.ops.arguments import integer_argument, integers_argument
from glassbrook.ops.distributions import binomial_node
from glassbrook.ops.sampling import (
    INTEGERS,
    floating_dtype,
    normal_node,
    shape_of_sample,
    truncated_normal_node,
    uniform_node,
)
from glassbrook.ops.seeds import BLOCKS_PER_NUMBER, state_array
from glassbrook.ops.stateless_random import Algorithm, algorithm_number
from glassbrook.tensor import Tensor, Variable, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["Generator", "create_rng_state", "get_global_generator", "set_global_generator"]

_STATE_SIZE = 3
_WORD = (1 << 64) - 1


@operation
def create_rng_state(seed: Any, alg: Any) -> Tensor:
    """The state of a `Generator` for a seed: three int64 numbers.

    Args:
        seed: an integer of any size, or up to three of them.
        alg: the algorithm, "philox" or "auto_select", which is the same.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.create_rng_state(5, "philox").numpy()
        array([5, 0, 0])
    """
    algorithm_number("random.create_rng_state", alg)
    if isinstance(seed, int):
        parts = [seed >> 64 * place & _WORD for place in range(_STATE_SIZE)]
    else:
        given = integers_argument("random.create_rng_state", "seed", seed)
        parts = [0] * (_STATE_SIZE - len(given)) + list(given[:_STATE_SIZE])
    return Tensor(build.data(state_array((parts[0], parts[1], parts[2])), dtypes.int64))


class Generator:
    """A source of random numbers of its own, independent of the global seed.

    Make one with `from_seed` or `from_non_deterministic_state`.

    Args:
        copy_from: another generator, to go on as it will.
        state: three int64 numbers: the lower and the upper half of the counter, and the key; or a
            variable that holds them.
        alg: the algorithm, "philox" or "auto_select", which is the same.

    Raises:
        InvalidArgumentError: there is neither a generator nor a state, or the state does not
            consist of three integers.

    Example:
        >>> import glassbrook as tf
        >>> generator = tf.random.Generator.from_seed(1)
        >>> generator.normal([2]).numpy()
        array([ 0.43842274, -0.53439844], dtype=float32)
    """

    def __init__(
        self, copy_from: Generator | None = None, state: Any = None, alg: Any = None
    ) -> None:
        if copy_from is not None:
            state, alg = copy_from.state, copy_from.algorithm
        elif state is None:
            raise InvalidArgumentError(
                "random.Generator needs a state: use tf.random.Generator.from_seed(1)."
            )
        self._algorithm = algorithm_number("random.Generator", 1 if alg is None else alg)
        if copy_from is None and isinstance(state, Variable):
            _state_node(state)
            self._state = state
        else:
            self._state = Variable(
                Tensor(_state_node(state)), trainable=False, name="StateVar", dtype=dtypes.int64
            )

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator whose numbers depend on `seed`, one or several integers, only."""
        number = 1 if alg is None else alg
        return cls(state=create_rng_state(seed, number), alg=number)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator whose numbers are different in every process."""
        state = np.frombuffer(os.urandom(8 * _STATE_SIZE), np.int64)
        return cls(state=state, alg=1 if alg is None else alg)

    @classmethod
    def from_state(cls, state: Any, alg: Any = None) -> Generator:
        """A generator that goes on from the `state` of another."""
        return cls(state=state, alg=alg)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any = None) -> Generator:
        """A generator with a key, one integer, and a counter, two of them."""
        return cls(state=_state_of(key, counter), alg=alg)

    @property
    def state(self) -> Variable:
        """All that the next numbers depend on: a variable of three int64 numbers."""
        return self._state

    @property
    def algorithm(self) -> int:
        """The number of the algorithm; see `Algorithm`."""
        return self._algorithm

    @property
    def key(self) -> Tensor:
        """What stays the same while numbers are drawn: one int64 number."""
        return Tensor(build.reshape(build.slice(as_node(self._state), (2,), (1,)), ()))

    def reset(self, state: Any) -> None:
        """Go on from the `state` of a generator."""
        self._state.assign(Tensor(_state_node(state)))

    def reset_from_seed(self, seed: Any) -> None:
        """Begin again with another seed."""
        self._state.assign(create_rng_state(seed, Algorithm.PHILOX))

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Go on from a key, one integer, and a counter, two of them."""
        self._state.assign(Tensor(_state_node(_state_of(key, counter))))

    def skip(self, delta: Any) -> Tensor:
        """Leave out as many numbers as a sample of `delta` takes; the state before."""
        before = as_node(self._state)
        moved = build.mul(
            build.reshape(build.cast(as_node(delta), dtypes.int64), (1,)),
            build.constant(BLOCKS_PER_NUMBER, dtypes.int64),
        )
        shift = build.concat([moved, build.zeros((2,), dtypes.int64)], 0)
        self._state.assign(Tensor(build.add(before, shift)))
        return Tensor(before)

    def _next(self, shape: Shape) -> Node:
        return as_node(self.skip(element_count(shape)))

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
        return Tensor(normal_node(self._next(sizes), sizes, mean, stddev, kind))

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
        return Tensor(truncated_normal_node(self._next(sizes), sizes, mean, stddev, kind))

    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: Any = dtypes.float32,
        name: str | None = None,
    ) -> Tensor:
        """Numbers spread evenly over [minval, maxval), as from `tf.random.uniform`."""
        op, kind = "Generator.uniform", as_dtype(dtype)
        sizes = shape_of_sample(op, shape)
        if kind.is_integer and minval is None and maxval is None:
            return self.uniform_full_int(sizes, kind)
        return Tensor(uniform_node(op, self._next(sizes), sizes, minval, maxval, kind))

    def uniform_full_int(
        self, shape: Any, dtype: Any = dtypes.uint64, name: str | None = None
    ) -> Tensor:
        """Integers spread evenly over all that the dtype, of 32 or 64 bits, can hold."""
        kind = as_dtype(dtype)
        if kind not in INTEGERS:
            raise InvalidArgumentError(
                f"Generator.uniform_full_int: dtype must be int32, int64, uint32 or uint64, not "
                f"{kind.name}."
            )
        sizes = shape_of_sample("Generator.uniform_full_int", shape)
        return Tensor(build.random_uniform(self._next(sizes), sizes, kind))

    def binomial(
        self,
        shape: Any,
        counts: Any,
        probs: Any,
        dtype: Any = dtypes.int32,
        name: str | None = None,
    ) -> Tensor:
        """Successes in so many trials, as from `tf.random.stateless_binomial`."""
        op, sizes = "Generator.binomial", shape_of_sample("Generator.binomial", shape)
        trials, probability = as_node(counts), as_node(probs)
        rows = element_count(broadcast_shapes(op, trials.shape, probability.shape))
        # As far as TensorFlow moves the state on.
        numbers = rows * (50 * (element_count(sizes) // max(rows, 1) + 3))
        state = as_node(self.skip(numbers))
        kind = as_dtype(dtype)
        return Tensor(binomial_node(op, state, sizes, Tensor(trials), Tensor(probability), kind))

    def make_seeds(self, count: int = 1) -> Tensor:
        """Seeds for the stateless functions: int64 numbers of shape ``[2, count]``."""
        keys = as_node(self.uniform_full_int([count], dtypes.int64))
        rows = build.reshape(keys, (1, count))
        return Tensor(build.concat([rows, build.zeros((1, count), dtypes.int64)], 0))

    def split(self, count: int = 1) -> list[Generator]:
        """New generators, independent of this one and of each other."""
        number = integer_argument("Generator.split", "count", count)
        keys = as_node(self.uniform_full_int([number], dtypes.int64))
        counter = build.zeros((2,), dtypes.int64)
        return [
            Generator(
                state=Tensor(build.concat([counter, build.slice(keys, (place,), (1,))], 0)),
                alg=self._algorithm,
            )
            for place in range(number)
        ]


def _state_node(state: Any) -> Node:
    if isinstance(state, list | tuple):
        parts = integers_argument("random.Generator", "state", state)
        node = as_node(np.array([(each + 2**63) % 2**64 - 2**63 for each in parts], np.int64))
    else:
        node = build.cast(as_node(state), dtypes.int64)
    if node.shape != (_STATE_SIZE,):
        raise InvalidArgumentError(
            f"random.Generator: a state consists of three integers, got shape {list(node.shape)}. "
            "tf.random.Generator.from_seed(1) makes one from a seed."
        )
    return node


def _state_of(key: Any, counter: Any) -> tuple[int, ...]:
    op = "random.Generator.from_key_counter"
    return (
        *integers_argument(op, "counter", counter),
        integer_argument(op, "key", key),
    )


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
