"""Inference of operations that make tensors from their attributes: constants, ranges, chance."""

from __future__ import annotations

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.graph.infer.rules import infer, require_type
from glassbrook.graph.node import Attrs, Node, Shape


@infer("data")
def _data(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    raise RuntimeError("A data node is made by `leaf`, which knows its array.")


@infer("constant", "input")
def _constant(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return attrs["shape"], attrs["dtype"]


@infer("iota")
def _iota(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return (attrs["size"],), attrs["dtype"]


@infer("random_uniform")
def _random_uniform(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (seed,) = inputs
    require_type("random_uniform", seed, lambda dtype: dtype is dtypes.int64, "an int64 seed")
    return attrs["shape"], attrs["dtype"]


@infer("variable", "custom_gradient")
def _first_input(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return inputs[0].shape, inputs[0].dtype
