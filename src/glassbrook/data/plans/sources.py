"""Where elements come from: arrays in memory, ranges, generators and files."""

from __future__ import annotations

import gzip
import io
import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.data.blocks import ArraySource, Block, CountingSource, RowColumn
from glassbrook.data.plans.plan import INFINITE, UNKNOWN, ElementStream, Plan, Stream
from glassbrook.data.seeds import Seeds
from glassbrook.data.spec import TensorSpec
from glassbrook.data.structure import ALONE, Form
from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError, InvalidArgumentError, NotFoundError, ShapeError
from glassbrook.tensor.convert import as_array, has_node

__all__ = [
    "GeneratorPlan",
    "MemoryPlan",
    "RandomPlan",
    "RangePlan",
    "TextLinePlan",
    "rows_of_arrays",
]

Array = npt.NDArray[Any]


def rows_of_arrays(form: Form, arrays: Sequence[Array]) -> Block:
    """A block whose elements are the rows of arrays that nobody writes to, without a copy."""
    numbers = range(len(arrays[0]))
    columns = []
    for array in arrays:
        rows = np.ascontiguousarray(array).view()
        rows.flags.writeable = False
        columns.append(RowColumn(ArraySource(rows), numbers))
    return Block(form, columns)


class MemoryPlan(Plan):
    """Elements that are in memory already.

    Args:
        block: the elements.
        spec: their spec, or a function that finds it out if someone asks.
        shown_name: how to show the dataset.
    """

    def __init__(self, block: Block, spec: Any, shown_name: str) -> None:
        self.block: Final = block
        self.shown_name = shown_name
        self._spec = spec

    def find_spec(self) -> Any:
        """The spec it was made with."""
        return self._spec() if callable(self._spec) else self._spec

    def cardinality(self) -> int:
        """How many elements there are."""
        return self.block.length

    def stream(self) -> Stream:
        """Hand out stretches of the block."""
        return BlockStream(self.block)


