"""`save_model` and `load_model`: a model with its weights and the state of its training."""

from __future__ import annotations

import contextlib
import functools
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glassbrook.errors import GlassbrookError, InvalidArgumentError, ModelFileError, NotFoundError
from glassbrook.keras import registry
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.state import weight_budget
from glassbrook.keras.saving import container, keras_files
from glassbrook.keras.saving.checkpoints import read_checkpoint, write_checkpoint
from glassbrook.keras.saving.container import Contents
from glassbrook.keras.saving.hdf5 import is_hdf5
from glassbrook.keras.saving.keras_weights import check_built
from glassbrook.keras.saving.names import named_seeds, named_weights
from glassbrook.keras.saving.paths import (
    HDF5,
    KERAS,
    check_model_path,
    check_weights_path,
    is_checkpoint_path,
    is_folder_path,
    suffix_of,
    text_of,
)
from glassbrook.keras.saving.states import update_state
from glassbrook.keras.saving.tensors import Array
from glassbrook.ops.io.bundles import bundle_exists
from glassbrook.tensor import Variable

__all__ = [
    "load_model",
    "load_weights",
    "model_from_json",
    "model_to_json",
    "save_model",
    "save_weights",
]

FORMAT = "glassbrook-model"
VERSION = 1
_MODEL, _OPTIMIZER = "model/", "optimizer/"

PathLike = str | os.PathLike[str]


# Saving.


def save_model(
    model: Any,
    filepath: PathLike,
    overwrite: bool = True,
    include_optimizer: bool = True,
    **kwargs: Any,
) -> None:
    """Write a model: architecture, weights, what it was compiled with, state of its optimizer.

    Args:
        model: the model.
        filepath: ``"name.gbk"`` for one file, ``"name"`` for a folder; ``"name.keras"`` and
            ``"name.h5"`` for Keras's formats.
        overwrite: whether an existing file is replaced.
        include_optimizer: whether what it was compiled with is written too.
        kwargs: `save_format` of Keras 2 is accepted where it says what the path says.

    Raises:
        InvalidArgumentError: the path has another suffix, a file is there already, or a part of
            the model cannot be written.
    """
    _check_options("save", kwargs)
    check_model_path(filepath)
    place = _target(filepath, overwrite)
    for layer in model._flatten_layers():
        _check_name(layer)
    compiled = _compiled(model) if include_optimizer else None
    suffix = suffix_of(filepath)
    if suffix == KERAS:
        keras_files.write_archive(place, model, compiled)
        return
    if suffix in HDF5:
        keras_files.write_legacy(place, model, compiled)
        return
    description = _description(model, compiled)
    arrays = _arrays(named_weights(model), _MODEL)
    if compiled and model.optimizer.built:
        variables = model.optimizer.variables
        description["optimizer_variables"] = [variable.path for variable in variables]
        arrays |= _arrays({str(i): each for i, each in enumerate(variables)}, _OPTIMIZER)
    if is_folder_path(filepath):
        container.write_folder(place, description, arrays)
    else:
        container.write_zip(place, description, arrays)


_FORMATS = (None, "gbk", "keras", "h5", "tf")


def _check_options(op: str, options: dict[str, Any]) -> None:
    """Take note of Keras 2's options, none of which has an effect.

    Raises:
        InvalidArgumentError: there is another one.
    """
    known = ("save_format", "signatures", "options", "save_traces", "zipped")
    unknown = {key: value for key, value in options.items() if key not in known}
    if options.get("save_format") not in _FORMATS:
        unknown["save_format"] = options["save_format"]
    if unknown:
        raise InvalidArgumentError(
            f"{op}: unknown arguments {sorted(unknown)}. The format follows from the path: "
            "'name.gbk', 'name', 'name.keras' or 'name.h5'."
        )


def _compiled(model: Any) -> dict[str, Any] | None:
    """What a model was compiled with; `None`, with a warning, if that cannot be written."""
    if not model.compiled:
        return None
    try:
        return model.get_compile_config() or None
    except InvalidArgumentError as error:
        warnings.warn(
            f"Model {model.name!r} is saved without what it was compiled with: {error} Compile it "
            "again after it was loaded.",
            stacklevel=4,
        )
        return None


