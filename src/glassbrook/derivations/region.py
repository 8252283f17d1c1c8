"""Which elements of each tensor on the way a single element of the source acts on.

A region says for each axis either the one place that matters, or `None` for all of them. It is
never too small: where it is not known how an operation moves elements, it is everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from glassbrook.gradients import VJP
from glassbrook.graph.node import Array, Node, Shape

__all__ = [
    "Region",
    "everything",
    "is_elementwise",
    "read",
    "region_beside",
    "region_of",
    "region_through",
    "spelled",
]

Region = tuple[int | None, ...]

_ELEMENTWISE_FAMILIES = {"elementwise", "special"}
_MATRIX_RANK = 2


def everything(shape: Shape) -> Region:
    """The region of all elements."""
    return (None,) * len(shape)


def is_elementwise(op: str) -> bool:
    """Whether an operation makes each element of its result of the elements at its place."""
    rule = VJP.get(op)
    return (
        rule is not None
        and op != "custom_gradient"
        and rule.__module__.rpartition(".")[2] in _ELEMENTWISE_FAMILIES
    )


def read(array: Array, region: Region) -> Array:
    """The elements of an array within a region."""
    return np.asarray(array[tuple(slice(None) if at is None else at for at in region)])


def spelled(region: Region) -> str:
    """A region as an index: ``[:, 7]``; nothing for everything."""
    if all(at is None for at in region):
        return ""
    return f"[{', '.join(':' if at is None else str(at) for at in region)}]"


def region_of(node: Node, inputs: Sequence[Node], regions: Mapping[Node, Region]) -> Region:
    """The elements of a node that the given regions of its inputs act on."""
    found: Region | None = None
    for position, each in enumerate(inputs):
        if each in regions:
            reached = region_through(node, inputs, position, regions[each])
            found = reached if found is None else _joined(found, reached)
    return everything(node.shape) if found is None else found


def region_through(node: Node, inputs: Sequence[Node], position: int, region: Region) -> Region:
    """The elements of a node that a region of one of its inputs acts on."""
    each = inputs[position]
    attrs = node.attrs
    match node.op:
        case "matmul" if each.rank >= _MATRIX_RANK and node.rank >= _MATRIX_RANK:
            transposed = attrs["transpose_x" if position == 0 else "transpose_y"]
            row, column = region[-2:][::-1] if transposed else region[-2:]
            product = (row, None) if position == 0 else (None, column)
            batch = _stretched(region[:-2], each.shape[:-2], node.shape[:-2])
            return (*batch, *product)
        case "sum" | "max" | "min" | "prod":
            axes, keeps = attrs["axes"], attrs["keepdims"]
            kept = ((0 if axis in axes else at, axis in axes) for axis, at in enumerate(region))
            return tuple(at for at, folded in kept if keeps or not folded)
        case "transpose":
            return tuple(region[axis] for axis in attrs["permutation"])
        case "reshape":
            return _reshaped(region, each.shape, node.shape)
        case "softmax" | "log_softmax":
            return (*region[:-1], None)
        case "broadcast_to":
            return _stretched(region, each.shape, node.shape)
    if is_elementwise(node.op):
        return _stretched(region, each.shape, node.shape)
    return everything(node.shape)


def region_beside(node: Node, region: Region, each: Node, is_left: bool) -> Region:
    """The elements of another input that make `region` of a node, as far as that is known.

    Args:
        node: the node, of which `each` is an input.
        region: the elements of the node.
        each: the input.
        is_left: whether it is the first of two.
    """
    if node.op == "matmul" and each.rank >= _MATRIX_RANK and node.rank >= _MATRIX_RANK:
        row, column = region[-2:]
        transposed = node.attrs["transpose_x" if is_left else "transpose_y"]
        kept: Region = (row, None) if is_left else (None, column)
        batch = _aligned(region[:-2], node.shape[:-2], each.shape[:-2])
        return (*batch, *(kept[::-1] if transposed else kept))
    if is_elementwise(node.op):
        return _aligned(region, node.shape, each.shape)
    return everything(each.shape)


def _joined(first: Region, second: Region) -> Region:
    return tuple(a if a == b else None for a, b in zip(first, second, strict=True))


def _aligned(region: Region, shape: Shape, narrower: Shape) -> Region:
    """The part of a region of `shape` that a tensor stretched from `narrower` has."""
    offset = len(shape) - len(narrower)
    return tuple(
        0 if size == 1 and shape[offset + axis] != 1 else region[offset + axis]
        for axis, size in enumerate(narrower)
    )


def _stretched(region: Region, shape: Shape, wider: Shape) -> Region:
    added = len(wider) - len(shape)
    return (
        *everything(wider[:added]),
        *(
            None if shape[axis] == 1 and wider[added + axis] != 1 else at
            for axis, at in enumerate(region)
        ),
    )


def _reshaped(region: Region, before: Shape, after: Shape) -> Region:
    if None in region or math.prod(after) != math.prod(before):
        return everything(after)
    place = np.ravel_multi_index([at for at in region if at is not None], before) if region else 0
    return tuple(int(at) for at in np.unravel_index(place, after)) if after else ()
