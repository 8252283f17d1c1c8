"""Small helpers around models and data."""

from glassbrook.keras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from glassbrook.keras.utils.arrays import normalize, to_categorical
from glassbrook.keras.utils.seeding import set_random_seed

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "register_keras_serializable",
    "set_random_seed",
    "to_categorical",
]
