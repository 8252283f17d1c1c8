"""Reductions of ragged tensors: over all values, over rows, or over the elements of each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops import reduce, segments
from glassbrook.ops.arguments import axes_argument
from glassbrook.ops.ragged.indexing import with_new_axis
from glassbrook.ops.ragged.rows import Integers, row_numbers, splits_of_lengths
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.operators import true_divide

__all__ = ["REDUCTIONS", "reduced"]

Fold = Callable[[Node, Integers, int], Node]


def _segments(function: Callable[..., Tensor]) -> Fold:
    def fold(values: Node, groups: Integers, count: int) -> Node:
        return as_node(function(Tensor(values), Tensor(build.data(groups)), count))

    return fold


_sum = _segments(segments.unsorted_segment_sum)


def _mean(values: Node, groups: Integers, count: int) -> Node:
    sizes = np.bincount(groups, minlength=count).reshape(count, *(1,) * (values.rank - 1))
    total = _sum(values, groups, count)
    return true_divide(total, build.data(sizes, values.dtype))


def _variance(values: Node, groups: Integers, count: int) -> Node:
    mean = _mean(values, groups, count)
    return build.sub(_mean(build.square(values), groups, count), build.square(mean))


def _std(values: Node, groups: Integers, count: int) -> Node:
    variance = _variance(values, groups, count)
    return build.sqrt(build.maximum(variance, build.constant_like(0, variance)))


def _any(values: Node, groups: Integers, count: int) -> Node:
    hits = _sum(build.cast(values, dtypes.int32), groups, count)
    return build.greater(hits, build.constant(0, dtypes.int32))


def _all(values: Node, groups: Integers, count: int) -> Node:
    return build.logical_not(_any(build.logical_not(values), groups, count))


REDUCTIONS: dict[str, tuple[Fold, Callable[..., Tensor]]] = {
    "reduce_sum": (_sum, reduce.reduce_sum),
    "reduce_prod": (_segments(segments.unsorted_segment_prod), reduce.reduce_prod),
    "reduce_max": (_segments(segments.unsorted_segment_max), reduce.reduce_max),
    "reduce_min": (_segments(segments.unsorted_segment_min), reduce.reduce_min),
    "reduce_mean": (_mean, reduce.reduce_mean),
    "reduce_variance": (_variance, reduce.reduce_variance),
    "reduce_std": (_std, reduce.reduce_std),
    "reduce_any": (_any, reduce.reduce_any),
    "reduce_all": (_all, reduce.reduce_all),
}
"""For each reduction how it folds groups of values, and what it is for tensors."""


def reduced(name: str, x: RaggedTensor, axis: Any = None, keepdims: bool = False) -> Any:
    """A ragged tensor folded along axes; all of them by default."""
    fold, dense = REDUCTIONS[name]
    rank = len(x.shape)
    if axis is None:
        result: Any = dense(x.flat_values)
        for _ in range(rank if keepdims else 0):
            result = with_new_axis(result, 0)
        return result
    result = x
    for each in reversed(axes_argument(name, axis, rank)):
        if isinstance(result, RaggedTensor):
            result = _along(result, each, fold, dense)
        else:
            result = dense(result, each)
        if keepdims:
            result = with_new_axis(result, each)
    return result


def _along(x: RaggedTensor, axis: int, fold: Fold, dense: Callable[..., Tensor]) -> Any:
    if axis > x.ragged_rank:
        return x.with_flat_values(dense(x.flat_values, axis - x.ragged_rank))
    if axis == x.ragged_rank:
        return _innermost(x, fold)
    if axis > 1:
        return x.with_values(_along(x.values, axis - 1, fold, dense))
    return _across(x, axis, fold)


def _innermost(x: RaggedTensor, fold: Fold) -> Any:
    if isinstance(x.values, RaggedTensor):
        return x.with_values(_innermost(x.values, fold))
    count = len(x.splits) - 1
    return Tensor(fold(as_node(x.values), row_numbers(x.splits), count))


def _across(x: RaggedTensor, axis: int, fold: Fold) -> Any:
    """Values at the same place of different rows folded together; `axis` is an outer one."""
    levels = x.levels()
    rows = np.arange(len(x.splits) - 1)[:, None]
    tables = [rows]
    for each in levels:
        numbers = row_numbers(each.splits)
        column = np.arange(each.splits[-1]) - each.splits[numbers]
        rows = np.concatenate([rows[numbers], column[:, None]], axis=1)
        tables.append(rows)
    # Per level that is left, the places that occur; a place with nothing in it is there too.
    left = [np.delete(table, axis, axis=1) for table in tables[axis:]]
    left = [table for table in left if table.shape[1]]
    if axis == 1:
        left[0] = np.arange(len(x.splits) - 1)[:, None]
    result_rows = [np.unique(table, axis=0) for table in left]
    _, groups = np.unique(left[-1], axis=0, return_inverse=True)
    flat = Tensor(fold(as_node(x.flat_values), groups.ravel(), len(result_rows[-1])))
    result: Any = flat
    for parents, children in zip(reversed(result_rows[:-1]), reversed(result_rows[1:])):
        order = {tuple(parent): place for place, parent in enumerate(parents)}
        owners = [order[tuple(child[:-1])] for child in children]
        lengths = np.bincount(np.asarray(owners, np.int64), minlength=len(parents))
        result = RaggedTensor(result, splits_of_lengths(lengths), None, x.index)
    return result
