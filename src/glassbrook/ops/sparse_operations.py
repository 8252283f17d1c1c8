"""Operations on sparse tensors: to and from dense ones, products, joins and reductions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError, out_of_memory
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import normalize_axis, resolve_reshape
from glassbrook.ops.arguments import axes_argument, integer_argument, integers_argument, node_value
from glassbrook.ops.segments import (
    segment_mean,
    segment_sum,
    unsorted_segment_max,
    unsorted_segment_sqrt_n,
    unsorted_segment_sum,
)
from glassbrook.ops.sparse import Places, SparseTensor, as_sparse, checked_places
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "add",
    "bincount",
    "concat",
    "expand_dims",
    "eye",
    "fill_empty_rows",
    "from_dense",
    "map_values",
    "mask_rows",
    "maximum",
    "minimum",
    "reduce_max",
    "reduce_sum",
    "reorder",
    "reset_shape",
    "reshape",
    "retain",
    "segment_mean_of",
    "segment_sqrt_n_of",
    "segment_sum_of",
    "slice",
    "softmax",
    "sparse_dense_matmul",
    "split",
    "to_dense",
    "to_indicator",
    "transpose",
]


def _gathered(values: Any, places: Any) -> Tensor:
    return Tensor(build.gather(as_node(values), build.data(np.asarray(places), dtypes.int64)))


@operation
def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The elements that are not 0 (or not ""), which are computed now; gradients flow to them.

    Example:
        >>> import glassbrook as tf
        >>> tf.sparse.from_dense([[0, 5], [7, 0]]).values.numpy()
        array([5, 7], dtype=int32)
    """
    node = as_node(tensor)
    array = node_value(node)
    places = np.argwhere(array != (b"" if node.dtype is dtypes.string else 0))
    values = build.gather_nd(node, build.data(places, dtypes.int64))
    return SparseTensor(places, Tensor(values), node.shape)


def to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """The whole tensor.

    Args:
        sp_input: a sparse tensor.
        default_value: what stands where nothing is written down; 0 by default.
        validate_indices: raise an error for places out of order or repeated.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a place lies outside, is out of order, or is repeated.

    Example:
        >>> import glassbrook as tf
        >>> tf.sparse.to_dense(tf.SparseTensor([[1]], [5], [3]), default_value=-1).numpy()
        array([-1,  5, -1], dtype=int32)
    """
    x = as_sparse("to_dense", sp_input)
    checked_places(x, validate_indices)
    node = as_node(x.values)
    filler: Any = "" if node.dtype is dtypes.string else 0
    default = as_node(filler if default_value is None else default_value, node.dtype)
    try:
        table = np.full(x.sizes, node.shape[0])
    except MemoryError as error:
        raise out_of_memory("to_dense", error) from None
    table[tuple(x.places.T)] = np.arange(node.shape[0])
    padded = build.concat([node, build.reshape(default, (1,))], 0)
    return Tensor(build.gather(padded, build.data(table, dtypes.int64)))


def _summed(places: Places, values: Tensor, sizes: Sequence[int], fold: Any) -> SparseTensor:
    """Values at equal places folded to one; places in order."""
    unique, groups = np.unique(places, axis=0, return_inverse=True)
    folded = fold(values, Tensor(build.data(groups.ravel())), len(unique))
    return SparseTensor(unique.reshape(-1, len(sizes)), folded, sizes)


def _same_shape(op: str, x: SparseTensor, y: Any) -> None:
    if tuple(x.sizes) != tuple(y.shape):
        raise ShapeError(
            f"sparse.{op}: the shapes {x.shape} and {y.shape} differ: they must be equal."
        )


