"""Where batches come from: arrays in memory, data sets, generators, sequences.

Whatever `fit` was given becomes a source that yields, for every epoch, batches of tensors in the
form that ``train_step(data)`` documents: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError, shortened
from glassbrook.graph import build
from glassbrook.keras import backend
from glassbrook.keras.seeds import Shuffler
from glassbrook.keras.utils.arrays import pack_x_y_sample_weight as pack
from glassbrook.keras.utils.arrays import unpack_x_y_sample_weight as unpack
from glassbrook.tensor import Tensor, TensorValue, as_node, convert_to_tensor, nest

__all__ = ["ArrayBatches", "Batches", "batches_of", "pack", "split_validation", "unpack"]

Array = npt.NDArray[Any]


class Batches:
    """A source of batches.

    Attributes:
        count: how many batches an epoch has, or `None` if that is not known beforehand.
        endless: whether an epoch would never end.
    """

    count: int | None = None
    endless = False

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch."""
        raise NotImplementedError

    def probe(self, size: int) -> Any:
        """Zeros in the form of a batch of inputs, if that is known without reading any."""
        return None

    def labels(self) -> Any:
        """All labels, if they are in memory."""
        return None

    def arrays(self) -> tuple[Any, Any, Any] | None:
        """All inputs, labels and weights, if they are in memory."""
        return None

    def sample(self, count: int) -> Any:
        """A batch of `count` samples from all over the data, if they are in memory."""
        return None


class ArrayBatches(Batches):
    """Batches of arrays in memory, taken whole: one indexing operation per array and batch.

    Args:
        x: an array, or a nested structure of arrays of the same length.
        y: labels in the same way, or `None`.
        sample_weight: one weight for each sample, or `None`.
        batch_size: samples per batch; the last batch may have fewer.
        shuffle: whether samples are put in another order; ``"batch"`` shuffles within batches.

    Attributes:
        flat: the arrays, inputs first.
        size: how many samples there are.
        batch_size: samples per batch.

    Raises:
        ShapeError: the arrays differ in length, or hold no samples.
    """

    def __init__(
        self, x: Any, y: Any, sample_weight: Any, batch_size: int, shuffle: bool | str = False
    ) -> None:
        self._x, self._y, self._weight = x, y, sample_weight
        leaves = nest.flatten([x, y, sample_weight])
        self.flat: list[Array] = [each for each in leaves if each is not None]
        self.size = _common_length(x, y, sample_weight)
        self.batch_size = batch_size
        self.count = math.ceil(self.size / batch_size)
        self._shuffle = shuffle
        self._random = Shuffler() if shuffle else None
        self._simple = _is_array(x) and (y is None or _is_array(y))

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch, in a new order if they are shuffled."""
        order = self.order()
        for start in range(0, self.size, self.batch_size):
            stop = min(start + self.batch_size, self.size)
            rows = slice(start, stop) if order is None else order[start:stop]
            yield self.batch(rows)

    def order(self) -> Array | None:
        """The numbers of the samples in the order of the next epoch; `None` if it is theirs."""
        if self._random is None:
            return None
        if self._shuffle == "batch":
            within: Array = self._random.within_batches(self.size, self.batch_size)
            return within
        order: Array = self._random.permutation(self.size)
        return order

    def whole(self) -> Any:
        """All samples, in the form of a batch."""
        return self.batch(slice(None))

    def batch(self, rows: Any) -> Any:
        """The batch of some rows: a slice, or their numbers."""
        tensors = [Tensor(build.data(_take(each, rows))) for each in self.flat]
        if self._simple:
            return tensors[0] if len(tensors) == 1 else tuple(tensors)
        leaves = iter(tensors)
        parts = [
            None
            if each is None
            else nest.pack_like(each, [next(leaves) for _ in nest.flatten(each)])
            for each in (self._x, self._y, self._weight)
        ]
        return pack(*parts)

    def probe(self, size: int) -> Any:
        """Zeros in the form of a batch of inputs."""

        def zeros(array: Array) -> Tensor:
            shape, dtype = (size, *array.shape[1:]), as_dtype(array.dtype)
            if dtype is dtypes.string:
                return Tensor(build.data(np.full(shape, b"", object), dtype))
            return Tensor(build.zeros(shape, dtype))

        return nest.map_structure(zeros, self._x)

    def labels(self) -> Any:
        """All labels."""
        return self._y

    def arrays(self) -> tuple[Any, Any, Any] | None:
        """All inputs, labels and weights."""
        return self._x, self._y, self._weight

    def sample(self, count: int) -> Any:
        """A batch of `count` samples, evenly spaced: nobody draws for it."""
        rows = np.linspace(0, self.size - 1, min(count, self.size))
        return self.batch(rows.astype(np.int64))


def _take(array: Array, rows: Any) -> Array:
    return array[rows] if isinstance(rows, slice) else array.take(rows, axis=0)


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


class _IterableBatches(Batches):
    """Batches from a data set, or from whatever can be iterated over."""

    def __init__(
        self, make: Callable[[], Iterable[Any]], count: int | None, endless: bool = False
    ) -> None:
        self._make = make
        self.count = count
        self.endless = endless

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch."""
        return map(_as_tensors, self._make())


