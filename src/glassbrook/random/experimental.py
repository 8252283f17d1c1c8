"""`tf.random.experimental`: names from before they moved to `tf.random`, and what stayed there."""

from __future__ import annotations

from glassbrook.ops.generator import (
    Generator,
    create_rng_state,
    get_global_generator,
    set_global_generator,
)
from glassbrook.ops.stateless_random import Algorithm, stateless_shuffle
from glassbrook.ops.stateless_random import fold_in as stateless_fold_in
from glassbrook.ops.stateless_random import split as stateless_split

__all__ = [
    "Algorithm",
    "Generator",
    "create_rng_state",
    "get_global_generator",
    "set_global_generator",
    "stateless_fold_in",
    "stateless_shuffle",
    "stateless_split",
]
