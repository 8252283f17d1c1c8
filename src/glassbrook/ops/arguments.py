"""Arguments that shape an operation: sizes, axes and counts, however they are written."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.dtypes import DType
from glassbrook.engine.realize import realize
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError, shortened
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import normalize_axes, normalize_axis
from glassbrook.tensor.convert import as_node, has_node

__all__ = [
    "TensorLike",
    "axes_argument",
    "axis_argument",
    "floating_node",
    "integer_argument",
    "integers_argument",
    "node_value",
    "require",
    "require_floating",
    "shape_argument",
]

TensorLike = Any
"""A tensor, a variable, a number, text, a nested list of these, or a NumPy array."""

_MOST_ELEMENTS = 2**63 - 1


def node_value(node: Node) -> npt.NDArray[Any]:
    """The value of a node, computed now if it is still pending; not to be written to."""
    if node.value is None:
        realize([node])
    assert node.value is not None
    return node.value


def integers_argument(op: str, what: str, value: Any) -> tuple[int, ...]:
    """Python integers for a number, a list, a `TensorShape`, an array or a tensor of integers.

    Raises:
        DTypeError: there is something else than integers among them.
    """
    if isinstance(value, list | tuple) and all(type(each) is int for each in value):
        return tuple(value)
    if has_node(value):
        value = node_value(value.used_node())
    elif not isinstance(value, np.ndarray):
        try:
            value = [int(each) if has_node(each) else each for each in value]
        except TypeError:
            value = [value]
        if None in value:
            raise InvalidArgumentError(
                f"{op}: {what} {value} has a size that is not known. Give every size."
            )
    array = np.asarray(value)
    if array.size and array.dtype.kind not in "iu":
        if array.dtype == object and all(isinstance(each, int) for each in array.flat):
            raise InvalidArgumentError(
                f"{op}: {what} is {shortened(value)}: a number in it needs more than 64 bits."
            )
        raise DTypeError(
            f"{op}: {what} has to consist of integers, got {shortened(value)}. A shape is such as "
            "[2, 3]; int(n) makes a whole number of another."
        )
    if array.ndim > 1:
        raise ShapeError(
            f"{op}: {what} has to be a number or a list of them, got shape {list(array.shape)}."
        )
    return tuple(int(each) for each in array.ravel())


def integer_argument(op: str, what: str, value: Any) -> int:
    """A Python integer for a number, an array or a tensor that holds a single one."""
    if type(value) is int:
        return value
    found = integers_argument(op, what, value)
    if len(found) != 1:
        raise ShapeError(f"{op}: {what} has to be one integer, got {len(found)}.")
    return found[0]


def shape_argument(op: str, value: Any) -> tuple[int, ...]:
    """The sizes of a shape, each at least 0.

    Raises:
        InvalidArgumentError: a size is negative or not known.
        DTypeError: a size is not an integer.
    """
    sizes = integers_argument(op, "shape", value)
    for size in sizes:
        if size < 0:
            raise InvalidArgumentError(
                f"{op}: dimension {size} must be >= 0, in shape {list(sizes)}."
            )
    if math.prod(sizes) > _MOST_ELEMENTS:
        raise InvalidArgumentError(
            f"{op}: a tensor of shape {list(sizes)} has more elements than 64 bits can count."
        )
    return sizes


def axis_argument(op: str, axis: Any, rank: int) -> int:
    """One axis, counted from the front."""
    return normalize_axis(op, integer_argument(op, "axis", axis), rank)


def axes_argument(op: str, axis: Any, rank: int) -> tuple[int, ...]:
    """All axes for `None`, else the named ones, counted from the front, in ascending order."""
    if axis is None:
        return tuple(range(rank))
    if type(axis) is int:
        return (normalize_axis(op, axis, rank),)
    return normalize_axes(op, integers_argument(op, "axis", axis), rank)


def require(op: str, x: Node, allowed: Callable[[DType], bool], expected: str, mend: str) -> None:
    """Raise a `DTypeError` unless the dtype of `x` is allowed."""
    if not allowed(x.dtype):
        raise DTypeError(
            f"{op}: got a tensor of dtype {x.dtype.name} and shape {list(x.shape)}, "
            f"expected {expected}. {mend}"
        )


def require_floating(op: str, x: Node) -> None:
    """Raise a `DTypeError` unless `x` holds floating-point numbers."""
    if not x.dtype.is_floating:
        require(
            op,
            x,
            lambda dtype: dtype.is_floating,
            "a floating-point dtype",
            "Convert it first: tf.cast(x, tf.float32).",
        )


def floating_node(op: str, value: TensorLike) -> Node:
    """The node of a value that has to hold floating-point numbers."""
    node = as_node(value)
    require_floating(op, node)
    return node
