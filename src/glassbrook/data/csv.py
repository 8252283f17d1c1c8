"""Tables in text files: `CsvDataset`, and `make_csv_dataset`, which finds out the types."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import math
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from glassbrook import dtypes
from glassbrook.data.creation import files_plan, tensors_plan
from glassbrook.data.dataset import Dataset
from glassbrook.data.functions import compute, is_dataset
from glassbrook.data.plans.plan import UNKNOWN, Plan, Stream
from glassbrook.data.plans.sources import rows_of_arrays
from glassbrook.data.rearranging import AUTOTUNE
from glassbrook.data.spec import TensorSpec
from glassbrook.data.structure import Form
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError, NotFoundError
from glassbrook.tensor import as_node

__all__ = ["CsvDataset", "make_csv_dataset"]

_KINDS = (dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, dtypes.string)
_ROWS = 256


@dataclass(frozen=True)
class _Column:
    """One column: its dtype, and the value of empty fields, `None` if there may be none."""

    dtype: DType
    default: Any


@dataclass(frozen=True)
class _Layout:
    """How the text is cut into fields."""

    columns: tuple[_Column, ...]
    compression: str
    header: bool
    delimiter: str
    quotes: bool
    empty: str
    selected: tuple[int, ...] | None


class CsvDataset(Dataset):
    r"""The rows of files in which commas stand between values; an element is a tuple of them.

    Args:
        filenames: a name, a list of names, or a dataset of names.
        record_defaults: for each column its dtype, if no field may be empty, or the value of
            empty fields: float32, float64, int32, int64 or string.
        compression_type: `None` or ``""``, ``"GZIP"``, or ``"ZLIB"``.
        buffer_size: accepted for TensorFlow's sake, without effect.
        header: whether to leave out the first line of each file.
        field_delim: what stands between values.
        use_quote_delim: whether values may stand in quotes.
        na_value: a text that counts as empty, too.
        select_cols: the numbers of the columns to read; all by default.
        exclude_cols: the numbers of the columns to leave out, instead.

    Raises:
        InvalidArgumentError: an argument is wrong; or, while iterating, a row.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "table.csv")
        ...     with open(path, "w") as file:
        ...         _ = file.write("1,a\n2,b\n")
        ...     rows = tf.data.experimental.CsvDataset(path, [tf.int32, tf.string])
        ...     print([(int(x), y.numpy()) for x, y in rows])
        [(1, b'a'), (2, b'b')]
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        record_defaults: Sequence[Any],
        compression_type: str | None = None,
        buffer_size: int | None = None,
        header: bool = False,
        field_delim: str = ",",
        use_quote_delim: bool = True,
        na_value: str = "",
        select_cols: Sequence[int] | None = None,
        exclude_cols: Sequence[int] | None = None,
    ) -> None:
        columns = tuple(_column(each) for each in record_defaults)
        selected = None if select_cols is None else tuple(int(each) for each in select_cols)
        if select_cols is not None and exclude_cols is not None:
            raise InvalidArgumentError("CsvDataset: give select_cols or exclude_cols, not both.")
        if exclude_cols is not None:
            excluded = {int(each) for each in exclude_cols}
            numbers = range(len(columns) + len(excluded))
            selected = tuple(each for each in numbers if each not in excluded)
        if selected is not None and (
            len(selected) != len(columns) or list(selected) != sorted(set(selected))
        ):
            raise InvalidArgumentError(
                f"CsvDataset: select_cols is {selected}, expected {len(columns)} growing numbers, "
                "one for each of record_defaults."
            )
        compression = compression_type or ""
        if compression not in ("", "GZIP", "ZLIB"):
            raise InvalidArgumentError(
                f"CsvDataset: compression_type {compression!r} is unknown. Give None, 'GZIP' or "
                "'ZLIB'."
            )
        names = filenames.plan if is_dataset(filenames) else tensors_plan(filenames)
        layout = _Layout(
            columns, compression, header, field_delim, use_quote_delim, na_value, selected
        )
        self._plan = CsvPlan(names, layout)


def _column(given: Any) -> _Column:
    if isinstance(given, DType | type):
        kind, default = as_dtype(given), None
    else:
        (array,) = compute([as_node(given)])
        kind = as_dtype(array.dtype)
        default = array.ravel()[0] if array.size else None
    if kind not in _KINDS:
        raise InvalidArgumentError(
            f"CsvDataset: record_defaults holds {given!r}; columns are float32, float64, int32, "
            "int64 or string."
        )
    return _Column(kind, default)


