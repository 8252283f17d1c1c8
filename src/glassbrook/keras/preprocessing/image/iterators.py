"""Batches of images without end: in order or shuffled, changed at random on the way."""

# ruff: noqa: NPY002 -- Keras draws from NumPy's global random numbers, which programs seed.

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator as Iterators
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError, UnimplementedError
from glassbrook.keras import backend
from glassbrook.keras.utils.images import array_to_img
from glassbrook.keras.utils.sequences import PyDataset

__all__ = ["Iterator", "NumpyArrayIterator"]

Array = npt.NDArray[Any]


class Iterator(PyDataset):
    """Batches of samples by their numbers; a subclass makes a batch of them.

    It is a sequence of batches, as `fit` takes it, and an iterator that never ends.

    Args:
        n: how many samples there are.
        batch_size: samples per batch.
        shuffle: whether each epoch has another order, by NumPy's global random numbers.
        seed: seeds these numbers anew for each batch.
        kwargs: what `PyDataset` takes.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(
        self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array: Array | None = None
        self.index_generator = self._numbers()

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        """The batch at a position.

        Raises:
            InvalidArgumentError: there is none.
        """
        if index >= len(self):
            raise InvalidArgumentError(
                f"{type(self).__name__}: there is no batch {index}: there are {len(self)}."
            )
        self._count_batch()
        if self.index_array is None:
            self._set_order()
        assert self.index_array is not None
        start = self.batch_size * index
        return self._get_batches_of_transformed_samples(
            self.index_array[start : start + self.batch_size]
        )

    def _count_batch(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1

    def _set_order(self) -> None:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def on_epoch_end(self) -> None:
        """Choose the order of the next epoch."""
        self._set_order()

    def reset(self) -> None:
        """Begin anew."""
        self.batch_index = 0

    def _numbers(self) -> Iterators[Array]:
        """The numbers of the samples of each batch."""
        self.reset()
        while True:
            if self.seed is not None:
                np.random.seed(self.seed + self.total_batches_seen)
            if self.batch_index == 0 or self.index_array is None:
                self._set_order()
            assert self.index_array is not None
            start = self.batch_index * self.batch_size % self.n if self.n else 0
            is_last = self.n <= start + self.batch_size
            self.batch_index = 0 if is_last else self.batch_index + 1
            self.total_batches_seen += 1
            yield self.index_array[start : start + self.batch_size]

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        """The next batch."""
        with self.lock:
            numbers = next(self.index_generator)
        return self._get_batches_of_transformed_samples(numbers)

    def _get_batches_of_transformed_samples(self, index_array: Array) -> Any:
        raise UnimplementedError(
            f"{type(self).__name__} does not define "
            "_get_batches_of_transformed_samples(self, index_array), which makes a batch."
        )


def write_samples(
    folder: str, prefix: str, kind: str, images: Array, numbers: Any, data_format: str
) -> None:
    """Write the images of a batch to a folder, to look at them."""
    for image, number in zip(images, numbers, strict=True):
        picture = array_to_img(image, data_format, scale=True)
        picture.save(
            os.path.join(folder, f"{prefix}_{number}_{np.random.randint(10_000_000)}.{kind}")
        )


class NumpyArrayIterator(Iterator):
    """Batches of an array of images, as `ImageDataGenerator.flow` makes them.

    Args:
        x: images; or a pair of images and of further arrays, which pass through unchanged.
        y: their labels.
        image_data_generator: what changes the images.
        batch_size: images per batch.
        shuffle: whether each epoch has another order.
        sample_weight: their weights.
        seed: see `Iterator`.
        data_format: where the channels are.
        save_to_dir: a folder to write the changed images to.
        save_prefix: how their names begin.
        save_format: their format.
        subset: ``"training"`` or ``"validation"``, by the generator's `validation_split`.
        ignore_class_split: whether either part may lack a class of the other.
        dtype: of the images.

    Raises:
        ShapeError: `x` is no batch of images, or lengths differ.
        InvalidArgumentError: the parts of a split have different classes.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
    ) -> None:
        self.dtype = dtype or backend.floatx()
        self.data_format = data_format or backend.image_data_format()
        self.image_data_generator = image_data_generator
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        x, others = _images_and_others(x)
        _check_lengths(x, others, y, sample_weight)
        if subset is not None:
            rows = _rows_of_subset(subset, x, y, image_data_generator, ignore_class_split)
            x, others = x[rows], [each[rows] for each in others]
            y = None if y is None else y[rows]
            sample_weight = None if sample_weight is None else sample_weight[rows]
        self.x = np.asarray(x, dtype=self.dtype)
        self.x_misc = others
        self.y = None if y is None else np.asarray(y)
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        _check_images(self.x, self.data_format)
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array: Array) -> Any:
        batch = np.zeros((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        generator = self.image_data_generator
        for place, number in enumerate(index_array):
            image = self.x[number]
            change = generator.get_random_transform(image.shape)
            image = generator.apply_transform(image.astype(self.dtype), change)
            batch[place] = generator.standardize(image)
        if self.save_to_dir:
            write_samples(
                self.save_to_dir,
                self.save_prefix,
                self.save_format,
                batch,
                index_array,
                self.data_format,
            )
        inputs = [batch, *(each[index_array] for each in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[index_array]
        return inputs, self.y[index_array], self.sample_weight[index_array]


def _images_and_others(x: Any) -> tuple[Any, list[Any]]:
    """The images, and what goes along with them."""
    if not isinstance(x, list | tuple):
        return np.asarray(x), []
    others = x[1] if isinstance(x[1], list) else [x[1]]
    return np.asarray(x[0]), [np.asarray(each) for each in others]


def _check_lengths(x: Any, others: list[Any], y: Any, sample_weight: Any) -> None:
    named = [("the further arrays of x", each) for each in others]
    named += [("y", y), ("sample_weight", sample_weight)]
    for name, values in named:
        if values is not None and len(values) != len(x):
            raise ShapeError(
                f"ImageDataGenerator.flow: x has {len(x)} images, but {name} "
                f"{'have' if name.startswith('the') else 'has'} {len(values)} rows."
            )


def _check_images(x: Array, data_format: str) -> None:
    if x.ndim != 4:
        raise ShapeError(
            "ImageDataGenerator.flow: expected images [count, height, width, channels], got shape "
            f"{x.shape}. Grey images need a channel: x[..., np.newaxis]."
        )
    channels = x.shape[3 if data_format == "channels_last" else 1]
    if channels not in (1, 3, 4):
        warnings.warn(
            f"ImageDataGenerator.flow: images have 1, 3 or 4 channels, but these have {channels}: "
            f"shape {x.shape}, data_format={data_format!r}.",
            stacklevel=4,
        )


def _rows_of_subset(subset: str, x: Any, y: Any, generator: Any, ignore_classes: bool) -> slice:
    if subset not in ("training", "validation"):
        raise InvalidArgumentError(f"subset is {subset!r}, expected 'training' or 'validation'.")
    split = int(len(x) * generator._validation_split)
    if y is not None and not ignore_classes:
        held_out, rest = np.unique(y[:split]), np.unique(y[split:])
        if not np.array_equal(held_out, rest):
            raise InvalidArgumentError(
                "ImageDataGenerator.flow: the training and the validation part have different "
                "classes. Are the images sorted by class? Shuffle them first, or give "
                "ignore_class_split=True."
            )
    return slice(0, split) if subset == "validation" else slice(split, None)
