"""`draw_line_fit`: points, the line fitted to them, and the loss as it fell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import ShapeError
from glassbrook.keras.utils.plotting.charts import (
    BLUE,
    ORANGE,
    drawing,
    logarithmic,
    new_figure,
    picture_of,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table

__all__ = ["draw_line_fit"]

Array = npt.NDArray[Any]

_MOST_ROWS = 500


def draw_line_fit(
    x: Any,
    y: Any,
    slope: float,
    intercept: float,
    losses: Sequence[float] = (),
    *,
    title: str | None = None,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """Points and the line y = slope · x + intercept, and beside them the loss of every step.

    Args:
        x: the points' abscissas [n].
        y: their ordinates [n].
        slope: the slope of the line.
        intercept: where it crosses x = 0.
        losses: the loss of every step; empty to leave it out.
        title: what it says above.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its tables hold the points with the line's values, and the losses.

    Raises:
        ShapeError: there are not as many ordinates as abscissas, or none.

    Example:
        >>> import glassbrook as tf
        >>> picture = tf.explain.draw_line_fit([0, 1, 2], [1.1, 2.9, 5.0], 2.0, 1.0)
        >>> picture.title
        'y = 2 x + 1'
        >>> picture.tables[0].rows[0]
        [0.0, 1.1, 1.0]
    """
    across, up = (np.asarray(each, np.float64).ravel() for each in (x, y))
    if across.shape != up.shape or not across.size:
        raise ShapeError(
            f"draw_line_fit: expected as many y as x, and at least one; got {across.size} x and "
            f"{up.size} y."
        )
    slope, intercept, fallen = float(slope), float(intercept), np.asarray(losses, np.float64)
    formula = f"y = {slope:.4g} x {'+' if intercept >= 0 else '-'} {abs(intercept):.4g}"
    title = title or formula
    with drawing():
        figure = new_figure(9 if fallen.size else 5, 3.6)
        figure.suptitle(title)
        panels = figure.subplots(1, 2 if fallen.size else 1, squeeze=False)[0]
        ends = np.array([across.min(), across.max()])
        panels[0].scatter(across, up, s=12, color=ORANGE, label="points")
        panels[0].plot(ends, slope * ends + intercept, color=BLUE, linewidth=2, label=formula)
        panels[0].set(xlabel="x", ylabel="y")
        panels[0].legend()
        if fallen.size:
            usable = np.where(np.isfinite(fallen) & (fallen > 0), fallen, np.nan)
            mark = "o" if fallen.size == 1 else None
            panels[1].plot(usable, color=BLUE, linewidth=2, marker=mark)
            panels[1].set(xlabel="step", ylabel="loss")
            if np.isfinite(usable).any():
                panels[1].set_yscale("log")
                logarithmic(panels[1].yaxis)
        words = _in_words(across, formula, fallen)
        tables = _tables(across, up, slope * across + intercept, fallen)
        return picture_of(figure, title, words, tables, to_file)


def _in_words(x: Array, formula: str, losses: Array) -> str:
    text = f"{len(x):,} points and the line {formula}."
    if losses.size:
        text += f" The loss went from {losses[0]:.4g} to {losses[-1]:.4g} in {len(losses):,} steps."
    return text


def _tables(x: Array, y: Array, line: Array, losses: Array) -> list[Table]:
    rows = np.stack([x, y, line], axis=1)[:_MOST_ROWS].tolist()
    caption = "Points" if len(x) <= _MOST_ROWS else f"The first {_MOST_ROWS} of {len(x):,} points"
    tables = [Table(caption, ["x", "y", "line"], rows)]
    if losses.size:
        some = np.unique(np.linspace(0, len(losses) - 1, _MOST_ROWS).round().astype(int))
        steps = [[int(step), float(losses[step])] for step in some]
        tables.append(Table("Loss of steps", ["step", "loss"], steps))
    return tables