class CsvPlan(Plan):
    """The rows of tables in text files."""

    shown_name = "CsvDatasetV2"

    def __init__(self, names: Plan, layout: _Layout) -> None:
        self.inputs = (names,)
        self.layout: Final = layout

    def find_spec(self) -> Any:
        """A scalar for each column."""
        return tuple(TensorSpec((), column.dtype) for column in self.layout.columns)

    def cardinality(self) -> int:
        """Not known before the files have been read."""
        return UNKNOWN

    @property
    def runs_functions(self) -> bool:
        """Reading takes its time, so prefetching is worth it."""
        return True

    def stream(self) -> Stream:
        """Read file by file."""
        return _CsvStream(self)


class _CsvStream(Stream):
    def __init__(self, plan: CsvPlan) -> None:
        self._layout = plan.layout
        self._form = Form.of(tuple(plan.layout.columns))
        self._rows = self._read(plan.inputs[0].stream())

    def pull(self, most: int) -> Any:
        rows = list(itertools.islice(self._rows, min(most, _ROWS)))
        if not rows:
            return None
        columns = zip(self._layout.columns, zip(*rows, strict=True), strict=True)
        return rows_of_arrays(self._form, [_array(column.dtype, each) for column, each in columns])

    def _read(self, names: Stream) -> Iterator[list[Any]]:
        while (block := names.pull(1)) is not None:
            for name in np.ravel(block.stacked()[0]):
                path = name.decode()
                for number, fields in _records(path, self._layout):
                    yield self._values(path, number, fields)

    def _values(self, path: str, number: int, fields: list[str]) -> list[Any]:
        layout = self._layout
        chosen = layout.selected or range(len(layout.columns))
        if layout.selected is None and len(fields) != len(layout.columns):
            raise InvalidArgumentError(
                f"CsvDataset: {path}, row {number}: Expect {len(layout.columns)} fields but have "
                f"{len(fields)} in record."
            )
        if layout.selected and len(fields) <= layout.selected[-1]:
            raise InvalidArgumentError(
                f"CsvDataset: {path}, row {number}: there are {len(fields)} fields, but column "
                f"{layout.selected[-1]} is selected."
            )
        where = f"CsvDataset: {path}, row {number}"
        pairs = zip(layout.columns, chosen, strict=True)
        return [_value(column, fields[place], layout, where, place) for column, place in pairs]


def _array(dtype: DType, values: Sequence[Any]) -> Any:
    array = np.empty(len(values), dtype.numpy)
    array[:] = values
    return array


def _value(column: _Column, text: str, layout: _Layout, where: str, place: int) -> Any:
    if text in ("", layout.empty):
        if column.default is None:
            raise InvalidArgumentError(
                f"{where}: Field {place} is required but missing in record! Give a default value "
                "for it in record_defaults."
            )
        return column.default
    if column.dtype is dtypes.string:
        return text.encode()
    try:
        if column.dtype.is_floating:
            return float(text.strip())
        return column.dtype.numpy.type(int(text.strip()))
    except (ValueError, OverflowError):
        raise InvalidArgumentError(
            f"{where}: Field {place} in record is not a valid {column.dtype.name}: {text}"
        ) from None


