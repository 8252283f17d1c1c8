"""``ragged[key]``: rows, parts of rows, and new axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, OutOfRangeError
from glassbrook.ops.ragged.rows import splits_of_lengths
from glassbrook.tensor.convert import has_node

if TYPE_CHECKING:
    from glassbrook.ops.ragged.tensor import RaggedTensor

__all__ = ["item", "with_new_axis"]


def item(x: RaggedTensor, key: Any) -> Any:
    """What a key picks: a row, several rows, or a part of each row.

    Raises:
        InvalidArgumentError: a ragged axis is indexed with a number.
        OutOfRangeError: there is no such row.
    """
    keys = _completed(list(key) if isinstance(key, tuple) else [key], len(x.shape))
    return _outer(x, keys)


def _completed(keys: list[Any], rank: int) -> list[Any]:
    """The keys with as many colons in place of an ellipsis as there are axes left over."""
    places = [place for place, each in enumerate(keys) if each is Ellipsis]
    if not places:
        return keys
    named = sum(each is not None and each is not Ellipsis for each in keys)
    return [
        *keys[: places[0]],
        *[slice(None)] * (rank - named),
        *[each for each in keys[places[0] + 1 :] if each is not Ellipsis],
    ]


def _outer(x: Any, keys: list[Any]) -> Any:
    from glassbrook.ops.ragged.tensor import RaggedTensor, take_rows

    if not keys:
        return x
    if not isinstance(x, RaggedTensor):
        return x[tuple(keys)]
    first, rest = keys[0], keys[1:]
    if first is None:
        return with_new_axis(_outer(x, rest), 0)
    count = len(x.splits) - 1
    if isinstance(first, slice):
        rows = np.arange(count)[_plain_slice(first)]
        return _inner(x if len(rows) == count and _is_all(first) else take_rows(x, rows), rest)
    place = int(first)
    if not -count <= place < count:
        raise OutOfRangeError(
            f"index {place} is out of bounds for a ragged tensor of {count} rows."
        )
    begin, end = (int(each) for each in x.splits[place % count : place % count + 2])
    if isinstance(x.values, RaggedTensor):
        return _outer(take_rows(x.values, np.arange(begin, end)), rest)
    return _outer(x.values[begin:end], rest)


def _inner(x: RaggedTensor, keys: list[Any]) -> Any:
    """Every row indexed with the keys."""
    from glassbrook.ops.ragged.tensor import RaggedTensor, take_rows

    if not keys:
        return x
    first, rest = keys[0], keys[1:]
    if first is None:
        return with_new_axis(_inner(x, rest), 1)
    if isinstance(first, slice) and _is_all(first):
        return x.with_values(_behind(x.values, rest))
    if not isinstance(first, slice):
        if x.uniform_row_length is None:
            raise InvalidArgumentError(
                "Cannot index into an inner ragged dimension: not every row has element "
                f"{first}. Take a slice, x[:, {first}:{int(first) + 1}], or fill rows up with "
                "x.to_tensor()."
            )
        rows = x.splits[:-1] + int(first) % x.uniform_row_length
        return _outer(take_rows(x.values, rows), [slice(None), *rest])
    key = _plain_slice(first)
    kept = [np.arange(begin, end)[key] for begin, end in zip(x.splits[:-1], x.splits[1:])]
    lengths = np.asarray([len(each) for each in kept], np.int64)
    places = np.concatenate(kept) if kept else np.zeros(0, np.int64)
    values = take_rows(x.values, places.astype(np.int64))
    return RaggedTensor(_behind(values, rest), splits_of_lengths(lengths), None, x.index)


def _behind(values: Any, keys: list[Any]) -> Any:
    return _outer(values, [slice(None), *keys]) if keys else values


def with_new_axis(x: Any, axis: int) -> Any:
    """A new axis of size 1 before `axis`."""
    from glassbrook.ops.ragged.tensor import RaggedTensor

    if not isinstance(x, RaggedTensor):
        return x[(*(slice(None),) * axis, None)]
    if axis == 0:
        return RaggedTensor(x, np.asarray([0, len(x.splits) - 1]), len(x.splits) - 1, x.index)
    if axis == 1:
        return RaggedTensor(x, np.arange(len(x.splits)), 1, x.index)
    return x.with_values(with_new_axis(x.values, axis - 1))


def _is_all(key: slice) -> bool:
    return key == slice(None)


def _plain_slice(key: slice) -> slice:
    ends = (key.start, key.stop, key.step)
    return slice(*(int(each) if has_node(each) else each for each in ends))
