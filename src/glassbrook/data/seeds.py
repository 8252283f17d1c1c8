"""Random numbers of datasets: the same seeds give the same order, in every iteration anew."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

import numpy as np

from glassbrook.data.arguments import integer
from glassbrook.ops.seeds import get_state, mix, next_seed

__all__ = ["Seeds"]

_WITHOUT_GLOBAL_SEED = 87654321


class Seeds:
    """Gives each iteration over a dataset random generators of its own.

    Args:
        method: who asks, for messages.
        seed: the user's seed. Without one, `tf.random.set_seed` decides, and if that was never
            called, chance.
        anew: whether each iteration differs from the one before.
    """

    def __init__(self, method: str, seed: Any, anew: bool) -> None:
        if seed is None:
            numbers = [0, *next_seed()]
        else:
            base = get_state()["seed"]
            base = _WITHOUT_GLOBAL_SEED if base is None else base
            numbers = [1, mix(base), integer(method, "seed", seed)]
        # NumPy takes no negative numbers: each is followed by its sign.
        self._entropy: Final = [part for each in numbers for part in (abs(each), int(each < 0))]
        self._anew: Final = anew
        self._iterations = count()

    def generators(self, number: int) -> list[np.random.Generator]:
        """Independent generators for the next iteration."""
        iteration = next(self._iterations) if self._anew else 0
        sequence = np.random.SeedSequence([*self._entropy, iteration])
        return [np.random.default_rng(each) for each in sequence.spawn(number)]
