"""Operations that work value by value, on the values of ragged tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.ops.ragged.rows import row_numbers
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, as_node, nest
from glassbrook.tensor.convert import has_node

__all__ = ["elementwise", "map_flat_values", "ragged_arguments"]


def ragged_arguments(args: Any) -> list[RaggedTensor]:
    """The ragged tensors among arguments, also in lists."""
    return [each for each in nest.flatten(args) if isinstance(each, RaggedTensor)]


def elementwise(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A function of the values of ragged tensors; tensors beside them are stretched to the rows.

    Raises:
        InvalidArgumentError: rows do not fit together.
    """
    ragged = ragged_arguments((args, kwargs))
    like = max(ragged, key=lambda each: (each.ragged_rank, each.splits[-1]))

    def beside(value: Any) -> Any:
        if isinstance(value, RaggedTensor):
            return _aligned_ragged(value, like)
        is_array = has_node(value) or isinstance(value, np.ndarray)
        return _aligned(value, like) if is_array and len(value.shape) else value

    def prepared(value: Any) -> Any:
        if isinstance(value, list | tuple) and not ragged_arguments(value):
            node = as_node(value, None if not _is_numbers(value) else like.dtype)
            return beside(Tensor(node))
        return nest.map_structure(beside, value)

    is_list = bool(args) and isinstance(args[0], list | tuple) and bool(ragged_arguments(args[0]))
    flat_args = [nest.map_structure(beside, each) if is_list else prepared(each) for each in args]
    flat_kwargs = {key: nest.map_structure(beside, each) for key, each in kwargs.items()}
    return like.with_flat_values(function(*flat_args, **flat_kwargs))


def _is_numbers(value: Any) -> bool:
    return all(isinstance(each, int | float) for each in nest.flatten(list(value)))


def _aligned_ragged(x: RaggedTensor, like: RaggedTensor) -> Tensor:
    """The flat values of `x` at the places of the flat values of `like`."""
    mine, others = x.levels(), like.levels()
    same = len(mine) == len(others) and all(
        np.array_equal(a.splits, b.splits) for a, b in zip(mine, others)
    )
    if same:
        return x.flat_values
    if len(mine) == 1 == len(others) and np.all(np.diff(x.splits) == 1):
        rows = build.data(row_numbers(like.splits), dtypes.int64)
        if len(x.splits) == len(like.splits):
            return Tensor(build.gather(as_node(x.flat_values), rows))
    raise InvalidArgumentError(
        "ragged tensors with different rows do not fit together: lengths "
        f"{_lengths(x)} beside {_lengths(like)}."
    )


def _lengths(x: RaggedTensor) -> list[list[int]]:
    return [np.diff(each.splits).tolist() for each in x.levels()]


def _aligned(value: Any, like: RaggedTensor) -> Tensor:
    """A tensor stretched to the rows: one value for each flat value."""
    node = as_node(value)
    inner_rank = like.flat_values.shape.rank - 1  # type: ignore[operator]
    outer = node.rank - inner_rank
    if outer <= 0:
        return Tensor(node)
    places = like.places()
    depth = places.shape[1]
    if outer > depth:
        raise _no_fit(node.shape, like)
    columns = []
    for axis in range(outer):
        column = places[:, depth - outer + axis]
        size = node.shape[axis]
        if size != 1 and not _fits(like, depth - outer + axis, size):
            raise _no_fit(node.shape, like)
        columns.append(np.zeros_like(column) if size == 1 else column)
    indices = build.data(np.stack(columns, axis=1), dtypes.int64)
    return Tensor(build.gather_nd(node, indices))


def _fits(like: RaggedTensor, axis: int, size: int) -> bool:
    if axis == 0:
        return len(like.splits) - 1 == size
    return bool(np.all(np.diff(like.levels()[axis - 1].splits) == size))


def _no_fit(shape: Any, like: RaggedTensor) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"a tensor of shape {list(shape)} does not fit beside a ragged one of shape {like.shape} "
        f"whose rows have lengths {_lengths(like)}. Sizes must be 1 or agree."
    )


def map_flat_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A function of the flat values of ragged tensors, in the same rows.

    Args:
        op: a function of tensors that keeps the number of rows of its arguments.
        args: its arguments; ragged ones must have the same rows.
        kwargs: its named arguments.

    Raises:
        InvalidArgumentError: the rows differ, or the result has another number of them.

    Example:
        >>> import glassbrook as tf
        >>> rows = tf.ragged.constant([[1, 2], [], [3]])
        >>> tf.ragged.map_flat_values(tf.math.square, rows)
        <tf.RaggedTensor [[1, 4], [], [9]]>
    """
    ragged = ragged_arguments((args, kwargs))
    if not ragged:
        return op(*args, **kwargs)
    like = ragged[0]

    def flat(value: Any) -> Any:
        return _aligned_ragged(value, like) if isinstance(value, RaggedTensor) else value

    result = op(
        *[nest.map_structure(flat, each) for each in args],
        **{key: nest.map_structure(flat, each) for key, each in kwargs.items()},
    )
    return like.with_flat_values(result)
