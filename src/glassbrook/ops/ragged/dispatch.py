"""What operations do with ragged tensors, by their names."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph import build
from glassbrook.ops.ragged import joining
from glassbrook.ops.ragged.creation import stack as ragged_stack
from glassbrook.ops.ragged.elementwise import elementwise
from glassbrook.ops.ragged.reducing import REDUCTIONS, reduced
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, as_node, nest
from glassbrook.tensor.symbolic import operation_name

__all__ = ["dispatch", "mapped_rows"]

# Families of which every operation works value by value.
_FAMILIES = ("ops.arithmetic", "ops.bitwise", "ops.elementwise", "ops.trigonometry", "ops.special")
_BY_VALUE = frozenset(
    """
    equal greater greater_equal less less_equal logical_and logical_not logical_or logical_xor
    not_equal clip_by_value cast identity saturate_cast zeros_like ones_like one_hot stop_gradient
    relu relu6 elu selu gelu leaky_relu swish silu softplus softsign sigmoid tanh dropout
    lower upper strip length substr regex_replace regex_full_match as_string to_number
    to_hash_bucket to_hash_bucket_fast to_hash_bucket_strong join unicode_transcode bitcast
    """.split()
)
_MOVED: dict[str, Callable[..., Any]] = {name: getattr(joining, name) for name in joining.__all__}


def dispatch(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of an operation with ragged tensors among its arguments.

    Raises:
        DTypeError: it does not take them.
    """
    place, _, name = operation_name(function).rpartition(".")
    if name in REDUCTIONS:
        kwargs.pop("name", None)
        first = args[0] if args else kwargs.pop(next(iter(kwargs)))
        return reduced(name, first, *args[1:3], **kwargs)
    if name in _MOVED:
        return _MOVED[name](*args, **kwargs)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(function, *args, **kwargs)
    if place in _FAMILIES or name in _BY_VALUE:
        return elementwise(function, args, kwargs)
    raise DTypeError(
        f"{name} does not take ragged tensors. x.to_tensor() fills the rows up to equal length, "
        f"and tf.ragged.map_flat_values(tf.{name}, x) works on the values."
    )


def _size(function: Any, input: Any, out_type: Any = dtypes.int32, name: Any = None) -> Tensor:
    count = 1
    for each in input.flat_values.shape:
        count *= each
    return Tensor(build.data(count, as_dtype(out_type)))


def _rank(function: Any, input: Any, name: Any = None) -> Tensor:
    return Tensor(build.data(len(input.shape), dtypes.int32))


def _is_tensor(function: Any, x: Any) -> bool:
    return True


def _softmax(function: Any, logits: Any, axis: Any = None, name: Any = None) -> Any:
    """Every row on its own: by the same formula on rows that were filled up."""
    if axis not in (None, -1, len(logits.shape) - 1):
        raise DTypeError("softmax: of a ragged tensor, only along the last axis.")
    lowest = logits.dtype.min
    filled = function(logits.to_tensor(default_value=lowest))
    return logits.with_flat_values(_read_back(filled, logits))


def _read_back(filled: Any, like: RaggedTensor) -> Tensor:
    places = build.data(like.places(), dtypes.int64)
    return Tensor(build.gather_nd(filled.used_node(), places))


def _embedding_lookup(
    function: Any, params: Any, ids: Any, max_norm: Any = None, name: Any = None
) -> Any:
    return ids.with_flat_values(function(params, ids.flat_values, max_norm))


def _gather_nd(
    function: Any, params: Any, indices: Any, batch_dims: int = 0, name: Any = None, **unused: Any
) -> Any:
    places = np.asarray(indices)
    parts = [
        params[tuple(int(each) for each in place)] for place in places.reshape(-1, places.shape[-1])
    ]
    from glassbrook.ops.joining import stack

    return stack(parts)


