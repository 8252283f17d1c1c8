"""Inference of operations that read and write at computed positions."""

from __future__ import annotations

from glassbrook.dtypes import DType
from glassbrook.errors import ShapeError
from glassbrook.graph.infer.rules import infer, require_integer, require_type
from glassbrook.graph.node import Attrs, Node, Shape


@infer("gather")
def _gather(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    x, indices = inputs
    axis, batch_dims = attrs["axis"], attrs["batch_dims"]
    require_integer("gather", indices)
    if not batch_dims <= axis < x.rank or batch_dims > indices.rank:
        raise ShapeError(
            f"gather: batch_dims {batch_dims} does not fit axis {axis}, a tensor of shape "
            f"{list(x.shape)} and indices of shape {list(indices.shape)}."
        )
    if x.shape[:batch_dims] != indices.shape[:batch_dims]:
        raise ShapeError(
            f"gather: the first {batch_dims} axes must agree, but shapes are {list(x.shape)} "
            f"and {list(indices.shape)}."
        )
    shape = (*x.shape[:axis], *indices.shape[batch_dims:], *x.shape[axis + 1 :])
    return shape, x.dtype


@infer("scatter_add")
def _scatter_add(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    indices, updates = inputs
    require_integer("scatter_add", indices)
    return attrs["shape"], updates.dtype


@infer("take_along")
def _take_along(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    x, indices = inputs
    axis: int = attrs["axis"]
    require_integer("take_along_axis", indices)
    others = [a for a in range(x.rank) if a != axis]
    if x.rank != indices.rank or any(x.shape[a] != indices.shape[a] for a in others):
        raise ShapeError(
            f"take_along_axis: indices of shape {list(indices.shape)} must agree with the tensor "
            f"of shape {list(x.shape)} on every axis but {axis}."
        )
    return indices.shape, x.dtype


@infer("put_along_add")
def _put_along_add(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    indices, updates = inputs
    require_integer("put_along_axis", indices)
    return attrs["shape"], updates.dtype


@infer("gather_nd")
def _gather_nd(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    x, indices = inputs
    require_integer("gather_nd", indices)
    if not indices.rank or indices.shape[-1] > x.rank:
        raise ShapeError(
            f"gather_nd: the last axis of indices holds one position for each leading axis of the "
            f"tensor: indices of shape {list(indices.shape)} do not fit shape {list(x.shape)}."
        )
    return (*indices.shape[:-1], *x.shape[indices.shape[-1] :]), x.dtype


@infer("scatter_nd")
def _scatter_nd(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    indices, updates = inputs
    shape: Shape = attrs["shape"]
    require_integer("scatter_nd", indices)
    require_type(
        "scatter_nd", updates, lambda dtype: dtype.is_numeric or dtype.is_bool, "a number dtype"
    )
    depth = indices.shape[-1] if indices.rank else 0
    expected = (*indices.shape[:-1], *shape[depth:])
    if indices.rank == 0 or depth > len(shape) or updates.shape != expected:
        raise ShapeError(
            f"scatter_nd: for indices of shape {list(indices.shape)} and a result of shape "
            f"{list(shape)}, updates need shape {list(expected)}, not {list(updates.shape)}."
        )
    return shape, updates.dtype


@infer("one_hot")
def _one_hot(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (indices,) = inputs
    require_integer("one_hot", indices)
    if attrs["depth"] < 0:
        raise ShapeError(f"one_hot: depth must be at least 0, not {attrs['depth']}.")
    return (*indices.shape, attrs["depth"]), attrs["dtype"]
