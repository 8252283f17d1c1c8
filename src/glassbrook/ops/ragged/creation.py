"""Ragged tensors made from nested lists, from ranges, from masks, and from each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.ops.arguments import integer_argument, node_value
from glassbrook.ops.ragged import joining
from glassbrook.ops.ragged.rows import as_integers, row_numbers, splits_of_lengths
from glassbrook.ops.ragged.tensor import RaggedTensor, as_values, take_rows
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor import constant as dense_constant

__all__ = [
    "boolean_mask",
    "constant",
    "cross",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
    "stack_dynamic_partitions",
]

_LISTS = (list, tuple, np.ndarray)


def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = dtypes.int64,
) -> Any:
    """A ragged tensor of nested lists.

    Args:
        pylist: nested lists, all values at the same depth; or a single value.
        dtype: the type of the elements.
        ragged_rank: how many axes are ragged; by default all but the first, and less those of
            `inner_shape`.
        inner_shape: the shape of the innermost values, if they have equal shapes.
        name: accepted for TensorFlow's sake, without effect.
        row_splits_dtype: int32 or int64.

    Raises:
        InvalidArgumentError: values stand at different depths, or do not have `inner_shape`.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.constant([["a"], [], ["b", "c"]])
        <tf.RaggedTensor [[b'a'], [], [b'b', b'c']]>
    """
    depth = _depth(pylist)
    inner_rank = 0 if inner_shape is None else len(tuple(inner_shape))
    if ragged_rank is None:
        rank = max(0, depth - 1 - inner_rank)
    else:
        rank = ragged_rank
    if depth and rank >= depth:
        raise InvalidArgumentError(
            f"ragged.constant: ragged_rank {rank} needs lists nested more than {rank} deep, these "
            f"are nested {depth} deep."
        )
    wanted = None if dtype is None else as_dtype(dtype)
    items: list[Any] = list(pylist) if isinstance(pylist, _LISTS) else pylist
    levels = []
    for _ in itertools.repeat(None, rank):
        lengths = np.asarray([len(each) for each in items], np.int64)
        levels.append(splits_of_lengths(lengths))
        items = [each for item in items for each in item]
    shape = None if inner_shape is None else (-1, *inner_shape)
    result: Any = _flat(items, wanted, shape)
    for splits in reversed(levels):
        result = RaggedTensor(result, splits, None, as_dtype(row_splits_dtype))
    return result


def _flat(items: Any, dtype: DType | None, shape: Any) -> Tensor:
    if isinstance(items, list) and not items:
        return (
            dense_constant(np.zeros(0, np.float32), dtype)
            if dtype is not dtypes.string
            else (Tensor(build.data(np.zeros(0, object), dtypes.string)))
        )
    flat = as_node(items, dtype)
    return Tensor(flat if shape is None else build.reshape(flat, shape))


def _depth(value: Any) -> int:
    """How deep lists are nested; the empty ones may be less deep."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.ndim
    if not isinstance(value, _LISTS):
        return 0
    depths = {_depth(each) for each in value}
    certain = {_depth(each) for each in value if not _is_empty(each)}
    if len(certain) > 1 or (certain and max(depths) > max(certain)):
        raise InvalidArgumentError(
            f"ragged.constant: all scalar values must have the same nesting depth, got {value!r}."
        )
    return 1 + max(depths, default=0)


def _is_empty(value: Any) -> bool:
    """Whether there is no scalar in it at any depth."""
    return isinstance(value, _LISTS) and all(_is_empty(each) for each in value)


def range(
    starts: Any,
    limits: Any = None,
    deltas: Any = 1,
    dtype: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = dtypes.int64,
) -> RaggedTensor:
    """A row of numbers for each of several ranges.

    Args:
        starts: where they begin; with one argument, where they end, and they begin at 0.
        limits: where they end, without this number.
        deltas: their steps.
        dtype: the type of the numbers.
        name: accepted for TensorFlow's sake, without effect.
        row_splits_dtype: int32 or int64.

    Raises:
        InvalidArgumentError: a step is 0.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.range([1, 3, 2])
        <tf.RaggedTensor [[0], [0, 1, 2], [0, 1]]>
    """
    if limits is None:
        starts, limits = 0, starts
    wanted = None if dtype is None else as_dtype(dtype)
    ends = [as_node(each, wanted) for each in (starts, limits, deltas)]
    kind = next((each.dtype for each in ends if each.dtype is not dtypes.int32), ends[0].dtype)
    arrays = np.broadcast_arrays(*[np.atleast_1d(node_value(each)) for each in ends])
    if np.any(arrays[2] == 0):
        raise InvalidArgumentError("ragged.range: Requires delta != 0.")
    rows = [np.arange(*ends) for ends in zip(*arrays)]
    flat = np.concatenate(rows) if rows else np.zeros(0)
    splits = splits_of_lengths(np.asarray([len(each) for each in rows], np.int64))
    values = Tensor(build.data(flat.astype(kind.numpy), kind))
    return RaggedTensor(values, splits, None, as_dtype(row_splits_dtype))


