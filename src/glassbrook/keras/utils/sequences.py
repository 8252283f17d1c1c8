"""Data that come batch by batch, and rows of different lengths."""

from __future__ import annotations

from collections.abc import Sequence as Sequences
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import (
    InvalidArgumentError,
    UnimplementedError,
    UsageError,
    out_of_memory,
    shortened,
)

__all__ = ["PyDataset", "Sequence", "pad_sequences"]


class PyDataset:
    """Base of data sets of one's own; a subclass defines ``__len__`` and ``__getitem__``.

    `fit` takes the items as batches, in another order every epoch if it shuffles.

    Args:
        workers: accepted for Keras's sake, without effect.
        use_multiprocessing: accepted for Keras's sake, without effect.
        max_queue_size: accepted for Keras's sake, without effect.
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """The batch at a position: ``(x, y)`` or ``(x, y, sample_weight)``."""
        raise UnimplementedError(f"{type(self).__name__} does not define __getitem__(self, index).")

    def __len__(self) -> int:
        """How many batches there are."""
        raise UnimplementedError(f"{type(self).__name__} does not define __len__(self).")

    def on_epoch_begin(self) -> None:
        """Before every epoch."""

    def on_epoch_end(self) -> None:
        """After every epoch."""

    @property
    def num_batches(self) -> int | None:
        """How many batches there are."""
        return len(self)


Sequence = PyDataset


def _rows(sequences: Any) -> list[npt.NDArray[Any]]:
    try:
        rows = [np.asarray(row) for row in sequences]
        if all(row.ndim for row in rows):
            return rows
    except TypeError:
        pass
    raise UsageError(
        f"pad_sequences: expected a list of sequences, such as [[1], [2, 3]], got "
        f"{shortened(sequences)}."
    )


def pad_sequences(
    sequences: Sequences[Sequences[Any]],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0,
) -> npt.NDArray[Any]:
    """Rows of different lengths as one array: short ones are filled up, long ones are cut.

    Args:
        sequences: the rows.
        maxlen: the length; that of the longest row by default.
        dtype: the dtype of the array.
        padding: ``"pre"`` or ``"post"``, where to fill up.
        truncating: ``"pre"`` or ``"post"``, where to cut.
        value: what to fill up with.

    Raises:
        InvalidArgumentError: `padding` or `truncating` is neither.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.utils.pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
        array([[0, 1],
               [2, 3],
               [5, 6]], dtype=int32)
    """
    for name, choice in (("padding", padding), ("truncating", truncating)):
        if choice not in ("pre", "post"):
            raise InvalidArgumentError(
                f"pad_sequences: {name} is {choice!r}, expected 'pre' or 'post'."
            )
    rows = _rows(sequences)
    longest = max((len(row) for row in rows), default=0) if maxlen is None else maxlen
    inner = next((row.shape[1:] for row in rows if len(row)), ())
    try:
        result = np.full((len(rows), longest, *inner), value, dtype)
    except MemoryError as error:
        raise out_of_memory("pad_sequences", error) from None
    for target, row in zip(result, rows, strict=True):
        if not longest or not len(row):
            continue
        kept = row[-longest:] if truncating == "pre" else row[:longest]
        if padding == "pre":
            target[-len(kept) :] = kept
        else:
            target[: len(kept)] = kept
    return result