class _LimitedBatches(Batches):
    """A number of batches per epoch; the next epoch goes on where the last one stopped."""

    def __init__(self, source: Batches, steps: int, restarts: bool) -> None:
        self._source, self._steps, self._restarts = source, steps, restarts
        self.count = steps
        self._running: Iterator[Any] | None = None
        self._taken = 0

    def epoch(self) -> Iterator[Any]:
        """The next `steps` batches."""
        if not self._restarts:
            return itertools.islice(self._source.epoch(), self._steps)
        return self._going_on()

    def _going_on(self) -> Iterator[Any]:
        if self._running is None:
            self._running, self._taken = self._source.epoch(), 0
        for _ in range(self._steps):
            batch = next(self._running, _END)
            if batch is _END:
                # As in Keras, this epoch is shorter, and the next one begins anew.
                self._running = None
                return
            self._taken += 1
            yield batch
        if self._source.count is not None and self._taken >= self._source.count:
            self._running = None

    def probe(self, size: int) -> Any:
        """Zeros in the form of a batch of inputs, if that is known."""
        return self._source.probe(size)

    def labels(self) -> Any:
        """All labels, if they are in memory."""
        return self._source.labels()

    def arrays(self) -> tuple[Any, Any, Any] | None:
        """All inputs, labels and weights, if they are in memory."""
        return self._source.arrays()

    def sample(self, count: int) -> Any:
        """A batch of `count` samples from all over the data, if they are in memory."""
        return self._source.sample(count)


_END = object()


def batches_of(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    shuffle: bool | str = False,
    class_weight: Mapping[int, float] | None = None,
    steps: Any = None,
    restarts: bool = False,
    what: str = "fit",
) -> Batches:
    """The source of batches for what `fit`, `evaluate` or `predict` was given.

    Args:
        x: arrays, tensors, a data set, a generator, a sequence of batches, or a list of numbers.
        y: labels, if `x` does not bring them along.
        sample_weight: weights, if `x` does not bring them along.
        batch_size: samples per batch, 32 by default; only for arrays.
        shuffle: whether arrays are shuffled before every epoch.
        class_weight: a weight for each class number.
        steps: how many batches make an epoch; all by default.
        restarts: whether an epoch of `steps` batches goes on where the last one stopped.
        what: the method that asks, for messages.

    Raises:
        InvalidArgumentError: the data are none of these, or arguments contradict each other.
        ShapeError: arrays differ in length or are empty.
    """
    if steps is not None and (not isinstance(steps, int | np.integer) or steps < 1):
        raise InvalidArgumentError(f"{what}: the number of steps is {steps!r}, expected 1 or more.")
    if x is None:
        raise InvalidArgumentError(
            f"{what}: there are no data. Give x, and labels y to learn from."
        )
    if isinstance(x, Batches):
        source: Batches = x
    elif _is_iterable_source(x):
        _refuse_beside(what, x, y=y, sample_weight=sample_weight)
        source = _iterable_source(x, shuffle)
        if class_weight is not None:
            source = _IterableBatches(_weighted(source, class_weight), source.count)
    else:
        size = _checked_batch_size(what, batch_size)
        x, y, weight = (
            None if each is None else _as_arrays(what, each) for each in (x, y, sample_weight)
        )
        if class_weight is not None:
            weight = _class_weights(y, class_weight, weight)
        source = ArrayBatches(x, y, weight, size, shuffle)
    if steps is None and source.endless:
        raise InvalidArgumentError(
            f"{what}: the data set goes on for ever. Say how many batches to take, with "
            f"{'steps_per_epoch' if what == 'fit' else 'steps'}=, or leave out repeat()."
        )
    return source if steps is None else _LimitedBatches(source, int(steps), restarts)


