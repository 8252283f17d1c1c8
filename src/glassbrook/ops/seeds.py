"""Seeds: which numbers the next random operation draws. They are those that TensorFlow draws.

An operation draws from the state of a generator (see `glassbrook.engine.philox`), which follows
from two seeds: the global one, and one of its own. Where none of its own is given, an operation
gets the next one of a sequence that depends on the global seed: so a program that calls `set_seed`
draws the same numbers each time it runs, while two operations never share theirs. Operations with
equal seeds of their own share a state, and each goes on where the one before stopped.
"""

from __future__ import annotations

import operator
import os
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.philox import State, advanced, scrambled
from glassbrook.engine.repeats import running_repeats
from glassbrook.engine.tracing import active, supplied
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node

__all__ = [
    "BLOCKS_PER_NUMBER",
    "begin_anew",
    "default_seed",
    "drawn_state",
    "entropy",
    "get_state",
    "global_seed",
    "mix",
    "next_seed",
    "next_state",
    "next_state_node",
    "operation_seeds",
    "own_sequence",
    "set_seed",
    "set_state",
    "state_array",
]

SeedPair = tuple[int, int]
Draw = Callable[[int], State]
"""Takes for how many blocks of numbers the state has to last; gives the state."""

BLOCKS_PER_NUMBER = 256
"""How far an operation moves the state on for each number that it draws."""

_WITHOUT_GLOBAL_SEED = 87654321
"""Stands for the global seed of operations that have one of their own only."""

_LARGEST_SEED = 2**31 - 1

_TURNS_OF_UNKNOWN_LOOP = 1 << 32


def entropy() -> int:
    """63 bits that nobody can foresee."""
    return int.from_bytes(os.urandom(8), "little") >> 1


class _Stream:
    """The global seed, and what operations have drawn since it was set."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begin(None)

    def begin(self, seed: int | None) -> None:
        """Begin again, with another global seed."""
        self.seed = seed
        self.entropy = entropy()
        self.count = 0
        self.operation_seeds = random.Random(seed)
        self.default_seeds = random.Random(seed)
        self.drawn_blocks: dict[str, int] = {}
        self.beginning = object()


_stream = _Stream()

_LARGEST_DEFAULT_SEED = 10**9

# Of Python's own random numbers, to find out whether somebody has seeded or used them.
_PYTHON_BEFORE = random.getstate()


def default_seed() -> int:
    """A seed for a layer or an initializer that was given none.

    It comes from Python's random numbers, as Keras takes it. Where nobody has seeded or used them,
    `set_seed` decides.
    """
    if random.getstate() == _PYTHON_BEFORE:
        with _stream.lock:
            return _stream.default_seeds.randint(1, _LARGEST_DEFAULT_SEED)
    return random.randint(1, _LARGEST_DEFAULT_SEED)


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
    return _signed(state)


def _signed(number: int) -> int:
    """The int64 number with the same bits."""
    number &= _MASK
    return number - (1 << 64) if number >> 63 else number


def state_array(state: State) -> Any:
    """A state as the array that random operations of the graph take."""
    return np.array([_signed(each) for each in state], np.int64)


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
        >>> tf.random.set_seed(42)
        >>> tf.random.uniform([2]).numpy()
        array([0.6645621 , 0.44100678], dtype=float32)
    """
    number = None if seed is None else _integer(seed)
    with _stream.lock:
        _stream.begin(number)


def begin_anew() -> None:
    """Let operations with seeds of their own, and those of functions, draw what they drew first."""
    with _stream.lock:
        _stream.drawn_blocks.clear()
        _stream.beginning = object()


def global_seed() -> int | None:
    """What `set_seed` was given last."""
    return _stream.seed


def next_seed() -> SeedPair:
    """Two numbers that follow from the global seed, and have nothing to do with what is drawn."""
    if _own.base is not None:
        _own.count += 1
        return _own.base, _own.count
    with _stream.lock:
        base = _stream.entropy if _stream.seed is None else _stream.seed
        _stream.count += 1
        return mix(base, 0), _stream.count


def operation_seeds(seed: int | None, own: Callable[[], int] | None = None) -> SeedPair | None:
    """The global seed, and that of the next operation; `None` if chance decides.

    Args:
        seed: the operation's own seed, if it was given one.
        own: gives one if it was not; by default the next one of the common sequence.

    Raises:
        InvalidArgumentError: the seed is not an integer.
    """
    base = _stream.seed
    if seed is None:
        if base is None:
            return None
        if own is None:
            with _stream.lock:
                number = _stream.operation_seeds.randint(0, _LARGEST_SEED)
        else:
            number = own()
    else:
        number = _integer(seed)
        base = _WITHOUT_GLOBAL_SEED if base is None else base
    pair = base % _LARGEST_SEED, number % _LARGEST_SEED
    return (0, _LARGEST_SEED) if pair == (0, 0) else pair


