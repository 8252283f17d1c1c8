"""`tf.keras.preprocessing.image`: images read from folders, moved and turned at random."""

from __future__ import annotations

from glassbrook.keras.preprocessing.image.affine import apply_affine_transform
from glassbrook.keras.preprocessing.image.directory import DirectoryIterator
from glassbrook.keras.preprocessing.image.generator import ImageDataGenerator
from glassbrook.keras.preprocessing.image.iterators import Iterator, NumpyArrayIterator
from glassbrook.keras.preprocessing.image.random import (
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from glassbrook.keras.utils.images import (
    array_to_img,
    img_to_array,
    load_img,
    save_img,
    smart_resize,
)

__all__ = [
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]
