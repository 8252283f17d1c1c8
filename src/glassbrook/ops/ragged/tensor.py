"""`RaggedTensor`: a tensor whose rows differ in length.

The values of all rows stand one after the other, and `row_splits` says where each row begins. The
values may be ragged themselves. Where rows begin is known at once, what the values are may wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError, UsageError, out_of_memory
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument
from glassbrook.ops.ragged.indexing import item
from glassbrook.ops.ragged.operators import RaggedOperators
from glassbrook.ops.ragged.rows import (
    Integers,
    as_integers,
    checked_splits,
    flattened,
    index_type,
    kept_lengths,
    merged_axes,
    positions_in,
    row_numbers,
    rows_text,
    splits_of_lengths,
)
from glassbrook.tensor import Tensor, TensorShape, as_node
from glassbrook.tensor.symbolic import SymbolicArgument

__all__ = ["RaggedArgument", "RaggedTensor", "as_values", "take_rows"]


class RaggedArgument(SymbolicArgument, DTypeError):  # noqa: N818
    """An operation was given a ragged tensor; what is in the table of `dispatch` takes it."""


def as_values(value: Any, dtype: DType | None = None) -> Any:
    """Values of rows: a ragged tensor as it is, anything else as a tensor."""
    return value if isinstance(value, RaggedTensor) else Tensor(as_node(value, dtype))


def _count(values: Any) -> int:
    if isinstance(values, RaggedTensor):
        return len(values.splits) - 1
    if not values.shape.rank:
        raise InvalidArgumentError("RaggedTensor: the values must have at least one axis.")
    return int(values.shape[0])


def take_rows(values: Any, places: Integers) -> Any:
    """The rows of a tensor, or of a ragged tensor, at these places."""
    if not isinstance(values, RaggedTensor):
        return Tensor(build.gather(as_node(values), build.data(places, dtypes.int64)))
    lengths = np.diff(values.splits)[places]
    inner = take_rows(values.values, positions_in(values.splits[:-1][places], lengths))
    return RaggedTensor(inner, splits_of_lengths(lengths), values.uniform_row_length, values.index)


class RaggedTensor(RaggedOperators):
    """A tensor whose rows differ in length; made by `tf.ragged.constant` and the like.

    Example:
        >>> import glassbrook as tf
        >>> rows = tf.RaggedTensor.from_row_lengths([3, 1, 4, 1], row_lengths=[2, 0, 2])
        >>> rows
        <tf.RaggedTensor [[3, 1], [], [4, 1]]>
        >>> rows.to_tensor().shape, rows.shape
        (TensorShape([3, 2]), TensorShape([3, None]))
    """

    __slots__ = ("__weakref__", "_uniform", "_values", "index", "splits")

    tensor_like: ClassVar[bool] = True
    loop_value: ClassVar[bool] = True
    __array_priority__ = 100

    def __init__(
        self,
        values: Any,
        splits: Integers,
        uniform: int | None = None,
        index: DType = dtypes.int64,
    ) -> None:
        self._values = values
        self.splits = splits
        self._uniform = uniform
        self.index = index

    # Made from values and from where rows begin.

    @classmethod
    def from_row_splits(
        cls, values: Any, row_splits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows that begin and end at these places, the first one at 0.

        Raises:
            InvalidArgumentError: the places fall, or do not end with the number of values.
        """
        inner = as_values(values)
        splits = checked_splits(as_integers("row_splits", row_splits), _count(inner))
        return cls(inner, splits, index=index_type(row_splits))

    @classmethod
    def from_row_lengths(
        cls, values: Any, row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows of these lengths.

        Raises:
            InvalidArgumentError: the lengths do not add up to the number of values.
        """
        inner = as_values(values)
        splits = splits_of_lengths(as_integers("row_lengths", row_lengths))
        return cls(inner, checked_splits(splits, _count(inner)), index=index_type(row_lengths))

    @classmethod
    def from_row_starts(
        cls, values: Any, row_starts: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows that begin at these places; each reaches to the next.

        Raises:
            InvalidArgumentError: the places fall, or do not begin with 0.
        """
        inner = as_values(values)
        splits = np.append(as_integers("row_starts", row_starts), _count(inner))
        return cls(inner, checked_splits(splits, _count(inner)), index=index_type(row_starts))

    @classmethod
    def from_row_limits(
        cls, values: Any, row_limits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows that end before these places; each begins where the one before ends.

        Raises:
            InvalidArgumentError: the places fall, or do not end with the number of values.
        """
        inner = as_values(values)
        splits = np.insert(as_integers("row_limits", row_limits), 0, 0)
        return cls(inner, checked_splits(splits, _count(inner)), index=index_type(row_limits))

    @classmethod
    def from_value_rowids(
        cls,
        values: Any,
        value_rowids: Any,
        nrows: Any = None,
        name: str | None = None,
        validate: bool = True,
    ) -> RaggedTensor:
        """Rows given by the row number of each value.

        Args:
            values: the values of all rows.
            value_rowids: for each value its row, ascending.
            nrows: how many rows there are; one more than the last number by default.
            name: accepted for TensorFlow's sake, without effect.
            validate: accepted for TensorFlow's sake: arguments are always checked.

        Raises:
            InvalidArgumentError: the numbers fall, or one is not below `nrows`.
        """
        inner = as_values(values)
        numbers = as_integers("value_rowids", value_rowids)
        needed = int(numbers[-1]) + 1 if numbers.size else 0
        count = needed if nrows is None else integer_argument("RaggedTensor", "nrows", nrows)
        falls = bool(numbers.size) and (numbers[0] < 0 or bool(np.any(np.diff(numbers) < 0)))
        if falls or len(numbers) != _count(inner) or needed > count:
            raise InvalidArgumentError(
                f"RaggedTensor.from_value_rowids: expected {_count(inner)} ascending row numbers "
                f"below {count}, got {numbers.tolist()}."
            )
        splits = splits_of_lengths(np.bincount(numbers, minlength=count).astype(np.int64))
        return cls(inner, splits, index=index_type(value_rowids))

    @classmethod
    def from_uniform_row_length(
        cls,
        values: Any,
        uniform_row_length: Any,
        nrows: Any = None,
        validate: bool = True,
        name: str | None = None,
    ) -> RaggedTensor:
        """Rows of one length.

        Raises:
            InvalidArgumentError: the number of values is not a multiple of it.
        """
        inner = as_values(values)
        length = integer_argument("RaggedTensor", "uniform_row_length", uniform_row_length)
        count = _count(inner)
        given = None if nrows is None else integer_argument("RaggedTensor", "nrows", nrows)
        rows = given if given is not None else (count // length if length else 0)
        if length < 0 or rows * length != count:
            raise InvalidArgumentError(
                f"RaggedTensor.from_uniform_row_length: {count} values do not fill rows of "
                f"{length}{'' if given is None else f', of which there are {given}'}."
            )
        return cls(inner, np.arange(rows + 1) * length, length)

    @classmethod
    def from_nested_row_splits(
        cls,
        flat_values: Any,
        nested_row_splits: Sequence[Any],
        name: str | None = None,
        validate: bool = True,
    ) -> Any:
        """Rows of rows: the splits of the outermost level come first."""
        result = as_values(flat_values)
        for splits in reversed(nested_row_splits):
            result = cls.from_row_splits(result, splits)
        return result

    @classmethod
    def from_nested_row_lengths(
        cls,
        flat_values: Any,
        nested_row_lengths: Sequence[Any],
        name: str | None = None,
        validate: bool = True,
    ) -> Any:
        """Rows of rows: the lengths of the outermost level come first."""
        result = as_values(flat_values)
        for lengths in reversed(nested_row_lengths):
            result = cls.from_row_lengths(result, lengths)
        return result

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values: Any,
        nested_value_rowids: Sequence[Any],
        nested_nrows: Sequence[Any] | None = None,
        name: str | None = None,
        validate: bool = True,
    ) -> Any:
        """Rows of rows: the row numbers of the outermost level come first."""
        counts = [None] * len(nested_value_rowids) if nested_nrows is None else nested_nrows
        result = as_values(flat_values)
        for numbers, count in zip(reversed(nested_value_rowids), reversed(counts)):
            result = cls.from_value_rowids(result, numbers, count)
        return result

    @classmethod
    def from_tensor(
        cls,
        tensor: Any,
        lengths: Any = None,
        padding: Any = None,
        ragged_rank: int = 1,
        name: str | None = None,
        row_splits_dtype: Any = dtypes.int64,
    ) -> RaggedTensor:
        """The rows of a tensor: all of them, or each without what was filled in at its end.

        Args:
            tensor: a tensor with at least two axes.
            lengths: how many elements of each row to keep.
            padding: the value that rows were filled up with, which is left out at their ends.
            ragged_rank: how many axes become ragged.
            name: accepted for TensorFlow's sake, without effect.
            row_splits_dtype: int32 or int64.

        Raises:
            InvalidArgumentError: there are too few axes, or both `lengths` and `padding`.
        """
        node = as_node(tensor)
        if node.rank <= ragged_rank or (lengths is not None and padding is not None):
            raise InvalidArgumentError(
                f"RaggedTensor.from_tensor: expected more than {ragged_rank} axes and one of "
                f"lengths and padding at most, got shape {list(node.shape)}."
            )
        if ragged_rank > 1:
            rows = cls._from_uniform(node, ragged_rank - 1)
            inner = cls.from_tensor(rows.flat_values, lengths, padding)
            return rows.with_flat_values(inner)
        kept = kept_lengths(node, lengths, padding)
        rows = cls._from_uniform(node, 1)
        if kept is None:
            return rows
        flat = take_rows(rows.values, positions_in(rows.splits[:-1], kept))
        return cls(flat, splits_of_lengths(kept), index=as_dtype(row_splits_dtype))

    @classmethod
    def from_sparse(
        cls, st_input: Any, name: str | None = None, row_splits_dtype: Any = dtypes.int64
    ) -> RaggedTensor:
        """The rows of a sparse matrix, in which nothing is left out before an element.

        Raises:
            InvalidArgumentError: it is no matrix, or a row begins later or has a gap.
        """
        places = st_input.places
        order = np.lexsort(places.T[::-1])
        counts = np.bincount(places[:, 0], minlength=st_input.sizes[0]).astype(np.int64)
        splits = splits_of_lengths(counts)
        columns = np.arange(len(places)) - splits[row_numbers(splits)]
        if len(st_input.sizes) != 2 or not np.array_equal(places[order, 1], columns):
            raise InvalidArgumentError(
                "RaggedTensor.from_sparse: expected a matrix whose rows are filled from the left."
            )
        values = take_rows(st_input.values, order.astype(np.int64))
        return cls(values, splits, index=as_dtype(row_splits_dtype))

    @classmethod
    def _from_uniform(cls, node: Node, ragged_rank: int) -> RaggedTensor:
        merged = build.reshape(
            node, (int(np.prod(node.shape[: ragged_rank + 1])), *node.shape[ragged_rank + 1 :])
        )
        result: Any = Tensor(merged)
        for axis in range(ragged_rank, 0, -1):
            rows, length = int(np.prod(node.shape[:axis])), node.shape[axis]
            result = cls(result, np.arange(rows + 1) * length, length)
        assert isinstance(result, RaggedTensor)
        return result

    # What is in it.

    @property
    def values(self) -> Any:
        """The values of all rows, one after the other: a tensor, or a ragged tensor."""
        return self._values

    @property
    def flat_values(self) -> Tensor:
        """The values without any rows."""
        values = self._values
        while isinstance(values, RaggedTensor):
            values = values._values
        return values  # type: ignore[no-any-return]

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self.flat_values.dtype

    @property
    def ragged_rank(self) -> int:
        """How many axes are ragged."""
        inner = self._values
        return 1 + (inner.ragged_rank if isinstance(inner, RaggedTensor) else 0)

    @property
    def uniform_row_length(self) -> int | None:
        """The length of all rows, if they were made with one; else `None`."""
        return self._uniform

    @property
    def shape(self) -> TensorShape:
        """The sizes of the axes; `None` for one that is ragged."""
        return TensorShape([len(self.splits) - 1, self._uniform, *self._values.shape[1:]])

    def get_shape(self) -> TensorShape:
        """The sizes of the axes; `None` for one that is ragged."""
        return self.shape

    @property
    def row_splits(self) -> Tensor:
        """Where rows begin, and where the last one ends."""
        return self._indices(self.splits)

    @property
    def nested_row_splits(self) -> tuple[Tensor, ...]:
        """`row_splits` of all levels, the outermost first."""
        return tuple(each.row_splits for each in self.levels())

    def nested_row_lengths(self, name: str | None = None) -> tuple[Tensor, ...]:
        """`row_lengths` of all levels, the outermost first."""
        return tuple(each.row_lengths() for each in self.levels())

    def nested_value_rowids(self, name: str | None = None) -> tuple[Tensor, ...]:
        """`value_rowids` of all levels, the outermost first."""
        return tuple(each.value_rowids() for each in self.levels())

    def levels(self) -> list[RaggedTensor]:
        """The ragged tensors that this one is made of, the outermost first."""
        found = [self]
        while isinstance(found[-1]._values, RaggedTensor):
            found.append(found[-1]._values)
        return found

    def _indices(self, array: Any) -> Tensor:
        return Tensor(build.data(np.asarray(array), self.index))

    def nrows(self, out_type: Any = None, name: str | None = None) -> Tensor:
        """How many rows there are."""
        dtype = self.index if out_type is None else as_dtype(out_type)
        return Tensor(build.data(len(self.splits) - 1, dtype))

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """The length of each row; along an inner axis, of the rows in each row."""
        if axis == 0:
            return self.nrows()
        if axis > 1:
            return self.with_values(self._values.row_lengths(axis - 1))
        return self._indices(np.diff(self.splits))

    def row_starts(self, name: str | None = None) -> Tensor:
        """Where each row begins."""
        return self._indices(self.splits[:-1])

    def row_limits(self, name: str | None = None) -> Tensor:
        """Where each row ends."""
        return self._indices(self.splits[1:])

    def value_rowids(self, name: str | None = None) -> Tensor:
        """For each value the row that it is in."""
        return self._indices(row_numbers(self.splits))

    def bounding_shape(
        self, axis: Any = None, name: str | None = None, out_type: Any = None
    ) -> Tensor:
        """The shape of the smallest tensor that all rows fit into."""
        sizes = np.asarray(self.bounds(), np.int64)
        dtype = self.index if out_type is None else as_dtype(out_type)
        return Tensor(build.data(sizes if axis is None else sizes[axis], dtype))

    def bounds(self) -> list[int]:
        """The sizes of the smallest tensor that all rows fit into."""
        levels = self.levels()
        longest = [int(np.max(np.diff(each.splits), initial=0)) for each in levels]
        return [len(self.splits) - 1, *longest, *self.flat_values.shape[1:]]

    # The same rows with other values.

    def with_values(self, new_values: Any) -> RaggedTensor:
        """The same rows with other values, of which there must be as many.

        Raises:
            InvalidArgumentError: there is another number of them.
        """
        inner = as_values(new_values)
        checked_splits(self.splits, _count(inner))
        return RaggedTensor(inner, self.splits, self._uniform, self.index)

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """The same rows of rows with other values."""
        inner = self._values
        if isinstance(inner, RaggedTensor):
            return self.with_values(inner.with_flat_values(new_values))
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype: Any) -> RaggedTensor:
        """The same with places of another dtype, int32 or int64."""
        inner = self._values
        if isinstance(inner, RaggedTensor):
            inner = inner.with_row_splits_dtype(dtype)
        return RaggedTensor(inner, self.splits, self._uniform, as_dtype(dtype))

    def merge_dims(self, outer_axis: int, inner_axis: int) -> Any:
        """Several axes in a row as one.

        Args:
            outer_axis: the first of them.
            inner_axis: the last of them.
        """
        rank = len(self.shape)
        outer, inner = outer_axis % rank, inner_axis % rank
        if outer == inner:
            return self
        values = self._values
        if outer > 1:
            if isinstance(values, RaggedTensor):
                return self.with_values(values.merge_dims(outer - 1, inner - 1))
            return self.with_values(merged_axes(values, outer - 1, inner - 1))
        if outer == 1:
            return self._with_merged_rows(inner)
        if inner == 1:
            return values
        if isinstance(values, RaggedTensor):
            return values.merge_dims(0, inner - 1)
        return merged_axes(values, 0, inner - 1)

    def _with_merged_rows(self, inner: int) -> RaggedTensor:
        """The axes from the first ragged one to `inner` as one."""
        values = self._values
        if isinstance(values, RaggedTensor):
            joined = RaggedTensor(values._values, values.splits[self.splits], None, self.index)
            return joined if inner == 2 else joined._with_merged_rows(inner - 1)
        size = int(np.prod(values.shape[1:inner]))
        return RaggedTensor(merged_axes(values, 0, inner - 1), self.splits * size, None, self.index)

    # As something else.

    def to_list(self) -> list[Any]:
        """The values as nested lists."""
        values = self._values
        items = values.to_list() if isinstance(values, RaggedTensor) else values.numpy().tolist()
        return [items[begin:end] for begin, end in zip(self.splits[:-1], self.splits[1:])]

    def numpy(self) -> npt.NDArray[Any]:
        """An array of rows; one array with more axes if all rows are equally long."""
        values = self._values.numpy()
        rows = [values[begin:end] for begin, end in zip(self.splits[:-1], self.splits[1:])]
        if not rows:
            return np.zeros(0, values.dtype)
        if len({len(row) for row in rows}) == 1:
            return np.stack(rows)
        result = np.empty(len(rows), object)
        for place, row in enumerate(rows):
            result[place] = row
        return result

    def to_tensor(
        self, default_value: Any = None, name: str | None = None, shape: Any = None
    ) -> Tensor:
        """All rows filled up to equal length; gradients go back to the values.

        Args:
            default_value: what to fill rows up with: a value of the dtype; 0 by default, "" for
                strings.
            name: accepted for TensorFlow's sake, without effect.
            shape: the wanted shape, `None` for what fits the longest row. Longer rows are cut.

        Example:
            >>> import glassbrook as tf
            >>> tf.ragged.constant([[1, 2], [3]]).to_tensor(default_value=-1).numpy()
            array([[ 1,  2],
                   [ 3, -1]], dtype=int32)
        """
        sizes = self.bounds()
        if shape is not None:
            wanted = TensorShape(shape)
            if wanted.rank is not None:
                sizes = [size if asked is None else asked for asked, size in zip(wanted, sizes)]
        depth = self.ragged_rank + 1
        node = as_node(self.flat_values)
        filler = "" if node.dtype is dtypes.string else 0
        default = as_node(filler if default_value is None else default_value, node.dtype)
        default_row = build.broadcast_to(default, (1, *node.shape[1:]))
        try:
            table = np.full(sizes[:depth], node.shape[0])
        except MemoryError as error:
            raise out_of_memory("to_tensor", error) from None
        places = self.places()
        fits = np.all(places < np.asarray(sizes[:depth]), axis=1)
        table[tuple(places[fits].T)] = np.flatnonzero(fits)
        padded = build.concat([node, default_row], 0)
        return Tensor(build.gather(padded, build.data(table, dtypes.int64)))

    def places(self) -> Integers:
        """For each flat value its position along the axes up to the last ragged one."""
        found = np.arange(len(self.splits) - 1)[:, None]
        for each in self.levels():
            rows = row_numbers(each.splits)
            column = np.arange(each.splits[-1]) - each.splits[rows]
            found = np.concatenate([found[rows], column[:, None]], axis=1)
        return found

    def to_sparse(self, name: str | None = None) -> Any:
        """The values as a `tf.SparseTensor`."""
        # Imported here: sparse tensors are seldom met.
        from glassbrook.ops.sparse import SparseTensor

        flat = self.flat_values
        rest = tuple(flat.shape[1:])
        inner = np.stack([each.ravel() for each in np.indices(rest)], 1) if rest else None
        places = self.places()
        if inner is not None:
            places = np.concatenate(
                [np.repeat(places, len(inner), 0), np.tile(inner, (len(places), 1))], 1
            )
        return SparseTensor(places, flattened(flat), self.bounds())

    # As Python sees it.

    def used_node(self) -> Node:
        """Refuse: there is no single array behind it.

        Raises:
            RaggedArgument: always. Operations that take ragged tensors catch it.
        """
        raise RaggedArgument(
            f"a ragged tensor of shape {self.shape} stands where a tensor is needed. "
            "x.to_tensor() fills its rows up to equal length, tf.ragged.map_flat_values works on "
            "its values."
        )

    def __bool__(self) -> NoReturn:
        raise UsageError("RaggedTensor may not be used as a boolean.")

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self.splits) - 1))

    def __getitem__(self, key: Any) -> Any:
        return item(self, key)

    def __repr__(self) -> str:
        return f"<tf.RaggedTensor {rows_text(self.numpy())}>"

    __str__ = __repr__
