"""Small helpers around models and data."""

from glassbrook.keras.backend import clear_session, is_keras_tensor, standardize_dtype
from glassbrook.keras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from glassbrook.keras.saving.serialization import (
    deserialize_keras_object,
    serialize_keras_object,
)
from glassbrook.keras.utils.arrays import (
    normalize,
    pack_x_y_sample_weight,
    to_categorical,
    unpack_x_y_sample_weight,
)
from glassbrook.keras.utils.files import get_file
from glassbrook.keras.utils.image_folders import image_dataset_from_directory
from glassbrook.keras.utils.images import array_to_img, img_to_array, load_img, save_img
from glassbrook.keras.utils.plotting import model_to_dot, plot_model
from glassbrook.keras.utils.printing import (
    Progbar,
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from glassbrook.keras.utils.seeding import set_random_seed
from glassbrook.keras.utils.sequences import PyDataset, Sequence, pad_sequences
from glassbrook.keras.utils.sources import get_source_inputs
from glassbrook.keras.utils.splitting import split_dataset
from glassbrook.keras.utils.text_folders import text_dataset_from_directory
from glassbrook.keras.utils.timeseries import timeseries_dataset_from_array

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
