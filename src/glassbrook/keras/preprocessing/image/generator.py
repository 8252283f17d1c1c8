"""`ImageDataGenerator`: images changed at random while a model learns from them."""

# ruff: noqa: NPY002 -- Keras draws from NumPy's global random numbers, which programs seed.

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import backend
from glassbrook.keras.preprocessing.image.affine import apply_affine_transform
from glassbrook.keras.preprocessing.image.directory import DirectoryIterator
from glassbrook.keras.preprocessing.image.iterators import NumpyArrayIterator
from glassbrook.keras.preprocessing.image.random import (
    apply_brightness_shift,
    apply_channel_shift,
)
from glassbrook.keras.utils.images import data_format_of

__all__ = ["ImageDataGenerator"]

Array = npt.NDArray[Any]


class ImageDataGenerator:
    """Batches of images, changed at random and then standardized.

    Random numbers are NumPy's global ones, drawn in Keras's order.

    Args:
        featurewise_center: whether to subtract the mean of all images; `fit` finds it.
        samplewise_center: whether to subtract its own mean from each image.
        featurewise_std_normalization: whether to divide by the deviation of all images.
        samplewise_std_normalization: whether to divide each image by its own deviation.
        zca_whitening: whether to make pixels uncorrelated; `fit` finds how.
        zca_epsilon: keeps the whitening finite.
        rotation_range: up to how many degrees to turn.
        width_shift_range: how far to shift sidewards: a share of the width if below 1, else
            pixels; or a list of numbers of pixels to choose from.
        height_shift_range: how far to shift up or down, in the same way.
        brightness_range: ``(lower, upper)``, factors of brightness.
        shear_range: up to how many degrees to shear.
        zoom_range: ``(lower, upper)``, or a number: ``(1 - zoom_range, 1 + zoom_range)``.
        channel_shift_range: up to how much to add to all values.
        fill_mode: see `apply_affine_transform`.
        cval: see `apply_affine_transform`.
        horizontal_flip: whether to swap left and right for half of the images.
        vertical_flip: whether to turn half of the images upside down.
        rescale: a factor for all values, such as 1/255; after the changes.
        preprocessing_function: a function of an image, applied before `rescale`.
        data_format: ``"channels_first"`` if the channels come first.
        validation_split: the share of images that is held out.
        interpolation_order: see `apply_affine_transform`.
        dtype: of the images.

    Raises:
        InvalidArgumentError: an argument is none of those that it may be.

    Example:
        >>> import numpy as np
        >>> import glassbrook as tf
        >>> generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
        >>> batches = generator.flow(np.full([5, 4, 4, 1], 51.0), np.arange(5), batch_size=2)
        >>> images, labels = next(batches)
        >>> images.shape, round(float(images.max()), 3), len(batches)
        ((2, 4, 4, 1), 0.2, 3)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[Array], Array] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.shear_range = shear_range
        self.zoom_range = _zoom(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.dtype = dtype or backend.floatx()
        self.interpolation_order = interpolation_order
        self.data_format = data_format_of(data_format)
        is_first = self.data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if is_first else (3, 1, 2)
        if validation_split and not 0 < validation_split < 1:
            raise InvalidArgumentError(
                f"ImageDataGenerator: validation_split is {validation_split}, expected a share "
                "between 0 and 1."
            )
        self._validation_split = validation_split
        self.mean: Array | None = None
        self.std: Array | None = None
        self.zca_whitening_matrix: Array | None = None
        self.brightness_range = _brightness(brightness_range)
        self._turn_on_what_others_need()

    def _turn_on_what_others_need(self) -> None:
        """Dividing by a deviation needs a mean; whitening replaces the division."""
        if self.zca_whitening and self.featurewise_std_normalization:
            self.featurewise_std_normalization = False
            warnings.warn(
                "ImageDataGenerator: zca_whitening replaces featurewise_std_normalization.",
                stacklevel=3,
            )
        needing = "zca_whitening" if self.zca_whitening else "featurewise_std_normalization"
        if getattr(self, needing) and not self.featurewise_center:
            self.featurewise_center = True
            warnings.warn(
                f"ImageDataGenerator: {needing} turns featurewise_center on.", stacklevel=3
            )
        if self.samplewise_std_normalization and not self.samplewise_center:
            self.samplewise_center = True
            warnings.warn(
                "ImageDataGenerator: samplewise_std_normalization turns samplewise_center on.",
                stacklevel=3,
            )

    # Where images come from.

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches of an array of images; see `NumpyArrayIterator` for the arguments."""
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Batches of the images in a folder's subfolders; see `DirectoryIterator`."""
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    # What happens to one image.

    def standardize(self, x: Array) -> Array:
        """An image, or a batch, with all that is not random done to it; in place."""
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._is_fit("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization:
            if self._is_fit("featurewise_std_normalization", self.std):
                assert self.std is not None
                x /= self.std + 1e-6
        if self.zca_whitening and self._is_fit("zca_whitening", self.zca_whitening_matrix):
            flat = x.reshape(-1, math.prod(x.shape[-3:]))
            x = (flat @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _is_fit(self, name: str, found: Any) -> bool:
        if found is None:
            warnings.warn(
                f"ImageDataGenerator: {name} needs to see images first: call "
                "generator.fit(images). It is left out.",
                stacklevel=3,
            )
        return found is not None

    def get_random_transform(self, img_shape: Any, seed: int | None = None) -> dict[str, Any]:
        """Random parameters of a change, for `apply_transform`.

        Args:
            img_shape: the shape of the image.
            seed: seeds NumPy's global random numbers.
        """
        if seed is not None:
            np.random.seed(seed)
        uniform = np.random.uniform
        theta: Any = 0
        if self.rotation_range:
            theta = uniform(-self.rotation_range, self.rotation_range)
        tx = _random_shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _random_shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = uniform(-self.shear_range, self.shear_range) if self.shear_range else 0
        lower, upper = self.zoom_range
        zx, zy = (1, 1) if lower == upper == 1 else uniform(lower, upper, 2)
        flip_horizontal = (np.random.random() < 0.5) * self.horizontal_flip
        flip_vertical = (np.random.random() < 0.5) * self.vertical_flip
        shift, brightness = None, None
        if self.channel_shift_range != 0:
            shift = uniform(-self.channel_shift_range, self.channel_shift_range)
        if self.brightness_range is not None:
            brightness = uniform(*self.brightness_range)
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flip_horizontal,
            "flip_vertical": flip_vertical,
            "channel_shift_intensity": shift,
            "brightness": brightness,
        }

    def apply_transform(self, x: Any, transform_parameters: Mapping[str, Any]) -> Array:
        """An image with a change that `get_random_transform` describes.

        Args:
            x: one image.
            transform_parameters: what to change; what is not there stays.
        """
        given = transform_parameters
        rows, columns, channels = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x,
            given.get("theta", 0),
            given.get("tx", 0),
            given.get("ty", 0),
            given.get("shear", 0),
            given.get("zx", 1),
            given.get("zy", 1),
            row_axis=rows,
            col_axis=columns,
            channel_axis=channels,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        if given.get("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, given["channel_shift_intensity"], channels)
        if given.get("flip_horizontal", False):
            x = np.flip(x, columns)
        if given.get("flip_vertical", False):
            x = np.flip(x, rows)
        if given.get("brightness") is not None:
            x = apply_brightness_shift(x, given["brightness"], False)
        changed: Array = x
        return changed

    def random_transform(self, x: Any, seed: int | None = None) -> Array:
        """An image changed at random, not standardized."""
        return self.apply_transform(x, self.get_random_transform(np.shape(x), seed))

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Find means, deviations and the whitening, for what is done to each image.

        Args:
            x: images [count, height, width, channels].
            augment: whether to change the images at random before.
            rounds: how often to go over them, with `augment`.
            seed: seeds NumPy's global random numbers.

        Raises:
            ShapeError: `x` is no batch of images.
        """
        images = np.array(x, dtype=self.dtype)
        if images.ndim != 4:
            raise ShapeError(
                "ImageDataGenerator.fit: expected images [count, height, width, channels], got "
                f"shape {images.shape}."
            )
        if images.shape[self.channel_axis] not in (1, 3, 4):
            warnings.warn(
                "ImageDataGenerator.fit: images have 1, 3 or 4 channels, but these have "
                f"{images.shape[self.channel_axis]}: shape {images.shape}, "
                f"data_format={self.data_format!r}.",
                stacklevel=2,
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            images *= self.rescale
        if augment:
            changed = [self.random_transform(image) for _ in range(rounds) for image in images]
            images = np.array(changed, dtype=self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(images, axis=axes, keepdims=True)[0]
            images -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(images, axis=axes, keepdims=True)[0]
            images /= self.std + 1e-6
        if self.zca_whitening:
            flat = images.reshape(len(images), -1)
            u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
            stretch = np.sqrt(len(flat)) / (s + self.zca_epsilon)
            self.zca_whitening_matrix = (u * stretch).dot(u.T)


def _zoom(given: Any) -> list[float]:
    if isinstance(given, float | int):
        return [1 - given, 1 + given]
    if len(given) == 2 and all(isinstance(each, float | int) for each in given):
        return list(given)
    raise InvalidArgumentError(
        f"ImageDataGenerator: zoom_range is {given!r}, expected a number, or two: (lower, upper)."
    )


def _brightness(given: Any) -> Any:
    if given is not None and (not isinstance(given, tuple | list) or len(given) != 2):
        raise InvalidArgumentError(
            f"ImageDataGenerator: brightness_range is {given!r}, expected two numbers: (lower, "
            "upper)."
        )
    return given


def _random_shift(reach: Any, size: int) -> Any:
    """By how many pixels to shift: `reach` is a share of the size, or pixels, or choices."""
    if not reach:
        return 0
    if isinstance(reach, float):
        shift = np.random.uniform(-reach, reach)
    else:
        # A whole number n stands for the choices 0 to n - 1.
        shift = np.random.choice(reach)
        shift = shift * np.random.choice([-1, 1])
    return shift * size if np.max(reach) < 1 else shift
