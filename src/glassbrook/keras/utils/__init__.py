"""Small helpers around models and data."""

from glassbrook.keras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from glassbrook.keras.utils.arrays import normalize, to_categorical
from glassbrook.keras.utils.files import get_file
from glassbrook.keras.utils.seeding import set_random_seed
from glassbrook.keras.utils.sequences import PyDataset, Sequence, pad_sequences

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "PyDataset",
    "Sequence",
    "custom_object_scope",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "pad_sequences",
    "register_keras_serializable",
    "set_random_seed",
    "to_categorical",
]
