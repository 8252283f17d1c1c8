"""Arithmetic on shapes, with errors that name what does not fit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

from glassbrook.errors import OutOfRangeError, ShapeError

__all__ = [
    "broadcast_shapes",
    "element_count",
    "normalize_axes",
    "normalize_axis",
    "resolve_reshape",
]

Shape = tuple[int, ...]


def element_count(shape: Iterable[int]) -> int:
    """How many elements a tensor of this shape has."""
    return math.prod(shape)


@lru_cache(4096)
def broadcast_shapes(op: str, x: Shape, y: Shape) -> Shape:
    """The shape of an elementwise result: axes of size 1 stretch, missing ones are added in front.

    Raises:
        ShapeError: two sizes differ and neither is 1.
    """
    if x == y:
        return x
    if len(x) < len(y):
        longer, shorter = y, x
    else:
        longer, shorter = x, y
    offset = len(longer) - len(shorter)
    result = list(longer)
    for position, size in enumerate(shorter, offset):
        other = result[position]
        if other == 1:
            result[position] = size
        elif size not in (1, other):
            raise ShapeError(
                f"{op}: incompatible shapes: {list(x)} and {list(y)} cannot be broadcast: axis "
                f"{position - len(result)} has size {x[position - len(result)]} against "
                f"{y[position - len(result)]}. Sizes must be equal or 1; tf.reshape or "
                "tf.expand_dims adds the axes of size 1."
            )
    return tuple(result)


def normalize_axis(op: str, axis: int, rank: int) -> int:
    """The axis counted from the front: -1 is the last.

    Raises:
        OutOfRangeError: there is no such axis.
    """
    if not -rank <= axis < rank:
        raise OutOfRangeError(
            f"{op}: axis {axis} does not exist in a tensor of rank {rank}. "
            f"Expected a value in [{-rank}, {rank})."
        )
    return axis + rank if axis < 0 else axis


def normalize_axes(op: str, axes: Iterable[int] | None, rank: int) -> tuple[int, ...]:
    """All axes for `None`, else the given ones counted from the front, in ascending order.

    Raises:
        OutOfRangeError: there is no such axis.
        ShapeError: an axis is named twice.
    """
    if axes is None:
        return tuple(range(rank))
    result = sorted(normalize_axis(op, axis, rank) for axis in axes)
    if len(set(result)) < len(result):
        raise ShapeError(f"{op}: axes {list(axes)} name the same axis twice.")
    return tuple(result)


def resolve_reshape(shape: Shape, wanted: Iterable[int]) -> Shape:
    """`wanted` with its single -1 replaced by the size that keeps the number of elements.

    Raises:
        ShapeError: the number of elements would change, or there is more than one -1.
    """
    target = tuple(wanted)
    count = math.prod(shape)
    if math.prod(target) == count and min(target, default=0) >= 0:
        return target
    unknown = target.count(-1)
    known = element_count(length for length in target if length != -1)
    if not known and not count:
        # Both are empty: the axes that are not decide, as they do in TensorFlow.
        known = element_count(length for length in target if length > 0)
        count = element_count(length for length in shape if length > 0)
    if unknown > 1 or any(length < -1 for length in target):
        raise ShapeError(
            f"reshape: the new shape {list(target)} has to have sizes of at least 0, "
            "and at most one -1, which stands for whatever is left."
        )
    if unknown:
        if known and count % known == 0:
            return tuple(count // known if length == -1 else length for length in target)
    raise ShapeError(
        f"reshape: a tensor of shape {list(shape)} has {count} values, but the requested shape "
        f"{list(target)} {'needs a multiple of' if unknown else 'has'} {known}. "
        "One size may be -1, which stands for what the others leave."
    )
