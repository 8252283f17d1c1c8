"""Images changed at random, one at a time, with NumPy's global random numbers."""

# ruff: noqa: NPY002 -- Keras draws from NumPy's global random numbers, which programs seed.

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.preprocessing.image.affine import apply_affine_transform
from glassbrook.keras.utils.images import array_to_img, img_to_array

__all__ = [
    "apply_brightness_shift",
    "apply_channel_shift",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
]

Array = npt.NDArray[Any]


def random_rotation(
    x: Any,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """An image turned by at most `rg` degrees; see `apply_affine_transform`."""
    axes = row_axis, col_axis, channel_axis
    angle = np.random.uniform(-rg, rg)
    return apply_affine_transform(
        x, angle, 0, 0, 0, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_shift(
    x: Any,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """An image shifted by at most the shares `wrg` of its width and `hrg` of its height."""
    axes = row_axis, col_axis, channel_axis
    rows = np.random.uniform(-hrg, hrg) * np.shape(x)[row_axis]
    columns = np.random.uniform(-wrg, wrg) * np.shape(x)[col_axis]
    return apply_affine_transform(
        x, 0, rows, columns, 0, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_shear(
    x: Any,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """An image sheared by at most `intensity` degrees; see `apply_affine_transform`."""
    axes = row_axis, col_axis, channel_axis
    angle = np.random.uniform(-intensity, intensity)
    return apply_affine_transform(
        x, 0, 0, 0, angle, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_zoom(
    x: Any,
    zoom_range: Any,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """An image zoomed by factors in ``(lower, upper)``, one for rows and one for columns.

    Raises:
        InvalidArgumentError: the range is not two numbers.
    """
    lower, upper = _pair("random_zoom", "zoom_range", zoom_range)
    rows, columns = (1, 1) if lower == upper == 1 else np.random.uniform(lower, upper, 2)
    axes = row_axis, col_axis, channel_axis
    return apply_affine_transform(
        x, 0, 0, 0, 0, rows, columns, *axes, fill_mode, cval, interpolation_order
    )


def _pair(name: str, what: str, given: Any) -> tuple[float, float]:
    if len(given) != 2:
        raise InvalidArgumentError(f"{name}: {what} is {given}, expected two numbers.")
    return given[0], given[1]


def apply_channel_shift(x: Any, intensity: float, channel_axis: int = 0) -> Array:
    """An image with a number added to all values, cut off at its lowest and highest value.

    Example:
        >>> import numpy as np
        >>> import glassbrook as tf
        >>> tf.keras.preprocessing.image.apply_channel_shift(np.array([[[0.0, 3.0]]]), 2.0).ravel()
        array([2., 3.])
    """
    array = np.asarray(x)
    return np.clip(array + intensity, np.min(array), np.max(array))


def random_channel_shift(x: Any, intensity_range: float, channel_axis: int = 0) -> Array:
    """An image with a random number in ``±intensity_range`` added; see `apply_channel_shift`."""
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range))


def apply_brightness_shift(x: Any, brightness: float, scale: bool = True) -> Array:
    """An image made darker (below 1) or lighter (above 1); values become those of bytes.

    Args:
        x: an image [height, width, channels].
        brightness: the factor.
        scale: whether to stretch the values so that they reach from 0 to 255 before.
    """
    from PIL import ImageEnhance

    array = np.asarray(x)
    lowest, highest = np.min(array), np.max(array)
    exceeds = bool(lowest < 0 or highest > 255)
    image = array_to_img(array, scale=exceeds or scale)
    result = img_to_array(ImageEnhance.Brightness(image).enhance(brightness))
    if exceeds and not scale:
        result = result / 255 * (highest - lowest) + lowest
    return result


def random_brightness(x: Any, brightness_range: Any, scale: bool = True) -> Array:
    """An image made darker or lighter by a factor in ``(lower, upper)``.

    Raises:
        InvalidArgumentError: the range is not two numbers.
    """
    lower, upper = _pair("random_brightness", "brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(lower, upper), scale)
