"""`draw_curves`: how loss and metrics went from epoch to epoch."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, NotFoundError
from glassbrook.keras.utils.plotting.charts import (
    BLUE,
    ORANGE,
    drawing,
    logarithmic,
    new_figure,
    picture_of,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_curves"]

Array = npt.NDArray[Any]
Series = dict[str, tuple[Array, Array]]
"""From the name of a metric to the numbers of epochs, counted from 1, and its values."""

_WIDTH, _HEIGHT, _COLUMNS = 4.4, 3.2, 3
_MOST = 12
# With more points than that, marks would hide the line.
_MARKED = 30


def draw_curves(
    history: Any,
    *,
    log_scale: bool = False,
    title: str = "Training",
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """Loss and every metric per epoch, of training and of validation.

    Args:
        history: what `fit` returned, its dictionary of lists, or the path of a file that
            `CSVLogger` wrote. Values may be NaN: lines have gaps there, and the description
            says in which epochs.
        log_scale: whether losses are on a logarithmic axis.
        title: what it says above.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture; its table has a row per epoch.

    Raises:
        InvalidArgumentError: `history` is none of these, is empty, or holds something that is no
            number.
        NotFoundError: there is no such file.

    Example:
        >>> import glassbrook as tf
        >>> picture = tf.explain.draw_curves({"loss": [0.9, 0.4], "val_loss": [1.0, 0.6]})
        >>> picture.description
        'loss went from 0.9 to 0.4 in 2 epochs; validation: 1 to 0.6, lowest in epoch 2.'
        >>> picture.tables[0].rows
        [[1, 0.9, 1.0], [2, 0.4, 0.6]]
    """
    series = _series(history)
    names = list(dict.fromkeys(name.removeprefix("val_") for name in series))
    shown = names[:_MOST]
    with drawing():
        columns = min(len(shown), _COLUMNS)
        rows = math.ceil(len(shown) / columns)
        figure = new_figure(_WIDTH * max(columns, 1.2), _HEIGHT * rows)
        figure.suptitle(title)
        panels = figure.subplots(rows, columns, squeeze=False).flat
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        for axes, name in zip(panels, shown, strict=False):
            _draw(axes, name, series, log_scale and "loss" in name)
        words = [_in_words(name, series) for name in shown]
        if len(names) > len(shown):
            words.append(f"Left out of the picture, not of the table: {', '.join(names[_MOST:])}.")
        return picture_of(figure, title, " ".join(words), [_table(series)], to_file)


def _draw(axes: Axes, name: str, series: Series, log_scale: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    first, epochs = math.inf, 0.0
    finite = np.zeros(0)
    for key, label, color, style in (
        (name, "training", BLUE, "-"),
        (f"val_{name}", "validation", ORANGE, "--"),
    ):
        if key in series:
            x, y = series[key]
            mark = "o" if len(x) <= _MARKED else None
            y = np.where(np.isfinite(y) & ((y > 0) | (not log_scale)), y, np.nan)
            axes.plot(x, y, color=color, linestyle=style, marker=mark, markersize=4, label=label)
            first, epochs = min(first, x[0]), max(epochs, x[-1])
            finite = np.concatenate([finite, y[np.isfinite(y)]])
    axes.set(title=name, xlabel="epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    # The axis holds all epochs, those without a finite value too.
    space = max(0.03 * (epochs - first), 0.2)
    axes.set_xlim(first - space, epochs + space)
    if log_scale and finite.size:
        axes.set_yscale("log")
        logarithmic(axes.yaxis)
    if not finite.size:
        axes.text(0.5, 0.5, "no finite value", transform=axes.transAxes, ha="center")
    if f"val_{name}" in series:
        axes.legend()


def _in_words(name: str, series: Series) -> str:
    """What a metric did."""
    parts: list[str] = []
    for key in (name, f"val_{name}"):
        if key not in series:
            continue
        epochs, values = series[key]
        text = f"{values[0]:.4g} to {values[-1]:.4g}" if len(values) > 1 else f"{values[0]:.4g}"
        if key == name:
            went = f"went from {text} in {_epochs(len(values))}"
            text = f"{name} {went if len(values) > 1 else f'was {text}'}"
        else:
            text = f"validation: {text}" if parts else f"{name} of the validation: {text}"
            if "loss" in name and len(values) > 1 and np.isfinite(values).any():
                text += f", lowest in epoch {epochs[np.nanargmin(values)]:.0f}"
        lost = epochs[~np.isfinite(values)]
        if len(lost):
            text += f", no finite number in {_epochs(len(lost))}, first in epoch {lost[0]:.0f}"
        parts.append(text)
    return "; ".join(parts) + "."


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' if count != 1 else ''}"


def _table(series: Series) -> Table:
    epochs = sorted({int(each) for x, _ in series.values() for each in x})
    found = {
        name: dict(zip(x.tolist(), y.tolist(), strict=True)) for name, (x, y) in series.items()
    }
    rows = [[epoch, *(values.get(epoch) for values in found.values())] for epoch in epochs]
    return Table("Values per epoch", ["epoch", *found], rows)


def _series(history: Any) -> Series:
    """What is in a history, whatever its form."""
    if isinstance(history, str | os.PathLike):
        series = _read(Path(history))
    elif isinstance(history, Mapping):
        series = _placed(history, 0)
    elif isinstance(getattr(history, "history", None), Mapping):
        series = _placed(history.history, min(getattr(history, "epoch", None) or [0]))
    else:
        raise InvalidArgumentError(
            "draw_curves: expected what fit returned, a dictionary of lists, or the path of a "
            f"file by CSVLogger; got {type(history).__name__}."
        )
    series = {name: (x, y) for name, (x, y) in series.items() if len(y)}
    if not series:
        raise InvalidArgumentError(
            "draw_curves: there is no epoch in the history. Train first: history = model.fit(…)."
        )
    return series


def _placed(lists: Mapping[str, Any], first: int) -> Series:
    """Lists of values with the numbers of their epochs; `first` counts from 0."""
    arrays = {name: _numbers(name, values) for name, values in lists.items()}
    most = max((len(values) for values in arrays.values()), default=0)
    # With fit(validation_freq=3), there is a validation every third epoch.
    strides = {name: most // max(len(values), 1) for name, values in arrays.items()}
    return {
        name: (first + strides[name] * np.arange(1, len(values) + 1), values)
        for name, values in arrays.items()
    }


def _numbers(name: str, values: Any) -> Array:
    try:
        return np.asarray([float(each) for each in values])
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(
            f"draw_curves: {name!r} must be a list of numbers, one per epoch; got {values!r:.60}. "
            "Leave out what has several numbers per epoch."
        ) from error


def _read(path: Path) -> Series:
    """The columns of a file by `CSVLogger`, in which epochs count from 0."""
    if not path.is_file():
        raise NotFoundError(
            f"draw_curves: there is no file {str(path)!r}. "
            "keras.callbacks.CSVLogger(path) writes one while a model trains."
        )
    with open(path, newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file)) or [[]]
    if "epoch" not in head or any(len(row) != len(head) for row in rows):
        raise InvalidArgumentError(
            f"draw_curves: {str(path)!r} is no table with a column 'epoch', such as "
            "keras.callbacks.CSVLogger writes with its usual separator, the comma."
        )
    columns = dict(zip(head, zip(*rows, strict=True), strict=False))
    epochs = _numbers("epoch", columns.pop("epoch", ()))
    series: Series = {}
    for name, values in columns.items():
        # NA: an epoch without a validation.
        there = [number for number, each in enumerate(values) if each not in ("", "NA")]
        series[name] = (1 + epochs[there], _numbers(name, [values[each] for each in there]))
    return series
