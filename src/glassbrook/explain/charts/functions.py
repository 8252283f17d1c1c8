"""`draw_function`: functions of a number beside their derivatives."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import activations
from glassbrook.keras.utils.plotting.charts import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PAPER,
    drawing,
    new_figure,
    picture_of,
)
from glassbrook.keras.utils.plotting.picture import Picture, Table
from glassbrook.tensor import GradientTape, constant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_function"]

Array = npt.NDArray[Any]

_COLUMNS, _MOST = 3, 12
_ROWS = 41


@dataclass(frozen=True)
class _Drawn:
    """A function at points, and its tangents: at which points, with which values and slopes."""

    name: str
    x: Array
    values: Array
    slopes: Array
    tangents: list[tuple[float, float, float]]


def draw_function(
    fn: Any,
    low: float = -5.0,
    high: float = 5.0,
    *,
    derivative: bool = True,
    tangents: Sequence[float] = (),
    points: int = 401,
    title: str | None = None,
    to_file: str | os.PathLike[str] | None = None,
) -> Picture:
    """A function of a number, with its derivative as the tape computes it.

    Args:
        fn: the function, which takes a tensor and works on each element; or the name of an
            activation; or several of these, as a list or as a dictionary by name: each gets a
            panel of its own.
        low: where the picture begins.
        high: where it ends.
        derivative: whether to draw the derivative.
        tangents: points at which to draw the tangent line.
        points: at how many points the function is computed.
        title: what it says above.
        to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

    Returns:
        The picture, with a table of values for each function.

    Raises:
        InvalidArgumentError: `fn` is none of these, or `low` is not less than `high`.
        ShapeError: the function does not work on each element.

    Example:
        >>> import glassbrook as tf
        >>> picture = tf.explain.draw_function(tf.nn.sigmoid, -4, 4, tangents=[0.0])
        >>> picture.tables[1].rows
        [['sigmoid', 0.0, 0.5, 0.25]]
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high) or points < 2:
        raise InvalidArgumentError(
            f"draw_function: expected low < high and at least 2 points, got {low}, {high} and "
            f"{points}."
        )
    x = np.linspace(low, high, points)
    functions = _named(fn)
    drawn = [_computed(name, function, x, tangents) for name, function in functions.items()]
    title = title or (drawn[0].name if len(drawn) == 1 else "Functions")
    if derivative:
        title += " and its derivative" if len(drawn) == 1 else " and their derivatives"
    with drawing():
        columns = min(len(drawn), _COLUMNS if len(drawn) != 4 else 2)
        rows = math.ceil(len(drawn) / columns)
        figure = new_figure(max(4.2 * columns, 5), 3.3 * rows)
        figure.suptitle(title)
        panels = figure.subplots(rows, columns, squeeze=False).flat
        for axes in panels[len(drawn) :]:
            axes.set_visible(False)
        for axes, each in zip(panels, drawn, strict=False):
            _draw(axes, each, derivative, len(drawn) > 1)
        words = " ".join(_in_words(each, derivative) for each in drawn)
        return picture_of(figure, title, words, _tables(drawn), to_file)


def _named(fn: Any) -> dict[str, Callable[[Any], Any]]:
    """Functions by name."""
    if isinstance(fn, Mapping):
        found = {str(name): _function(each) for name, each in fn.items()}
    else:
        several = fn if isinstance(fn, list | tuple) else [fn]
        found = {}
        for each in several:
            name = each if isinstance(each, str) else getattr(each, "__name__", "")
            name = name if name not in ("", "<lambda>") else "f"
            # Two of one name are told apart by their places.
            found[name if name not in found else f"{name} {len(found) + 1}"] = _function(each)
    if not 1 <= len(found) <= _MOST:
        raise InvalidArgumentError(
            f"draw_function: expected 1 to {_MOST} functions, got {len(found)}."
        )
    return found


def _function(fn: Any) -> Callable[[Any], Any]:
    if isinstance(fn, str):
        found: Callable[[Any], Any] = activations.get(fn)
        return found
    if not callable(fn):
        raise InvalidArgumentError(
            f"draw_function: expected a function or the name of an activation, got "
            f"{type(fn).__name__}."
        )
    return fn  # type: ignore[no-any-return]


