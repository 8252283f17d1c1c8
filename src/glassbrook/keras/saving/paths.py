"""Where models go: which names mean a file, a folder, or nothing that is written here."""

from __future__ import annotations

import os
import re

from glassbrook.errors import InvalidArgumentError, UsageError, shortened
from glassbrook.keras.saving.hdf5 import require_h5py

__all__ = [
    "check_model_path",
    "check_weights_path",
    "is_checkpoint_path",
    "is_folder_path",
    "suffix_of",
    "text_of",
]

KERAS, HDF5 = ".keras", (".h5", ".hdf5")
_OTHERS = {
    ".tf": "TensorFlow's SavedModel format",
    ".pb": "TensorFlow's SavedModel format",
    ".pkl": "pickle, which runs code when it is read",
    ".pt": "PyTorch's format",
    ".pth": "PyTorch's format",
    ".onnx": "ONNX",
}
_FORMATS = (
    "Models are written as 'name.gbk' (one file), 'name' (a folder), 'name.keras' or 'name.h5'"
)
_WEIGHT_FORMATS = (
    "Weights are written as 'name.weights.gbk', 'name.safetensors', 'name.weights.h5', 'name.h5', "
    "or as a checkpoint: 'name' or 'name.ckpt'"
)


def text_of(path: str | os.PathLike[str]) -> str:
    """A path as text.

    Raises:
        UsageError: it is no path.
    """
    try:
        return os.fspath(path)
    except TypeError:
        raise UsageError(
            f"Expected the path of a file, such as 'model.keras', got {shortened(path)} of type "
            f"{type(path).__name__}."
        ) from None


def suffix_of(path: str | os.PathLike[str]) -> str:
    """The suffix of a path in lower case; ``".weights.gbk"`` is one."""
    name = os.path.basename(text_of(path).rstrip("/" + os.sep)).lower()
    for suffix in (".weights.gbk", ".weights.h5"):
        if name.endswith(suffix):
            return suffix
    return os.path.splitext(name)[1]


def is_checkpoint_path(path: str | os.PathLike[str]) -> bool:
    """Whether a path for weights means a checkpoint: it has no suffix that says otherwise."""
    suffix = suffix_of(path)
    known = (".weights.gbk", ".weights.h5", ".gbk", ".safetensors", KERAS, *HDF5, *_OTHERS)
    return suffix not in known or suffix == ".tf"


def is_folder_path(path: str | os.PathLike[str]) -> bool:
    """Whether a path means a folder, as it has no suffix."""
    return suffix_of(path) == ""


def check_model_path(path: str | os.PathLike[str]) -> None:
    """Raise an error unless whole models can be written to such a path.

    Raises:
        InvalidArgumentError: the suffix stands for another format, or for weights alone.
    """
    suffix = suffix_of(path)
    if suffix in ("", ".gbk"):
        return
    if suffix == KERAS or suffix in HDF5:
        require_h5py(f"Writing {os.fspath(path)!r}")
        return
    if suffix in (".weights.gbk", ".weights.h5", ".safetensors"):
        raise InvalidArgumentError(
            f"{os.fspath(path)!r} is a name for weights alone: use save_weights. {_FORMATS}."
        )
    raise InvalidArgumentError(f"{_unknown(path, suffix)} {_FORMATS}.")


def check_weights_path(path: str | os.PathLike[str]) -> None:
    """Raise an error unless weights can be written to such a path.

    Raises:
        InvalidArgumentError: the suffix stands for another format, or for a whole model.
    """
    suffix = suffix_of(path)
    if suffix in (".weights.gbk", ".safetensors") or is_checkpoint_path(path):
        return
    if suffix == ".weights.h5" or suffix in HDF5:
        require_h5py(f"Writing {os.fspath(path)!r}")
        return
    if suffix in (".gbk", KERAS):
        raise InvalidArgumentError(
            f"{os.fspath(path)!r} is a name for a whole model: use save. {_WEIGHT_FORMATS}."
        )
    raise InvalidArgumentError(f"{_unknown(path, suffix)} {_WEIGHT_FORMATS}.")


def _unknown(path: str | os.PathLike[str], suffix: str) -> str:
    known = _OTHERS.get(suffix)
    kind = f" is {known}, which is not supported" if known else " is a suffix of no known format"
    shown = re.sub(r"[^\x20-\x7e]", "?", suffix)
    return f"{os.fspath(path)!r}: {shown!r}{kind}."
