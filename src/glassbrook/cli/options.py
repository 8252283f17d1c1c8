"""Checks of option values: lists of layer sizes, positive numbers."""

from __future__ import annotations

import math

import click

__all__ = ["layer_sizes", "positive"]

_MOST_UNITS = 65_536


def layer_sizes(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...]:
    """``256,128``: the sizes of the hidden layers; an empty text means no hidden layer.

    Raises:
        BadParameter: the text is not a list of sizes.
    """
    if not value.strip():
        return ()
    try:
        sizes = tuple(int(size) for size in value.split(","))
    except ValueError:
        sizes = (0,)
    if min(sizes) < 1 or max(sizes) > _MOST_UNITS:
        raise click.BadParameter(
            f"{value!r} is not a list of layer sizes: expected whole numbers from 1 to "
            f"{_MOST_UNITS}, separated by commas, such as 256,128.",
            ctx,
            param,
        )
    return sizes


def positive(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A finite number above 0; `None` if the option was not given.

    Raises:
        BadParameter: the text is no such number.
    """
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise click.BadParameter(f"{value!r} is not a number above 0, such as 0.01.", ctx, param)
    return number