def next_state(kind: str, seed: int | None, blocks: int) -> State:
    """The state that the next operation draws from.

    Args:
        kind: names the operation and its types: equal ones with equal seeds share a state.
        seed: the operation's own seed, if it was given one.
        blocks: how many blocks of numbers to leave to it.

    Raises:
        InvalidArgumentError: the seed is not an integer.
    """
    if _own.base is not None and seed is None:
        return scrambled(*next_seed())
    pair = operation_seeds(seed)
    if pair is None:
        return scrambled(*next_seed())
    begin = 0, pair[1], pair[0]
    if seed is None:
        return begin
    with _stream.lock:
        name = f"{kind} {pair[0]} {pair[1]}"
        drawn = _stream.drawn_blocks.get(name, 0)
        _stream.drawn_blocks[name] = drawn + blocks
    return advanced(begin, drawn)


class _Repeated:
    """A random operation of a function: each call goes on where the last one stopped."""

    def __init__(self, pair: SeedPair | None) -> None:
        self._pair = pair
        self._beginning: object = None
        self._state: State = (0, 0, 0)

    def __call__(self, blocks: int) -> State:
        with _stream.lock:
            if self._beginning is not _stream.beginning:
                self._beginning = _stream.beginning
                key, high = self._pair or (entropy(), entropy())
                self._state = (0, high, key)
            found = self._state
            self._state = advanced(found, blocks)
            return found


def drawn_state(draw: Draw, blocks: int) -> Node:
    """A leaf for the state that `draw` gives; within `tf.function`, for a new one per call.

    Args:
        draw: gives a state, and is asked for it once per call.
        blocks: how many blocks of numbers one turn takes.
    """
    trace = active.trace
    if trace is None or not trace.is_part:
        return supplied(lambda ahead: state_array(draw(blocks)), dtypes.int64, (3,))
    turns = (trace.turns or _TURNS_OF_UNKNOWN_LOOP) if trace.loops else 1
    with trace.outside():
        state = drawn_state(draw, blocks * turns)
    if not trace.loops:
        return state
    # One draw for all turns; each moves the counter on.
    moved = build.mul(
        build.cast(trace.turn(), dtypes.int64), build.constant(_signed(blocks), dtypes.int64)
    )
    shift = build.concat([build.reshape(moved, (1,)), build.zeros((2,), dtypes.int64)], 0)
    return build.add(state, shift)


def next_state_node(kind: str, seed: int | None, blocks: int) -> Node:
    """A leaf for the state that the next operation draws from; see `next_state`.

    Raises:
        InvalidArgumentError: the seed is not an integer.
    """
    number = None if seed is None else _integer(seed)
    trace = active.trace
    # A loop that belongs to no function is as if its turns were written one after the other.
    repeats = None if trace is not None and trace.root.is_part else running_repeats()
    if repeats is None:
        return drawn_state(lambda amount: next_state(kind, number, amount), blocks)
    within = repeats

    def count() -> int:
        """How many operations without a seed of their own came before."""
        within.count += 1
        return within.count - 1

    return drawn_state(within.next(lambda: _Repeated(operation_seeds(number, count))), blocks)


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
        version, words, gauss = _stream.operation_seeds.getstate()
        return {
            "seed": _stream.seed,
            "entropy": _stream.entropy,
            "count": _stream.count,
            "operation_seeds": [version, list(words), gauss],
            "drawn_blocks": dict(_stream.drawn_blocks),
        }


def set_state(state: Mapping[str, Any]) -> None:
    """Go on from a state that `get_state` gave.

    Raises:
        InvalidArgumentError: it is not such a state.
    """
    try:
        seed = None if state["seed"] is None else int(state["seed"])
        base, count = int(state["entropy"]), int(state["count"])
        version, words, gauss = state["operation_seeds"]
        operation_seeds = random.Random()
        operation_seeds.setstate((version, tuple(words), gauss))
        drawn_blocks = {str(name): int(n) for name, n in state["drawn_blocks"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidArgumentError(
            f"random.set_state: expected what random.get_state() gave, got {state!r:.80}: {error}."
        ) from None
    with _stream.lock:
        _stream.seed, _stream.entropy, _stream.count = seed, base, count
        _stream.operation_seeds, _stream.drawn_blocks = operation_seeds, drawn_blocks
