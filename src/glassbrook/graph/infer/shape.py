"""Inference of operations that move elements without computing with them."""

from __future__ import annotations

from glassbrook.dtypes import DType
from glassbrook.errors import ShapeError
from glassbrook.graph.infer.rules import infer, require_same
from glassbrook.graph.node import Attrs, Node, Shape
from glassbrook.graph.shapes import broadcast_shapes, resolve_reshape


@infer("reshape")
def _reshape(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    return resolve_reshape(x.shape, attrs["shape"]), x.dtype


@infer("transpose")
def _transpose(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    permutation: tuple[int, ...] = attrs["permutation"]
    if sorted(permutation) != list(range(x.rank)):
        raise ShapeError(
            f"transpose: perm {list(permutation)} is not an order of the {x.rank} axes of a "
            f"tensor of shape {list(x.shape)}: each of 0 to {x.rank - 1} must appear once."
        )
    return tuple(x.shape[axis] for axis in permutation), x.dtype


@infer("broadcast_to")
def _broadcast_to(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    shape: Shape = attrs["shape"]
    if len(shape) < x.rank or broadcast_shapes("broadcast_to", x.shape, shape) != shape:
        raise ShapeError(
            f"broadcast_to: incompatible shapes: a tensor of shape {list(x.shape)} cannot be "
            f"stretched to {list(shape)}: only axes of size 1 stretch."
        )
    return shape, x.dtype


@infer("concat")
def _concat(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    first, *others = inputs
    axis: int = attrs["axis"]
    length = first.shape[axis]
    for index, other in enumerate(others, 1):
        require_same("concat", first, other)
        same_rank = other.rank == first.rank
        if not same_rank or any(
            a != b
            for position, (a, b) in enumerate(zip(first.shape, other.shape, strict=True))
            if position != axis
        ):
            raise ShapeError(
                f"concat: all tensors need the same shape but for axis {axis}: number 0 has shape "
                f"{list(first.shape)}, number {index} has shape {list(other.shape)}."
            )
        length += other.shape[axis]
    return (*first.shape[:axis], length, *first.shape[axis + 1 :]), first.dtype


@infer("pad")
def _pad(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    paddings: tuple[tuple[int, int], ...] = attrs["paddings"]
    if len(paddings) != x.rank or any(amount < 0 for pair in paddings for amount in pair):
        raise ShapeError(
            f"pad: paddings {[list(pair) for pair in paddings]} do not fit a tensor of shape "
            f"{list(x.shape)}: expected one [before, after] of at least 0 for each axis."
        )
    return (
        tuple(
            before + size + after for size, (before, after) in zip(x.shape, paddings, strict=True)
        ),
        x.dtype,
    )


@infer("slice")
def _slice(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    begin, size, strides = attrs["begin"], attrs["size"], attrs["strides"]
    for axis in range(x.rank):
        length, count = x.shape[axis], size[axis]
        last = begin[axis] + (count - 1) * strides[axis]
        if count and not (0 <= begin[axis] < length and 0 <= last < length):
            raise ShapeError(
                f"slice: {count} elements from {begin[axis]} in steps of {strides[axis]} do not "
                f"lie within axis {axis} of a tensor of shape {list(x.shape)}."
            )
    return tuple(size), x.dtype


@infer("unslice")
def _unslice(inputs: tuple[Node, ...], attrs: Attrs) -> tuple[Shape, DType]:
    (x,) = inputs
    return attrs["shape"], x.dtype
