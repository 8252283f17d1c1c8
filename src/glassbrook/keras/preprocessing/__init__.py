"""`tf.keras.preprocessing`: text, sequences and images made ready for training.

Most of it is older than `tf.data` and the layers that do the same; programs still use it.
"""

from __future__ import annotations

from glassbrook.keras.preprocessing import image, sequence, text
from glassbrook.keras.utils.image_folders import image_dataset_from_directory
from glassbrook.keras.utils.text_folders import text_dataset_from_directory
from glassbrook.keras.utils.timeseries import timeseries_dataset_from_array

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
