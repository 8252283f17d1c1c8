"""Random numbers of datasets: the same seeds give the same order, in every iteration anew."""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from glassbrook.data.arguments import integer
from glassbrook.engine.philox import WORDS_PER_BLOCK, State, advanced, scrambled, words
from glassbrook.ops.seeds import next_seed, operation_seeds, state_array

__all__ = ["Seeds", "Words"]

_BLOCKS_AT_ONCE = 256


class Words:
    """Random 32-bit words, one after the other from a state of the generator on."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._ready: npt.NDArray[np.uint32] = np.empty(0, np.uint32)

    def take(self, count: int) -> npt.NDArray[np.uint32]:
        """The next words."""
        missing = count - len(self._ready)
        if missing > 0:
            blocks = max(-(-missing // WORDS_PER_BLOCK), min(len(self._ready) + 1, _BLOCKS_AT_ONCE))
            drawn = words(state_array(self._state), WORDS_PER_BLOCK * blocks)
            self._state = advanced(self._state, blocks)
            self._ready = np.concatenate([self._ready, drawn])
        taken, self._ready = self._ready[:count], self._ready[count:]
        return taken


class Seeds:
    """Gives each iteration over a dataset random numbers of its own, those of TensorFlow.

    Args:
        method: who asks, for messages.
        seed: the user's seed. Without one, `tf.random.set_seed` decides, and if that was never
            called, chance.
        anew: whether each iteration differs from the one before.
    """

    def __init__(self, method: str, seed: Any, anew: bool) -> None:
        pair = operation_seeds(None if seed is None else integer(method, "seed", seed))
        self._state: Final = scrambled(*next_seed()) if pair is None else (0, pair[1], pair[0])
        self._anew: Final = anew
        self._seeds: Final = Words(self._state)
        self._lock: Final = threading.Lock()

    def words(self) -> Words:
        """Random words for the next iteration."""
        if not self._anew:
            return Words(self._state)
        with self._lock:
            key, counter = self._seeds.take(2).tolist()
        return Words((0, counter, key))
