"""Folding by group: rows that share a segment number are summed, averaged, compared.

`segment_…` takes one ascending number per row; `unsorted_segment_…` takes numbers in any order,
of which negative ones are left out, and is told how many segments there are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import TensorLike, floating_node, integer_argument, node_value
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "segment_max",
    "segment_mean",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "unsorted_segment_max",
    "unsorted_segment_mean",
    "unsorted_segment_min",
    "unsorted_segment_prod",
    "unsorted_segment_sqrt_n",
    "unsorted_segment_sum",
]


class _Groups:
    """Rows and the segment that each belongs to; the segment numbers are computed now."""

    def __init__(self, op: str, rows: Node, segments: Array, count: int) -> None:
        kept = np.flatnonzero(segments >= 0)
        self.op = op
        self.rows = rows
        self.segments = segments[kept]
        self.count = count
        if kept.size < segments.size:
            self.rows = build.gather(rows, build.data(kept, dtypes.int64))

    @classmethod
    def ascending(cls, op: str, data: Node, segment_ids: TensorLike) -> _Groups:
        """One number for each row, none smaller than the one before."""
        segments = _numbers(op, segment_ids)
        if segments.ndim != 1 or not data.shape or len(segments) != data.shape[0]:
            raise ShapeError(
                f"{op}: segment_ids must be a vector with one number for each row: got shape "
                f"{list(segments.shape)} for data of shape {list(data.shape)}."
            )
        if segments.size and (segments[0] < 0 or np.any(np.diff(segments) < 0)):
            raise InvalidArgumentError(
                f"{op}: segment_ids must be at least 0 and ascending, got {segments}. "
                f"tf.math.unsorted_{op} takes them in any order."
            )
        return cls(op, data, segments, int(segments[-1]) + 1 if segments.size else 0)

    @classmethod
    def unsorted(cls, op: str, data: Node, segment_ids: TensorLike, num_segments: Any) -> _Groups:
        """One number for each row, or for each element of the leading axes."""
        segments = _numbers(op, segment_ids)
        count = integer_argument(op, "num_segments", num_segments)
        rank = segments.ndim
        if data.shape[:rank] != segments.shape:
            raise ShapeError(
                f"{op}: data of shape {list(data.shape)} must begin with the shape of "
                f"segment_ids, {list(segments.shape)}."
            )
        outside = np.argwhere(segments >= count)
        if len(outside):
            position = tuple(int(each) for each in outside[0])
            raise OutOfRangeError(
                f"{op}: segment_ids{list(position)} = {segments[position]} is out of range "
                f"[0, {count}). Raise num_segments, or use -1 to leave a row out."
            )
        rows = build.reshape(data, (segments.size, *data.shape[rank:]))
        return cls(op, rows, segments.ravel(), count)

    def sum(self) -> Node:
        shape = (self.count, *self.rows.shape[1:])
        return build.scatter_add(build.data(self.segments, dtypes.int64), self.rows, shape)

    def sizes(self, empty: int) -> Array:
        """How many rows each segment has, one number per row of the result."""
        sizes = np.bincount(self.segments, minlength=self.count)
        sizes = np.where(sizes == 0, empty, sizes)
        return sizes.reshape(self.count, *(1,) * (self.rows.rank - 1))

    def divided_sum(self, root: bool) -> Node:
        """The sum over the number of rows, or over its root; 0 for a segment without rows."""
        sizes = self.sizes(empty=1)
        divisor = build.data(np.sqrt(sizes) if root else sizes, self.rows.dtype)
        return build.div(self.sum(), divisor)

    def fold(self, reduction: Any, neutral: Any, empty: Any) -> Node:
        """A reduction over the rows of each segment; `empty` for a segment without rows."""
        dtype = self.rows.dtype
        # The rows of each segment side by side, filled up with a neutral row to equal length.
        sizes = np.bincount(self.segments, minlength=self.count)
        order = np.argsort(self.segments, kind="stable")
        starts = np.cumsum(sizes) - sizes
        ordered = self.segments[order]
        table = np.full((self.count, max(int(np.max(sizes, initial=0)), 1)), len(order))
        table[ordered, np.arange(len(order)) - starts[ordered]] = order
        filler = build.broadcast_to(build.data(neutral, dtype), (1, *self.rows.shape[1:]))
        padded = build.concat([self.rows, filler], 0)
        folded: Node = reduction(build.gather(padded, build.data(table, dtypes.int64)), (1,))
        if neutral == empty or sizes.all():
            return folded
        occupied = (sizes > 0).reshape(self.count, *(1,) * (folded.rank - 1))
        return build.select(build.data(occupied), folded, build.data(empty, dtype))

    def max(self, empty: Any = None) -> Node:
        dtype = self.rows.dtype
        lowest = -np.inf if dtype.is_floating else dtype.min
        return self.fold(build.max, lowest, dtype.min if empty is None else empty)

    def min(self, empty: Any = None) -> Node:
        dtype = self.rows.dtype
        highest = np.inf if dtype.is_floating else dtype.max
        return self.fold(build.min, highest, dtype.max if empty is None else empty)


def _numbers(op: str, segment_ids: TensorLike) -> Array:
    segments = node_value(as_node(segment_ids))
    if segments.dtype.kind not in "iu" and segments.size:
        raise InvalidArgumentError(f"{op}: segment_ids must be integers, got {segments.dtype}.")
    return segments.astype(np.int64)


@operation
def segment_sum(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """The sum of the rows of each segment; 0 for a segment without rows.

    Args:
        data: numbers, one row per segment number.
        segment_ids: for each row its segment, ascending; computed now.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One row per segment, up to the largest segment number.

    Raises:
        ShapeError: there are not as many segment numbers as rows.
        InvalidArgumentError: the segment numbers are not ascending.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.segment_sum([1.0, 4.0, 10.0], [0, 0, 1]))
        tf.Tensor([ 5. 10.], shape=(2,), dtype=float32)
    """
    groups = _Groups.ascending("segment_sum", as_node(data), segment_ids)
    return Tensor(groups.sum())


@operation
def segment_mean(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """The mean of the rows of each segment; 0 for a segment without rows.

    Args:
        data: floating-point numbers, one row per segment number.
        segment_ids: for each row its segment, ascending; computed now.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One row per segment, up to the largest segment number.

    Raises:
        ShapeError: there are not as many segment numbers as rows.
        InvalidArgumentError: the segment numbers are not ascending.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.segment_mean([1.0, 4.0, 10.0], [0, 0, 1]))
        tf.Tensor([ 2.5 10. ], shape=(2,), dtype=float32)
    """
    groups = _Groups.ascending("segment_mean", floating_node("segment_mean", data), segment_ids)
    return Tensor(groups.divided_sum(root=False))


@operation
def segment_max(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """The largest elements of the rows of each segment; 0 for a segment without rows.

    Args:
        data: numbers, one row per segment number.
        segment_ids: for each row its segment, ascending; computed now.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One row per segment, up to the largest segment number.

    Raises:
        ShapeError: there are not as many segment numbers as rows.
        InvalidArgumentError: the segment numbers are not ascending.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.segment_max([1.0, 4.0, 10.0], [0, 0, 1]))
        tf.Tensor([ 4. 10.], shape=(2,), dtype=float32)
    """
    groups = _Groups.ascending("segment_max", as_node(data), segment_ids)
    return Tensor(groups.max(empty=0))


@operation
def segment_min(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """The smallest elements of the rows of each segment; 0 for a segment without rows.

    Args:
        data: numbers, one row per segment number.
        segment_ids: for each row its segment, ascending; computed now.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One row per segment, up to the largest segment number.

    Raises:
        ShapeError: there are not as many segment numbers as rows.
        InvalidArgumentError: the segment numbers are not ascending.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.segment_min([1.0, 4.0, 10.0], [0, 0, 1]))
        tf.Tensor([ 1. 10.], shape=(2,), dtype=float32)
    """
    groups = _Groups.ascending("segment_min", as_node(data), segment_ids)
    return Tensor(groups.min(empty=0))


@operation
def segment_prod(data: TensorLike, segment_ids: TensorLike, name: str | None = None) -> Tensor:
    """The product of the rows of each segment; 1 for a segment without rows.

    Args:
        data: numbers, one row per segment number.
        segment_ids: for each row its segment, ascending; computed now.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        One row per segment, up to the largest segment number.

    Raises:
        ShapeError: there are not as many segment numbers as rows.
        InvalidArgumentError: the segment numbers are not ascending.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.segment_prod([1.0, 4.0, 10.0], [0, 0, 1]))
        tf.Tensor([ 4. 10.], shape=(2,), dtype=float32)
    """
    groups = _Groups.ascending("segment_prod", as_node(data), segment_ids)
    return Tensor(groups.fold(build.prod, 1, 1))


@operation
def unsorted_segment_sum(
    data: TensorLike, segment_ids: TensorLike, num_segments: Any, name: str | None = None
) -> Tensor:
    """The sum of the rows of each segment; 0 for one without rows.

    Args:
        data: numbers.
        segment_ids: the segment of each row (or of each element of the leading axes), in any
            order; negative ones are left out. Computed now.
        num_segments: how many segments there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `data` does not begin with the shape of `segment_ids`.
        OutOfRangeError: a segment number is not below `num_segments`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.unsorted_segment_sum([1.0, 10.0, 4.0], [0, 1, 0], num_segments=2))
        tf.Tensor([ 5. 10.], shape=(2,), dtype=float32)
    """
    node = as_node(data)
    groups = _Groups.unsorted("unsorted_segment_sum", node, segment_ids, num_segments)
    return Tensor(groups.sum())


@operation
def unsorted_segment_mean(
    data: TensorLike, segment_ids: TensorLike, num_segments: Any, name: str | None = None
) -> Tensor:
    """The mean of the rows of each segment; 0 for one without rows.

    Args:
        data: floating-point numbers.
        segment_ids: the segment of each row (or of each element of the leading axes), in any
            order; negative ones are left out. Computed now.
        num_segments: how many segments there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `data` does not begin with the shape of `segment_ids`.
        OutOfRangeError: a segment number is not below `num_segments`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.unsorted_segment_mean([1.0, 10.0, 4.0], [0, 1, 0], num_segments=2))
        tf.Tensor([ 2.5 10. ], shape=(2,), dtype=float32)
    """
    node = floating_node("unsorted_segment_mean", data)
    groups = _Groups.unsorted("unsorted_segment_mean", node, segment_ids, num_segments)
    return Tensor(groups.divided_sum(root=False))


@operation
def unsorted_segment_sqrt_n(
    data: TensorLike, segment_ids: TensorLike, num_segments: Any, name: str | None = None
) -> Tensor:
    """The sum of the rows of each segment over the root of their number; 0 for one without rows.

    Args:
        data: floating-point numbers.
        segment_ids: the segment of each row (or of each element of the leading axes), in any
            order; negative ones are left out. Computed now.
        num_segments: how many segments there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `data` does not begin with the shape of `segment_ids`.
        OutOfRangeError: a segment number is not below `num_segments`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.unsorted_segment_sqrt_n([1.0, 10.0, 4.0], [0, 1, 0], num_segments=2))
        tf.Tensor([ 3.535534 10.      ], shape=(2,), dtype=float32)
    """
    node = floating_node("unsorted_segment_sqrt_n", data)
    groups = _Groups.unsorted("unsorted_segment_sqrt_n", node, segment_ids, num_segments)
    return Tensor(groups.divided_sum(root=True))


@operation
def unsorted_segment_max(
    data: TensorLike, segment_ids: TensorLike, num_segments: Any, name: str | None = None
) -> Tensor:
    """The largest elements of the rows of each segment; the lowest number for one without rows.

    Args:
        data: numbers.
        segment_ids: the segment of each row (or of each element of the leading axes), in any
            order; negative ones are left out. Computed now.
        num_segments: how many segments there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `data` does not begin with the shape of `segment_ids`.
        OutOfRangeError: a segment number is not below `num_segments`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.unsorted_segment_max([1.0, 10.0, 4.0], [0, 1, 0], num_segments=2))
        tf.Tensor([ 4. 10.], shape=(2,), dtype=float32)
    """
    node = as_node(data)
    groups = _Groups.unsorted("unsorted_segment_max", node, segment_ids, num_segments)
    return Tensor(groups.max())


@operation
def unsorted_segment_min(
    data: TensorLike, segment_ids: TensorLike, num_segments: Any, name: str | None = None
) -> Tensor:
    """The smallest elements of the rows of each segment; the highest number for one without rows.

    Args:
        data: numbers.
        segment_ids: the segment of each row (or of each element of the leading axes), in any
            order; negative ones are left out. Computed now.
        num_segments: how many segments there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `data` does not begin with the shape of `segment_ids`.
        OutOfRangeError: a segment number is not below `num_segments`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.unsorted_segment_min([1.0, 10.0, 4.0], [0, 1, 0], num_segments=2))
        tf.Tensor([ 1. 10.], shape=(2,), dtype=float32)
    """
    node = as_node(data)
    groups = _Groups.unsorted("unsorted_segment_min", node, segment_ids, num_segments)
    return Tensor(groups.min())


@operation
def unsorted_segment_prod(
    data: TensorLike, segment_ids: TensorLike, num_segments: Any, name: str | None = None
) -> Tensor:
    """The product of the rows of each segment; 1 for one without rows.

    Args:
        data: numbers.
        segment_ids: the segment of each row (or of each element of the leading axes), in any
            order; negative ones are left out. Computed now.
        num_segments: how many segments there are.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `data` does not begin with the shape of `segment_ids`.
        OutOfRangeError: a segment number is not below `num_segments`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.unsorted_segment_prod([1.0, 10.0, 4.0], [0, 1, 0], num_segments=2))
        tf.Tensor([ 4. 10.], shape=(2,), dtype=float32)
    """
    node = as_node(data)
    groups = _Groups.unsorted("unsorted_segment_prod", node, segment_ids, num_segments)
    return Tensor(groups.fold(build.prod, 1, 1))
