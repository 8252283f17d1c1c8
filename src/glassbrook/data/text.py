"""`TextLineDataset`: the lines of text files."""

from __future__ import annotations

from typing import Any

from glassbrook.data.creation import tensors_plan
from glassbrook.data.dataset import Dataset
from glassbrook.data.functions import is_dataset
from glassbrook.data.plans.sources import TextLinePlan
from glassbrook.errors import InvalidArgumentError

__all__ = ["TextLineDataset"]


class TextLineDataset(Dataset):
    r"""The lines of text files, without their ends, as strings.

    Args:
        filenames: a name, a list of names, or a dataset of names.
        compression_type: `None` or ``""``, ``"GZIP"``, or ``"ZLIB"``.
        buffer_size: accepted for TensorFlow's sake, without effect.
        num_parallel_reads: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the compression is unknown.
        NotFoundError: a file does not exist; raised while iterating.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "poem.txt")
        ...     with open(path, "w") as file:
        ...         _ = file.write("one\ntwo\n")
        ...     list(tf.data.TextLineDataset(path).as_numpy_iterator())
        [b'one', b'two']
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
        compression = compression_type or ""
        if compression not in ("", "GZIP", "ZLIB"):
            raise InvalidArgumentError(
                f"TextLineDataset: compression_type {compression!r} is unknown. Give None, 'GZIP' "
                "or 'ZLIB'."
            )
        names = filenames.plan if is_dataset(filenames) else tensors_plan(filenames)
        self._plan = TextLinePlan(names, compression)
