"""The loss as weights move along two directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.explain.charts.surfaces import Box, Path, Surface, grid
from glassbrook.tensor import constant
from glassbrook.tensor.function import function

__all__ = ["weights_surface"]

Array = npt.NDArray[Any]
Weights = list[Array]


@dataclass(frozen=True)
class _Plane:
    """origin + a * first + b * second, for each variable."""

    origin: Weights
    first: Weights
    second: Weights
    names: tuple[str, str]
    words: str


def weights_surface(
    loss: Callable[[], Any],
    variables: Sequence[Any],
    box: Box,
    path: Sequence[Sequence[Any]] | None,
    steps: Sequence[int] | None,
    directions: str | None,
    seed: int,
) -> Surface:
    """The loss as variables move along two directions; they end as they were, bit for bit."""
    way = None if path is None else _weights(path, variables)
    origin = way[-1] if way else [np.asarray(each.numpy()) for each in variables]
    plane = _plane(variables, origin, way, directions, np.random.default_rng(seed))
    points, share = (None, 1.0) if way is None else _projected(way, plane)
    around = points
    if around is None and plane.names != _NAMES:
        around = _projected([origin], plane)[0] + [[-1.0, -1.0], [1.0, 1.0]]
    x, y = box.axes(around, 1.0)
    words, track = plane.words, None
    with _restored(variables):
        at = _along(loss, variables, plane)
        losses = np.array([at(a, b) for a, b in grid(x, y)]).reshape(len(y), len(x))
        if way is not None and points is not None:
            measured = np.array([_loss_with(loss, variables, weights) for weights in way])
            track = Path(points, measured, steps or range(len(way)))
            words += f" {share:.0%} of the path's squared length lies in the plane."
    return Surface(x, y, losses, plane.names, words, track)


_NAMES = ("direction 1", "direction 2")


def _plane(
    variables: Sequence[Any],
    origin: Weights,
    way: list[Weights] | None,
    directions: str | None,
    generator: np.random.Generator,
) -> _Plane:
    if directions is None and sum(each.size for each in origin) == 2:
        return _whole(variables, origin)
    if directions == "random" or way is None:
        return _random_plane(origin, generator)
    return _principal_plane(way, generator)


def _whole(variables: Sequence[Any], origin: Weights) -> _Plane:
    """All that there is, if there are two numbers."""
    zeros = np.zeros(2)
    cuts = np.cumsum([each.size for each in origin])[:-1]
    start, first, second = (
        [part.reshape(each.shape) for part, each in zip(np.split(numbers, cuts), origin)]
        for numbers in (zeros, np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    )
    names = [str(each.name).split(":")[0] for each in variables]
    names = [f"{names[0]}[0]", f"{names[0]}[1]"] if len(names) == 1 else names
    if names[0] == names[1]:
        names = [f"{names[0]} 1", f"{names[0]} 2"]
    words = "These two numbers are all that is trained."
    return _Plane(start, first, second, (names[0], names[1]), words)


@contextmanager
def _restored(variables: Sequence[Any]) -> Iterator[None]:
    before = [each.numpy() for each in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)


def _along(
    loss: Callable[[], Any], variables: Sequence[Any], plane: _Plane
) -> Callable[[float, float], float]:
    """The loss at a point of the plane, compiled once."""
    dtypes = [each.dtype.as_numpy_dtype for each in variables]
    parts = [
        [constant(array.astype(dtype)) for array, dtype in zip(weights, dtypes, strict=True)]
        for weights in (plane.origin, plane.first, plane.second)
    ]

    @function
    def at(*coordinates: Any) -> Any:
        # One pair of coordinates per dtype, as types do not mix.
        for number, (variable, start, along, across) in enumerate(
            zip(variables, *parts, strict=True)
        ):
            a, b = coordinates[2 * number], coordinates[2 * number + 1]
            variable.assign(start + a * along + b * across)
        return loss()

    def evaluate(a: float, b: float) -> float:
        return _number(at(*(constant(each, dtype) for dtype in dtypes for each in (a, b))))

    return evaluate


def _loss_with(loss: Callable[[], Any], variables: Sequence[Any], weights: Weights) -> float:
    for variable, value in zip(variables, weights, strict=True):
        variable.assign(value)
    return _number(loss())


def _number(loss: Any) -> float:
    found = np.asarray(loss)
    if found.size != 1:
        raise ShapeError(
            f"landscape: expected one number as the loss, got shape {list(found.shape)}. "
            "Take the mean over the batch: tf.reduce_mean(…)."
        )
    return float(found.reshape(()))


def _weights(path: Sequence[Sequence[Any]], variables: Sequence[Any]) -> list[Weights]:
    wanted = [tuple(each.shape) for each in variables]
    found = [[np.asarray(each) for each in weights] for weights in path]
    if not found:
        raise InvalidArgumentError(
            "landscape: the path is empty. Train with the recorder first: "
            "model.fit(…, callbacks=[recorder])."
        )
    for number, weights in enumerate(found):
        shapes = [each.shape for each in weights]
        if shapes != wanted:
            raise ShapeError(
                f"landscape: point {number} of the path has arrays of shapes {shapes}, the "
                f"variables have {wanted}. Take a path that the same model's training left."
            )
        if not all(np.isfinite(each).all() for each in weights):
            raise InvalidArgumentError(
                f"landscape: the weights are NaN or infinite from point {number} of the path on. "
                "Draw the points before it: path[:n]."
            )
    return found


def _random_plane(origin: Weights, generator: np.random.Generator) -> _Plane:
    matrices = any(each.ndim > 1 for each in origin)
    first, second = (
        [_like_filters(each, generator, matrices) for each in origin] for _ in range(2)
    )
    words = "Both directions are random, and each unit's weights in them are as long as its own"
    words += "; biases stay as they are." if matrices else "."
    return _Plane(origin, first, second, _NAMES, words)


def _like_filters(weights: Array, generator: np.random.Generator, matrices: bool) -> Array:
    """Random numbers with the norm of the weights, unit by unit; units are on the last axis.

    A direction that does not grow with the weights would make large weights look flat: a network
    of ReLUs computes the same if one layer's weights are doubled and the next one's are halved.
    (Li et al., 2018, "Visualizing the loss landscape of neural nets".)
    """
    if weights.ndim < 2 and matrices:
        return np.zeros(weights.shape)
    found = generator.standard_normal(weights.shape)
    axes = tuple(range(max(weights.ndim - 1, min(weights.ndim, 1))))
    norms = np.sqrt(np.square(weights.astype(np.float64)).sum(axis=axes, keepdims=True))
    lengths = np.sqrt(np.square(found).sum(axis=axes, keepdims=True))
    return np.asarray(found * norms / np.maximum(lengths, 1e-12))


def _principal_plane(way: list[Weights], generator: np.random.Generator) -> _Plane:
    """The two directions in which a path is longest, as seen from its end."""
    # By the small matrix of products: the weights of all points at once may be large.
    differences = [
        np.stack([point[number].astype(np.float64) - end for point in way]).reshape(len(way), -1)
        for number, end in enumerate(way[-1])
    ]
    lengths, turns = np.linalg.eigh(sum(each @ each.T for each in differences))
    if lengths[-1] <= 0:
        raise InvalidArgumentError(
            "landscape: the weights are the same at all points of the path, so it has no "
            "direction. Take directions='random', or record while the model trains."
        )
    found = []
    for place in (-1, -2):
        if len(lengths) + place >= 0 and lengths[place] > 1e-10 * lengths[-1]:
            turn = turns[:, place] / np.sqrt(lengths[place])
            found.append(
                [(turn @ each).reshape(end.shape) for each, end in zip(differences, way[-1])]
            )
    words = "The directions are the two in which the path is longest."
    if len(found) == 1:
        words = "The path is straight: the second direction is random, square to it."
        other = [generator.standard_normal(each.shape) for each in found[0]]
        slope = _dot(other, found[0])
        other = [each - slope * along for each, along in zip(other, found[0])]
        size = np.sqrt(_dot(other, other)) or 1.0
        found.append([each / size for each in other])
    return _Plane(way[-1], found[0], found[1], _NAMES, words)


def _projected(way: list[Weights], plane: _Plane) -> tuple[Array, float]:
    """Where the points of a path are on the plane, as near as can be.

    Also how much of their squared distances from the plane's origin lies within the plane.
    """
    axes = (plane.first, plane.second)
    products = np.array([[_dot(one, other) for other in axes] for one in axes])
    found, total = [], 0.0
    for point in way:
        difference = _difference(point, plane.origin)
        found.append([_dot(difference, axis) for axis in axes])
        total += _dot(difference, difference)
    along = np.array(found)
    points = np.asarray(np.linalg.lstsq(products, along.T, rcond=None)[0].T)
    inside = float((points * along).sum())
    return points, min(inside / total, 1.0) if total else 1.0


def _difference(one: Weights, other: Weights) -> Weights:
    return [a.astype(np.float64) - b for a, b in zip(one, other, strict=True)]


def _dot(one: Weights, other: Weights) -> float:
    return sum(float(np.vdot(a, b)) for a, b in zip(one, other, strict=True))
