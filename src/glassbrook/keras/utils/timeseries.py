"""`timeseries_dataset_from_array`: windows over a series of values."""

# ruff: noqa: NPY002 -- Keras draws from NumPy's global random numbers, which programs seed.

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.data import AUTOTUNE, Dataset
from glassbrook.data.creation import array_windows_plan
from glassbrook.errors import InvalidArgumentError, out_of_memory
from glassbrook.keras.utils.image_folders import require_tf_format
from glassbrook.tensor import convert_to_tensor

__all__ = ["timeseries_dataset_from_array"]

_NAME = "timeseries_dataset_from_array"


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """A data set of windows over a series, each with its target.

    Window number i has the values ``data[i], data[i + sampling_rate], …``, `sequence_length` of
    them, and the target ``targets[i]``.

    Args:
        data: values in the order of time, the first axis.
        targets: the target of the window that begins at each place; `None` for none.
        sequence_length: how many values a window has.
        sequence_stride: by how much a window begins after the one before.
        sampling_rate: the distance between the values of a window.
        batch_size: windows per batch; `None` for single windows.
        shuffle: whether to shuffle the windows.
        seed: of the shuffle.
        start_index: leave out the values before.
        end_index: leave out the values from there on.
        format: ``"tf"``, nothing else.

    Raises:
        InvalidArgumentError: an argument lies outside of the data.

    Example:
        >>> import glassbrook as tf
        >>> dataset = tf.keras.utils.timeseries_dataset_from_array(
        ...     list(range(6)), list(range(3, 6)), sequence_length=3, batch_size=2
        ... )
        >>> for windows, targets in dataset:
        ...     print(windows.numpy().tolist(), targets.numpy().tolist())
        [[0, 1, 2], [1, 2, 3]] [3, 4]
        [[2, 3, 4]] [5]
    """
    require_tf_format(_NAME, format)
    _check(len(data), sequence_stride, sampling_rate, start_index, end_index)
    start = start_index or 0
    stop = end_index or len(data)
    count = stop - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        count = min(count, len(targets))
    starts = np.arange(0, count, sequence_stride)
    if shuffle:
        seed = np.random.randint(1_000_000) if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    try:
        steps = np.arange(sequence_length) * sampling_rate
    except MemoryError as error:
        raise out_of_memory(_NAME, error) from None
    windows = array_windows_plan(_array(data)[start:stop], starts, steps)
    dataset = Dataset.of_plan(windows)
    if targets is not None:
        chosen = _array(targets)[start:stop][starts]
        dataset = Dataset.zip((dataset, Dataset.from_tensor_slices(chosen)))
    dataset = dataset.prefetch(AUTOTUNE)
    if shuffle:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    return dataset if batch_size is None else dataset.batch(batch_size)


def _array(values: Any) -> Any:
    """The values as an array of the dtype that a tensor of them has."""
    return convert_to_tensor(values).numpy()


def _check(size: int, stride: int, rate: int, start: int | None, end: int | None) -> None:
    limits: list[tuple[str, int | None, int, int]] = [
        ("start_index", start, 0, size - 1),
        ("end_index", end, max(1, (start or 0) + 1), size - 1),
        ("sampling_rate", rate, 1, size - 1),
        ("sequence_stride", stride, 1, size - 1),
    ]
    for name, value, lowest, highest in limits:
        if value and not lowest <= value <= highest:
            raise InvalidArgumentError(
                f"{_NAME}: {name} is {value}, expected {lowest} to {highest}: there are {size} "
                "values."
            )
    for name, value in (("sampling_rate", rate), ("sequence_stride", stride)):
        if value <= 0:
            raise InvalidArgumentError(f"{_NAME}: {name} is {value}, expected 1 or more.")
