"""Stretches of elements, as they flow through a pipeline: by whole blocks, not one by one.

A block holds one column per component. Where the data lie in memory, a column is only an array
and the numbers of its rows: to shuffle, take, skip or repeat is to compute with numbers, and rows
are copied once, when a batch is put together. Where a Python function made the elements, a column
is a list of arrays.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from glassbrook.data.structure import Form
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError

__all__ = [
    "ArraySource",
    "Block",
    "Column",
    "CountingSource",
    "Index",
    "ListColumn",
    "RowColumn",
    "WindowSource",
    "merge",
    "require_one_form",
]

Array = npt.NDArray[Any]
Index = range | npt.NDArray[np.int64]

_MOST_JOINED = 32
"""From how many arrays one column may take its rows before these are copied into one."""


class Source(Protocol):
    """What a column takes rows from."""

    @property
    def kind(self) -> tuple[Any, ...]:
        """Dtype and shape of a row: sources of one kind can be joined."""

    def rows(self, index: Index) -> Array:
        """The rows of these numbers, one after the other."""


class ArraySource:
    """The rows of an array, which nobody writes to."""

    __slots__ = ("array", "kind")

    def __init__(self, array: Array) -> None:
        self.array: Final = array
        self.kind: Final[tuple[Any, ...]] = (array.dtype, array.shape[1:])

    def rows(self, index: Index) -> Array:
        """The rows of these numbers: a view if they are neighbours, else a copy."""
        if isinstance(index, range):
            return np.ascontiguousarray(self.array[index.start : index.stop : index.step])
        # The numbers are those of rows that exist. NumPy is quicker if it need not prepare to fail.
        return self.array.take(index, axis=0, mode="clip")


class CountingSource:
    """All integers, as scalars: row n is the number n."""

    __slots__ = ("dtype", "kind")

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype: Final = dtype
        self.kind: Final[tuple[Any, ...]] = (dtype, ())

    def rows(self, index: Index) -> Array:
        """The numbers themselves."""
        return _as_array(index).astype(self.dtype)


class WindowSource:
    """Windows over an array that nobody writes to.

    Args:
        array: the values, by their first axis.
        starts: where each window begins.
        steps: where its values lie, from there.
    """

    __slots__ = ("array", "kind", "starts", "steps")

    def __init__(self, array: Array, starts: Array, steps: Array) -> None:
        self.array: Final = array
        self.starts: Final = starts
        self.steps: Final = steps
        self.kind: Final[tuple[Any, ...]] = (array.dtype, (len(steps), *array.shape[1:]))

    def rows(self, index: Index) -> Array:
        """The windows of these numbers, copied."""
        places = self.starts[_as_array(index)][:, np.newaxis] + self.steps
        return self.array.take(places, axis=0)


class JoinedSource:
    """The rows of several sources, numbered one after the other."""

    __slots__ = ("kind", "sources", "starts")

    def __init__(self, sources: Sequence[Source], starts: Sequence[int]) -> None:
        self.sources: Final = list(sources)
        self.starts: Final = np.asarray(starts, np.int64)
        self.kind: Final = sources[0].kind

    def rows(self, index: Index) -> Array:
        """The rows of these numbers, collected source by source."""
        numbers = _as_array(index)
        dtype, shape = self.kind
        result = np.empty((len(numbers), *shape), dtype)
        which = np.searchsorted(self.starts, numbers, "right") - 1
        for position in np.unique(which):
            chosen = which == position
            result[chosen] = self.sources[position].rows(numbers[chosen] - self.starts[position])
        return result


class Column(ABC):
    """One component of every element of a block."""

    __slots__ = ()

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def select(self, index: Index) -> Column:
        """The values at these positions, in this order."""

    @abstractmethod
    def items(self) -> list[Any]:
        """The values one by one."""

    @abstractmethod
    def stacked(self, form: Form, number: int) -> Array:
        """The values as one array with a new first axis.

        Args:
            form: the form of the elements, for messages.
            number: which component of the elements it is, for messages.
        """


class RowColumn(Column):
    """Rows of a source, by their numbers."""

    __slots__ = ("index", "source")

    def __init__(self, source: Source, index: Index) -> None:
        self.source: Final = source
        self.index: Final = index

    def __len__(self) -> int:
        return len(self.index)

    def select(self, index: Index) -> RowColumn:
        """The rows at these positions; nothing is copied but numbers."""
        return RowColumn(self.source, _compose(self.index, index))

    def items(self) -> list[Any]:
        """The rows, as views of one array."""
        rows = self.source.rows(self.index)
        return [rows[position, ...] for position in range(len(rows))]

    def stacked(self, form: Form, number: int) -> Array:
        """The rows as one array."""
        return self.source.rows(self.index)


class ListColumn(Column):
    """Values that were made one by one: arrays, or datasets."""

    __slots__ = ("values",)

    def __init__(self, values: list[Any]) -> None:
        self.values: Final = values

    def __len__(self) -> int:
        return len(self.values)

    def select(self, index: Index) -> ListColumn:
        """The values at these positions."""
        if isinstance(index, range):
            return ListColumn(self.values[index.start : index.stop : index.step])
        values = self.values
        return ListColumn([values[position] for position in index])

    def items(self) -> list[Any]:
        """The values."""
        return self.values

    def stacked(self, form: Form, number: int) -> Array:
        """The values copied into one array.

        Raises:
            ShapeError: their shapes differ.
            DTypeError: their dtypes differ.
        """
        return _stack(self.values, form, number)


class Block:
    """Some consecutive elements of a dataset."""

    __slots__ = ("columns", "form", "length")

    def __init__(self, form: Form, columns: Sequence[Column]) -> None:
        self.form: Final = form
        self.columns: Final = tuple(columns)
        self.length: Final = len(columns[0])

    @staticmethod
    def of_elements(form: Form, elements: Sequence[Sequence[Any]]) -> Block:
        """A block of elements that were made one by one."""
        return Block(form, [ListColumn(list(column)) for column in zip(*elements, strict=True)])

    def __len__(self) -> int:
        return self.length

    @property
    def is_indexed(self) -> bool:
        """Whether the block consists of numbers of rows only, so that selecting is cheap."""
        return all(isinstance(column, RowColumn) for column in self.columns)

    def select(self, index: Index) -> Block:
        """The elements at these positions, in this order."""
        if isinstance(index, range) and index == range(self.length):
            return self
        # Components of one source share their numbers, which are computed once.
        shared: dict[int, Index] = {}
        columns: list[Column] = []
        for column in self.columns:
            if isinstance(column, RowColumn):
                numbers = shared.get(id(column.index))
                if numbers is None:
                    numbers = shared[id(column.index)] = _compose(column.index, index)
                columns.append(RowColumn(column.source, numbers))
            else:
                columns.append(column.select(index))
        return Block(self.form, columns)

    def elements(self) -> list[tuple[Any, ...]]:
        """The elements one by one, each as a tuple of its components."""
        return list(zip(*[column.items() for column in self.columns], strict=True))

    def stacked(self) -> list[Array]:
        """Each component of all elements as one array.

        Raises:
            ShapeError, DTypeError: elements differ in shape or dtype.
        """
        return [column.stacked(self.form, n) for n, column in enumerate(self.columns)]


def merge(blocks: Sequence[Block]) -> Block:
    """One block of the elements of all, in order.

    Raises:
        InvalidArgumentError: the elements are arranged differently.
    """
    first = blocks[0]
    if len(blocks) == 1:
        return first
    for block in blocks:
        require_one_form(first.form, block.form)
    columns = zip(*[block.columns for block in blocks], strict=True)
    shared: dict[tuple[int, ...], Index] = {}
    return Block(first.form, [_merge_columns(column, shared) for column in columns])


def require_one_form(form: Form, other: Form) -> None:
    """Check that elements of both forms can stand in one dataset.

    Raises:
        InvalidArgumentError: they are arranged differently.
    """
    if form is not other and form != other:
        raise InvalidArgumentError(
            f"The elements of a dataset have to be arranged alike, but one is {form.template} "
            f"and another one is {other.template}. Let every function return the same structure."
        )


def _merge_columns(columns: Sequence[Column], shared: dict[tuple[int, ...], Index]) -> Column:
    """One column out of several; what numbers became is kept in `shared`, by their identity."""
    rows = [column for column in columns if isinstance(column, RowColumn)]
    if len(rows) < len(columns) or any(row.source.kind != rows[0].source.kind for row in rows):
        return ListColumn([item for column in columns for item in column.items()])
    source = rows[0].source
    if all(row.source is source for row in rows):
        key = tuple(id(row.index) for row in rows)
        if key not in shared:
            shared[key] = _concatenate([row.index for row in rows])
        return RowColumn(source, shared[key])
    return _join(rows)


def _join(columns: Sequence[RowColumn]) -> RowColumn:
    """Rows of different sources as rows of one."""
    parts = {id(part): part for column in columns for part in _parts(column.source)}
    if len(parts) > _MOST_JOINED or not all(isinstance(p, ArraySource) for p in parts.values()):
        rows = np.concatenate([column.source.rows(column.index) for column in columns])
        return RowColumn(ArraySource(rows), range(len(rows)))
    starts: dict[int, int] = {}
    total = 0
    for key, part in parts.items():
        starts[key] = total
        assert isinstance(part, ArraySource)
        total += len(part.array)
    joined = JoinedSource(list(parts.values()), list(starts.values()))
    return RowColumn(joined, _concatenate([_renumbered(column, starts) for column in columns]))


def _parts(source: Source) -> list[Source]:
    return source.sources if isinstance(source, JoinedSource) else [source]


def _renumbered(column: RowColumn, starts: dict[int, int]) -> Index:
    """The numbers of a column's rows when the parts of its source start elsewhere."""
    index, source = column.index, column.source
    if not isinstance(source, JoinedSource):
        start = starts[id(source)]
        if isinstance(index, range):
            return range(index.start + start, index.stop + start, index.step)
        return index + start
    moved = [starts[id(part)] for part in source.sources] - source.starts
    numbers = _as_array(index)
    return numbers + moved[np.searchsorted(source.starts, numbers, "right") - 1]


