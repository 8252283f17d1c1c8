"""Weights in Keras's HDF5 layouts: Keras 3's, by structure, and Keras 2's, by layer."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.saving.hdf5 import Hierarchy, names_of
from glassbrook.keras.saving.keras_names import layer_paths, own_variables
from glassbrook.keras.saving.tensors import Array
from glassbrook.tensor import Variable

__all__ = [
    "check_built",
    "fill_by_layer",
    "fill_by_structure",
    "fill_optimizer",
    "is_by_layer",
    "weights_by_layer",
    "weights_by_structure",
]

_VARS, _OPTIMIZER, _TOP = "vars", "optimizer", "top_level_model_weights"


def _value(variable: Variable) -> Array:
    return np.asarray(variable.numpy())


# Keras 3.


def weights_by_structure(model: Any, with_optimizer: bool = True) -> Hierarchy:
    """The contents of a ``.weights.h5`` file of Keras 3."""
    arrays: dict[str, Array] = {}
    attributes: dict[str, dict[str, Any]] = {"": {}}
    for path, layer in layer_paths(model):
        group = f"{path}/{_VARS}" if path else _VARS
        attributes[group] = {"name": layer.name}
        for number, variable in enumerate(own_variables(layer)):
            arrays[f"{group}/{number}"] = _value(variable)
    optimizer = getattr(model, "optimizer", None)
    if with_optimizer and optimizer is not None and optimizer.built:
        group = f"{_OPTIMIZER}/{_VARS}"
        attributes[group] = {"name": optimizer.name}
        for number, variable in enumerate(optimizer.variables):
            arrays[f"{group}/{number}"] = _value(variable)
    return Hierarchy(arrays, attributes)


def _numbered(arrays: Mapping[str, Array], group: str) -> list[Array]:
    found: list[Array] = []
    while f"{group}/{len(found)}" in arrays:
        found.append(arrays[f"{group}/{len(found)}"])
    return found


def fill_by_structure(model: Any, contents: Hierarchy, where: str, skip: bool = False) -> None:
    """Set a model's variables from the contents of a ``.weights.h5`` file of Keras 3.

    Args:
        model: the model.
        contents: what the file holds.
        where: the name of the file, for messages.
        skip: whether to leave layers alone that do not fit, with a warning.

    Raises:
        ModelFileError: the weights do not fit the model.
    """
    fitting: list[tuple[Sequence[Variable], list[Array]]] = []
    problems: list[str] = []
    for path, layer in layer_paths(model):
        variables = own_variables(layer)
        if not variables:
            continue
        arrays = _numbered(contents.arrays, f"{path}/{_VARS}" if path else _VARS)
        problem = _mismatch(variables, arrays)
        if problem is None:
            fitting.append((variables, arrays))
        else:
            problems.append(f"layer {layer.name!r} (in the file: {path!r}) {problem}")
    _finish(fitting, problems, where, skip)
    fill_optimizer(model, _numbered(contents.arrays, f"{_OPTIMIZER}/{_VARS}"))


def _mismatch(variables: Sequence[Variable], arrays: Sequence[Array]) -> str | None:
    """What keeps arrays from being the values of variables."""
    if len(arrays) != len(variables):
        return f"has {len(variables)} variables, but the file has {len(arrays)} for it"
    for variable, array in zip(variables, arrays):
        if tuple(variable.shape) != array.shape:
            return (
                f"has a variable {variable.path!r} of shape {tuple(variable.shape)}, but in the "
                f"file it has shape {array.shape}"
            )
        if variable.dtype.numpy.kind != array.dtype.kind:
            return f"has a variable {variable.path!r} of {variable.dtype.name}, not {array.dtype}"
    return None


def _finish(
    fitting: Sequence[tuple[Sequence[Variable], Sequence[Array]]],
    problems: Sequence[str],
    where: str,
    skip: bool,
) -> None:
    """Assign what fits, if the rest may be skipped or there is none."""
    if problems:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        text = f"{where}: the weights do not fit the model: {'; '.join(problems[:3])}{more}."
        if not skip:
            raise ModelFileError(
                f"{text} They belong to another architecture. skip_mismatch=True leaves such "
                "layers as they are."
            )
        warnings.warn(f"Skipping loading of weights. {text}", stacklevel=5)
    for variables, arrays in fitting:
        for variable, array in zip(variables, arrays):
            variable.assign(np.asarray(array, variable.dtype.numpy))


def fill_optimizer(model: Any, arrays: Sequence[Array]) -> None:
    """Set the state of a compiled model's optimizer, or warn that it does not fit."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not arrays:
        return
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    variables = optimizer.variables
    problem = _mismatch(variables, arrays)
    if problem is not None:
        warnings.warn(
            f"Skipping variable loading for optimizer {optimizer.name!r}: it {problem}.",
            stacklevel=4,
        )
        return
    for variable, array in zip(variables, arrays):
        variable.assign(np.asarray(array, variable.dtype.numpy))


