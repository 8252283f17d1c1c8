"""Checks of the arguments of layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, shortened

__all__ = ["check_count", "check_number", "several_inputs"]


def check_count(layer: str, what: str, value: Any) -> int:
    """A positive whole number, or an error that says which argument of which layer is none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value <= 0:
        raise InvalidArgumentError(
            f"{layer}: expected a positive integer for {what}, got {what}={value!r}."
        )
    return int(value)


def several_inputs(title: str, given: Any) -> str:
    """What is wrong when a layer that takes one tensor is called on a structure of tensors."""
    return (
        f"Layer {title} takes one tensor, but got a {type(given).__name__} of {len(given)}: "
        f"{shortened(given)}. Pass the one that it is for, or merge them first: "
        "layers.Concatenate()."
    )


def check_number(layer: str, what: str, value: Any, meaning: str, most: float) -> float:
    """A number from 0 to `most`, or an error that says which argument of which layer is none."""
    numeric = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not numeric or not 0 <= value <= most:
        limits = f"between 0 and {most:g}" if most < float("inf") else "of at least 0"
        raise InvalidArgumentError(
            f"{layer}: expected a number {limits} for {what}, {meaning}, got {what}={value!r}."
        )
    return float(value)