def _records(path: str, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """The numbers of rows, from 1 on, and their fields."""
    quoting: Any = csv.QUOTE_MINIMAL if layout.quotes else csv.QUOTE_NONE
    try:
        with _opened(path, layout.compression) as file:
            reader = csv.reader(file, delimiter=layout.delimiter, quoting=quoting, strict=True)
            for number, fields in enumerate(reader, 1):
                if fields and not (layout.header and number == 1):
                    yield number, fields
    except FileNotFoundError as error:
        raise NotFoundError(
            f"CsvDataset: {path}; No such file or directory. Paths are relative to the folder in "
            "which the program was started."
        ) from error
    except (csv.Error, UnicodeDecodeError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InvalidArgumentError(f"CsvDataset: {path} is no table ({error}).") from error


def _opened(path: str, compression: str) -> Any:
    if compression == "GZIP":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    if compression == "ZLIB":
        with open(path, "rb") as file:
            return io.StringIO(zlib.decompress(file.read()).decode(), newline="")
    return open(path, encoding="utf-8", newline="")


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[Any] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: str | None = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> Dataset:
    """Batches of the rows of tables: dictionaries of columns, or pairs of these and labels.

    Args:
        file_pattern: names of files, or patterns such as ``"tables/*.csv"``.
        batch_size: rows per batch.
        column_names: names of the columns; by default the first line has them.
        column_defaults: for each column that is read, its dtype or the value of empty fields; by
            default found out from the first rows.
        label_name: the column that holds the labels.
        select_columns: names or numbers of the columns to read; all by default.
        field_delim: what stands between values.
        use_quote_delim: whether values may stand in quotes.
        na_value: a text that counts as empty, too.
        header: whether the first line of each file has names.
        num_epochs: how often to go over the rows; without end by default.
        shuffle: whether to shuffle rows.
        shuffle_buffer_size: see `Dataset.shuffle`.
        shuffle_seed: see `Dataset.shuffle`.
        prefetch_buffer_size: how many batches to make in advance.
        num_parallel_reads: accepted for TensorFlow's sake, without effect.
        sloppy: accepted for TensorFlow's sake, without effect.
        num_rows_for_inference: from how many rows to find out dtypes; `None` for all.
        compression_type: see `CsvDataset`.
        ignore_errors: whether to leave out rows that cannot be read.
        encoding: accepted for TensorFlow's sake; files are UTF-8.

    Raises:
        InvalidArgumentError: a column does not exist, or names occur twice.
    """
    files = files_plan(file_pattern)
    paths = [name.decode() for name in files.stream().pull(2**20).stacked()[0]]  # type: ignore[union-attr]
    layout = _Layout(
        (), compression_type or "", header, field_delim, use_quote_delim, na_value, None
    )
    names = list(column_names) if column_names is not None else _header_of(paths[0], layout)
    if len(set(names)) != len(names):
        raise InvalidArgumentError(
            f"make_csv_dataset: Cannot have duplicate column names: {names}."
        )
    chosen = _chosen(names, select_columns)
    if label_name is not None and label_name not in [names[place] for place in chosen]:
        raise InvalidArgumentError(
            f"make_csv_dataset: `label_name` provided must be one of the columns, {names}, got "
            f"{label_name!r}."
        )
    defaults = column_defaults
    if defaults is None:
        defaults = _inferred(paths, layout, chosen, num_rows_for_inference)
    rows: Dataset = CsvDataset(
        paths, defaults, compression_type, None, header, field_delim, use_quote_delim, na_value,
        chosen,
    )  # fmt: skip
    if ignore_errors:
        rows = rows.ignore_errors()
    if shuffle:
        rows = rows.shuffle(shuffle_buffer_size, shuffle_seed)
    rows = rows.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None)
    kept = [names[place] for place in chosen]

    def named(*columns: Any) -> Any:
        features = OrderedDict(zip(kept, columns, strict=True))
        return features if label_name is None else (features, features.pop(label_name))

    return rows.map(named).prefetch(
        AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size
    )


def _header_of(path: str, layout: _Layout) -> list[str]:
    if not layout.header:
        raise InvalidArgumentError("make_csv_dataset: header=False needs column_names.")
    plain = _Layout((), layout.compression, False, layout.delimiter, layout.quotes, "", None)
    first = next(_records(path, plain), None)
    if first is None:
        raise InvalidArgumentError(f"make_csv_dataset: {path} is empty.")
    return first[1]


def _chosen(names: list[str], select: Sequence[Any] | None) -> list[int]:
    if select is None:
        return list(range(len(names)))
    places = []
    for each in select:
        if isinstance(each, str) and each not in names:
            raise InvalidArgumentError(
                f"make_csv_dataset: there is no column {each!r}. There are {names}."
            )
        places.append(names.index(each) if isinstance(each, str) else int(each))
    return sorted(places)


def _inferred(
    paths: list[str], layout: _Layout, chosen: list[int], most: int | None
) -> list[DType]:
    """The narrowest dtype that fits each column in the first rows."""
    kinds: list[int] = [0] * len(chosen)
    rows = (fields for path in paths for _, fields in _records(path, layout))
    for fields in itertools.islice(rows, most):
        for number, place in enumerate(chosen):
            text = fields[place] if place < len(fields) else ""
            if text not in ("", layout.empty):
                while not _fits(_ORDER[kinds[number]], text):
                    kinds[number] += 1
    return [_ORDER[kind] for kind in kinds]


_LARGEST = float(np.finfo(np.float32).max)
_ORDER = (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.string)


def _fits(dtype: DType, text: str) -> bool:
    if dtype is dtypes.string:
        return True
    try:
        if dtype.is_floating:
            number = abs(float(text))
            return bool(dtype is dtypes.float64 or number <= _LARGEST or number == math.inf)
        highest: int = 2 ** (31 if dtype is dtypes.int32 else 63)
        return -highest <= int(text) < highest
    except ValueError:
        return False