def _as_array(index: Index) -> npt.NDArray[np.int64]:
    if isinstance(index, range):
        return np.arange(index.start, index.stop, index.step, dtype=np.int64)
    return index


def _compose(outer: Index, inner: Index) -> Index:
    """The numbers ``outer[i] for i in inner``."""
    if isinstance(inner, range):
        return outer[inner.start : inner.stop : inner.step]
    if isinstance(outer, range):
        if outer.step == 1:
            return inner + outer.start if outer.start else inner
        return inner * outer.step + outer.start
    return outer[inner]


def _concatenate(indices: Sequence[Index]) -> Index:
    """All numbers in a row; stretches that continue each other stay a range."""
    merged: list[Index] = []
    for index in indices:
        last = merged[-1] if merged else None
        if isinstance(last, range) and isinstance(index, range) and _continues(last, index):
            merged[-1] = range(last.start, index.stop, last.step)
        else:
            merged.append(index)
    if len(merged) == 1:
        return merged[0]
    return np.concatenate([_as_array(index) for index in merged])


def _continues(last: range, index: range) -> bool:
    return last.step == index.step and last.start + len(last) * last.step == index.start


def _stack(values: list[Any], form: Form, number: int) -> Array:
    first = values[0]
    if not isinstance(first, np.ndarray):
        raise InvalidArgumentError(
            f"Cannot batch {form.names()[number]}: it is made of datasets, as Dataset.window makes "
            "them. Batch inside of each: dataset.flat_map(lambda window: window.batch(size))."
        )
    if len(values) == 1:
        return first[np.newaxis]
    for position, value in enumerate(values):
        if value.shape != first.shape:
            raise ShapeError(
                f"Cannot batch tensors with different shapes in {form.names()[number]}. First "
                f"element had shape {list(first.shape)} and element {position} had shape "
                f"{list(value.shape)}. Bring them to one shape with Dataset.map, or fill up the "
                "short ones: Dataset.padded_batch."
            )
        if value.dtype != first.dtype:
            raise DTypeError(
                f"Cannot batch tensors with different dtypes in {form.names()[number]}. First "
                f"element had dtype {first.dtype} and element {position} had dtype {value.dtype}. "
                "Convert them: tf.cast(x, tf.float32)."
            )
    if first.ndim == 0:
        return np.array([value[()] for value in values], first.dtype)
    return np.stack(values)
