"""`clone_model`: the same architecture with new weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.input import InputLayer
from glassbrook.keras.models.functional import Functional
from glassbrook.keras.models.model import Model
from glassbrook.keras.models.sequential import Sequential
from glassbrook.keras.symbolic.calls import map_leaves
from glassbrook.keras.symbolic.operation import Operation
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import nest

__all__ = ["clone_model"]

_CloneFunction = Callable[[Any], Any]


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: _CloneFunction | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A model of the same layers with weights of its own, drawn anew.

    Args:
        model: the model to copy.
        input_tensors: placeholders to build the new model on, instead of new ones.
        clone_function: a function that gives the new layer for a layer; by default one of the same
            configuration. Not for models of a class of your own.
        call_function: a function ``(layer, *args, **kwargs)`` that calls a new layer on
            placeholders; only for functional models.
        recursive: whether `clone_function` is also used for the layers of models within.
        kwargs: nothing else is accepted.

    Raises:
        InvalidArgumentError: it is no model, or an argument is not for such a model.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
        >>> twin = tf.keras.models.clone_model(model)
        >>> twin.count_params(), twin.weights[0] is model.weights[0]
        (8, False)
    """
    if kwargs:
        raise InvalidArgumentError(f"clone_model: unknown arguments {sorted(kwargs)}.")
    if not isinstance(model, Model):
        raise InvalidArgumentError(f"clone_model: expected a model, got {model!r}.")
    clone = _cloning(clone_function, recursive)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise InvalidArgumentError("clone_model: call_function is for functional models.")
        return _clone_sequential(model, input_tensors, clone)
    if model._network is not None and type(model).__init__ in _OF_GRAPHS:
        return _clone_functional(model, input_tensors, clone, call_function or _call)
    if clone_function is not None or input_tensors is not None:
        raise InvalidArgumentError(
            f"clone_model: {type(model).__name__} is a class of its own, which decides itself what "
            "layers it makes: clone_function and input_tensors are for Sequential and functional "
            "models."
        )
    twin = type(model).from_config(model.get_config())
    shape = model.get_build_config()
    if model.built and not twin.built and shape is not None:
        twin.build_from_config(shape)
    return twin


_OF_GRAPHS = (Model.__init__, Functional.__init__)


def _cloning(given: _CloneFunction | None, recursive: bool) -> _CloneFunction:
    """What gives the new layer for a layer."""

    def clone(layer: Any) -> Any:
        if recursive and isinstance(layer, Model):
            return clone_model(layer, clone_function=given, recursive=True)
        made = _same(layer) if given is None else given(layer)
        if not isinstance(made, Layer):
            raise InvalidArgumentError(
                f"clone_model: clone_function returned {made!r} for layer {layer.name!r}, "
                "expected a layer."
            )
        return made

    return clone


def _same(layer: Any) -> Any:
    if isinstance(layer, Model):
        return clone_model(layer)
    return type(layer).from_config(layer.get_config())


def _call(layer: Any, *args: Any, **kwargs: Any) -> Any:
    return layer(*args, **kwargs)


def _clone_sequential(model: Sequential, inputs: Any, clone: _CloneFunction) -> Sequential:
    twin = Sequential(name=model.name, trainable=model._trainable)
    tensors = [each for each in nest.flatten(inputs) if each is not None]
    if len(tensors) > 1 or not all(isinstance(each, KerasTensor) for each in tensors):
        raise InvalidArgumentError(
            f"clone_model: a Sequential model takes one placeholder as input_tensors, got {inputs}."
        )
    if tensors:
        twin.add(tensors[0], rebuild=False)
    elif model._input is not None:
        twin.add(type(model._input).from_config(model._input.get_config()), rebuild=False)
    for layer in model.layers:
        twin.add(clone(layer), rebuild=False)
    twin._build_if_known()
    if model._shape is not None and not twin.built:
        twin.build(model._shape)
    return twin


def _clone_functional(
    model: Model, inputs: Any, clone: _CloneFunction, call: Callable[..., Any]
) -> Model:
    network = model._network
    assert network is not None
    made: dict[int, Any] = {}
    twins: dict[int, KerasTensor] = {}

    def twin_of(operation: Any) -> Any:
        if id(operation) not in made:
            if isinstance(operation, Operation):
                made[id(operation)] = Operation(
                    operation.function, operation.name, operation.options
                )
            else:
                made[id(operation)] = clone(operation)
        return made[id(operation)]

    new_inputs = _new_inputs(model, inputs)
    for old, new in zip(network.inputs, new_inputs, strict=True):
        twins[id(old)] = new
    for each in network.calls:
        if each.is_input:
            continue
        args = map_leaves(lambda leaf: twins.get(id(leaf), leaf), list(each.arguments.args))
        kwargs = map_leaves(lambda leaf: twins.get(id(leaf), leaf), each.arguments.kwargs)
        outputs = nest.flatten(call(twin_of(each.operation), *args, **kwargs))
        for old, new in zip(each.output_tensors, outputs, strict=True):
            twins[id(old)] = new
    found = nest.map_structure(lambda each: twins[id(each)], model.output)
    structure = nest.pack_like(model.input, new_inputs)
    return type(model)(inputs=structure, outputs=found, name=model.name, trainable=model._trainable)


def _new_inputs(model: Model, given: Any) -> list[KerasTensor]:
    if given is not None:
        found = nest.flatten(given)
        if len(found) != len(model.inputs) or not all(isinstance(x, KerasTensor) for x in found):
            raise InvalidArgumentError(
                f"clone_model: input_tensors need to be {len(model.inputs)} placeholders of "
                f"keras.Input, got {given!r}."
            )
        return found
    made: list[KerasTensor] = []
    for each in model.inputs:
        call = each._call
        assert call is not None
        layer: InputLayer = call.operation
        made.append(InputLayer.from_config(layer.get_config()).output)
    return made