def save_weights(model: Any, filepath: PathLike, overwrite: bool = True, **kwargs: Any) -> None:
    """Write the values of a model's weights.

    Args:
        model: the model.
        filepath: ``"name.weights.gbk"`` or ``"name.safetensors"``; ``"name.weights.h5"`` for Keras
            3's format, ``"name.h5"`` for Keras 2's, ``"name"`` for a checkpoint.
        overwrite: whether an existing file is replaced.
        kwargs: `save_format` of Keras 2 is accepted where it says what the path says.

    Raises:
        InvalidArgumentError: the path has another suffix, a file is there already, or the model
            has no weights yet.
    """
    _check_options("save_weights", kwargs)
    check_weights_path(filepath)
    weights = named_weights(model)
    if not weights and not model.built:
        raise InvalidArgumentError(
            f"save_weights: model {model.name!r} has no weights yet. Build it, or call it on data."
        )
    if is_checkpoint_path(filepath):
        prefix = os.fspath(filepath)
        write_checkpoint(model, prefix)
        # As in Keras 2, so that tf.train.latest_checkpoint finds it.
        update_state(os.path.dirname(prefix), prefix)
        return
    place = _target(filepath, overwrite)
    if suffix_of(filepath) == ".weights.h5" or suffix_of(filepath) in HDF5:
        by_layer = suffix_of(filepath) in HDF5
        keras_files.write_keras_weights(place, model, by_layer)
        return
    arrays = _arrays(weights, _MODEL)
    if place.suffix == ".safetensors":
        container.write_tensors(place, arrays)
    else:
        container.write_zip(place, {**_head(), "model": None}, arrays)


def _target(filepath: PathLike, overwrite: bool) -> Path:
    place = Path(filepath)
    if place.exists() and not overwrite:
        raise InvalidArgumentError(f"{os.fspath(filepath)!r} is there already; overwrite=True.")
    if not place.parent.is_dir():
        raise NotFoundError(f"The folder {str(place.parent)!r} is not there. Make it first.")
    if is_folder_path(filepath):
        if place.is_file():
            raise InvalidArgumentError(
                f"{os.fspath(filepath)!r} is a file, but a name without a suffix means a folder. "
                "Save to 'name.gbk' for one file."
            )
    elif place.is_dir():
        raise InvalidArgumentError(f"{os.fspath(filepath)!r} is a folder, but means one file.")
    return place


def _head() -> dict[str, Any]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        written_by = f"glassbrook {version('glassbrook')}"
    except PackageNotFoundError:
        written_by = "glassbrook"
    return {"format": FORMAT, "version": VERSION, "written_by": written_by}


def _description(model: Any, compiled: dict[str, Any] | None) -> dict[str, Any]:
    return {
        **_head(),
        "model": {**registry.serialize(model), "build": model.get_build_config()},
        "compile": compiled,
        "seeds": {name: list(each.state) for name, each in named_seeds(model).items()},
    }


def _check_name(layer: Layer) -> None:
    """Raise an error if the name of a layer's class stands for another class in a file."""
    name = registry.get_registered_name(type(layer))
    found = registry.find("layer", name)
    if found is not None and found is not type(layer):
        raise InvalidArgumentError(
            f"save: the class of layer {layer._title()} has the name of another one, so that a "
            "file could not tell them apart. Rename it, or decorate it with "
            "@tf.keras.saving.register_keras_serializable()."
        )


def _arrays(variables: Mapping[str, Variable], prefix: str) -> dict[str, Array]:
    return {f"{prefix}{name}": np.asarray(each.numpy()) for name, each in variables.items()}


# Loading.


