"""Inference of operations that make tensors from their attributes: constants, ranges, chance."""

from __future__ import annotations

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import ShapeError
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
    _require_state("random_uniform", inputs[0])
    return attrs["shape"], attrs["dtype"]


@infer("random_normal")
def _random_normal(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    _require_state("random_normal", inputs[0])
    return attrs["shape"], attrs["dtype"]


@infer("random_truncated_normal")
def _random_truncated_normal(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    _require_state("random_truncated_normal", inputs[0])
    return attrs["shape"], attrs["dtype"]


@infer("random_permutation")
def _random_permutation(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    _require_state("random_permutation", inputs[0])
    return (attrs["size"],), dtypes.int64


@infer("random_gamma", "random_poisson", "random_binomial")
def _random_by_parameters(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    op = "a distribution with parameters"
    state, *parameters = inputs
    _require_state(op, state)
    shape: Shape = attrs["shape"]
    for each in parameters:
        require_type(op, each, lambda dtype: dtype.is_floating, "floating-point parameters")
        if each.shape != shape[len(shape) - each.rank :]:
            raise ShapeError(
                f"{op}: parameters of shape {list(each.shape)} are not the last axes of a sample "
                f"of shape {list(shape)}."
            )
    return shape, attrs["dtype"]


def _require_state(op: str, state: Node) -> None:
    """Check that the state of the generator is what `random_uniform` of `graph.build` takes."""
    require_type(op, state, lambda dtype: dtype is dtypes.int64, "an int64 state")
    if state.shape != (3,):
        raise ShapeError(f"{op}: the state has shape {list(state.shape)}, expected [3].")


@infer("variable", "custom_gradient")
def _first_input(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    return inputs[0].shape, inputs[0].dtype
