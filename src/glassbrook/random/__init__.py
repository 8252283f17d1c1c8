"""`tf.random`: random numbers and their seeds. They are the numbers that TensorFlow draws."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from glassbrook.ops.distributions import (
    gamma,
    poisson,
    stateless_binomial,
    stateless_gamma,
    stateless_poisson,
)
from glassbrook.ops.generator import (
    Generator,
    create_rng_state,
    get_global_generator,
    set_global_generator,
)
from glassbrook.ops.random import categorical, normal, shuffle, truncated_normal, uniform
from glassbrook.ops.seeds import get_state, set_seed, set_state
from glassbrook.ops.stateless_random import (
    Algorithm,
    fold_in,
    split,
    stateless_categorical,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)
from glassbrook.random import experimental

if TYPE_CHECKING:
    from glassbrook.ops.candidates import (
        all_candidate_sampler,
        fixed_unigram_candidate_sampler,
        log_uniform_candidate_sampler,
        uniform_candidate_sampler,
    )

# What few programs need is loaded when it is first used.
_SAMPLERS = frozenset(
    {
        "all_candidate_sampler",
        "fixed_unigram_candidate_sampler",
        "log_uniform_candidate_sampler",
        "uniform_candidate_sampler",
    }
)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _SAMPLERS:
            return getattr(importlib.import_module("glassbrook.ops.candidates"), name)
        raise AttributeError(f"module 'glassbrook.random' has no attribute {name!r}")


__all__ = [
    "Algorithm",
    "Generator",
    "all_candidate_sampler",
    "categorical",
    "create_rng_state",
    "experimental",
    "fixed_unigram_candidate_sampler",
    "fold_in",
    "gamma",
    "get_global_generator",
    "get_state",
    "log_uniform_candidate_sampler",
    "normal",
    "poisson",
    "set_global_generator",
    "set_seed",
    "set_state",
    "shuffle",
    "split",
    "stateless_binomial",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_normal",
    "stateless_poisson",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
    "uniform_candidate_sampler",
]