def _checked_batch_size(what: str, batch_size: Any) -> int:
    if batch_size is None:
        return 32
    if isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer):
        raise InvalidArgumentError(f"{what}: batch_size is {batch_size!r}, expected an integer.")
    if batch_size < 1:
        raise InvalidArgumentError(f"{what}: batch_size is {batch_size}, expected 1 or more.")
    return int(batch_size)


# Arrays.


def _as_arrays(what: str, structure: Any) -> Any:
    """Arrays for a structure of whatever can be one; a list of numbers is one array."""
    if nest.is_nested(structure) and not _is_one_array(structure):
        if isinstance(structure, Mapping):
            return {key: _as_arrays(what, each) for key, each in structure.items()}
        parts = [_as_arrays(what, each) for each in structure]
        return parts if isinstance(structure, list) else tuple(parts)
    if isinstance(structure, TensorValue):
        node = structure.node
        Tensor(node).__array__() if node.value is None else None
        array = np.asarray(node.value)
    else:
        array = np.asarray(structure)
    if array.dtype.kind not in "biufSUO" or (array.dtype.kind == "O" and not _is_text(array)):
        raise InvalidArgumentError(
            f"{what}: expected numbers, got an array of dtype {array.dtype}. A table with text or "
            "missing values needs cleaning first; rows need to have equal lengths."
        )
    if array.ndim == 0:
        raise ShapeError(f"{what}: expected one row per sample, got a single value: {structure!r}.")
    if array.dtype.kind in "SUO":
        text: Array | None = as_node(array).value
        return text
    floatx = np.dtype(backend.floatx())
    return array.astype(floatx) if array.dtype.kind == "f" and array.dtype != floatx else array


def _is_text(array: Array) -> bool:
    return array.size > 0 and isinstance(array.flat[0], str | bytes)


def _is_one_array(structure: Any) -> bool:
    """Whether a list holds numbers, or lists of numbers, rather than one array per input."""
    if isinstance(structure, Mapping):
        return False
    return not any(
        isinstance(each, np.ndarray | TensorValue | Mapping) or hasattr(each, "iloc")
        for each in structure
    )


def _common_length(x: Any, y: Any, sample_weight: Any) -> int:
    lengths: dict[str, list[int]] = {}
    for name, part in (("x", x), ("y", y), ("sample_weight", sample_weight)):
        if part is not None:
            lengths[name] = [len(each) for each in nest.flatten(part)]
    found = {length for each in lengths.values() for length in each}
    if len(found) > 1:
        sizes = ", ".join(f"{name} has {each}" for name, sizes in lengths.items() for each in sizes)
        raise ShapeError(
            f"Data cardinality is ambiguous: all arrays need the same number of samples, but "
            f"{sizes}. Do the labels belong to these inputs?"
        )
    if not found or found == {0}:
        raise ShapeError("There are no samples: the arrays are empty.")
    return found.pop()


def _class_weights(labels: Any, class_weight: Mapping[int, float], weights: Any) -> Array:
    """A weight for each sample, by the class that its label names."""
    if not isinstance(class_weight, Mapping):
        raise InvalidArgumentError(
            f"class_weight is {class_weight!r}, expected a dictionary from class numbers to "
            "weights, such as {0: 1.0, 1: 5.0}; dict(enumerate(weights)) makes one of a list."
        )
    if not _is_array(labels):
        raise InvalidArgumentError(
            "class_weight needs labels of one output: an array of class numbers or one-hot rows."
        )
    numbers = labels
    if labels.ndim > 1:
        numbers = labels.reshape(-1) if labels.shape[-1] == 1 else labels.argmax(axis=-1)
    factors = np.ones(numbers.shape, np.float32)
    for number, factor in class_weight.items():
        if not isinstance(factor, int | float | np.number):
            raise InvalidArgumentError(
                f"class_weight gives class {number!r} the weight {shortened(factor)}, expected a "
                "number: {0: 1.0, 1: 5.0}."
            )
        factors[numbers == number] = factor
    return factors if weights is None else factors * np.asarray(weights, np.float32)