# Keras 2: a group for each layer, in which a list of names tells the order of its weights.


def is_by_layer(contents: Hierarchy) -> bool:
    """Whether a file has Keras 2's layout."""
    attributes = contents.attributes.get("", {})
    return "layer_names" in attributes or "layer_names0" in attributes


def _in_order(layer: Layer) -> list[Variable]:
    """The variables of a layer and its sublayers, all trainable ones first."""
    fixed = {id(each) for part in layer._flatten_layers() for each in part._untrainable}
    weights = layer.weights
    return [each for each in weights if id(each) not in fixed] + [
        each for each in weights if id(each) in fixed
    ]


def weights_by_layer(model: Any) -> Hierarchy:
    """The contents of a file of weights in Keras 2's layout."""
    layers = model.layers
    top = {"layer_names": [layer.name for layer in layers], "backend": "tensorflow"}
    attributes: dict[str, dict[str, Any]] = {"": {**top, "keras_version": "3.15.0"}}
    arrays: dict[str, Array] = {}
    for name, variables in (
        *((layer.name, _in_order(layer)) for layer in layers),
        (_TOP, own_variables(model)),
    ):
        paths = _unique([variable.path for variable in variables])
        attributes[name] = {"weight_names": paths}
        arrays |= {f"{name}/{path}": _value(each) for path, each in zip(paths, variables)}
    return Hierarchy(arrays, attributes)


def _unique(paths: Sequence[str]) -> list[str]:
    used: dict[str, int] = {}
    found = []
    for path in paths:
        number = used.get(path, 0)
        used[path] = number + 1
        found.append(f"{path}_{number}" if number else path)
    return found


def _group_arrays(contents: Hierarchy, name: str, where: str) -> list[Array]:
    """The arrays of a layer's group, in the order of its list of names."""
    found = []
    for weight in names_of(contents.attributes.get(name, {}), "weight_names"):
        array = contents.arrays.get(f"{name}/{weight}")
        if array is None:
            raise ModelFileError(f"{where}: the weight {name}/{weight} is missing in the file.")
        found.append(array)
    return found


def fill_by_layer(
    model: Any, contents: Hierarchy, where: str, by_name: bool = False, skip: bool = False
) -> None:
    """Set a model's variables from a file of weights in Keras 2's layout.

    Args:
        model: the model.
        contents: what the file holds.
        where: the name of the file, for messages.
        by_name: whether layers are told apart by name; layers that the file lacks stay as they
            are. Else the order counts.
        skip: whether to leave layers alone that do not fit, with a warning.

    Raises:
        ModelFileError: the weights do not fit the model.
    """
    names = names_of(contents.attributes.get("", {}), "layer_names")
    groups = {name: _group_arrays(contents, name, where) for name in names}
    pairs: list[tuple[Layer, list[Array]]]
    if by_name:
        layers = {layer.name: layer for layer in model.layers}
        pairs = [(layers[name], groups[name]) for name in names if name in layers]
    else:
        filled = [(name, arrays) for name, arrays in groups.items() if arrays]
        wanting = [layer for layer in model.layers if _in_order(layer)]
        if len(filled) != len(wanting):
            raise ModelFileError(
                f"{where}: Layer count mismatch when loading weights from file. Model expected "
                f"{len(wanting)} layers, found {len(filled)} saved layers. by_name=True reads "
                "the layers that have the same names."
            )
        pairs = [(layer, arrays) for layer, (_, arrays) in zip(wanting, filled)]
    _fill_pairs(pairs, where, skip)
    top = _group_arrays(contents, _TOP, where) if _TOP in contents.attributes else []
    own = own_variables(model)
    if top and own:
        _finish([(own, top)] if _mismatch(own, top) is None else [], [], where, True)


def _fill_pairs(pairs: Sequence[tuple[Layer, list[Array]]], where: str, skip: bool) -> None:
    fitting: list[tuple[Sequence[Variable], list[Array]]] = []
    problems = []
    for layer, arrays in pairs:
        variables = _in_order(layer)
        if not variables and not arrays:
            continue
        problem = _mismatch(variables, arrays)
        if problem is None:
            fitting.append((variables, arrays))
        else:
            problems.append(f"layer {layer.name!r} {problem}")
    _finish(fitting, problems, where, skip)


def check_built(model: Any, op: str) -> None:
    """Raise an error unless a model has its weights.

    Raises:
        InvalidArgumentError: it is not built.
    """
    if not model.weights and not model.built:
        raise InvalidArgumentError(
            f"{op}: model {model.name!r} is not built, so it has no weights to fill. Build "
            "it first: model.build((None, 784)), or call it on data."
        )
