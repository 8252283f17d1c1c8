"""Inference of the gamma function and its kin."""

from __future__ import annotations

from glassbrook.dtypes import DType
from glassbrook.graph.infer.rules import infer, require_floating, require_same
from glassbrook.graph.node import Attrs, Node, Shape
from glassbrook.graph.shapes import broadcast_shapes

_OPS = (
    "lgamma digamma zeta polygamma igamma igammac igamma_slope betainc bessel_i0e bessel_i1e "
    "nextafter"
).split()


@infer(*_OPS)
def _floating(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    first = inputs[0]
    require_floating("tf.math", first)
    shape = first.shape
    for each in inputs[1:]:
        require_same("tf.math", first, each)
        shape = broadcast_shapes("tf.math", shape, each.shape)
    return shape, first.dtype
