"""How a sequence of values is cut into rows: NumPy arrays of where each row begins and ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import node_value
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "Integers",
    "as_integers",
    "checked_splits",
    "flattened",
    "index_type",
    "kept_lengths",
    "merged_axes",
    "positions_in",
    "row_numbers",
    "rows_text",
    "splits_of_lengths",
]

Integers = npt.NDArray[np.int64]


def as_integers(what: str, value: Any) -> Integers:
    """A vector of integers, computed now.

    Raises:
        InvalidArgumentError: it is something else.
    """
    array = np.asarray(node_value(as_node(value)))
    if array.size == 0 and array.ndim == 1:
        return np.zeros(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"RaggedTensor: {what} must be a vector of integers, got shape {list(array.shape)} of "
            f"{array.dtype}."
        )
    return array.astype(np.int64)


def checked_splits(splits: Integers, count: int) -> Integers:
    """Splits that begin with 0, never fall, and end with the number of values.

    Raises:
        InvalidArgumentError: they do not.
    """
    if not splits.size or splits[0] != 0 or np.any(np.diff(splits) < 0):
        raise InvalidArgumentError(
            f"RaggedTensor: row_splits must begin with 0 and never fall, got {splits.tolist()}."
        )
    if splits[-1] != count:
        raise InvalidArgumentError(
            f"RaggedTensor: the rows have {splits[-1]} values in all, but {count} were given."
        )
    return splits


def splits_of_lengths(lengths: Integers) -> Integers:
    """Where rows of these lengths begin and end."""
    if np.any(lengths < 0):
        raise InvalidArgumentError(
            f"RaggedTensor: the length of a row is at least 0, got {lengths.tolist()}."
        )
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def row_numbers(splits: Integers) -> Integers:
    """For each value the row that it is in."""
    return np.repeat(np.arange(len(splits) - 1), np.diff(splits))


def positions_in(starts: Integers, lengths: Integers) -> Integers:
    """The positions of values of rows that begin at `starts` and have these lengths."""
    new = splits_of_lengths(lengths)
    return np.repeat(starts - new[:-1], lengths) + np.arange(new[-1])


def kept_lengths(node: Node, lengths: Any, padding: Any) -> Integers | None:
    """How many elements of each row stay, if a length or a filler is given."""
    if lengths is not None:
        return np.clip(as_integers("lengths", lengths), 0, node.shape[1])
    if padding is None:
        return None
    filler = node_value(as_node(padding, node.dtype))
    real = node_value(node) != filler
    real = real.reshape(*node.shape[:2], -1).any(axis=2)
    from_end = np.argmax(real[:, ::-1], axis=1) if node.shape[1] else np.zeros(len(real), int)
    return np.where(real.any(axis=1), node.shape[1] - from_end, 0).astype(np.int64)


def rows_text(value: Any) -> str:
    """Rows of different lengths as text, all on one line; rows of equal length below each other."""
    if not isinstance(value, np.ndarray):
        return str(value)
    if not value.size and value.ndim > 1:
        return str(value.tolist())
    return np.array2string(value, separator=", ", formatter={"all": rows_text})


def flattened(flat: Tensor) -> Tensor:
    """All elements in a row."""
    node = as_node(flat)
    return Tensor(build.reshape(node, (node.size,)))


def merged_axes(values: Tensor, outer: int, inner: int) -> Tensor:
    """Several axes of a tensor as one."""
    node = as_node(values)
    shape = node.shape
    merged = int(np.prod(shape[outer : inner + 1]))
    return Tensor(build.reshape(node, (*shape[:outer], merged, *shape[inner + 1 :])))


def index_type(value: Any) -> DType:
    """The type of places that are given as `value`: int32 if it has that, else int64."""
    return dtypes.int32 if getattr(value, "dtype", None) in (dtypes.int32,) else dtypes.int64
