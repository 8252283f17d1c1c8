"""Inference of branches and loops, whose parts are closed graphs."""

from __future__ import annotations

from glassbrook.dtypes import DType
from glassbrook.graph.infer.rules import infer
from glassbrook.graph.node import Attrs, Node, Shape

__all__ = ["BUNDLE"]

BUNDLE = DType("bundle", object)
"""The type of what a loop gives: several arrays, of which `item` picks one."""


@infer("cond")
def _cond(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (output,) = attrs["true"].outputs
    return output.shape, output.dtype


@infer("while")
def _while(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return (), BUNDLE


@infer("item")
def _item(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return attrs["shape"], attrs["dtype"]
