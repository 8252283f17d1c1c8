"""Where models go: which names mean a file, a folder, or nothing that is written here."""

from __future__ import annotations

import os
import re

from glassbrook.errors import InvalidArgumentError

__all__ = ["check_model_path", "check_weights_path", "is_folder_path"]

_OTHERS = {
    ".keras": "Keras's own format",
    ".h5": "HDF5",
    ".hdf5": "HDF5",
    ".ckpt": "TensorFlow's checkpoint format",
    ".tf": "TensorFlow's SavedModel format",
    ".pb": "TensorFlow's SavedModel format",
    ".pkl": "pickle, which runs code when it is read",
    ".pt": "PyTorch's format",
    ".pth": "PyTorch's format",
    ".onnx": "ONNX",
}
_FORMATS = "Models are written as 'name.gbk' (one file) or 'name' (a folder)"
_WEIGHT_FORMATS = "Weights are written as 'name.weights.gbk' or 'name.safetensors'"


def suffix_of(path: str | os.PathLike[str]) -> str:
    """The suffix of a path in lower case; ``".weights.gbk"`` is one."""
    name = os.path.basename(os.fspath(path).rstrip("/" + os.sep)).lower()
    if name.endswith(".weights.gbk"):
        return ".weights.gbk"
    return os.path.splitext(name)[1]


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
    if suffix in (".weights.gbk", ".safetensors"):
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
    if suffix in (".weights.gbk", ".safetensors"):
        return
    if suffix in ("", ".gbk"):
        raise InvalidArgumentError(
            f"{os.fspath(path)!r} is a name for a whole model: use save. {_WEIGHT_FORMATS}."
        )
    raise InvalidArgumentError(f"{_unknown(path, suffix)} {_WEIGHT_FORMATS}.")


def _unknown(path: str | os.PathLike[str], suffix: str) -> str:
    known = _OTHERS.get(suffix)
    kind = f" is {known}, which is not supported" if known else " is a suffix of no known format"
    shown = re.sub(r"[^\x20-\x7e]", "?", suffix)
    return f"{os.fspath(path)!r}: {shown!r}{kind}."
