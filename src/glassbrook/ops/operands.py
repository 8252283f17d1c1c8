"""Tensors that come in lists, or beside other tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.tensor import as_node
from glassbrook.tensor.convert import has_node

__all__ = ["as_nodes", "beside", "unstacked"]


def as_nodes(op: str, values: Any) -> list[Node]:
    """A list of tensors of one dtype: what is no tensor takes that of the first tensor.

    Raises:
        DTypeError: two tensors differ in dtype.
        InvalidArgumentError: the list is empty.
    """
    if has_node(values):
        node = as_node(values)
        if not node.rank:
            raise InvalidArgumentError(f"{op}: expected a list of tensors, got a scalar.")
        return unstacked(node, 0)
    items = list(values) if isinstance(values, list | tuple | np.ndarray) else [values]
    if not items:
        raise InvalidArgumentError(f"{op}: expected at least one tensor, got an empty list.")
    dtype = next((item.dtype for item in items if has_node(item)), None)
    if dtype is None:
        dtype = as_node(items[0]).dtype
    nodes = []
    for position, item in enumerate(items):
        node = beside(item, dtype)
        if node.dtype is not dtype:
            raise DTypeError(
                f"{op}: all tensors need the same dtype, but number {position} is "
                f"{node.dtype.name} beside {dtype.name}. "
                f"Convert it: tf.cast(x, tf.{dtype.name})."
            )
        nodes.append(node)
    return nodes


def unstacked(x: Node, axis: int) -> list[Node]:
    """The slices of a node along an axis, without that axis."""
    rest = (*x.shape[:axis], *x.shape[axis + 1 :])
    size = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    origin = [0] * x.rank
    parts = []
    for position in range(x.shape[axis]):
        origin[axis] = position
        parts.append(build.reshape(build.slice(x, tuple(origin), size), rest))
    return parts


def beside(value: Any, dtype: DType) -> Node:
    """A node that takes `dtype` if it is no tensor and fits it."""
    if has_node(value):
        return as_node(value)
    try:
        return as_node(value, dtype)
    except DTypeError:
        return as_node(value)
