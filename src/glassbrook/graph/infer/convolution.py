"""Inference of windows that slide over the axes between the first and the last one."""

from __future__ import annotations

from glassbrook.dtypes import DType, int32
from glassbrook.errors import ShapeError
from glassbrook.graph.infer.rules import infer, require_type
from glassbrook.graph.node import Attrs, Node, Shape
from glassbrook.graph.windows import output_sizes


def _require_windows(op: str, attrs: Attrs, count: int, x: Node) -> None:
    names = ("window", "strides", "dilations")
    for name in names:
        sizes = attrs.get(name)
        if sizes is not None and (len(sizes) != count or any(size < 1 for size in sizes)):
            raise ShapeError(
                f"{op}: {name} {list(sizes)} do not fit a tensor of shape {list(x.shape)}: "
                f"expected {count} numbers of at least 1."
            )


def _require_numbers(op: str, x: Node) -> None:
    if not x.dtype.is_numeric:
        require_type(op, x, lambda dtype: dtype.is_numeric, "a number dtype")


def _outputs(op: str, x: Node, attrs: Attrs) -> Shape:
    _require_windows(op, attrs, x.rank - 2, x)
    window: Shape = attrs["window"]
    outputs = output_sizes(x.shape[1:-1], window, attrs["strides"], attrs["dilations"])
    if any(size < 0 for size in outputs):
        raise ShapeError(
            f"{op}: a window of {list(window)} with dilations {list(attrs['dilations'])} does not "
            f"fit into the axes {list(x.shape[1:-1])} of a tensor of shape {list(x.shape)}."
        )
    return outputs


@infer("patches")
def _patches(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    outputs = _outputs("patches", x, attrs)
    return (x.shape[0], *outputs, *attrs["window"], x.shape[-1]), x.dtype


@infer("max_patches")
def _max_patches(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    _require_numbers("max_patches", x)
    return (x.shape[0], *_outputs("max_patches", x, attrs), x.shape[-1]), x.dtype


@infer("argmax_patches")
def _argmax_patches(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    _require_numbers("argmax_patches", x)
    return (x.shape[0], *_outputs("argmax_patches", x, attrs), x.shape[-1]), int32


@infer("unpatches")
def _unpatches(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    _require_numbers("unpatches", x)
    spatial: Shape = attrs["spatial"]
    count = len(spatial)
    _require_windows("unpatches", attrs, count, x)
    outputs, window = x.shape[1 : 1 + count], x.shape[1 + count : -1]
    fitting = output_sizes(spatial, window, attrs["strides"], attrs["dilations"])
    if x.rank != 2 + 2 * count or fitting != outputs:
        raise ShapeError(
            f"unpatches: windows of shape {list(x.shape)} do not come from axes of sizes "
            f"{list(spatial)} in steps of {list(attrs['strides'])}."
        )
    return (x.shape[0], *spatial, x.shape[-1]), x.dtype
