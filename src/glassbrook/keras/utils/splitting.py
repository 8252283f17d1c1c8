"""`split_dataset`: one data set as two."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from glassbrook.data import AUTOTUNE, Dataset
from glassbrook.data.plans.batch import BatchPlan
from glassbrook.data.structure import map_leaves
from glassbrook.errors import InvalidArgumentError, UsageError
from glassbrook.tensor import nest

__all__ = ["split_dataset"]


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Split a data set into a left and a right part, such as one to train and one to test with.

    All elements are read into memory.

    Args:
        dataset: a data set, an array, or a list or tuple of arrays of the same length.
        left_size: how many samples go left, or, below 1, which share; the rest by default.
        right_size: the same for the right part.
        shuffle: whether to shuffle the samples before.
        seed: of the shuffle.
        preferred_backend: accepted for Keras's sake; ``"tensorflow"`` or `None`.

    Returns:
        Two data sets; if `dataset` had batches, they have, too.

    Raises:
        TypeError: `dataset` is none of these, or a size no number.
        InvalidArgumentError: the sizes are missing, or do not fit.

    Example:
        >>> import numpy as np
        >>> import glassbrook as tf
        >>> left, right = tf.keras.utils.split_dataset(np.arange(10), left_size=0.8)
        >>> len(left), len(right)
        (8, 2)
    """
    if preferred_backend not in (None, "tensorflow"):
        raise InvalidArgumentError(
            f"split_dataset: preferred_backend is {preferred_backend!r}, but there is only "
            "'tensorflow', which gives a tf.data.Dataset."
        )
    if left_size is None and right_size is None:
        raise InvalidArgumentError("split_dataset: give left_size or right_size, or both.")
    samples = _samples(dataset)
    if shuffle:
        random.seed(random.randint(0, 1_000_000) if seed is None else seed)
        random.shuffle(samples)
    left, right = _sizes(left_size, right_size, len(samples))
    size = _batch_size(dataset)
    parts = []
    for part in (samples[:left], samples[-right:]):
        rows = part if isinstance(dataset, np.ndarray) else _stacked(part)
        made = Dataset.from_tensor_slices(rows)
        made = made if size is None else made.batch(size)
        parts.append(made.prefetch(AUTOTUNE))
    return parts[0], parts[1]


def _batch_size(dataset: Any) -> int | None:
    plan = dataset.plan if isinstance(dataset, Dataset) else None
    return plan.size if isinstance(plan, BatchPlan) else None


def _samples(dataset: Any) -> list[Any]:
    """All samples, each a structure of arrays."""
    if isinstance(dataset, Dataset):
        single = dataset.unbatch() if _batch_size(dataset) is not None else dataset
        samples = list(single.as_numpy_iterator())
    elif isinstance(dataset, np.ndarray):
        samples = list(dataset)
    elif isinstance(dataset, list | tuple):
        _check_arrays(dataset)
        samples = list(zip(*dataset, strict=True))
    else:
        raise UsageError(
            "split_dataset: expected a tf.data.Dataset, an array, or a list or tuple of arrays, "
            f"got {type(dataset).__name__}."
        )
    if not samples:
        raise InvalidArgumentError("split_dataset: the data set is empty.")
    return samples


def _check_arrays(arrays: Any) -> None:
    for place, array in enumerate(arrays):
        if not isinstance(array, np.ndarray):
            raise InvalidArgumentError(
                f"split_dataset: expected NumPy arrays, but number {place} is "
                f"{type(array).__name__}. Write np.array(values)."
            )
        if len(array) != len(arrays[0]):
            raise InvalidArgumentError(
                f"split_dataset: the arrays differ in length: {len(arrays[0])} against "
                f"{len(array)} in number {place}."
            )


def _stacked(samples: list[Any]) -> Any:
    """Samples as a structure of arrays, one row for each."""
    leaves = [nest.flatten(sample) for sample in samples]
    columns = iter([np.array(column) for column in zip(*leaves, strict=True)])
    return map_leaves(lambda _: next(columns), samples[0])


def _sizes(left: Any, right: Any, total: int) -> tuple[int, int]:
    """How many samples go left and right."""
    for name, size in (("left_size", left), ("right_size", right)):
        if size is None:
            continue
        if type(size) not in (int, float):
            raise UsageError(f"split_dataset: {name} is {size!r}, expected a number.")
        highest = total if isinstance(size, int) else 1
        if not 0 < size < highest:
            raise InvalidArgumentError(
                f"split_dataset: {name} is {size}, expected a number of samples between 0 and "
                f"{total}, or a share between 0 and 1."
            )
    counts = [round(each * total) if isinstance(each, float) else each for each in (left, right)]
    if counts[0] is None:
        counts[0] = total - counts[1]
    elif counts[1] is None:
        counts[1] = total - counts[0]
    if sum(counts) > total or 0 in counts:
        raise InvalidArgumentError(
            f"split_dataset: {counts[0]} samples on the left and {counts[1]} on the right do not "
            f"fit: there are {total}, and each part needs some."
        )
    return counts[0], counts[1]
