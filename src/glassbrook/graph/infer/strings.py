"""Inference of operations on strings."""

from __future__ import annotations

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.graph.infer.rules import infer, require_integer, require_type
from glassbrook.graph.node import Attrs, Node, Shape
from glassbrook.graph.shapes import broadcast_shapes


def _require_string(op: str, node: Node) -> None:
    require_type(op, node, lambda dtype: dtype is dtypes.string, "strings")


@infer("string_lower", "string_upper", "string_strip", "regex_replace")
def _string_to_string(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    _require_string("strings", x)
    return x.shape, dtypes.string


@infer("string_length")
def _string_length(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    _require_string("strings.length", x)
    return x.shape, dtypes.int32


@infer("string_join")
def _string_join(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    shape: Shape = ()
    for each in inputs:
        _require_string("strings.join", each)
        shape = broadcast_shapes("strings.join", shape, each.shape)
    return shape, dtypes.string


@infer("string_substr")
def _string_substr(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    x, position, length = inputs
    _require_string("strings.substr", x)
    require_integer("strings.substr", position)
    require_integer("strings.substr", length)
    shape = broadcast_shapes("strings.substr", position.shape, length.shape)
    return broadcast_shapes("strings.substr", x.shape, shape), dtypes.string


@infer("as_string")
def _as_string(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    require_type(
        "strings.as_string", x, lambda dtype: dtype is not dtypes.string, "numbers or bool"
    )
    return x.shape, dtypes.string


@infer("string_to_number")
def _string_to_number(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    _require_string("strings.to_number", x)
    return x.shape, attrs["dtype"]
