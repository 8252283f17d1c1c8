"""Whole models in Keras's formats: ``.keras`` archives, and HDF5 files of Keras 2."""

from __future__ import annotations

import contextlib
import json
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras import registry
from glassbrook.keras.layers.state import weight_budget
from glassbrook.keras.saving.atomic import replacing
from glassbrook.keras.saving.container import parse_json
from glassbrook.keras.saving.hdf5 import Hierarchy, read_hdf5, write_hdf5
from glassbrook.keras.saving.keras_config import from_keras, to_keras
from glassbrook.keras.saving.keras_weights import (
    fill_by_layer,
    fill_by_structure,
    fill_optimizer,
    is_by_layer,
    weights_by_layer,
    weights_by_structure,
)

__all__ = [
    "config_text",
    "is_keras_archive",
    "model_of_config",
    "read_archive",
    "read_keras_weights",
    "read_legacy",
    "write_archive",
    "write_keras_weights",
    "write_legacy",
]

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_MOST_CONFIG = 64 * 2**20
_VERSION = "3.15.0"

Guard = Callable[[str, str, Callable[[], Any]], Any]


# Writing.


def _text(value: Any, **options: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, **options)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(
            f"The model cannot be saved: its configuration holds what JSON cannot hold: {error}. "
            "Look at get_config() of your own layers: numbers, texts, lists and dictionaries."
        ) from error


def _model_config(model: Any) -> dict[str, Any]:
    found: dict[str, Any] = to_keras(registry.serialize(model), "layer")
    build = model.get_build_config()
    if build is not None:
        found["build_config"] = to_keras(build)
    return found


def config_text(model: Any, compiled: Mapping[str, Any] | None, **options: Any) -> str:
    """The architecture of a model as JSON text; the options are those of `json.dumps`."""
    config = _model_config(model)
    if compiled:
        config["compile_config"] = to_keras(compiled)
    return _text(config, **options)


def write_archive(path: Path, model: Any, compiled: Mapping[str, Any] | None) -> None:
    """Write a ``.keras`` file, which Keras 3 reads too."""
    config = _model_config(model)
    if compiled:
        config["compile_config"] = to_keras(compiled)
    contents = weights_by_structure(model, with_optimizer=bool(compiled))
    parts = {
        _METADATA: _text({"keras_version": _VERSION, "date_saved": "1980-01-01@00:00:00"}).encode(),
        _CONFIG: _text(config).encode(),
        _WEIGHTS: write_hdf5(contents),
    }
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            # A fixed date: equal models give equal files.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)


def write_keras_weights(path: Path, model: Any, by_layer: bool) -> None:
    """Write weights as an HDF5 file, in the layout of Keras 3 or Keras 2."""
    contents = weights_by_layer(model) if by_layer else weights_by_structure(model)
    data = write_hdf5(contents)
    with replacing(path) as file:
        file.write(data)


def write_legacy(path: Path, model: Any, compiled: Mapping[str, Any] | None) -> None:
    """Write a whole model as an HDF5 file in the layout of Keras 2."""
    weights = weights_by_layer(model)
    arrays = {f"model_weights/{name}": array for name, array in weights.arrays.items()}
    attributes = {
        f"model_weights/{name}".rstrip("/"): each for name, each in weights.attributes.items()
    }
    config = _model_config(model)
    top = {
        "backend": "tensorflow",
        "keras_version": _VERSION,
        "model_config": _text({"class_name": config["class_name"], "config": config["config"]}),
    }
    if compiled:
        training = to_keras({key: each for key, each in compiled.items() if key != "optimizer"})
        training["optimizer_config"] = to_keras(compiled["optimizer"], "optimizer")
        top["training_config"] = _text(training)
        variables = model.optimizer.variables if model.optimizer.built else []
        names = [f"{number:06d}_{each.path}" for number, each in enumerate(variables)]
        attributes["optimizer_weights"] = {"weight_names": names}
        for name, variable in zip(names, variables):
            arrays[f"optimizer_weights/{name}"] = variable.numpy()
    data = write_hdf5(Hierarchy(arrays, {"": top, **attributes}))
    with replacing(path) as file:
        file.write(data)


# Reading.