def add(a: Any, b: Any, threshold: Any = 0) -> Any:
    """The sum of two sparse tensors, or of a sparse and a dense one, which is dense.

    Args:
        a: a sparse tensor, or a tensor.
        b: another of the same shape.
        threshold: sums of sparse tensors that are smaller than this are left out.

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.sparse.from_dense([1, 0])
        >>> tf.sparse.to_dense(tf.sparse.add(x, x)).numpy(), tf.sparse.add(x, [5, 5]).numpy()
        (array([2, 0], dtype=int32), array([6, 5], dtype=int32))
    """
    if not isinstance(a, SparseTensor):
        a, b = b, a
    x = as_sparse("add", a)
    if not isinstance(b, SparseTensor):
        dense = Tensor(as_node(b, x.dtype) if not hasattr(b, "used_node") else as_node(b))
        _same_shape("add", x, dense)
        return dense + to_dense(reorder(x))
    _same_shape("add", x, b)
    places = np.concatenate([x.places, b.places])
    values = Tensor(build.concat([as_node(x.values), as_node(b.values)], 0))
    total = _summed(places, values, x.sizes, unsorted_segment_sum)
    if not threshold:
        return total
    kept = np.abs(node_value(as_node(total.values))) >= node_value(as_node(threshold))
    return retain(total, kept)


def _extreme(op: str, a: Any, b: Any, combine: Callable[[Node, Node], Node]) -> SparseTensor:
    x, y = as_sparse(op, a), as_sparse(op, b)
    _same_shape(op, x, y)
    places = np.unique(np.concatenate([x.places, y.places]), axis=0)
    at = build.data(places, dtypes.int64)
    sides = [build.gather_nd(as_node(to_dense(reorder(each))), at) for each in (x, y)]
    return SparseTensor(places, Tensor(combine(*sides)), x.sizes)


def maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The larger of two values at each place that one of two sparse tensors writes down.

    Raises:
        ShapeError: the shapes differ.
    """
    return _extreme("maximum", sp_a, sp_b, build.maximum)


def minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The smaller of two values at each place that one of two sparse tensors writes down.

    Raises:
        ShapeError: the shapes differ.
    """
    return _extreme("minimum", sp_a, sp_b, build.minimum)


def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Tensor:
    """The product of a sparse and a dense matrix, of which either may stand first.

    Args:
        sp_a: a matrix.
        b: another of the same dtype; one of the two is sparse.
        adjoint_a: take the first one transposed.
        adjoint_b: take the second one transposed.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the inner sizes differ.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.sparse.from_dense([[0.0, 2.0], [1.0, 0.0]])
        >>> tf.sparse.sparse_dense_matmul(x, [[1.0], [10.0]]).numpy()
        array([[20.],
               [ 1.]], dtype=float32)
    """
    if not isinstance(sp_a, SparseTensor):
        turned = sparse_dense_matmul(b, sp_a, not adjoint_b, not adjoint_a)
        return Tensor(build.swap_last(as_node(turned)))
    right = as_node(b, sp_a.dtype) if not hasattr(b, "used_node") else as_node(b)
    if adjoint_b:
        right = build.swap_last(right)
    rows, columns = (1, 0) if adjoint_a else (0, 1)
    if len(sp_a.sizes) != 2 or right.rank != 2 or sp_a.sizes[columns] != right.shape[0]:
        raise ShapeError(
            f"sparse_dense_matmul: inner sizes differ, or these are no matrices: {sp_a.shape} and "
            f"{list(right.shape)}."
        )
    taken = build.gather(right, build.data(sp_a.places[:, columns], dtypes.int64))
    parts = build.mul(build.expand_dims(as_node(sp_a.values), 1), taken)
    at = build.data(sp_a.places[:, rows], dtypes.int64)
    return Tensor(build.scatter_add(at, parts, (sp_a.sizes[rows], right.shape[1])))


def reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The same with places in row-major order."""
    x = as_sparse("reorder", sp_input)
    order = np.lexsort(x.places.T[::-1]) if x.sizes else np.arange(len(x.places))
    if np.array_equal(order, np.arange(len(order))):
        return x
    return SparseTensor(x.places[order], _gathered(x.values, order), x.sizes)


def concat(axis: Any, sp_inputs: Sequence[Any], name: str | None = None, **unused: Any) -> Any:
    """Sparse tensors joined along an axis.

    Raises:
        ShapeError: another axis differs in size.
    """
    parts = [as_sparse("concat", each) for each in sp_inputs]
    along = normalize_axis("concat", integer_argument("concat", "axis", axis), len(parts[0].sizes))
    offset, places = 0, []
    sizes = list(parts[0].sizes)
    for part in parts:
        others = [size for place, size in enumerate(part.sizes) if place != along]
        if others != [size for place, size in enumerate(sizes) if place != along]:
            raise ShapeError(
                f"sparse.concat: shapes {parts[0].shape} and {part.shape} differ beside axis "
                f"{along}."
            )
        moved = part.places.copy()
        moved[:, along] += offset
        places.append(moved)
        offset += part.sizes[along]
    sizes[along] = offset
    values = Tensor(build.concat([as_node(part.values) for part in parts], 0))
    return reorder(SparseTensor(np.concatenate(places), values, sizes))


def reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """The same elements in row-major order in another shape; one -1 stands for what is left."""
    x = as_sparse("reshape", sp_input)
    sizes = resolve_reshape(x.sizes, integers_argument("sparse.reshape", "shape", shape))
    flat = np.ravel_multi_index(tuple(x.places.T), x.sizes)
    places = np.stack(np.unravel_index(flat, sizes), axis=1)
    return SparseTensor(places, x.values, sizes)


def transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """Axes in another order; reversed by default."""
    x = as_sparse("transpose", sp_input)
    rank = len(x.sizes)
    order = range(rank)[::-1] if perm is None else integers_argument("transpose", "perm", perm)
    moved = SparseTensor(x.places[:, list(order)], x.values, [x.sizes[axis] for axis in order])
    return reorder(moved)


def expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> SparseTensor:
    """A new axis of size 1; the last one by default."""
    x = as_sparse("expand_dims", sp_input)
    rank = len(x.sizes)
    place = normalize_axis("expand_dims", -1 if axis is None else int(axis), rank + 1)
    sizes = [*x.sizes[:place], 1, *x.sizes[place:]]
    return SparseTensor(np.insert(x.places, place, 0, axis=1), x.values, sizes)


def slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """A part: per axis `size` elements from `start`, or as many as there are."""
    x = as_sparse("slice", sp_input)
    begin = np.asarray(integers_argument("sparse.slice", "start", start))
    asked = np.asarray(integers_argument("sparse.slice", "size", size))
    sizes = np.clip(np.minimum(asked, np.asarray(x.sizes) - begin), 0, None)
    moved = x.places - begin
    kept = np.flatnonzero(np.all((moved >= 0) & (moved < sizes), axis=1))
    return SparseTensor(moved[kept], _gathered(x.values, kept), sizes.tolist())


def split(
    sp_input: Any, num_split: Any = None, axis: Any = None, name: str | None = None
) -> list[SparseTensor]:
    """Parts along an axis; the first ones are larger by one if sizes do not come out even."""
    x = as_sparse("split", sp_input)
    count = integer_argument("sparse.split", "num_split", num_split)
    along = normalize_axis("split", integer_argument("split", "axis", axis), len(x.sizes))
    small, larger = divmod(x.sizes[along], count)
    parts, begin = [], 0
    for number in range(count):
        start, size = [0] * len(x.sizes), list(x.sizes)
        start[along], size[along] = begin, small + (number < larger)
        begin += size[along]
        parts.append(slice(x, start, size))
    return parts


def retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """Only those elements for which a truth value holds."""
    x = as_sparse("retain", sp_input)
    kept = np.flatnonzero(node_value(as_node(to_retain)))
    return SparseTensor(x.places[kept], _gathered(x.values, kept), x.sizes)


def reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """The same elements in a larger tensor; by default in the smallest that holds them.

    Raises:
        ShapeError: the new shape is smaller than the old one.
    """
    x = as_sparse("reset_shape", sp_input)
    if new_shape is None:
        sizes = tuple(int(each) + 1 for each in x.places.max(axis=0, initial=-1))
        return SparseTensor(x.places, x.values, sizes)
    wanted = integers_argument("reset_shape", "new_shape", new_shape)
    if len(wanted) != len(x.sizes) or any(new < old for new, old in zip(wanted, x.sizes)):
        raise ShapeError(
            f"sparse.reset_shape: the new shape {list(wanted)} is smaller than {x.shape}."
        )
    return SparseTensor(x.places, x.values, wanted)


def map_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> SparseTensor:
    """A function of the values of sparse tensors that have the same places.

    Raises:
        InvalidArgumentError: there is no sparse tensor, or places differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.sparse.map_values(tf.square, tf.sparse.from_dense([0, 3])).values.numpy()
        array([9], dtype=int32)
    """
    found = [each for each in (*args, *kwargs.values()) if isinstance(each, SparseTensor)]
    if not found:
        raise InvalidArgumentError(
            "sparse.map_values: expected a SparseTensor among the arguments."
        )
    for each in found[1:]:
        if not np.array_equal(each.places, found[0].places):
            raise InvalidArgumentError("sparse.map_values: the sparse tensors have other places.")

    def values_of(value: Any) -> Any:
        return value.values if isinstance(value, SparseTensor) else value

    result = op(
        *[values_of(each) for each in args], **{key: values_of(kwargs[key]) for key in kwargs}
    )
    return found[0].with_values(result)


def _reduced(op: str, x: Any, axis: Any, keepdims: bool | None, fold: Any, empty: Any) -> Tensor:
    sparse = as_sparse(op, x)
    rank = len(sparse.sizes)
    axes = axes_argument(op, axis, rank)
    left = [each for each in range(rank) if each not in axes]
    sizes = [sparse.sizes[each] for each in left]
    count = int(np.prod(sizes))
    groups = (
        np.ravel_multi_index(tuple(sparse.places[:, left].T), sizes)
        if left
        else np.zeros(len(sparse.places), np.int64)
    )
    folded = as_node(fold(sparse.values, Tensor(build.data(groups)), count))
    if empty is not None:
        occupied = np.bincount(groups, minlength=count) > 0
        folded = build.select(build.data(occupied), folded, build.constant_like(empty, folded))
    shape = [1 if each in axes else sparse.sizes[each] for each in range(rank)]
    return Tensor(build.reshape(folded, shape if keepdims else sizes))


def reduce_sum(
    sp_input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    output_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """The sum along axes, as a tensor, or as a sparse one.

    Example:
        >>> import glassbrook as tf
        >>> tf.sparse.reduce_sum(tf.sparse.from_dense([[1, 0], [2, 3]]), axis=1).numpy()
        array([1, 5], dtype=int32)
    """
    result = _reduced("reduce_sum", sp_input, axis, keepdims, unsorted_segment_sum, None)
    return from_dense(result) if output_is_sparse else result


def reduce_max(
    sp_input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    output_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """The largest of the elements that are written down; 0 where there are none."""
    result = _reduced("reduce_max", sp_input, axis, keepdims, unsorted_segment_max, 0)
    return from_dense(result) if output_is_sparse else result


def softmax(sp_logits: Any, name: str | None = None) -> SparseTensor:
    """The softmax of the elements of each row that are written down."""
    x = as_sparse("softmax", sp_logits)
    rows = np.unique(x.places[:, :-1], axis=0, return_inverse=True)[1].ravel()
    groups = Tensor(build.data(rows))
    count = int(rows.max(initial=-1)) + 1
    at = build.data(rows, dtypes.int64)
    highest = build.gather(as_node(unsorted_segment_max(x.values, groups, count)), at)
    shifted = build.exp(build.sub(as_node(x.values), build.stop_gradient(highest)))
    total = as_node(unsorted_segment_sum(Tensor(shifted), groups, count))
    return x.with_values(Tensor(build.div(shifted, build.gather(total, at))))


def fill_empty_rows(
    sp_input: Any, default_value: Any, name: str | None = None
) -> tuple[SparseTensor, Tensor]:
    """A default value at the beginning of each row of which nothing is written down.

    Returns:
        The sparse tensor, and for each row whether it was empty.
    """
    x = as_sparse("fill_empty_rows", sp_input)
    occupied = np.bincount(x.places[:, 0], minlength=x.sizes[0]) > 0
    empty = np.flatnonzero(~occupied)
    added = np.zeros((len(empty), len(x.sizes)), np.int64)
    added[:, 0] = empty
    default = build.broadcast_to(as_node(default_value, x.dtype), (len(empty),))
    values = Tensor(build.concat([as_node(x.values), default], 0))
    filled = SparseTensor(np.concatenate([x.places, added]), values, x.sizes)
    return reorder(filled), Tensor(build.data(~occupied))


def eye(
    num_rows: Any, num_columns: Any = None, dtype: Any = dtypes.float32, name: str | None = None
) -> SparseTensor:
    """A matrix with ones on the diagonal."""
    rows = integer_argument("sparse.eye", "num_rows", num_rows)
    columns = rows if num_columns is None else integer_argument("eye", "num_columns", num_columns)
    count = min(rows, columns)
    places = np.stack([np.arange(count)] * 2, axis=1)
    ones = Tensor(build.ones((count,), as_dtype(dtype)))
    return SparseTensor(places, ones, [rows, columns])


def to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Tensor:
    """Which numbers occur in each row, as truth values.

    Args:
        sp_input: a sparse tensor of integers.
        vocab_size: how many numbers there are.
        name: accepted for TensorFlow's sake, without effect.
    """
    x = as_sparse("to_indicator", sp_input)
    size = integer_argument("to_indicator", "vocab_size", vocab_size)
    numbers = node_value(as_node(x.values))
    if np.any((numbers < 0) | (numbers >= size)):
        raise InvalidArgumentError(
            f"sparse.to_indicator: values must lie in [0, {size}), got {numbers.tolist()}."
        )
    result = np.zeros((*x.sizes[:-1], size), bool)
    result[(*x.places[:, :-1].T, numbers)] = True
    return Tensor(build.data(result))


def mask_rows(a: Any, mask_indices: Any, name: str | None = None) -> Any:
    """`tf.IndexedSlices` without the rows of some places."""
    from glassbrook.ops.indexed_slices import IndexedSlices

    gone = node_value(as_node(mask_indices))
    kept = np.flatnonzero(~np.isin(node_value(as_node(a.indices)), gone))
    return IndexedSlices(_gathered(a.values, kept), _gathered(a.indices, kept), a.dense_shape)


def bincount(
    values: Any,
    weights: Any = None,
    axis: Any = 0,
    minlength: Any = None,
    maxlength: Any = None,
    binary_output: bool = False,
    name: str | None = None,
) -> SparseTensor:
    """How often each number occurs, as a sparse tensor.

    Example:
        >>> import glassbrook as tf
        >>> tf.sparse.to_dense(tf.sparse.bincount([1, 1, 2])).numpy()
        array([0, 2, 1], dtype=int32)
    """
    from glassbrook.ops.counting import bincount as dense_bincount

    flat = values.values if isinstance(values, SparseTensor) else values
    counts = dense_bincount(
        flat,
        weights=weights,
        minlength=minlength,
        maxlength=maxlength,
        axis=None if axis == 0 else axis,
        binary_output=binary_output,
    )
    return from_dense(counts)


def _rows(data: Any, indices: Any) -> Tensor:
    return Tensor(build.gather(as_node(data), as_node(indices)))


def segment_sum_of(
    data: Any, indices: Any, segment_ids: Any, num_segments: Any = None, name: str | None = None
) -> Tensor:
    """Sums of the rows at some places, by segment.

    Example:
        >>> import glassbrook as tf
        >>> tf.sparse.segment_sum([1.0, 2.0, 3.0], [0, 2], [0, 0]).numpy()
        array([4.], dtype=float32)
    """
    rows = _rows(data, indices)
    if num_segments is None:
        return segment_sum(rows, segment_ids)
    return unsorted_segment_sum(rows, segment_ids, num_segments)


def segment_mean_of(
    data: Any, indices: Any, segment_ids: Any, num_segments: Any = None, name: str | None = None
) -> Tensor:
    """Means of the rows at some places, by segment."""
    from glassbrook.ops.segments import unsorted_segment_mean

    rows = _rows(data, indices)
    if num_segments is None:
        return segment_mean(rows, segment_ids)
    return unsorted_segment_mean(rows, segment_ids, num_segments)


def segment_sqrt_n_of(
    data: Any, indices: Any, segment_ids: Any, num_segments: Any = None, name: str | None = None
) -> Tensor:
    """Sums of the rows at some places over the root of their number, by segment."""
    numbers = node_value(as_node(segment_ids))
    count = int(numbers.max(initial=-1)) + 1 if num_segments is None else num_segments
    return unsorted_segment_sqrt_n(_rows(data, indices), segment_ids, count)