def _reduce_join(
    function: Any,
    inputs: Any,
    axis: Any = None,
    keepdims: bool = False,
    separator: Any = "",
    name: Any = None,
) -> Any:
    """The strings of every row joined."""
    if axis not in (-1, inputs.ragged_rank):
        raise DTypeError("reduce_join: of a ragged tensor, only along the last axis.")
    from glassbrook.ops.string_parts import joined_rows

    return joined_rows(inputs, separator)


def _unsorted(
    function: Any, data: Any, segment_ids: Any, num_segments: Any, name: Any = None
) -> Any:
    reduction = function.__name__.replace("unsorted_segment_", "reduce_")
    numbers = np.asarray(segment_ids)
    parts = RaggedTensor.from_value_rowids(
        joining.gather(data, np.argsort(numbers, kind="stable")), np.sort(numbers), num_segments
    )
    return reduced(reduction, parts, 1)


def _add_n(function: Any, inputs: Any, name: Any = None) -> Any:
    total = inputs[0]
    for each in inputs[1:]:
        total = total + each
    return total


def mapped_rows(fn: Callable[..., Any], elems: Any, signature: Any) -> Any:
    """The results of a function for every row: in rows of their own, unless a dtype is wanted."""
    leaves = nest.flatten(elems)
    counts = {_row_count(each) for each in leaves}
    if len(counts) != 1:
        raise InvalidArgumentError(f"map_fn: the numbers of rows differ: {sorted(counts)}.")
    results = [
        fn(nest.pack_like(elems, [each[place] for each in leaves])) for place in range(counts.pop())
    ]
    wanted = nest.flatten(signature)
    if not results:
        raise InvalidArgumentError("map_fn: a ragged tensor without rows has no results.")
    columns = zip(*(nest.flatten(each) for each in results), strict=True)
    stacked = [
        _as_rows(column, spec)
        for column, spec in zip(columns, wanted * len(nest.flatten(results[0])))
    ]
    return nest.pack_like(results[0], stacked)


def _row_count(value: Any) -> int:
    return len(value.splits) - 1 if isinstance(value, RaggedTensor) else int(value.shape[0])


def _as_rows(column: tuple[Any, ...], spec: Any) -> Any:
    is_ragged = any(isinstance(each, RaggedTensor) for each in column)
    if is_ragged or spec is None or hasattr(spec, "ragged_rank"):
        return ragged_stack(column)
    return Tensor(build.concat([build.expand_dims(as_node(each), 0) for each in column], 0))


def _map_fn(
    function: Any,
    fn: Any,
    elems: Any,
    dtype: Any = None,
    *unused: Any,
    fn_output_signature: Any = None,
    **others: Any,
) -> Any:
    return mapped_rows(fn, elems, dtype if fn_output_signature is None else fn_output_signature)


def _split(function: Any, value: Any, num_or_size_splits: Any, axis: Any = 0, **unused: Any) -> Any:
    if axis:
        raise DTypeError("split: of a ragged tensor, only along axis 0.")
    count = len(value.splits) - 1
    sizes = (
        [count // num_or_size_splits] * num_or_size_splits
        if isinstance(num_or_size_splits, int)
        else [int(each) for each in num_or_size_splits]
    )
    if sum(sizes) != count:
        raise DTypeError(f"split: {count} rows cannot be split into parts of {sizes} rows.")
    ends = np.cumsum([0, *sizes])
    return [value[begin:end] for begin, end in pairwise(ends)]


_SPECIAL: dict[str, Callable[..., Any]] = {
    "add_n": _add_n,
    "embedding_lookup": _embedding_lookup,
    "gather_nd": _gather_nd,
    "is_tensor": _is_tensor,
    "log_softmax": _softmax,
    "map_fn": _map_fn,
    "rank": _rank,
    "reduce_join": _reduce_join,
    "size": _size,
    "softmax": _softmax,
    "split": _split,
    "unsorted_segment_max": _unsorted,
    "unsorted_segment_min": _unsorted,
    "unsorted_segment_prod": _unsorted,
    "unsorted_segment_sum": _unsorted,
}
"""Operations that are neither by value nor in the tables; they get the operation itself first."""
