"""Ragged tensors joined, repeated, turned around and picked from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.shapes import normalize_axis
from glassbrook.ops.arguments import integer_argument, integers_argument, node_value
from glassbrook.ops.ragged.indexing import with_new_axis
from glassbrook.ops.ragged.rows import splits_of_lengths
from glassbrook.ops.ragged.tensor import RaggedTensor, as_values, take_rows
from glassbrook.tensor import Tensor, as_node

__all__ = ["concat", "expand_dims", "gather", "reverse", "squeeze", "stack", "tile", "where"]


def _rows_of(x: Any) -> RaggedTensor:
    """A tensor as a ragged one of as many axes."""
    if isinstance(x, RaggedTensor):
        return x
    node = as_node(x)
    if node.rank < 2:
        raise InvalidArgumentError(
            f"ragged: expected rows, which a tensor of shape {list(node.shape)} does not have."
        )
    return RaggedTensor.from_tensor(Tensor(node))


def _joined_values(parts: Sequence[Any]) -> Any:
    if any(isinstance(each, RaggedTensor) for each in parts):
        return _outer_concat([_rows_of(each) for each in parts])
    return Tensor(build.concat([as_node(each) for each in parts], 0))


def _outer_concat(parts: Sequence[RaggedTensor]) -> RaggedTensor:
    lengths = np.concatenate([np.diff(each.splits) for each in parts])
    values = _joined_values([each.values for each in parts])
    return RaggedTensor(values, splits_of_lengths(lengths), None, parts[0].index)


def concat(values: Any, axis: Any, name: str | None = None) -> Any:
    """Ragged tensors joined along an axis."""
    parts = [as_values(each) for each in values]
    rank = len(next(each for each in parts if isinstance(each, RaggedTensor)).shape)
    place = normalize_axis("concat", integer_argument("concat", "axis", axis), rank)
    return _concat([_rows_of(each) for each in parts], place)


def _concat(parts: Sequence[RaggedTensor], axis: int) -> RaggedTensor:
    if axis == 0:
        return _outer_concat(parts)
    counts = {len(each.splits) for each in parts}
    if len(counts) > 1:
        raise InvalidArgumentError(
            f"concat: ragged tensors with {sorted(each - 1 for each in counts)} rows cannot be "
            f"joined along axis {axis}: they need as many rows."
        )
    if axis == 1:
        # The rows of all parts one after the other, then in turns.
        together = _outer_concat(parts)
        rows = len(parts[0].splits) - 1
        order = np.arange(len(parts) * rows).reshape(len(parts), rows).T.ravel()
        turned = take_rows(together, order)
        lengths = np.sum([np.diff(each.splits) for each in parts], axis=0)
        return RaggedTensor(turned.values, splits_of_lengths(lengths), None, parts[0].index)
    inner = [each.values for each in parts]
    if all(isinstance(each, RaggedTensor) for each in inner):
        return parts[0].with_values(_concat(inner, axis - 1))
    return parts[0].with_values(build_concat(inner, axis - 1))


def build_concat(parts: Sequence[Any], axis: int) -> Tensor:
    """Tensors joined along an axis."""
    return Tensor(build.concat([as_node(each) for each in parts], axis))


def stack(values: Any, axis: Any = 0, name: str | None = None) -> Any:
    """Ragged tensors one after the other along a new axis."""
    parts = [as_values(each) for each in values]
    rank = len(next(each for each in parts if isinstance(each, RaggedTensor)).shape)
    place = normalize_axis("stack", integer_argument("stack", "axis", axis), rank + 1)
    widened = [with_new_axis(_rows_of(each), place) for each in parts]
    return _concat(widened, place)


def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """A ragged tensor repeated along its axes."""
    result = input
    for axis, count in enumerate(integers_argument("tile", "multiples", multiples)):
        if count != 1:
            result = _concat([result] * count, axis) if count else _emptied(result, axis)
    return result


def _emptied(x: RaggedTensor, axis: int) -> Any:
    key = (*(slice(None),) * axis, slice(0, 0))
    return x[key]


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """A ragged tensor turned around along axes."""
    result = tensor
    for each in integers_argument("reverse", "axis", axis):
        place = normalize_axis("reverse", each, len(tensor.shape))
        result = result[(*(slice(None),) * place, slice(None, None, -1))]
    return result


def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """A new axis of size 1."""
    rank = len(input.shape)
    return with_new_axis(
        input,
        normalize_axis("expand_dims", integer_argument("expand_dims", "axis", axis), rank + 1),
    )


def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Any:
    """A ragged tensor without axes of size 1."""
    if axis is None:
        raise InvalidArgumentError("squeeze: of a ragged tensor, name the axes to take away.")
    result = input
    rank = len(input.shape)
    axes = [normalize_axis("squeeze", each, rank) for each in integers_argument("", "axis", axis)]
    for each in sorted(axes, reverse=True):
        result = _squeezed(result, each)
    return result


def _squeezed(x: Any, axis: int) -> Any:
    if not isinstance(x, RaggedTensor):
        node = as_node(x)
        return Tensor(build.reshape(node, (*node.shape[:axis], *node.shape[axis + 1 :])))
    if axis == 0 and len(x.splits) == 2:
        return x.values
    if axis == 1 and np.all(np.diff(x.splits) == 1):
        return x.values
    if axis > 1:
        return x.with_values(_squeezed(x.values, axis - 1))
    raise InvalidArgumentError(f"squeeze: axis {axis} of a ragged tensor has not size 1.")


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    """Rows of a ragged tensor, or elements of a tensor at ragged places."""
    if not isinstance(params, RaggedTensor):
        node = as_node(params)
        flat = build.gather(node, as_node(indices.flat_values))
        return indices.with_flat_values(Tensor(flat))
    if batch_dims == 1 and isinstance(indices, RaggedTensor):
        lengths = np.diff(indices.splits)
        places = node_value(as_node(indices.flat_values)).astype(np.int64)
        places = places + np.repeat(params.splits[:-1], lengths)
        return indices.with_flat_values(take_rows(params.values, places))
    if batch_dims or axis not in (None, 0):
        raise UnimplementedError(
            "gather: of a ragged tensor, rows can be taken (axis=0), or elements of each row with "
            "ragged indices and batch_dims=1."
        )
    if isinstance(indices, RaggedTensor):
        inner = gather(params, indices.flat_values)
        return indices.with_flat_values(inner)
    places = node_value(as_node(indices)).astype(np.int64)
    count = len(params.splits) - 1
    if places.size and not (places.min() >= 0 and places.max() < count):
        raise InvalidArgumentError(f"gather: indices must lie in [0, {count}), got {places}.")
    if not places.ndim:
        return params[int(places)]
    result = take_rows(params, places.ravel())
    for axis_size in reversed(places.shape[1:]):
        count = (len(result.splits) - 1) // axis_size if axis_size else 0
        result = RaggedTensor(result, np.arange(count + 1) * axis_size)
    return result


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """The places where a condition holds, or values of one or the other ragged tensor."""
    from glassbrook.ops.comparison import where as dense_where
    from glassbrook.ops.ragged.elementwise import elementwise

    if x is not None:
        return elementwise(dense_where, (condition, x, y), {})
    holds = node_value(as_node(condition.flat_values))
    return Tensor(build.data(condition.places()[holds], dtypes.int64))
