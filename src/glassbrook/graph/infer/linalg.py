"""Inference of linear algebra."""

from __future__ import annotations

from glassbrook.dtypes import DType
from glassbrook.errors import ShapeError
from glassbrook.graph.infer.rules import infer, require_same, require_type
from glassbrook.graph.node import Attrs, Node, Shape
from glassbrook.graph.shapes import broadcast_shapes


@infer("matmul")
def _matmul(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    x, y = inputs
    if x.dtype is not y.dtype:
        require_same("matmul", x, y)
    if not x.dtype.is_numeric:
        require_type("matmul", x, lambda dtype: dtype.is_numeric, "a number dtype")
    if len(x.shape) < 2 or len(y.shape) < 2:
        raise ShapeError(
            f"matmul: both sides need at least two axes, got {list(x.shape)} @ {list(y.shape)}. "
            "A vector becomes a row or a column with tf.expand_dims(v, 0) or tf.expand_dims(v, 1); "
            "tf.tensordot(x, y, 1) multiplies vectors as they are."
        )
    rows, x_inner = x.shape[-2:]
    y_inner, columns = y.shape[-2:]
    if attrs["transpose_x"]:
        rows, x_inner = x_inner, rows
    if attrs["transpose_y"]:
        y_inner, columns = columns, y_inner
    if x_inner != y_inner:
        raise ShapeError(
            f"matmul: inner sizes differ: {list(x.shape)}{'ᵀ' if attrs['transpose_x'] else ''} @ "
            f"{list(y.shape)}{'ᵀ' if attrs['transpose_y'] else ''}, {x_inner} against {y_inner}. "
            f"{_matmul_advice(x, y)}"
        )
    if len(x.shape) == 2 == len(y.shape):
        return (rows, columns), x.dtype
    batch = broadcast_shapes("matmul", x.shape[:-2], y.shape[:-2])
    return (*batch, rows, columns), x.dtype


def _matmul_advice(x: Node, y: Node) -> str:
    if x.rank > 2 and x.shape[-1] * x.shape[-2] == y.shape[-2]:
        return f"Flatten the images first: tf.reshape(x, (-1, {y.shape[-2]}))."
    return (
        "Transpose one side (transpose_a=True or transpose_b=True), or reshape so that the last "
        f"axis of the left side has size {y.shape[-2]}."
    )
