"""`FixedLengthRecordDataset`: the records of binary files, all of one length."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from glassbrook import dtypes
from glassbrook.data.arguments import integer, positive
from glassbrook.data.creation import tensors_plan
from glassbrook.data.dataset import Dataset
from glassbrook.data.functions import is_dataset
from glassbrook.data.plans.plan import UNKNOWN, Plan, Stream
from glassbrook.data.plans.sources import rows_of_arrays
from glassbrook.data.spec import TensorSpec
from glassbrook.data.structure import ALONE
from glassbrook.errors import InvalidArgumentError, NotFoundError

__all__ = ["FixedLengthRecordDataset"]

_METHOD = "FixedLengthRecordDataset"


class FixedLengthRecordDataset(Dataset):
    """The records of binary files, all of one length, as strings.

    Args:
        filenames: a name, a list of names, or a dataset of names.
        record_bytes: the length of a record.
        header_bytes: what to leave out at the start of each file.
        footer_bytes: what to leave out at the end of each file.
        buffer_size: accepted for TensorFlow's sake, without effect.
        compression_type: `None` or ``""``, ``"GZIP"``, or ``"ZLIB"``.
        num_parallel_reads: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: an argument is wrong; or, while iterating, the length of a file.
        NotFoundError: a file does not exist; raised while iterating.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "data.bin")
        ...     with open(path, "wb") as file:
        ...         _ = file.write(b"-aabb")
        ...     records = tf.data.FixedLengthRecordDataset(path, 2, header_bytes=1)
        ...     print(list(records.as_numpy_iterator()))
        [b'aa', b'bb']
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: str | None = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        compression = compression_type or ""
        if compression not in ("", "GZIP", "ZLIB"):
            raise InvalidArgumentError(
                f"{_METHOD}: compression_type {compression!r} is unknown. Give None, 'GZIP' or "
                "'ZLIB'."
            )
        names = filenames.plan if is_dataset(filenames) else tensors_plan(filenames)
        around = [integer(_METHOD, "bytes", each or 0) for each in (header_bytes, footer_bytes)]
        length = positive(_METHOD, "record_bytes", record_bytes)
        self._plan = FixedLengthPlan(names, length, around[0], around[1], compression)


class FixedLengthPlan(Plan):
    """Records of one length."""

    shown_name = "FixedLengthRecordDatasetV2"

    def __init__(
        self, names: Plan, length: int, header: int, footer: int, compression: str
    ) -> None:
        self.inputs = (names,)
        self.length: Final = length
        self.header: Final = header
        self.footer: Final = footer
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
        return _FixedLengthStream(self)

    def records(self, path: str) -> Iterator[bytes]:
        """The records of a file.

        Raises:
            InvalidArgumentError: its length is not that of whole records.
            NotFoundError: it does not exist.
        """
        content = _content(path, self.compression)
        body = memoryview(content)[self.header : len(content) - self.footer]
        if len(body) % self.length:
            raise InvalidArgumentError(
                f"{_METHOD}: {path}: Excess bytes of {len(body) % self.length} in file: after "
                f"{self.header} bytes of header and before {self.footer} of footer there are "
                f"{len(body)}, which are not records of {self.length}."
            )
        for start in range(0, len(body), self.length):
            yield bytes(body[start : start + self.length])


class _FixedLengthStream(Stream):
    def __init__(self, plan: FixedLengthPlan) -> None:
        self._records = self._read(plan)

    def _read(self, plan: FixedLengthPlan) -> Iterator[bytes]:
        names = plan.inputs[0].stream()
        while (block := names.pull(1)) is not None:
            for name in np.ravel(block.stacked()[0]):
                yield from plan.records(name.decode())

    def pull(self, most: int) -> Any:
        records = list(itertools.islice(self._records, min(most, 4096)))
        if not records:
            return None
        values = np.empty(len(records), object)
        values[:] = records
        return rows_of_arrays(ALONE, [values])


def _content(path: str, compression: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read()
        if compression == "GZIP":
            return gzip.decompress(content)
        return zlib.decompress(content) if compression else content
    except FileNotFoundError as error:
        raise NotFoundError(
            f"{_METHOD}: {path}; No such file or directory. Paths are relative to the folder in "
            "which the program was started."
        ) from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InvalidArgumentError(
            f"{_METHOD}: {path} is not a complete {compression} file: {error}."
        ) from error
