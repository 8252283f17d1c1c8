"""Seeds: which numbers the next random operation draws.

A random operation takes a pair of 64-bit integers, and the same pair always gives the same
numbers. Where none is given, the pair comes from the global seed and a count of the operations so
far, so that a program that calls `set_seed` draws the same numbers each time it runs, while two
operations never share theirs.
"""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.tracing import active, supplied
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node

__all__ = [
    "drawn_seed",
    "entropy",
    "get_state",
    "mix",
    "next_seed",
    "next_seed_node",
    "own_sequence",
    "set_seed",
    "set_state",
]

SeedPair = tuple[int, int]

_WITHOUT_GLOBAL_SEED = 87654321
"""Stands for the global seed of operations that have one of their own only."""


def entropy() -> int:
    """63 bits that nobody can foresee."""
    return int.from_bytes(os.urandom(8), "little") >> 1


class _Stream:
    """The global seed, and how many operations have drawn from it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seed: int | None = None
        self.entropy = entropy()
        self.count = 0
        self.counts_by_seed: dict[int, int] = {}


_stream = _Stream()


class _Own(threading.local):
    """A sequence that a thread draws from instead of the common one."""

    base: int | None = None
    count = 0


_own = _Own()


@contextmanager
def own_sequence(pair: SeedPair) -> Iterator[None]:
    """Let this thread draw seeds from a sequence of its own, which depends on `pair` only.

    What a worker thread draws must not depend on when it runs.
    """
    before = _own.base, _own.count
    _own.base, _own.count = mix(*pair), 0
    try:
        yield
    finally:
        _own.base, _own.count = before


_MASK = (1 << 64) - 1


def mix(*numbers: int) -> int:
    """One signed 64-bit number out of several; any bit of them changes about half of its bits.

    Source:
        The finalizer of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
        generators", 2014.
    """
    state = 0
    for number in numbers:
        state = (state + (number & _MASK) + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state - (1 << 64) if state >> 63 else state


def _integer(seed: Any) -> int:
    try:
        return operator.index(seed)
    except TypeError:
        raise InvalidArgumentError(f"random: a seed must be an integer, not {seed!r}.") from None


def set_seed(seed: int | None) -> None:
    """Make the numbers that are drawn from now on depend on `seed` only.

    After the same seed, the same sequence of random operations gives the same numbers, in this
    process and in any other. Operations that run in several threads at once are counted in the
    order in which they come, which may differ from run to run.

    Args:
        seed: any integer; `None` goes back to different numbers in every process.

    Raises:
        InvalidArgumentError: the seed is not an integer.

    Example:
        >>> import glassbrook as tf
        >>> tf.random.set_seed(7)
        >>> x = tf.random.uniform([2])
        >>> tf.random.set_seed(7)
        >>> bool(tf.reduce_all(x == tf.random.uniform([2])))
        True
    """
    number = None if seed is None else _integer(seed)
    with _stream.lock:
        _stream.seed = number
        _stream.entropy = entropy()
        _stream.count = 0
        _stream.counts_by_seed.clear()


def next_seed(seed: int | None = None) -> SeedPair:
    """The seed pair of the next random operation.

    Args:
        seed: the operation's own seed, if it was given one: such operations form a sequence of
            their own, which others do not shift.
    """
    if _own.base is not None and seed is None:
        _own.count += 1
        return _own.base, _own.count
    with _stream.lock:
        if seed is None:
            base = _stream.entropy if _stream.seed is None else _stream.seed
            _stream.count += 1
            return mix(base, 0), _stream.count
        number = _integer(seed)
        base = _WITHOUT_GLOBAL_SEED if _stream.seed is None else _stream.seed
        count = _stream.counts_by_seed.get(number, 0) + 1
        _stream.counts_by_seed[number] = count
        return mix(base, 1, number), count


def drawn_seed(draw: Callable[[], SeedPair]) -> Node:
    """A leaf for the seed pair that `draw` gives; within `tf.function`, for a new one per call."""
    trace = active.trace
    if trace is None or not trace.is_part:
        return supplied(lambda ahead: np.array(draw(), np.int64), dtypes.int64, (2,))
    with trace.outside():
        pair = drawn_seed(draw)
    if not trace.loops:
        return pair
    # One draw for all turns; the turn goes into bits that counts do not reach.
    turn = build.cast(trace.turn(), dtypes.int64)
    high = build.mul(turn, build.constant(1 << 32, dtypes.int64))
    shift = build.concat([build.zeros((1,), dtypes.int64), build.reshape(high, (1,))], 0)
    return build.add(pair, shift)


def next_seed_node(seed: int | None = None) -> Node:
    """A leaf for the seed pair of the next random operation; see `next_seed`.

    Raises:
        InvalidArgumentError: the seed is not an integer.
    """
    number = None if seed is None else _integer(seed)
    return drawn_seed(lambda: next_seed(number))


def get_state() -> dict[str, Any]:
    """All that the next numbers depend on, as a dictionary that JSON can hold.

    Example:
        >>> import glassbrook as tf
        >>> state = tf.random.get_state()
        >>> x = tf.random.uniform([2])
        >>> tf.random.set_state(state)
        >>> bool(tf.reduce_all(x == tf.random.uniform([2])))
        True
    """
    with _stream.lock:
        return {
            "seed": _stream.seed,
            "entropy": _stream.entropy,
            "count": _stream.count,
            "counts_by_seed": {str(seed): n for seed, n in _stream.counts_by_seed.items()},
        }


def set_state(state: Mapping[str, Any]) -> None:
    """Go on from a state that `get_state` gave.

    Raises:
        InvalidArgumentError: it is not such a state.
    """
    try:
        seed = None if state["seed"] is None else int(state["seed"])
        base, count = int(state["entropy"]), int(state["count"])
        counts_by_seed = {int(each): int(n) for each, n in state["counts_by_seed"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidArgumentError(
            f"random.set_state: expected what random.get_state() gave, got {state!r:.80}: {error}."
        ) from None
    with _stream.lock:
        _stream.seed, _stream.entropy, _stream.count = seed, base, count
        _stream.counts_by_seed = counts_by_seed