def stack(values: Any, axis: Any = 0, name: str | None = None) -> Any:
    """Tensors of different lengths one after the other along a new axis.

    Args:
        values: tensors or ragged tensors of equal rank.
        axis: where the new axis stands.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.stack([tf.constant([1, 2]), tf.constant([3])])
        <tf.RaggedTensor [[1, 2], [3]]>
    """
    parts = [as_values(each) for each in values]
    place = integer_argument("ragged.stack", "axis", axis)
    if any(isinstance(each, RaggedTensor) for each in parts) or place not in (0, -2):
        return joining.stack(parts, axis)
    nodes = [as_node(each) for each in parts]
    if nodes[0].rank > 1:
        return joining.stack([RaggedTensor.from_tensor(each) for each in parts], axis)
    if not nodes[0].rank:
        return Tensor(build.concat([build.reshape(each, (1,)) for each in nodes], 0))
    lengths = np.asarray([node.shape[0] for node in nodes], np.int64)
    return RaggedTensor(Tensor(build.concat(nodes, 0)), splits_of_lengths(lengths))


def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """What a mask keeps, row by row: each row may keep another number of elements.

    Args:
        data: a tensor or ragged tensor.
        mask: truth values of the same rows.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the rows differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.boolean_mask([[1, 2], [3, 4]], [[True, False], [True, True]])
        <tf.RaggedTensor [[1], [3, 4]]>
    """
    values, kept = as_values(data), as_values(mask)
    if not isinstance(kept, RaggedTensor):
        node = as_node(kept)
        if node.rank == 1:
            return take_rows(values, np.flatnonzero(node_value(node)))
        kept = RaggedTensor.from_tensor(kept, ragged_rank=node.rank - 1)
    if not isinstance(values, RaggedTensor):
        values = RaggedTensor.from_tensor(values, ragged_rank=kept.ragged_rank)
    if not np.array_equal(values.splits, kept.splits):
        raise InvalidArgumentError(
            "ragged.boolean_mask: data and mask have different rows: lengths "
            f"{np.diff(values.splits).tolist()} and {np.diff(kept.splits).tolist()}."
        )
    inner = boolean_mask(values.values, kept.values)
    if isinstance(kept.values, RaggedTensor):
        return values.with_values(inner)
    holds = node_value(as_node(kept.values))
    lengths = np.bincount(row_numbers(kept.splits)[holds], minlength=len(kept.splits) - 1)
    return RaggedTensor(inner, splits_of_lengths(lengths.astype(np.int64)), None, values.index)


def row_splits_to_segment_ids(splits: Any, name: str | None = None, out_type: Any = None) -> Tensor:
    """For each value the row that it is in.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.row_splits_to_segment_ids([0, 2, 2, 3]).numpy()
        array([0, 0, 2])
    """
    dtype = dtypes.int64 if out_type is None else as_dtype(out_type)
    return Tensor(build.data(row_numbers(as_integers("splits", splits)), dtype))


def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: str | None = None
) -> Tensor:
    """Where rows begin and end, from the row of each value.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.segment_ids_to_row_splits([0, 0, 2]).numpy()
        array([0, 2, 2, 3])
    """
    numbers = as_integers("segment_ids", segment_ids)
    rows = RaggedTensor.from_value_rowids(np.zeros(len(numbers)), numbers, num_segments)
    dtype = dtypes.int64 if out_type is None else as_dtype(out_type)
    return Tensor(build.data(rows.splits, dtype))


def stack_dynamic_partitions(
    data: Any, partitions: Any, num_partitions: Any, name: str | None = None
) -> RaggedTensor:
    """The elements of each partition as one row.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.stack_dynamic_partitions(["a", "b", "c"], [0, 1, 0], num_partitions=2)
        <tf.RaggedTensor [[b'a', b'c'], [b'b']]>
    """
    numbers = as_integers("partitions", partitions)
    order = np.argsort(numbers, kind="stable")
    return RaggedTensor.from_value_rowids(
        take_rows(as_values(data), order), numbers[order], num_partitions
    )


def cross(inputs: Sequence[Any], name: str | None = None) -> RaggedTensor:
    """For each row all combinations of one value of each input, joined as text with ``_X_``.

    Example:
        >>> import glassbrook as tf
        >>> tf.ragged.cross([tf.ragged.constant([["a"], ["b"]]), [["x", "y"], ["z", "w"]]])
        <tf.RaggedTensor [[b'a_X_x', b'a_X_y'],
         [b'b_X_z', b'b_X_w']]>
    """
    rows = []
    for columns in zip(*(_text_rows(each) for each in inputs), strict=True):
        rows.append([b"_X_".join(each) for each in itertools.product(*columns)])
    flat = np.empty(sum(map(len, rows)), object)
    flat[:] = [each for row in rows for each in row]
    lengths = np.asarray([len(each) for each in rows], np.int64)
    return RaggedTensor(Tensor(build.data(flat, dtypes.string)), splits_of_lengths(lengths))


def _text_rows(value: Any) -> list[list[bytes]]:
    values = as_values(value)
    rows = values.to_list() if isinstance(values, RaggedTensor) else values.numpy().tolist()
    return [
        [each if isinstance(each, bytes) else str(each).encode() for each in row] for row in rows
    ]
