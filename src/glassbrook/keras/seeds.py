"""Random numbers of layers and of training: sequences that can be saved and gone on from."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.philox import WORDS_PER_BLOCK, State, advanced, permutation, scrambled
from glassbrook.engine.tracing import Trace, active, supplied_group
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.naming import auto_name
from glassbrook.ops.seeds import (
    default_seed,
    drawn_state,
    global_seed,
    next_seed,
    operation_seeds,
    state_array,
)

__all__ = [
    "SeedGenerator",
    "SeedLike",
    "Shuffler",
    "forget_shared_seeds",
    "state_node",
    "state_nodes",
]

_SEEDS = 2**31 - 2
"""Keras takes seeds modulo this number."""


class SeedGenerator:
    """A sequence of seeds for random operations, of which each is used once.

    Args:
        seed: fixes the sequence; by default it is drawn from Python's random numbers, which
            ``tf.keras.utils.set_random_seed`` makes repeatable.
        name: a name, by default one that no other object has.

    Raises:
        InvalidArgumentError: the seed is no integer.

    Example:
        >>> import glassbrook as tf
        >>> seeds = tf.keras.random.SeedGenerator(seed=42)
        >>> tf.keras.random.normal([2], seed=seeds).numpy()
        array([ 0.01581708, -1.5900869 ], dtype=float32)
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        kwargs.pop("backend", None)
        if kwargs:
            raise InvalidArgumentError(f"SeedGenerator: unknown arguments {sorted(kwargs)}.")
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer)):
            raise InvalidArgumentError(f"A seed is a whole number or None, got {seed!r}.")
        self.name = auto_name("SeedGenerator") if name is None else name
        self._initial_seed = seed
        self._pair = (default_seed() if seed is None else int(seed), 0)

    def next(self, ordered: bool = True) -> tuple[int, int]:
        """The next seed pair.

        Args:
            ordered: whether pairs are counted; otherwise they follow each other by chance, and are
                not far from unique.
        """
        first, second = pair = self._pair
        if ordered:
            self._pair = first, second + 1
        else:
            self._pair = (first + 1) * 5387 % 933199, (second + 1) * 5387 % 933199
        return pair

    @property
    def state(self) -> tuple[int, int]:
        """Where the sequence stands; setting it goes on from there."""
        return self._pair

    @state.setter
    def state(self, state: tuple[int, int]) -> None:
        first, second = (int(each) for each in state)
        if not (-(2**63) <= first < 2**63 and 0 <= second < 2**63):
            raise InvalidArgumentError(f"{state} is not the state of a sequence of seeds.")
        self._pair = first, second

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A sequence with the arguments that `get_config` gave."""
        return cls(**config)


SeedLike = int | SeedGenerator | None
"""What Keras's random functions take as a seed."""

_shared: list[SeedGenerator] = []
_lock = threading.Lock()


def _shared_seeds() -> SeedGenerator:
    """The sequence for those that were given no seed."""
    with _lock:
        if not _shared:
            _shared.append(SeedGenerator())
        return _shared[0]


def forget_shared_seeds() -> None:
    """Let the sequence for those that were given no seed begin anew, when it is next used."""
    with _lock:
        _shared.clear()


def _state(pair: tuple[int, int], addend: int = 0) -> State:
    first, second = (each % _SEEDS + addend for each in pair)
    return scrambled(first, second)


def state_node(seed: SeedLike, blocks: int) -> Node:
    """The state that a random operation draws from, as a leaf of the graph.

    Args:
        seed: an integer, which always gives the same state; a sequence, of which the next seed is
            used; or `None` for the sequence that all such operations share.
        blocks: how many blocks of random words the operation takes at most.

    Raises:
        InvalidArgumentError: the seed is none of these.
    """
    return state_nodes(seed, blocks, (0,))[0]


def state_nodes(seed: SeedLike, blocks: int, addends: tuple[int, ...]) -> list[Node]:
    """Several states from one seed: for each of `addends`, that of the seed and it."""
    if seed is not None and not isinstance(seed, int | np.integer | SeedGenerator):
        raise InvalidArgumentError(
            f"A seed is an integer, a keras.random.SeedGenerator or None, got {seed!r}."
        )
    if isinstance(seed, int | np.integer):
        pair = int(seed), 0
        return [build.data(state_array(_state(pair, addend)), dtypes.int64) for addend in addends]
    sequence = _shared_seeds() if seed is None else seed
    ordered = seed is not None
    if len(addends) == 1 and not _is_counted(active.trace):
        return [drawn_state(lambda amount: _state(sequence.next(ordered)), blocks)]

    def draw(ahead: int) -> list[Any]:
        pair = sequence.next(ordered)
        return [state_array(_state(pair, addend)) for addend in addends]

    return list(supplied_group(draw, [((3,), dtypes.int64)] * len(addends)))


def _is_counted(trace: Trace | None) -> bool:
    """Whether it is known how often the present part of a trace runs in one call."""
    while trace is not None and trace.is_part:
        if trace.outer is None or (trace.loops and trace.turns is None):
            return False
        trace = trace.outer
    return True


class Shuffler:
    """The order of training data, as Keras's `fit` shuffles them.

    With a global seed, every epoch has the same order, and so has every training: Keras begins anew
    with the same seed each time. Without one, every epoch has another order.
    """

    def __init__(self) -> None:
        seed = global_seed()
        self._pair = None if seed is None else operation_seeds(None, lambda: 0)
        self._orders: dict[tuple[int, int], Any] = {}

    def permutation(self, size: int) -> Any:
        """The numbers from 0 to size - 1 in the order of the next epoch, an int64 array."""
        return self._permuted(size, 0)

    def within_batches(self, size: int, batch_size: int) -> Any:
        """The same for ``shuffle="batch"``, where samples change places within their batch."""
        steps = -(-(min(batch_size, size) - 1) // WORDS_PER_BLOCK)
        return np.concatenate(
            [
                start + self._permuted(min(batch_size, size - start), number * steps)
                for number, start in enumerate(range(0, size, batch_size))
            ]
        )

    def _permuted(self, size: int, blocks: int) -> Any:
        if self._pair is None:
            return permutation(state_array(scrambled(*next_seed())), size)
        if (size, blocks) not in self._orders:
            state = advanced((0, self._pair[1], self._pair[0]), blocks)
            self._orders[size, blocks] = permutation(state_array(state), size)
        return self._orders[size, blocks]
