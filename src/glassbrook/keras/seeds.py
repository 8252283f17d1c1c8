"""Random numbers of layers and of training: sequences that can be saved and gone on from."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.ops.seeds import drawn_seed, mix, next_seed

__all__ = ["SeedGenerator", "shuffler"]


class SeedGenerator:
    """A sequence of seeds for random operations, of which each is used once.

    Args:
        seed: fixes the sequence; by default it follows from ``tf.random.set_seed``.
        name: accepted for Keras's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> from glassbrook.keras.seeds import SeedGenerator
        >>> one, other = SeedGenerator(7), SeedGenerator(7)
        >>> one.next() == other.next(), one.next() == SeedGenerator(7).next()
        (True, False)
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int | np.integer)):
            raise InvalidArgumentError(f"A seed is a whole number or None, got {seed!r}.")
        self._key = mix(*next_seed()) if seed is None else mix(int(seed))
        self._count = 0

    def next(self, ordered: bool = True) -> tuple[int, int]:
        """The next seed pair."""
        self._count += 1
        return self._key, self._count

    def next_node(self) -> Node:
        """The next seed pair as a leaf of the graph; see `drawn_seed`."""
        return drawn_seed(self.next)

    @property
    def state(self) -> tuple[int, int]:
        """Where the sequence stands; setting it goes on from there."""
        return self._key, self._count

    @state.setter
    def state(self, state: tuple[int, int]) -> None:
        key, count = (int(each) for each in state)
        if not (-(2**63) <= key < 2**63 and 0 <= count < 2**63):
            raise InvalidArgumentError(f"{state} is not the state of a sequence of seeds.")
        self._key, self._count = key, count


def shuffler() -> np.random.Generator:
    """A generator for the order of training data, which follows from ``tf.random.set_seed``."""
    return np.random.default_rng([number & (2**64 - 1) for number in next_seed()])
