"""`TFRecordDataset`: the records of record files."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from glassbrook import dtypes
from glassbrook.data.creation import tensors_plan
from glassbrook.data.dataset import Dataset
from glassbrook.data.functions import is_dataset
from glassbrook.data.plans.plan import UNKNOWN, Plan, Stream
from glassbrook.data.plans.sources import rows_of_arrays
from glassbrook.data.spec import TensorSpec
from glassbrook.data.structure import ALONE
from glassbrook.ops.io.records import checked_compression, read_records

__all__ = ["TFRecordDataset"]


class TFRecordDataset(Dataset):
    """The records of files that `tf.io.TFRecordWriter` wrote, as strings.

    Args:
        filenames: a name, a list of names, or a dataset of names.
        compression_type: `None` or ``""``, ``"GZIP"``, or ``"ZLIB"``.
        buffer_size: accepted for TensorFlow's sake, without effect.
        num_parallel_reads: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the compression is unknown.
        NotFoundError: a file does not exist; raised while iterating.
        DataLossError: a file is damaged; raised at the record that is.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "data.tfrecord")
        ...     with tf.io.TFRecordWriter(path) as writer:
        ...         writer.write(b"one")
        ...     list(tf.data.TFRecordDataset(path).as_numpy_iterator())
        [b'one']
    """

    __slots__ = ()

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        compression = checked_compression("TFRecordDataset", compression_type)
        if isinstance(filenames, os.PathLike):
            filenames = os.fspath(filenames)
        elif isinstance(filenames, list | tuple):
            filenames = [
                os.fspath(each) if isinstance(each, os.PathLike) else each for each in filenames
            ]
        names = filenames.plan if is_dataset(filenames) else tensors_plan(filenames)
        self._plan = RecordPlan(names, compression)


class RecordPlan(Plan):
    """The records of files."""

    shown_name = "TFRecordDatasetV2"

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
        return _RecordStream(self)


class _RecordStream(Stream):
    def __init__(self, plan: RecordPlan) -> None:
        self._records = _records(plan.inputs[0].stream(), plan.compression)

    def pull(self, most: int) -> Any:
        records = list(itertools.islice(self._records, min(most, 256)))
        if not records:
            return None
        values = np.empty(len(records), object)
        values[:] = records
        return rows_of_arrays(ALONE, [values])


def _records(names: Stream, compression: str) -> Iterator[bytes]:
    while (block := names.pull(1)) is not None:
        for name in np.ravel(block.stacked()[0]):
            yield from read_records(os.fsdecode(name), compression)
