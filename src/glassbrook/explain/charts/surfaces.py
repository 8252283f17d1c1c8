"""Losses over a plane, and the values of a function of two numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.ops.mapping import map_fn
from glassbrook.tensor import GradientTape, constant
from glassbrook.tensor.function import function

__all__ = ["Box", "Path", "Surface", "function_surface", "grid"]

Array = npt.NDArray[Any]

_MARGIN = 0.25
_ARROWS = 15


@dataclass(frozen=True)
class Box:
    """From where to where a plane goes, and how many points there are each way.

    `None` for what follows from the path, or is usual.
    """

    low: tuple[float | None, float | None]
    high: tuple[float | None, float | None]
    resolution: int

    def axes(self, path: Array | None, usual: float) -> tuple[Array, Array]:
        """The points along both axes: around the path [n, 2], or from -`usual` to `usual`."""
        if path is None:
            lows, highs = np.full(2, -usual), np.full(2, usual)
        else:
            lows, highs = path.min(axis=0), path.max(axis=0)
            extent = highs - lows
            extent = np.maximum(extent, 0.2 * extent.max() or 1.0)
            middle = (lows + highs) / 2
            reach = extent * (0.5 + _MARGIN)
            lows, highs = middle - reach, middle + reach
        found = []
        for axis in range(2):
            low, high = self.low[axis], self.high[axis]
            start = lows[axis] if low is None else low
            end = highs[axis] if high is None else high
            if not (np.isfinite(start) and np.isfinite(end) and start < end):
                raise InvalidArgumentError(
                    f"landscape: low must be less than high, got {start:g} and {end:g} on axis "
                    f"{axis}."
                )
            found.append(np.linspace(start, end, self.resolution))
        return found[0], found[1]


@dataclass(frozen=True)
class Path:
    """The way of an optimizer on a plane.

    Attributes:
        points: where it was [n, 2].
        losses: the loss there [n].
        steps: the number of each point.
    """

    points: Array
    losses: Array
    steps: Sequence[int]


@dataclass(frozen=True)
class Surface:
    """Losses over a plane.

    Attributes:
        x, y: the points along both axes.
        losses: the loss at each of them [y, x].
        names: what the axes are.
        words: what the plane is.
        path: the way of an optimizer.
        arrows: points [n, 2] and the gradients there [n, 2].
    """

    x: Array
    y: Array
    losses: Array
    names: tuple[str, str]
    words: str
    path: Path | None = None
    arrows: tuple[Array, Array] | None = None


def function_surface(
    fn: Callable[..., Any], box: Box, path: Any, steps: Sequence[int] | None, arrows: bool
) -> Surface:
    """The values of a function of two numbers, or of a vector of two."""
    names, of_vector = _arguments(fn)
    points = None if path is None else _points(path)
    x, y = box.axes(points, 5.0)
    evaluate = function(lambda rows: map_fn(of_vector, rows))
    losses = _values(evaluate, grid(x, y)).reshape(len(y), len(x))
    way = None
    if points is not None:
        way = Path(points, _values(evaluate, points), steps or range(len(points)))
    field = None
    if arrows:
        some = grid(*(axis[_spread(len(axis))] for axis in (x, y)))
        field = some, _gradients(of_vector, some)
    words = f"{names[0]} and {names[1]} are the function's arguments."
    return Surface(x, y, losses, names, words, way, field)


def _arguments(fn: Callable[..., Any]) -> tuple[tuple[str, str], Callable[[Any], Any]]:
    """The names of the two numbers, and the function as one of a vector of two."""
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [each.name for each in parameters if each.kind in kinds and each.default is each.empty]
    if len(needed) == 1 and not any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return (f"{needed[0]}[0]", f"{needed[0]}[1]"), fn
    if len(needed) in (0, 2):
        first, second = needed or ("x", "y")
        return (first, second), lambda vector: fn(vector[0], vector[1])
    raise InvalidArgumentError(
        f"landscape: expected a function of two numbers, or of one vector of two; this one takes "
        f"{len(needed)}: {', '.join(needed)}. Fix the others: lambda x, y: fn(x, y, 0.0)."
    )


def _points(path: Any) -> Array:
    found = np.asarray([np.asarray(each, np.float64) for each in path])
    if found.ndim != 2 or found.shape[1] != 2 or not len(found):
        raise ShapeError(
            f"landscape: path must hold points of two numbers each, shape [n, 2]; got "
            f"{list(found.shape)}. Note them as you go: path.append((float(x), float(y)))."
        )
    if not np.isfinite(found).all():
        raise InvalidArgumentError(
            f"landscape: path leaves the plane: point {np.argmin(np.isfinite(found).all(axis=1))} "
            "is NaN or infinite. Draw the points before it: path[:n]."
        )
    return found


def _values(evaluate: Callable[[Any], Any], points: Array) -> Array:
    found = np.asarray(evaluate(constant(points.astype(np.float32))).numpy(), np.float64)
    if found.size != len(points):
        raise ShapeError(
            f"landscape: expected one number for a point, the function gave {list(found.shape[1:])}"
            ". Add up: tf.reduce_sum(…)."
        )
    return found.reshape(len(points))


def _gradients(of_vector: Callable[[Any], Any], points: Array) -> Array:
    def gradient(vector: Any) -> Any:
        with GradientTape() as tape:
            tape.watch(vector)
            value = of_vector(vector)
        return tape.gradient(value, vector)

    found = function(lambda rows: map_fn(gradient, rows))(constant(points.astype(np.float32)))
    return np.asarray(found.numpy(), np.float64)


def grid(x: Array, y: Array) -> Array:
    """All points [y * x, 2] of a grid, row by row."""
    return np.stack([each.ravel() for each in np.meshgrid(x, y)], axis=1)


def _spread(count: int) -> Array:
    return np.unique(np.linspace(0, count - 1, _ARROWS).round().astype(int))
