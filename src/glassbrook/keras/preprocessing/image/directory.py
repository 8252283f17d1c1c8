"""Batches of image files in folders, one folder for each class."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras import backend
from glassbrook.keras.preprocessing.image.iterators import Iterator, write_samples
from glassbrook.keras.utils.images import img_to_array, load_img
from glassbrook.keras.utils.printing import print_message

__all__ = ["DirectoryIterator"]

Array = npt.NDArray[Any]

_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


class DirectoryIterator(Iterator):
    """Batches of the images in a folder's subfolders, as `flow_from_directory` makes them.

    Args:
        directory: the folder.
        image_data_generator: what changes the images; `None` to leave them.
        target_size: ``(height, width)`` to bring all images to.
        color_mode: ``"rgb"``, ``"rgba"`` or ``"grayscale"``.
        classes: names of the subfolders, in the order of the class numbers; by default all, in
            alphabetical order.
        class_mode: what labels are: ``"categorical"`` (one-hot rows), ``"binary"`` or
            ``"sparse"`` (class numbers), ``"input"`` (the images themselves), `None` (none).
        batch_size: images per batch.
        shuffle: whether each epoch has another order.
        seed: see `Iterator`.
        data_format: where the channels are.
        save_to_dir: a folder to write the changed images to.
        save_prefix: how their names begin.
        save_format: their format.
        follow_links: whether to follow links to folders.
        subset: ``"training"`` or ``"validation"``, by the generator's `validation_split`.
        interpolation: see `load_img`.
        keep_aspect_ratio: see `load_img`.
        dtype: of the images.

    Attributes:
        filenames: the files, relative to the folder.
        classes: the class number of each.
        class_indices: the number of each class.

    Raises:
        InvalidArgumentError: an argument is none of those that it may be.
    """

    allowed_class_modes = frozenset(_CLASS_MODES)

    def __init__(
        self,
        directory: str | os.PathLike[str],
        image_data_generator: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
    ) -> None:
        _check_choice("color_mode", color_mode, tuple(_CHANNELS))
        _check_choice("class_mode", class_mode, _CLASS_MODES)
        self.directory = os.fspath(directory)
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.keep_aspect_ratio = keep_aspect_ratio
        self.color_mode = color_mode
        self.data_format = data_format or backend.image_data_format()
        channels = _CHANNELS[color_mode]
        is_last = self.data_format == "channels_last"
        self.image_shape = (*target_size, channels) if is_last else (channels, *target_size)
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.interpolation = interpolation
        self.subset = subset
        self.split = _shares(subset, image_data_generator)
        self.class_mode = class_mode
        self.dtype = dtype or backend.floatx()
        self._find_files(list(classes or _subfolders(self.directory)), follow_links)
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _find_files(self, classes: list[str], follow_links: bool) -> None:
        self.num_classes = len(classes)
        self.class_indices = {name: number for number, name in enumerate(classes)}
        self.filenames: list[str] = []
        numbers: list[int] = []
        for name, number in self.class_indices.items():
            found = list(self._files_of(os.path.join(self.directory, name), follow_links))
            if self.split is not None:
                start, stop = (int(share * len(found)) for share in self.split)
                found = found[start:stop]
            self.filenames += [os.path.join(os.path.basename(name), each) for each in found]
            numbers += [number] * len(found)
        self.samples = len(self.filenames)
        self.classes = np.array(numbers, np.int32)
        print_message(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]

    def _files_of(self, folder: str, follow_links: bool) -> Iterable[str]:
        """The images below a folder, relative to it, in alphabetical order."""
        for root, _, names in sorted(os.walk(folder, followlinks=follow_links)):
            for name in sorted(names):
                if name.lower().endswith(".tiff"):
                    warnings.warn(
                        f"{os.path.join(root, name)}: TIFF files of several bands are distorted.",
                        stacklevel=5,
                    )
                if name.lower().endswith(self.white_list_formats):
                    yield os.path.relpath(os.path.join(root, name), folder)

    @property
    def filepaths(self) -> list[str]:
        """The paths of all files."""
        return self._filepaths

    @property
    def labels(self) -> Array:
        """The class number of each file."""
        return self.classes

    def _get_batches_of_transformed_samples(self, index_array: Array) -> Any:
        batch = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        for place, number in enumerate(index_array):
            batch[place] = self._image(self._filepaths[number])
        if self.save_to_dir:
            write_samples(
                self.save_to_dir,
                self.save_prefix,
                self.save_format,
                batch,
                index_array,
                self.data_format,
            )
        labels = self.classes[index_array]
        if self.class_mode == "input":
            return batch, batch.copy()
        if self.class_mode in ("binary", "sparse"):
            return batch, labels.astype(self.dtype)
        if self.class_mode == "categorical":
            return batch, np.eye(self.num_classes, dtype=self.dtype)[labels]
        return batch

    def _image(self, path: str) -> Array:
        with load_img(
            path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
        ) as picture:
            image = img_to_array(picture, data_format=self.data_format)
        generator = self.image_data_generator
        if generator is None:
            return image
        change = generator.get_random_transform(image.shape)
        changed: Array = generator.standardize(generator.apply_transform(image, change))
        return changed


def _check_choice(name: str, given: Any, choices: tuple[Any, ...]) -> None:
    if given not in choices:
        raise InvalidArgumentError(
            f"flow_from_directory: {name} is {given!r}, expected one of {choices}."
        )


def _shares(subset: str | None, generator: Any) -> tuple[float, float] | None:
    """From which share of each class's files to which one the subset reaches."""
    if subset is None:
        return None
    _check_choice("subset", subset, ("training", "validation"))
    split = generator._validation_split
    return (0, split) if subset == "validation" else (split, 1)


def _subfolders(directory: str) -> list[str]:
    return sorted(
        name for name in os.listdir(directory) if os.path.isdir(os.path.join(directory, name))
    )
