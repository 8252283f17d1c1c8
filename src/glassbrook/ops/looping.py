"""Functions applied to the rows of tensors as one loop of a traced graph.

A function that is traced is not repeated for each row: one turn becomes the body of a loop, through
which gradients flow. What cannot be such a loop is done row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from glassbrook.engine.tracing import NeedsValue, active
from glassbrook.errors import GlassbrookError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.traced_control import has_side_effects
from glassbrook.tensor import Tensor, as_node, convert_to_tensor, nest
from glassbrook.tensor.scanning import scan

__all__ = ["folded_rows", "mapped_rows"]

_FEWEST_ROWS = 17


def _rows_of(fn: Callable[..., Any], elems: Any) -> list[Node] | None:
    """The tensors of `elems`, if a loop over their rows is to be part of a graph."""
    if active.trace is None or has_side_effects(fn):
        return None
    nodes = [as_node(each) for each in nest.flatten(elems)]
    if not nodes or any(not node.rank for node in nodes):
        return None
    count = nodes[0].shape[0]
    if count < _FEWEST_ROWS or any(node.shape[0] != count for node in nodes):
        return None
    return nodes


def mapped_rows(fn: Callable[[Any], Any], elems: Any, dtypes: Sequence[Any] | None) -> Any:
    """The stacked results of a function of each row; `None` if that is no loop of a graph.

    Args:
        fn: the function.
        elems: a structure of tensors.
        dtypes: the dtypes of its results, or `None` for whatever they are.
    """
    nodes = _rows_of(fn, elems)
    if nodes is None:
        return None
    form: list[Any] = []

    def turn(carried: list[Node], slices: list[Node]) -> tuple[list[Node], list[Node]]:
        result = fn(nest.pack_like(elems, [Tensor(each) for each in slices]))
        form.append(result)
        flat = nest.flatten(result)
        wanted = [None] * len(flat) if dtypes is None else dtypes
        return [], [as_node(each, dtype) for each, dtype in zip(flat, wanted, strict=True)]

    try:
        _, stacked = scan(turn, [], nodes)
    except (NeedsValue, GlassbrookError, ValueError):
        return None  # row by row it works, or the error says which row it was
    return nest.pack_like(form[0], [Tensor(each) for each in stacked])


def folded_rows(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, reverse: bool
) -> tuple[Any, Any] | None:
    """The last result of ``a = fn(a, row)`` and all of them, stacked beside their rows.

    Args:
        fn: the function.
        elems: a structure of tensors.
        initializer: the first `a`; the first row if it is `None`.
        reverse: whether to begin with the last row.

    Returns:
        `None` if that is no loop of a graph.
    """
    nodes = _rows_of(fn, elems)
    if nodes is None:
        return None
    first = initializer
    if initializer is None:
        place = nodes[0].shape[0] - 1 if reverse else 0
        first = nest.pack_like(elems, [Tensor(_row(node, place)) for node in nodes])
        nodes = [_without(node, place) for node in nodes]
    initial = [as_node(each) for each in nest.flatten(first)]

    def turn(carried: list[Node], slices: list[Node]) -> tuple[list[Node], list[Node]]:
        before = nest.pack_like(first, [Tensor(each) for each in carried])
        result = fn(before, nest.pack_like(elems, [Tensor(each) for each in slices]))
        if not nest.same_form(first, result):
            raise NeedsValue("a result of another structure")
        flat = [convert_to_tensor(each).node for each in nest.flatten(result)]
        return flat, flat

    try:
        last, stacked = scan(turn, initial, nodes, reverse=reverse)
    except (NeedsValue, GlassbrookError):
        return None
    if initializer is None:
        edges = [build.expand_dims(each, 0) for each in initial]
        pairs = zip(stacked, edges, strict=True)
        stacked = [
            build.concat([rest, edge] if reverse else [edge, rest], 0) for rest, edge in pairs
        ]
    return (
        nest.pack_like(first, [Tensor(each) for each in last]),
        nest.pack_like(first, [Tensor(each) for each in stacked]),
    )


def _row(x: Node, place: int) -> Node:
    row = build.slice(x, (place, *(0,) * (x.rank - 1)), (1, *x.shape[1:]))
    return build.reshape(row, x.shape[1:])


def _without(x: Node, place: int) -> Node:
    """All rows but the first, or but the last."""
    begin = (0 if place else 1, *(0,) * (x.rank - 1))
    return build.slice(x, begin, (x.shape[0] - 1, *x.shape[1:]))