def _computed(
    name: str, function: Callable[[Any], Any], x: Array, tangents: Sequence[float]
) -> _Drawn:
    values, slopes = _at(name, function, x)
    some = x[:: max(len(x) // 7, 1)]
    if not np.allclose(_at(name, function, some)[0], values[np.isin(x, some)], equal_nan=True):
        raise ShapeError(
            f"draw_function: what {name} gives for a point depends on the other points, so it is "
            "no function of a number."
        )
    places = np.asarray(list(tangents), np.float64)
    found = zip(places, *_at(name, function, places)) if len(places) else ()
    return _Drawn(
        name, x, values, slopes, [(float(a), float(b), float(slope)) for a, b, slope in found]
    )


def _at(name: str, function: Callable[[Any], Any], x: Array) -> tuple[Array, Array]:
    """Values and derivatives."""
    points = constant(x.astype(np.float32))
    with GradientTape() as tape:
        tape.watch(points)
        values = function(points)
    if tuple(getattr(values, "shape", ())) != x.shape:
        raise ShapeError(
            f"draw_function: {name} must give as many numbers as it gets, {len(x)}; it gave shape "
            f"{list(getattr(values, 'shape', ()))}. Work on each element: tf.map_fn(f, x)."
        )
    slopes = tape.gradient(values, points)
    if slopes is None:  # it does not depend on the points, or rounds them
        slopes = np.zeros(len(x))
    return np.asarray(values, np.float64), np.asarray(slopes, np.float64)


def _draw(axes: Axes, drawn: _Drawn, derivative: bool, named: bool) -> None:
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.plot(drawn.x, _finite(drawn.values), color=BLUE, linewidth=2, label="f(x)")
    if derivative:
        slopes = _finite(drawn.slopes)
        axes.plot(drawn.x, slopes, color=ORANGE, linewidth=1.8, linestyle="--", label="f′(x)")
    bottom, top = axes.get_ylim()
    reach = (drawn.x[-1] - drawn.x[0]) / 6
    for number, (place, value, slope) in enumerate(drawn.tangents):
        # As long on paper, whatever the slope.
        steepness = slope * (drawn.x[-1] - drawn.x[0]) / (top - bottom)
        ends = np.array([-1, 1]) * reach / math.hypot(1, steepness)
        label = "tangent" if number == 0 else None
        axes.plot(place + ends, value + slope * ends, color=GREEN, linewidth=1.6, label=label)
        axes.plot(place, value, "o", color=GREEN, markeredgecolor=PAPER, markersize=7)
    axes.set(xlabel="x", xlim=(drawn.x[0], drawn.x[-1]), title=drawn.name if named else "")
    axes.legend()


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _in_words(drawn: _Drawn, derivative: bool) -> str:
    text = (
        f"{drawn.name} goes from {drawn.values[0]:.4g} at x = {drawn.x[0]:.4g} to "
        f"{drawn.values[-1]:.4g} at x = {drawn.x[-1]:.4g}"
    )
    slopes = drawn.slopes[np.isfinite(drawn.slopes)]
    if derivative and slopes.size:
        text += f"; its derivative is between {slopes.min():.4g} and {slopes.max():.4g}"
    text += "."
    for place, value, slope in drawn.tangents:
        text += f" The tangent at x = {place:.4g} has slope {slope:.4g}, from {value:.4g}."
    return text


def _tables(drawn: list[_Drawn]) -> list[Table]:
    some = np.unique(np.linspace(0, len(drawn[0].x) - 1, _ROWS).round().astype(int))
    columns = [part for each in drawn for part in (each.name, f"derivative of {each.name}")]
    cells = [part[some] for each in drawn for part in (each.values, each.slopes)]
    rows = np.stack([drawn[0].x[some], *cells], axis=1).tolist()
    tables = [Table("Values", ["x", *columns], rows)]
    tangents = [[each.name, *tangent] for each in drawn for tangent in each.tangents]
    if tangents:
        tables.append(Table("Tangents", ["function", "x", "value", "slope"], tangents))
    return tables