def split_validation(x: Any, y: Any, sample_weight: Any, share: float) -> tuple[Any, Any]:
    """Training data and validation data: the last part of all arrays, as they stand.

    Returns:
        Two triples ``(x, y, sample_weight)``.

    Raises:
        InvalidArgumentError: the data are not arrays, or one part would be empty.
    """
    if not 0 < share < 1:
        raise InvalidArgumentError(
            f"fit: validation_split is {share}, expected a share between 0 and 1, such as 0.2."
        )
    if _is_iterable_source(x):
        raise InvalidArgumentError(
            f"fit: validation_split needs arrays, but x is {type(x).__name__}. Split a data set "
            "yourself, with take and skip, and pass validation_data=."
        )
    parts = [None if each is None else _as_arrays("fit", each) for each in (x, y, sample_weight)]
    size = _common_length(*parts)
    split = math.floor(size * (1 - share))
    if split in (0, size):
        raise InvalidArgumentError(
            f"fit: validation_split={share} of {size} samples leaves {split} for training and "
            f"{size - split} for validation. Use more data or another share."
        )

    def cut(rows: slice) -> tuple[Any, ...]:
        return tuple(
            None if part is None else nest.map_structure(lambda each: each[rows], part)
            for part in parts
        )

    return cut(slice(0, split)), cut(slice(split, None))


# Data sets, generators, sequences.


def _is_iterable_source(x: Any) -> bool:
    """Whether `x` yields batches by itself, labels included."""
    if isinstance(x, np.ndarray | TensorValue | list | tuple | Mapping) or hasattr(x, "__array__"):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__getitem__") or hasattr(x, "__next__")


def _refuse_beside(what: str, x: Any, **others: Any) -> None:
    for name, value in others.items():
        if value is not None:
            raise InvalidArgumentError(
                f"{what}: {name} cannot be given beside {type(x).__name__}, which brings labels "
                "and weights along: let it yield (x, y) or (x, y, sample_weight)."
            )


def _iterable_source(x: Any, shuffle: bool | str) -> Batches:
    if hasattr(x, "cardinality"):
        cardinality = int(x.cardinality())
        count = cardinality if cardinality >= 0 else None
        return _IterableBatches(lambda: x, count, endless=cardinality == -1)
    # Batches of images count as a sequence, though they are also an iterator without end.
    if hasattr(x, "__getitem__") and hasattr(x, "__len__"):
        return _IterableBatches(_sequence(x, shuffle), len(x))
    if hasattr(x, "__next__"):
        return _IterableBatches(lambda: x, None)
    return _IterableBatches(lambda: x, len(x) if hasattr(x, "__len__") else None)


def _sequence(x: Any, shuffle: bool | str) -> Callable[[], Iterator[Any]]:
    """Batches of an object with a length and items, such as a `Sequence` of Keras."""

    def epoch() -> Iterator[Any]:
        positions = list(range(len(x)))
        if shuffle:
            random.shuffle(positions)  # as Keras does it, so that the order is the same
        if hasattr(x, "on_epoch_begin"):
            x.on_epoch_begin()
        for position in positions:
            yield x[position]
        if hasattr(x, "on_epoch_end"):
            x.on_epoch_end()

    return epoch


def _as_tensors(batch: Any) -> Any:
    """A batch with tensors at its leaves, floats in the default dtype."""
    if isinstance(batch, list):
        batch = tuple(batch)
    if isinstance(batch, Tensor):
        return batch
    if isinstance(batch, tuple) and all(isinstance(each, Tensor) for each in batch):
        return batch
    return nest.map_structure(_as_tensor, batch)


def _as_tensor(value: Any) -> Any:
    if value is None or isinstance(value, Tensor):
        return value
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        return convert_to_tensor(value, backend.floatx())
    return Tensor(as_node(value))


def _weighted(source: Batches, class_weight: Mapping[int, float]) -> Callable[[], Iterator[Any]]:
    def epoch() -> Iterator[Any]:
        for batch in source.epoch():
            x, y, weight = unpack(batch)
            given = None if weight is None else np.asarray(weight)
            factors = _class_weights(None if y is None else np.asarray(y), class_weight, given)
            yield x, y, convert_to_tensor(factors)

    return epoch