def load_model(
    filepath: PathLike,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a model that `save` wrote, or Keras: ``.keras`` and ``.h5`` files.

    A file names classes and holds numbers; it cannot bring code along. Classes of your own are
    known if they were decorated with `register_keras_serializable`, or are passed here.

    Args:
        filepath: a ``.gbk``, ``.keras`` or ``.h5`` file, or a folder.
        custom_objects: classes and functions of your own, by name.
        compile: whether to compile the model as it was, with the state of its optimizer.
        safe_mode: accepted for Keras's sake: loading is always safe.

    Raises:
        NotFoundError: there is nothing at that path.
        ModelFileError: the file is damaged, of a later version, or names an unknown class.
    """
    where = text_of(filepath)
    place = Path(where)
    if place.is_file():
        with registry.custom_object_scope(dict(custom_objects or {})):
            if keras_files.is_keras_archive(place):
                return keras_files.read_archive(place, compile, _guarded)
            if is_hdf5(place):
                return keras_files.read_legacy(place, compile, _guarded)
    contents = container.read(filepath)
    description = _checked_description(contents, where)
    arrays = _part(contents.arrays, _MODEL)
    with registry.custom_object_scope(dict(custom_objects or {})):
        model = _guarded(where, "the model", lambda: _revive(description, arrays))
        _assign(named_weights(model), arrays, where)
        _restore_seeds(model, description.get("seeds"), where)
        if compile and description.get("compile") is not None:
            _guarded(
                where, "its training", lambda: model.compile_from_config(description["compile"])
            )
            _restore_optimizer(model, description, contents, where)
    return model


def _checked_description(contents: Contents, where: str) -> dict[str, Any]:
    description = contents.description
    if description is None or description.get("model", 0) is None:
        raise ModelFileError(
            f"{where}: this file holds weights alone. Make the model first, then call "
            "model.load_weights(path)."
        )
    _check_version(description, where)
    if not isinstance(description.get("model"), dict):
        raise ModelFileError(f"{where}: the description holds no model. The file is damaged.")
    return description


def _check_version(description: Mapping[str, Any], where: str) -> None:
    if description.get("format") != FORMAT:
        raise ModelFileError(
            f"{where}: the description says format {description.get('format')!r:.40}, expected "
            f"{FORMAT!r}. This is no model of Glassbrook's, or it is damaged."
        )
    version = description.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise ModelFileError(
            f"{where}: the file has version {version!r:.40} of the format, but this Glassbrook "
            f"knows versions up to {VERSION}. It was written by "
            f"{description.get('written_by')!r:.60}: install that version."
        )


def _revive(description: Mapping[str, Any], arrays: Mapping[str, Array]) -> Any:
    """The model without the values of its weights, and no greater than these are."""
    with weight_budget(sum(array.nbytes for array in arrays.values())):
        model = registry.deserialize("layer", description["model"])
        if not hasattr(model, "build_from_config"):
            raise ModelFileError(f"{type(model).__name__} is a layer, not a model.")
        shape = description["model"].get("build")
        if shape is not None and not model.built:
            model.build_from_config(shape)
    return model


def _guarded(where: str, what: str, revive: Callable[[], Any]) -> Any:
    """Run a step of reading; whatever is wrong with its input is an error about the file."""
    try:
        return revive()
    except ModelFileError as error:
        raise ModelFileError(f"{where}: {error}") from error
    except (GlassbrookError, ArithmeticError, AttributeError, LookupError, RecursionError) as error:
        raise _unusable(where, what, error) from error
    except (TypeError, ValueError, MemoryError) as error:
        raise _unusable(where, what, error) from error


def _unusable(where: str, what: str, error: BaseException) -> ModelFileError:
    return ModelFileError(
        f"{where}: {what} cannot be made from its description: {error}. The file is damaged, or "
        "a class of your own has changed since it was written."
    )


def _part(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _assign(
    variables: Mapping[str, Variable], arrays: Mapping[str, Array], where: str, skip: bool = False
) -> None:
    """Set variables to the arrays of the same names, once all of them are known to fit."""
    fitting = {}
    problems: list[str] = []
    for name, variable in variables.items():
        array = arrays.get(name)
        if array is None:
            problems.append(f"{name!r} ({variable.path}) is missing in the file")
        elif array.shape != tuple(variable.shape):
            problems.append(
                f"{name!r} ({variable.path}) has shape {array.shape} in the file, but "
                f"{tuple(variable.shape)} in the model"
            )
        elif array.dtype.kind != variable.dtype.numpy.kind:
            problems.append(
                f"{name!r} ({variable.path}) has dtype {array.dtype} in the file, but "
                f"{variable.dtype.name} in the model"
            )
        else:
            fitting[name] = array
    problems += [f"{name!r} is not in the model" for name in arrays if name not in variables]
    if problems and not skip:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise ModelFileError(
            f"{where}: the weights do not fit the model: {'; '.join(problems[:3])}{more}. They "
            f"belong to another architecture: the file has {len(arrays)} weights, the model "
            f"{len(variables)}."
        )
    for name, array in fitting.items():
        variables[name].assign(array)


def _restore_seeds(model: Any, states: Any, where: str) -> None:
    generators = named_seeds(model)
    if not isinstance(states, Mapping):
        return
    for name, generator in generators.items():
        state = states.get(name)
        if state is not None:
            restore = functools.partial(setattr, generator, "state", state)
            _guarded(where, "the state of random numbers", restore)


def _restore_optimizer(
    model: Any, description: Mapping[str, Any], contents: Contents, where: str
) -> None:
    if description.get("optimizer_variables") is None:
        return
    model.optimizer.build(model.trainable_variables)
    variables = {str(i): each for i, each in enumerate(model.optimizer.variables)}
    _assign(variables, _part(contents.arrays, _OPTIMIZER), where)


def load_weights(model: Any, filepath: PathLike, skip_mismatch: bool = False, **kwargs: Any) -> Any:
    """Read weights into a model of the same architecture; see `Model.load_weights`.

    Args:
        model: the model.
        filepath: a file that `save_weights` or `save` wrote, one of Keras's, or a checkpoint.
        skip_mismatch: whether to leave weights alone that do not fit.
        kwargs: `by_name` reads layers of the same names from a file in Keras 2's layout.

    Returns:
        For a checkpoint, as in Keras 2, what `tf.train.Checkpoint.restore` gives; else `None`.

    Raises:
        NotFoundError: there is nothing at that path.
        ModelFileError: the file is damaged, or its weights do not fit; the message names the first
            ones that do not.
    """
    by_name = bool(kwargs.pop("by_name", False))
    kwargs.pop("options", None)
    if kwargs:
        raise InvalidArgumentError(f"load_weights: unknown arguments {sorted(kwargs)}.")
    where = text_of(filepath)
    place = Path(where)
    if not place.is_file() and bundle_exists(where):
        return read_checkpoint(model, where)
    if place.is_file() and (keras_files.is_keras_archive(place) or is_hdf5(place)):
        check_built(model, "load_weights")
        keras_files.read_keras_weights(place, model, by_name, skip_mismatch)
        return None
    contents = container.read(filepath)
    if contents.description is not None:
        _check_version(contents.description, where)
    check_built(model, "load_weights")
    arrays = _part(contents.arrays, _MODEL)
    if not arrays and contents.arrays:
        arrays = dict(contents.arrays)
    _assign(named_weights(model), arrays, where, skip_mismatch)
    return None


# The architecture alone.


def model_to_json(model: Any, **kwargs: Any) -> str:
    """The architecture of a model as JSON text, in Keras's form."""
    for layer in model._flatten_layers():
        _check_name(layer)
    compiled = None
    if model.compiled:
        with contextlib.suppress(InvalidArgumentError):  # the architecture can do without
            compiled = model.get_compile_config()
    return keras_files.config_text(model, compiled, **kwargs)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A new model of the architecture that `to_json` gave.

    Raises:
        ModelFileError: the text cannot be read, or names an unknown class.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
        >>> twin = tf.keras.models.model_from_json(model.to_json())
        >>> twin.output_shape
        (None, 2)
    """
    where = "model_from_json"
    description = container.parse_json(json_string.encode(), where)
    if "class_name" in description:  # Keras's own
        config = description
        with registry.custom_object_scope(dict(custom_objects or {})):
            return _guarded(where, "the model", lambda: keras_files.model_of_config(config))
    _checked_description(Contents(description, {}), where)

    def revive() -> Any:
        model = registry.deserialize("layer", description["model"])
        shape = description["model"].get("build")
        if shape is not None and not model.built:
            model.build_from_config(shape)
        return model

    with registry.custom_object_scope(dict(custom_objects or {})):
        return _guarded(where, "the model", revive)