def is_keras_archive(path: Path) -> bool:
    """Whether a zip file is one of Keras's."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _CONFIG in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, zlib.error):
        return False


def _entry(archive: zipfile.ZipFile, name: str, most: int, where: str) -> bytes:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise _damaged(where, f"{name} is missing") from None
    if entry.file_size > most:
        raise _damaged(where, f"{name} claims {entry.file_size:,} bytes")
    with archive.open(entry) as file:
        data = file.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise _damaged(where, f"{name} does not have {entry.file_size:,} bytes")
    return data


def _damaged(where: str, problem: str) -> ModelFileError:
    return ModelFileError(
        f"{where}: this model file cannot be read: {problem}. It is cut off or damaged; take it "
        "from its source again."
    )


def _archive_parts(path: Path) -> tuple[bytes, bytes]:
    where, size = str(path), path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            # Weights are compressed in few files, and hardly shrink.
            config = _entry(archive, _CONFIG, _MOST_CONFIG, where)
            return config, _entry(archive, _WEIGHTS, 100 * size + 2**20, where)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise _damaged(where, str(error)) from None
    except (NotImplementedError, RuntimeError) as error:
        raise _damaged(where, f"a feature of zip files that models never have: {error}") from None


def model_of_config(config: Mapping[str, Any], most: int | None = None) -> Any:
    """A model without the values of its weights, of at most so many bytes if that is given.

    Raises:
        ModelFileError: the description names an unknown class, or is no model's.
    """
    with contextlib.nullcontext() if most is None else weight_budget(most):
        model = registry.deserialize("layer", from_keras(config))
        if not hasattr(model, "build_from_config"):
            raise ModelFileError(f"{type(model).__name__} is a layer, not a model.")
        shape = config.get("build_config")
        if isinstance(shape, Mapping) and not model.built:
            model.build_from_config(from_keras(shape))
    return model


def _size(contents: Hierarchy) -> int:
    return sum(array.nbytes for array in contents.arrays.values())


def read_archive(path: Path, compile: bool, guard: Guard) -> Any:
    """The model in a ``.keras`` file.

    Args:
        path: the file.
        compile: whether to compile the model as it was.
        guard: makes errors about the file of all that go wrong.
    """
    where = str(path)
    text, data = _archive_parts(path)
    config = parse_json(text, f"{where}: {_CONFIG}")
    contents = read_hdf5(data, f"{where}: {_WEIGHTS}")
    model = guard(where, "the model", lambda: model_of_config(config, _size(contents)))
    if compile and isinstance(config.get("compile_config"), Mapping):
        _compile(model, from_keras(config["compile_config"]), where)
    guard(where, "its weights", lambda: fill_by_structure(model, contents, where))
    return model


def _compile(model: Any, config: Any, where: str) -> None:
    """Compile a model as a file says; what is not known leaves it as it is, with a warning."""
    if not isinstance(config, Mapping) or not config.get("optimizer"):
        return
    try:
        model.compile_from_config(config)
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        warnings.warn(
            f"{where}: the model was not compiled as it was when it was saved: {error} Compile it "
            "by hand.",
            stacklevel=6,
        )


def read_legacy(path: Path, compile: bool, guard: Guard) -> Any:
    """The model in an HDF5 file of Keras 2, or in one that Keras 3 wrote in that layout."""
    where = str(path)
    contents = read_hdf5(path, where)
    top = contents.attributes.get("", {})
    if not isinstance(top.get("model_config"), str):
        raise ModelFileError(
            f"{where}: this file holds weights alone. Make the model first, then call "
            "model.load_weights(path)."
        )
    config = parse_json(top["model_config"].encode(), f"{where}: model_config")
    model = guard(where, "the model", lambda: model_of_config(config, _size(contents)))
    weights = contents.below("model_weights")
    if not model.weights and weights.arrays:
        raise ModelFileError(
            f"{where}: the file does not tell the shape of the inputs, so the model has no weights "
            "to fill. Make the model first, build it, then call model.load_weights(path)."
        )
    guard(where, "its weights", lambda: fill_by_layer(model, weights, where))
    if compile and isinstance(top.get("training_config"), str):
        training = parse_json(top["training_config"].encode(), f"{where}: training_config")
        _compile_legacy(model, training, contents, where)
    return model


def _compile_legacy(
    model: Any, training: Mapping[str, Any], contents: Hierarchy, where: str
) -> None:
    known = ("loss", "loss_weights", "metrics", "weighted_metrics")
    config = {key: training[key] for key in known if key in training}
    config["optimizer"] = training.get("optimizer_config")
    _compile(model, _as_compile_config(from_keras(config)), where)
    group = contents.below("optimizer_weights")
    names = group.attributes.get("", {}).get("weight_names")
    if getattr(model, "optimizer", None) is not None and isinstance(names, list):
        arrays = [group.arrays[name] for name in names if name in group.arrays]
        fill_optimizer(model, arrays)


def _as_compile_config(config: dict[str, Any]) -> dict[str, Any]:
    """Keras 2's form of metrics: lists within a list, and names with their output."""
    for key in ("metrics", "weighted_metrics"):
        found = config.get(key)
        if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
            config[key] = found[0]
    return config


def read_keras_weights(path: Path, model: Any, by_name: bool = False, skip: bool = False) -> None:
    """Fill a model from an HDF5 file of weights, or of a whole model, in any of the layouts."""
    where = str(path)
    if is_keras_archive(path):
        contents = read_hdf5(_archive_parts(path)[1], f"{where}: {_WEIGHTS}")
    else:
        contents = read_hdf5(path, where)
    if "model_weights" in contents.attributes and not is_by_layer(contents):
        contents = contents.below("model_weights")
    if is_by_layer(contents):
        fill_by_layer(model, contents, where, by_name, skip)
    elif by_name:
        raise InvalidArgumentError(
            f"load_weights: {where}: by_name=True works for files in Keras 2's layout only: "
            "'name.h5'."
        )
    else:
        fill_by_structure(model, contents, where, skip)
