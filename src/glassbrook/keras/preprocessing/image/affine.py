"""Images turned, shifted, sheared and zoomed: where each pixel of the result comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError

__all__ = ["apply_affine_transform", "resample"]

Array = npt.NDArray[Any]


def apply_affine_transform(
    x: Any,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> Array:
    """An image turned, shifted, sheared and zoomed around its middle, in this order.

    Args:
        x: one image, with three axes.
        theta: by how many degrees to turn.
        tx: by how many columns to shift (rows, if the columns come first).
        ty: by how many rows to shift.
        shear: the angle of shearing in degrees.
        zx: how many columns of `x` become one.
        zy: how many rows of `x` become one.
        row_axis: which axis has the rows.
        col_axis: which axis has the columns.
        channel_axis: which axis has the channels, 0 or 2.
        fill_mode: what to see beyond the edges: ``"nearest"``, ``"constant"``, ``"reflect"`` or
            ``"wrap"``.
        cval: the value beyond the edges for ``"constant"``.
        order: 0 for the nearest pixel, 1 for a mixture of the four around.

    Raises:
        ShapeError: `x` is no single image.
        InvalidArgumentError: the axes are not 0, 1 and 2, or there is no such mode or order.

    Example:
        >>> import numpy as np
        >>> import glassbrook as tf
        >>> image = np.arange(3.0).reshape(1, 3, 1)
        >>> tf.keras.preprocessing.image.apply_affine_transform(
        ...     image, tx=1, row_axis=0, col_axis=1, channel_axis=2
        ... ).ravel()
        array([1., 2., 2.])
    """
    array = np.asarray(x)
    if {row_axis, col_axis, channel_axis} != {0, 1, 2}:
        raise InvalidArgumentError(
            "apply_affine_transform: row_axis, col_axis and channel_axis have to be 0, 1 and 2 in "
            f"some order, got {row_axis}, {col_axis} and {channel_axis}."
        )
    if array.ndim != 3:
        raise ShapeError(
            "apply_affine_transform: expected one image with three axes, got shape "
            f"{array.shape}. Take one of a batch: images[0]."
        )
    if channel_axis == 1:
        raise InvalidArgumentError("apply_affine_transform: the channels come first or last.")
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return array
    matrix = _around_middle(matrix, array.shape[row_axis], array.shape[col_axis])
    if col_axis > row_axis:
        # The matrix is of (x, y), as in Keras; the planes below have their rows first.
        matrix = matrix[[1, 0, 2]][:, [1, 0, 2]]
    planes = np.moveaxis(array, channel_axis, 0)
    moved = [
        resample(plane, matrix[:2, :2], matrix[:2, 2], order, fill_mode, cval) for plane in planes
    ]
    return np.moveaxis(np.stack(moved), 0, channel_axis)


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> Array | None:
    """From (x, y, 1) of the result to that of the image; `None` if nothing moves."""
    matrix = None
    steps: list[Any] = []
    if theta != 0:
        turn = np.deg2rad(theta)
        steps.append([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0]])
    if tx != 0 or ty != 0:
        steps.append([[1, 0, tx], [0, 1, ty]])
    if shear != 0:
        angle = np.deg2rad(shear)
        steps.append([[1, -np.sin(angle), 0], [0, np.cos(angle), 0]])
    if zx != 1 or zy != 1:
        steps.append([[zx, 0, 0], [0, zy, 0]])
    for step in steps:
        square = np.array([*step, [0, 0, 1]], np.float64)
        matrix = square if matrix is None else matrix @ square
    return matrix


def _around_middle(matrix: Array, height: int, width: int) -> Array:
    middle = np.array([height / 2 - 0.5, width / 2 - 0.5])
    moved = matrix.copy()
    moved[:2, 2] += middle - matrix[:2, :2] @ middle
    return moved


def resample(
    plane: Array, matrix: Array, offset: Array, order: int, mode: str, outside: float
) -> Array:
    """A plane whose pixel at p shows what `plane` has at ``matrix @ p + offset``.

    Raises:
        InvalidArgumentError: there is no such order or mode.
    """
    if order not in (0, 1):
        raise InvalidArgumentError(
            f"apply_affine_transform: order is {order}, expected 0 (the nearest pixel) or 1 (a "
            "mixture of the four around)."
        )
    if mode not in _EDGES:
        raise InvalidArgumentError(
            f"apply_affine_transform: unknown fill_mode {mode!r}, expected one of "
            f"{', '.join(map(repr, _EDGES))}."
        )
    height, width = plane.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    places = [matrix[axis, 0] * rows + matrix[axis, 1] * columns + offset[axis] for axis in (0, 1)]
    is_outside = np.zeros(plane.shape, bool)
    if mode == "constant":
        for place, size in zip(places, plane.shape, strict=True):
            is_outside |= (place < 0) | (place > size - 1)
    edge = _EDGES[mode]
    places = [edge(place, size) for place, size in zip(places, plane.shape, strict=True)]
    found = _nearest(plane, places) if order == 0 else _mixed(plane, places, edge)
    found = np.where(is_outside, outside, found)
    if plane.dtype.kind in "iu":
        found = np.trunc(found + 0.5 * np.sign(found))
    return found.astype(plane.dtype)


def _nearest(plane: Array, places: list[Array]) -> Array:
    rows, columns = (
        np.clip(np.floor(place + 0.5).astype(np.int64), 0, size - 1)
        for place, size in zip(places, plane.shape, strict=True)
    )
    found: Array = plane[rows, columns].astype(np.float64)
    return found


def _mixed(plane: Array, places: list[Array], edge: Callable[[Array, int], Array]) -> Array:
    total = np.zeros(plane.shape)
    lower = [np.floor(place).astype(np.int64) for place in places]
    shares = [place - floor for place, floor in zip(places, lower, strict=True)]
    for row in (0, 1):
        for column in (0, 1):
            index = tuple(
                np.clip(edge(floor + step, size), 0, size - 1).astype(np.int64)
                for floor, step, size in zip(lower, (row, column), plane.shape, strict=True)
            )
            weight = (shares[0] if row else 1 - shares[0]) * (
                shares[1] if column else 1 - shares[1]
            )
            total += weight * plane[index]
    return total


# Where beyond the edges a coordinate looks. SciPy does it in the same way.


def _clamped(place: Array, size: int) -> Array:
    return np.clip(place, 0, size - 1)


def _reflected(place: Array, size: int) -> Array:
    """As in a mirror at the outer side of the last pixel: d c b a | a b c d | d c b a."""
    turned = np.mod(place + 0.5, 2 * size)
    turned = np.where(turned > size, 2 * size - turned, turned) - 0.5
    return np.where((place >= 0) & (place <= size - 1), place, turned)


def _wrapped(place: Array, size: int) -> Array:
    """Again from the start; first and last pixel share a place, as SciPy has it."""
    if size == 1:
        return np.zeros_like(place)
    period = size - 1
    below = place + period * (np.trunc(-place / period) + 1)
    above = place - period * np.trunc(place / period)
    return np.where(place < 0, below, np.where(place > period, above, place))


_EDGES: dict[str, Callable[[Array, int], Array]] = {
    "nearest": _clamped,
    "constant": _clamped,
    "reflect": _reflected,
    "wrap": _wrapped,
}
