"""Policies for the precision of layers, under the names of Keras 2."""

from __future__ import annotations

from glassbrook.keras.dtype_policies import (
    DTypePolicy,
    dtype_policy,
    set_dtype_policy,
)

__all__ = [
    "DTypePolicy",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy
