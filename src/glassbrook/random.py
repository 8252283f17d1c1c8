"""`tf.random`: random numbers and their seeds."""

from __future__ import annotations

from glassbrook.ops.random import (
    Generator,
    categorical,
    get_global_generator,
    get_state,
    normal,
    set_global_generator,
    set_seed,
    set_state,
    shuffle,
    stateless_categorical,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
    truncated_normal,
    uniform,
)

__all__ = [
    "Generator",
    "categorical",
    "get_global_generator",
    "get_state",
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
