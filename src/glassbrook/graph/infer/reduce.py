"""Inference of operations that fold, scan or order an axis."""

from __future__ import annotations

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph.infer.rules import infer, require_floating, require_type
from glassbrook.graph.node import Attrs, Node, Shape


def reduced_shape(shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Shape:
    """The shape after folding `axes` (ascending, counted from the front)."""
    if keepdims:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    if len(axes) == len(shape):
        return ()
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


@infer("sum", "prod", "max", "min")
def _fold(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    if not x.dtype.is_numeric:
        require_type("reduce", x, lambda dtype: dtype.is_numeric, "a number dtype")
    return reduced_shape(x.shape, attrs["axes"], attrs["keepdims"]), x.dtype


@infer("any", "all")
def _test(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    require_type("reduce", x, lambda dtype: dtype.is_bool, "bool")
    return reduced_shape(x.shape, attrs["axes"], attrs["keepdims"]), x.dtype


@infer("argmax", "argmin")
def _arg(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    axis: int = attrs["axis"]
    require_type(
        "argmax", x, lambda dtype: dtype.is_numeric or dtype.is_bool, "a number dtype or bool"
    )
    if x.shape[axis] == 0:
        raise InvalidArgumentError(
            f"argmax: reduction axis {axis} is empty in shape {list(x.shape)}: "
            "there is no position to return."
        )
    return reduced_shape(x.shape, (axis,), keepdims=False), attrs["dtype"]


@infer("cumsum", "cumprod")
def _scan(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    require_type("cumsum", x, lambda dtype: dtype.is_numeric, "a number dtype")
    return x.shape, x.dtype


@infer("argsort")
def _argsort(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    require_type("argsort", x, lambda dtype: dtype.is_numeric, "a number dtype")
    return x.shape, dtypes.int32


@infer("softmax", "log_softmax")
def _softmax(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    require_floating("softmax", x)
    if not x.shape:
        raise ShapeError("softmax: got a scalar, expected at least one axis to normalize over.")
    return x.shape, x.dtype
