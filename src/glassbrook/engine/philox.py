"""The generator of random numbers: Philox, which turns a counter and a key into four words.

Every block of four 32-bit words has a counter of its own, so blocks can be drawn in any order, by
any core, and drawing them again gives the same words. A *state* is three 64-bit integers: the lower
and the upper half of the first counter, and the key.

Source: J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011 (Philox4x32-10).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "KEY_STEPS",
    "MULTIPLIERS",
    "ROUNDS",
    "WORDS_PER_BLOCK",
    "State",
    "advanced",
    "block",
    "blocks_at",
    "permutation",
    "scrambled",
    "scrambled_blocks",
    "words",
]

Seeds = npt.NDArray[np.uint64]
State = tuple[int, int, int]
"""The lower and the upper half of the counter, and the key."""

WORDS_PER_BLOCK = 4
ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)

_WORD, _HALF = (1 << 32) - 1, (1 << 64) - 1

# So many that the arrays of a round stay in the cache.
_BLOCKS_AT_ONCE = 4096

_KEY_OF_SEEDS = 0x02461E293EC8F720


def advanced(state: State, blocks: int) -> State:
    """The state after so many blocks."""
    low, high, key = state
    counter = ((low & _HALF) | (high & _HALF) << 64) + blocks
    return counter & _HALF, counter >> 64 & _HALF, key


def block(state: State) -> tuple[int, int, int, int]:
    """The four words at the counter of a state."""
    low, high, key = state
    a, b, c, d = low & _WORD, low >> 32 & _WORD, high & _WORD, high >> 32 & _WORD
    first, second = key & _WORD, key >> 32 & _WORD
    for _ in range(ROUNDS):
        one, other = a * MULTIPLIERS[0], c * MULTIPLIERS[1]
        a, b, c, d = (
            other >> 32 ^ b ^ first,
            other & _WORD,
            one >> 32 ^ d ^ second,
            one & _WORD,
        )
        first, second = first + KEY_STEPS[0] & _WORD, second + KEY_STEPS[1] & _WORD
    return a, b, c, d


def scrambled(first: int, second: int) -> State:
    """A state for two seeds of any kind: each of their bits changes all of it."""
    a, b, c, d = block((first & _HALF, second & _HALF, _KEY_OF_SEEDS))
    return 0, c | d << 32, a | b << 32


def words(state: npt.NDArray[Any], count: int) -> npt.NDArray[np.uint32]:
    """The first `count` words from a state on.

    Args:
        state: int64 numbers of shape ``[3]``.
        count: how many words.
    """
    blocks = -(-count // WORDS_PER_BLOCK)
    found = np.empty((blocks, WORDS_PER_BLOCK), np.uint32)
    for start in range(0, blocks, _BLOCKS_AT_ONCE):
        stop = min(start + _BLOCKS_AT_ONCE, blocks)
        _fill(found[start:stop], state, np.arange(start, stop, dtype=np.uint64))
    return found.reshape(-1)[:count]


def blocks_at(state: npt.NDArray[Any], offsets: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """The words of the blocks that lie `offsets` after a state, of shape ``[blocks, 4]``."""
    found = np.empty((len(offsets), WORDS_PER_BLOCK), np.uint32)
    for start in range(0, len(offsets), _BLOCKS_AT_ONCE):
        part = slice(start, start + _BLOCKS_AT_ONCE)
        _fill(found[part], state, offsets[part])
    return found


def scrambled_blocks(first: Seeds, second: Seeds) -> npt.NDArray[np.uint32]:
    """For each of several pairs of seeds, the first block of the state that `scrambled` gives."""
    mixed = np.empty((len(first), WORDS_PER_BLOCK), np.uint32)
    _rounds(mixed, first, second, np.full(len(first), _KEY_OF_SEEDS, np.uint64))
    low = mixed[:, 0::2].astype(np.uint64)
    pairs = low | mixed[:, 1::2].astype(np.uint64) << np.uint64(32)
    found = np.empty_like(mixed)
    _rounds(found, np.zeros_like(first), pairs[:, 1], pairs[:, 0])
    return found


def _fill(target: npt.NDArray[np.uint32], state: npt.NDArray[Any], offsets: Seeds) -> None:
    low, high, key = (np.uint64(int(each) & _HALF) for each in state)
    lower = offsets + low
    _rounds(target, lower, high + (lower < offsets).astype(np.uint64), key)


def _rounds(target: npt.NDArray[np.uint32], lower: Seeds, upper: Seeds, key: Any) -> None:
    """The words at some counters, for one key or for one each."""
    mask, half = np.uint64(_WORD), np.uint64(32)
    a, b, c, d = lower & mask, lower >> half, upper & mask, upper >> half
    one, other = np.empty_like(a), np.empty_like(a)
    first, second = key & mask, key >> half
    # Words are kept in 64 bits, where the products need no conversion.
    for _ in range(ROUNDS):
        np.multiply(a, np.uint64(MULTIPLIERS[0]), out=one)
        np.multiply(c, np.uint64(MULTIPLIERS[1]), out=other)
        np.right_shift(other, half, out=a)
        np.bitwise_xor(a, b, out=a)
        np.bitwise_xor(a, first, out=a)
        np.bitwise_and(other, mask, out=b)
        np.right_shift(one, half, out=c)
        np.bitwise_xor(c, d, out=c)
        np.bitwise_xor(c, second, out=c)
        np.bitwise_and(one, mask, out=d)
        first = first + np.uint64(KEY_STEPS[0]) & mask
        second = second + np.uint64(KEY_STEPS[1]) & mask
    for place, word in enumerate((a, b, c, d)):
        target[:, place] = word


def permutation(state: npt.NDArray[Any], size: int) -> npt.NDArray[np.int64]:
    """The numbers from 0 to size - 1 in random order.

    Each place, from the first on, is exchanged with one at random among it and those behind.
    """
    order = list(range(size))
    steps = words(state, max(size - 1, 0)) % np.arange(size, 1, -1, dtype=np.uint32)
    for place, step in enumerate(steps.tolist()):
        other = place + step
        order[place], order[other] = order[other], order[place]
    return np.array(order, np.int64)
