"""Inference of branches and loops, whose parts are closed graphs."""

from __future__ import annotations

from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError, ShapeError
from glassbrook.graph.infer.rules import infer
from glassbrook.graph.node import Attrs, Node, Shape

__all__ = ["BUNDLE", "SCANNED"]

BUNDLE = DType("bundle", object)
"""The type of what a loop gives: several arrays, of which `item` picks one."""

SCANNED = DType("scanned", object)
"""The type of what a scan gives: several arrays, too, but gradients flow through it."""
SCANNED.is_floating = True  # type: ignore[misc]


@infer("cond")
def _cond(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (output,) = attrs["true"].outputs
    return output.shape, output.dtype


@infer("while")
def _while(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return (), BUNDLE


@infer("scan")
def _scan(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    body, count, length = attrs["body"], attrs["carried"], attrs["length"]
    last = count + attrs["sequences"]
    for place, (given, taken) in enumerate(zip(inputs, body.inputs, strict=True)):
        expected = (length, *taken.shape) if count <= place < last else taken.shape
        if given.shape != expected:
            raise ShapeError(
                f"scan: input {place} has shape {list(given.shape)}, expected {list(expected)}."
            )
        if given.dtype is not taken.dtype:
            raise DTypeError(
                f"scan: input {place} has dtype {given.dtype.name}, expected {taken.dtype.name}."
            )
    for place, (before, after) in enumerate(zip(body.inputs[:count], body.outputs)):
        if (before.shape, before.dtype) != (after.shape, after.dtype):
            raise ShapeError(
                f"scan: state {place} has shape {list(before.shape)} and dtype "
                f"{before.dtype.name}, but after one turn shape {list(after.shape)} and dtype "
                f"{after.dtype.name}. It must stay the same."
            )
    return (), SCANNED


@infer("item")
def _item(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return attrs["shape"], attrs["dtype"]