class BlockStream(Stream):
    """The elements of a block."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._position = 0

    def pull(self, most: int) -> Block | None:
        """The next stretch."""
        start, end = self._position, self._block.length
        if start >= end:
            return None
        self._position = stop = min(start + most, end)
        return self._block.select(range(start, stop))


class RangePlan(Plan):
    """The integers of a range, as scalars; endless if `stop` is `None`."""

    shown_name = "_RangeDataset"

    def __init__(self, start: int, stop: int | None, step: int, dtype: DType) -> None:
        self.start: Final = start
        self.stop: Final = stop
        self.step: Final = step
        self.dtype: Final = dtype
        self._source = CountingSource(dtype.numpy)

    def find_spec(self) -> Any:
        """A scalar."""
        return TensorSpec((), self.dtype)

    def cardinality(self) -> int:
        """The length of the range."""
        return INFINITE if self.stop is None else len(range(self.start, self.stop, self.step))

    def stream(self) -> Stream:
        """Count."""
        return _RangeStream(self, self._source)


class _RangeStream(Stream):
    def __init__(self, plan: RangePlan, source: CountingSource) -> None:
        self._plan = plan
        self._source = source
        self._next = plan.start

    def pull(self, most: int) -> Block | None:
        plan = self._plan
        stop = self._next + most * plan.step
        if plan.stop is not None:
            stop = min(stop, plan.stop) if plan.step > 0 else max(stop, plan.stop)
        numbers = range(self._next, stop, plan.step)
        if not numbers:
            return None
        self._next += len(numbers) * plan.step
        return Block(ALONE, [RowColumn(self._source, numbers)])


class RandomPlan(Plan):
    """Random integers without end."""

    shown_name = "_RandomDataset"

    def __init__(self, seeds: Seeds) -> None:
        self.seeds: Final = seeds

    def find_spec(self) -> Any:
        """A scalar."""
        return TensorSpec((), dtypes.int64)

    def cardinality(self) -> int:
        """There is no end."""
        return INFINITE

    def stream(self) -> Stream:
        """Draw numbers."""
        return _RandomStream(self)


class _RandomStream(Stream):
    def __init__(self, plan: RandomPlan) -> None:
        self._words = plan.seeds.words()

    def pull(self, most: int) -> Block | None:
        numbers = self._words.take(min(most, 4096)).astype(np.int64)
        return rows_of_arrays(ALONE, [numbers])


class GeneratorPlan(Plan):
    """The values of a Python generator."""

    shown_name = "_FlatMapDataset"

    def __init__(self, generator: Callable[..., Any], arguments: Sequence[Any], spec: Any) -> None:
        self.generator: Final = generator
        self.arguments: Final = tuple(arguments)
        self._spec = spec

    def find_spec(self) -> Any:
        """The signature that was given with the generator."""
        return self._spec

    def cardinality(self) -> int:
        """Not known."""
        return UNKNOWN

    @property
    def runs_functions(self) -> bool:
        """The generator runs."""
        return True

    def stream(self) -> Stream:
        """Start the generator when the first element is asked for."""
        return _GeneratorStream(self)


class _GeneratorStream(ElementStream):
    def __init__(self, plan: GeneratorPlan) -> None:
        self._plan = plan
        self._form = plan.form
        self._specs: list[TensorSpec] = self._form.leaves(plan.spec) or []
        self._names = self._form.names()
        self._iterator: Iterator[Any] | None = None

    def next_element(self) -> tuple[Form, list[Any]] | None:
        if self._iterator is None:
            self._iterator = self._start()
        for value in self._iterator:
            return self._form, self._components(value)
        return None

    def _start(self) -> Iterator[Any]:
        values = self._plan.generator(*self._plan.arguments)
        try:
            return iter(values)
        except TypeError:
            raise InvalidArgumentError(
                f"Dataset.from_generator: the generator function returned {values!r}, which "
                "cannot be iterated over. Let it `yield` elements, or return a list or iterator."
            ) from None

    def _components(self, value: Any) -> list[Array]:
        leaves = self._form.leaves(value)
        if leaves is None:
            expected = self._form.pack([spec.dtype for spec in self._specs])
            raise InvalidArgumentError(
                "`generator` yielded an element that did not match the expected structure. The "
                f"expected structure was {expected!r}, but the yielded element was {value!r}. "
                "Yield a tuple or dictionary of that form, or change output_signature."
            )
        zipped = zip(leaves, self._specs, self._names, strict=True)
        return [_generated(leaf, spec, name) for leaf, spec, name in zipped]


def _generated(value: Any, spec: TensorSpec, name: str) -> Array:
    """A component that a generator yielded, converted as its spec says."""
    try:
        array = _converted(value, spec.dtype)
    except (TypeError, ValueError) as error:
        raise DTypeError(
            "`generator` yielded an element that could not be converted to the expected type. "
            f"The expected type of {name} was {spec.dtype.name}, but the yielded element was "
            f"{value!r} ({error}). Convert it in the generator, or change output_signature."
        ) from None
    if not spec.shape.is_compatible_with(array.shape):
        raise ShapeError(
            f"`generator` yielded an element of shape {array.shape} where an element of shape "
            f"{spec.shape} was expected, in {name}. A size of None in output_signature fits any."
        )
    return array


def _converted(value: Any, dtype: DType) -> Array:
    """The value as a new array: the generator may write to its own again."""
    if dtype is dtypes.string:
        return as_array(value.numpy() if has_node(value) else value, dtype)
    if isinstance(value, str | bytes):
        raise DTypeError("text is not a number")
    try:
        return np.array(value, dtype.numpy, order="C")
    except OverflowError:
        # As in TensorFlow, integers that are too large wrap around.
        return np.asarray(value).astype(dtype.numpy)


class TextLinePlan(Plan):
    """The lines of text files, without their ends."""

    shown_name = "TextLineDatasetV2"

    def __init__(self, names: Plan, compression: str) -> None:
        self.inputs = (names,)
        self.compression: Final = compression

    def find_spec(self) -> Any:
        """A string scalar."""
        return TensorSpec((), dtypes.string)

    def cardinality(self) -> int:
        """Not known before the files have been read."""
        return UNKNOWN

    @property
    def runs_functions(self) -> bool:
        """Reading takes its time, so prefetching is worth it."""
        return True

    def stream(self) -> Stream:
        """Read file by file."""
        return _TextLineStream(self)


class _TextLineStream(Stream):
    def __init__(self, plan: TextLinePlan) -> None:
        self._lines = _lines(plan.inputs[0].stream(), plan.compression)

    def pull(self, most: int) -> Block | None:
        lines = list(itertools.islice(self._lines, min(most, 4096)))
        if not lines:
            return None
        values = np.empty(len(lines), object)
        values[:] = lines
        return rows_of_arrays(ALONE, [values])


def _lines(names: Stream, compression: str) -> Iterator[bytes]:
    while (block := names.pull(1)) is not None:
        for name in np.ravel(block.stacked()[0]):
            path = name.decode()
            try:
                yield from _file_lines(path, compression)
            except FileNotFoundError as error:
                raise NotFoundError(
                    f"TextLineDataset: {path}; No such file or directory. Paths are relative to "
                    "the folder in which the program was started."
                ) from error
            except (gzip.BadGzipFile, zlib.error, EOFError) as error:
                raise InvalidArgumentError(
                    f"TextLineDataset: {path} is not a complete {compression} file: {error}."
                ) from error


def _file_lines(path: str, compression: str) -> Iterator[bytes]:
    with gzip.open(path) if compression == "GZIP" else open(path, "rb") as file:
        lines = io.BytesIO(zlib.decompress(file.read())) if compression == "ZLIB" else file
        for line in lines:
            yield line.removesuffix(b"\n").removesuffix(b"\r")
