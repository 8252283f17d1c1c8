"""Images seen through a turned, moved or stretched frame."""

from __future__ import annotations

import numpy as np

from glassbrook import dtypes
from glassbrook.graph import build
from glassbrook.graph.node import Node

__all__ = ["transformed"]


def transformed(
    images: Node, matrices: Node, interpolation: str, fill_mode: str, fill_value: float
) -> Node:
    """For each pixel the number at another place: ``x' = a₀x + a₁y + a₂``, ``y' = b₀x + b₁y + b₂``.

    Args:
        images: of shape [batch, height, width, channels].
        matrices: of shape [batch, 6]: a₀, a₁, a₂, b₀, b₁ and b₂ of each image.
        interpolation: ``"bilinear"`` or ``"nearest"``, for places between pixels.
        fill_mode: what lies outside: ``"constant"`` for one number, ``"nearest"`` for the edge,
            ``"reflect"`` for a mirror at the edge, ``"wrap"`` for the other side.
        fill_value: the number for ``"constant"``.
    """
    batch, height, width, _ = images.shape
    parts = [build.slice(matrices, (0, each), (batch, 1)) for each in range(6)]
    a0, a1, a2, b0, b1, b2 = (build.reshape(part, (batch, 1, 1)) for part in parts)
    across = build.data(np.arange(width, dtype=np.float32).reshape(1, 1, width))
    down = build.data(np.arange(height, dtype=np.float32).reshape(1, height, 1))
    x = build.add(build.add(build.mul(a0, across), build.mul(a1, down)), a2)
    y = build.add(build.add(build.mul(b0, across), build.mul(b1, down)), b2)
    shape = (batch, height, width)
    x, y = build.broadcast_to(x, shape), build.broadcast_to(y, shape)
    x, y = _inside(x, width, fill_mode), _inside(y, height, fill_mode)
    if interpolation == "nearest":
        return _read(images, _nearest(y), _nearest(x), fill_value)
    left, top = build.floor(x), build.floor(y)
    one = build.constant_like(1, x)
    right, bottom = build.add(left, one), build.add(top, one)
    upper = _mixed(
        _read(images, top, left, fill_value), _read(images, top, right, fill_value), x, left
    )
    lower = _mixed(
        _read(images, bottom, left, fill_value), _read(images, bottom, right, fill_value), x, left
    )
    return _mixed(upper, lower, y, top)


def _mixed(first: Node, second: Node, place: Node, before: Node) -> Node:
    share = build.expand_dims(build.sub(place, before), 3)
    if share.dtype is not first.dtype:
        share = build.cast(share, first.dtype)
    rest = build.sub(build.constant_like(1, share), share)
    return build.add(build.mul(rest, first), build.mul(share, second))


def _nearest(place: Node) -> Node:
    """The nearest whole number, halves away from 0."""
    half = build.constant_like(0.5, place)
    return build.mul(build.sign(place), build.floor(build.add(build.abs(place), half)))


def _inside(place: Node, size: int, fill_mode: str) -> Node:
    """Places outside of an axis as places in it."""
    if fill_mode == "constant":
        return place
    zero = build.constant_like(0, place)
    last = build.constant_like(size - 1, place)
    if fill_mode == "reflect":
        period = build.constant_like(2 * size, place)
        # The edges of pixels are half a step beyond their centres; the mirror stands there.
        folded = build.mod(place, period)
        mirrored = build.sub(build.constant_like(2 * size - 1, place), folded)
        place = build.select(
            build.greater_equal(folded, build.constant_like(size, place)), mirrored, folded
        )
    elif fill_mode == "wrap":
        place = _wrapped(place, size)
    return build.minimum(build.maximum(place, zero), last)


def _wrapped(place: Node, size: int) -> Node:
    if size == 1:
        return build.constant_like(0, place)
    zero = build.constant_like(0, place)
    step, whole = build.constant_like(size - 1, place), build.constant_like(size, place)
    one = build.constant_like(1, place)
    turns = build.add(build.floor(build.div(build.neg(place), step)), one)
    raised = build.add(place, build.mul(whole, turns))
    lowered = build.sub(place, build.mul(whole, build.floor(build.div(place, step))))
    above = build.select(build.greater(place, step), lowered, place)
    return build.select(build.less(place, zero), raised, above)


def _read(images: Node, rows: Node, columns: Node, fill_value: float) -> Node:
    """The pixels at whole places of each image, and a number where there are none."""
    batch, height, width, channels = images.shape
    zero = build.constant_like(0, rows)
    last_row = build.constant_like(height - 1, rows)
    last_column = build.constant_like(width - 1, columns)
    known = build.logical_and(
        build.logical_and(build.greater_equal(rows, zero), build.less_equal(rows, last_row)),
        build.logical_and(
            build.greater_equal(columns, zero), build.less_equal(columns, last_column)
        ),
    )
    row = build.cast(build.minimum(build.maximum(rows, zero), last_row), dtypes.int32)
    column = build.cast(build.minimum(build.maximum(columns, zero), last_column), dtypes.int32)
    place = build.add(build.mul(row, build.constant_like(width, row)), column)
    flat = build.reshape(images, (batch, height * width, channels))
    found = build.gather(flat, place, 1, 1)
    return build.select(build.expand_dims(known, 3), found, build.constant_like(fill_value, found))
