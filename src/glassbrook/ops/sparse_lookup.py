"""Embeddings of several ids at a time, folded to one row, and distances between sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.ops.arguments import node_value
from glassbrook.ops.nn import embedding_lookup
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.ops.segments import unsorted_segment_sum
from glassbrook.ops.sparse import SparseTensor, as_sparse
from glassbrook.ops.sparse_operations import fill_empty_rows, retain
from glassbrook.tensor import Tensor, as_node

__all__ = ["edit_distance", "embedding_lookup_sparse", "safe_embedding_lookup_sparse"]


def _as_sparse_ids(value: Any) -> SparseTensor:
    return value.to_sparse() if isinstance(value, RaggedTensor) else as_sparse("lookup", value)


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any = None,
    combiner: str | None = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Tensor:
    """The embeddings of the ids of each row, folded to one.

    Args:
        params: embeddings, one per row.
        sp_ids: ids as a sparse or ragged tensor of two axes.
        sp_weights: a weight for each id, at the same places.
        combiner: ``"sum"``, ``"mean"`` (the default; over the sum of weights) or ``"sqrtn"`` (over
            the root of the sum of squared weights).
        max_norm: shorten longer embeddings to this length.
        name: accepted for TensorFlow's sake, without effect.
        allow_fast_lookup: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such combiner, or weights stand at other places.

    Example:
        >>> import glassbrook as tf
        >>> ids = tf.sparse.from_dense([[1, 2]])
        >>> tf.nn.embedding_lookup_sparse([[0.0], [1.0], [5.0]], ids, None, combiner="sum").numpy()
        array([[6.]], dtype=float32)
    """
    kind = combiner or "mean"
    if kind not in ("mean", "sqrtn", "sum"):
        raise InvalidArgumentError(
            f"embedding_lookup_sparse: combiner must be 'mean', 'sqrtn' or 'sum', got {kind!r}."
        )
    ids = _as_sparse_ids(sp_ids)
    rows = embedding_lookup(params, ids.values, max_norm)
    groups = Tensor(build.data(ids.places[:, 0], dtypes.int64))
    count = ids.sizes[0]
    dtype = rows.dtype
    if sp_weights is None:
        weights = Tensor(build.ones((len(ids.places),), dtype))
    else:
        given = _as_sparse_ids(sp_weights)
        if not np.array_equal(given.places, ids.places):
            raise InvalidArgumentError("embedding_lookup_sparse: weights stand at other places.")
        weights = Tensor(build.cast(as_node(given.values), dtype))
    total = unsorted_segment_sum(rows * weights[:, None], groups, count)
    if kind == "sum":
        return total
    squared = weights * weights if kind == "sqrtn" else weights
    divisor = as_node(unsorted_segment_sum(squared, groups, count))
    if kind == "sqrtn":
        divisor = build.sqrt(divisor)
    zero = build.equal(divisor, build.constant_like(0, divisor))
    safe = Tensor(build.select(zero, build.constant_like(1, divisor), divisor))
    return total / safe[:, None]


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str = "mean",
    default_id: Any = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Tensor:
    """The same for rows that may be empty or have negative ids, which are left out.

    Args:
        embedding_weights: embeddings, one per row.
        sparse_ids: ids as a sparse or ragged tensor of two axes.
        sparse_weights: a weight for each id; those with a weight of 0 or less are left out.
        combiner: as for `tf.nn.embedding_lookup_sparse`.
        default_id: the id of rows without one; their result is 0 without it.
        max_norm: shorten longer embeddings to this length.
        name: accepted for TensorFlow's sake, without effect.
        allow_fast_lookup: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such combiner.
    """
    ids = _as_sparse_ids(sparse_ids)
    kept = node_value(as_node(ids.values)) >= 0
    weights = None if sparse_weights is None else _as_sparse_ids(sparse_weights)
    if weights is not None:
        kept &= node_value(as_node(weights.values)) > 0
        weights = retain(weights, kept)
    ids, empty = fill_empty_rows(retain(ids, kept), 0 if default_id is None else default_id)
    if weights is not None:
        weights, _ = fill_empty_rows(weights, 1.0)
    result = embedding_lookup_sparse(embedding_weights, ids, weights, combiner, max_norm)
    if default_id is not None:
        return result
    node = as_node(result)
    return Tensor(build.select(as_node(empty[:, None]), build.constant_like(0, node), node))


def edit_distance(
    hypothesis: Any, truth: Any, normalize: bool = True, name: str | None = "edit_distance"
) -> Tensor:
    """How many insertions, deletions and changes turn one sequence into another (Levenshtein).

    Args:
        hypothesis: sequences along the last axis of a sparse tensor, computed now.
        truth: others of the same outer shape.
        normalize: divide by the length of the true sequence; an empty one gives infinity.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the outer shapes have different ranks.

    Example:
        >>> import glassbrook as tf
        >>> x, y = tf.sparse.from_dense([["a", "b"]]), tf.sparse.from_dense([["a", "c"]])
        >>> tf.edit_distance(x, y, normalize=False).numpy()
        array([1.], dtype=float32)
    """
    left, right = as_sparse("edit_distance", hypothesis), as_sparse("edit_distance", truth)
    if len(left.sizes) != len(right.sizes):
        raise ShapeError(
            f"edit_distance: shapes {left.shape} and {right.shape} have different numbers of axes."
        )
    outer = tuple(max(a, b) for a, b in zip(left.sizes[:-1], right.sizes[:-1]))
    result = np.zeros(outer, np.float32)
    sequences = _sequences(left), _sequences(right)
    for place in np.ndindex(outer):
        guessed, real = (each.get(place, []) for each in sequences)
        distance = float(_levenshtein(guessed, real))
        if normalize:
            distance = distance / len(real) if real else (np.inf if guessed else 0.0)
        result[place] = distance
    return Tensor(build.data(result, dtypes.float32))


def _sequences(x: SparseTensor) -> dict[tuple[int, ...], list[Any]]:
    found: dict[tuple[int, ...], list[Any]] = {}
    order = np.lexsort(x.places.T[::-1])
    values = node_value(as_node(x.values))
    for number in order:
        found.setdefault(tuple(x.places[number, :-1].tolist()), []).append(values[number])
    return found


def _levenshtein(x: list[Any], y: list[Any]) -> int:
    row = list(range(len(y) + 1))
    for number, a in enumerate(x, start=1):
        diagonal, row[0] = row[0], number
        for place, b in enumerate(y, start=1):
            change = diagonal + (a != b)
            diagonal = row[place]
            row[place] = min(change, row[place] + 1, row[place - 1] + 1)
    return row[-1]
