"""Functional models as tables of layers and calls, laid out as Keras does, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras import registry
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.symbolic.calls import Call
from glassbrook.keras.symbolic.names import keras_module_of, operation_of_class
from glassbrook.keras.symbolic.operation import Operation
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.keras.symbolic.values import value_from_config, value_to_config
from glassbrook.tensor import nest

if TYPE_CHECKING:
    from glassbrook.keras.models.graph import GraphModel

__all__ = ["describes_graph", "graph_config", "graph_from_config"]

_OPERATION = "Operation"
_GRAPH = ("layers", "input_layers", "output_layers")


def describes_graph(config: Mapping[str, Any]) -> bool:
    """Whether a configuration is that of a functional model."""
    return all(key in config for key in _GRAPH)


# Writing.


def graph_config(model: GraphModel) -> dict[str, Any]:
    """The name, layers, calls, inputs and outputs of a functional model, as JSON can hold them.

    Raises:
        InvalidArgumentError: a layer, an operation, or one of its arguments cannot be written.
    """
    network = model._network
    assert network is not None
    numbers = _numbers(network.calls)

    def reference(tensor: KerasTensor, nested_from: int = 0) -> list[Any]:
        call = tensor._call
        assert call is not None
        shift = nested_from if _is_graph(call.operation) else 0
        return [call.operation.name, numbers[id(call)] + shift, tensor._position]

    return {
        "name": model.name,
        "trainable": model._trainable,
        "layers": [
            _layer_config(operation, numbers, reference) for operation in network.operations
        ],
        # Here, Keras counts the calls of a functional model from 1.
        "input_layers": nest.map_structure(lambda each: reference(each, 1), model.input),
        "output_layers": nest.map_structure(lambda each: reference(each, 1), model.output),
    }


def _numbers(calls: list[Call]) -> dict[int, int]:
    """The number of each call among those of the same operation that belong to the model."""
    within = {id(call) for call in calls}
    numbers: dict[int, int] = {}
    for operation in {id(call.operation): call.operation for call in calls}.values():
        kept = [call for call in operation._inbound_nodes if id(call) in within]
        numbers |= {id(call): number for number, call in enumerate(kept)}
    return numbers


def _is_graph(operation: Any) -> bool:
    return getattr(operation, "_network", None) is not None


def _layer_config(
    operation: Any, numbers: Mapping[int, int], reference: Callable[[KerasTensor], list[Any]]
) -> dict[str, Any]:
    calls = [call for call in operation._inbound_nodes if id(call) in numbers]
    config = _operation_config(operation)
    config["name"] = operation.name
    config["inbound_nodes"] = [_call_config(call, reference) for call in calls if not call.is_input]
    return config


def _operation_config(operation: Any) -> dict[str, Any]:
    if isinstance(operation, Operation):
        config = operation.get_config()
        name = _OPERATION
        if operation_of_class(operation.class_name) is operation.function:
            name = operation.class_name  # one of Keras's own
            del config["function"]
        return {
            "module": (
                keras_module_of(operation.function) if name != _OPERATION else "glassbrook.keras"
            ),
            "class_name": name,
            "config": value_to_config(config, None),
            "registered_name": name,
        }
    serialized = registry.serialize(operation)
    cls = type(operation)
    built_in = registry.find("layer", cls.__name__) is cls
    found: dict[str, Any] = {
        "module": "keras.layers" if built_in else cls.__module__,
        "class_name": cls.__name__,
        "config": serialized["config"],
        "registered_name": None if built_in else serialized["class"],
    }
    shape = operation._build_shape
    if shape is not None and operation._inbound_nodes and operation.weights:
        found["build_config"] = {"input_shape": value_to_config(shape, None)}
    return found


def _call_config(call: Call, reference: Callable[[KerasTensor], list[Any]]) -> dict[str, Any]:
    def placeholder(tensor: KerasTensor) -> dict[str, Any]:
        return {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": list(tensor.keras_shape),
                "dtype": tensor.dtype,
                "keras_history": reference(tensor),
            },
        }

    try:
        return {
            "args": [value_to_config(each, placeholder) for each in call.arguments.args],
            "kwargs": {
                key: value_to_config(each, placeholder)
                for key, each in call.arguments.kwargs.items()
            },
        }
    except InvalidArgumentError as error:
        error.add_note(f"in an argument of {call.operation.name!r}")
        raise


# Reading.


def graph_from_config(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The arguments with which `Model` makes the model that a configuration describes.

    Raises:
        ModelFileError: a layer is unknown, or a call takes what no call gives.
    """
    layers: dict[str, Any] = {}
    waiting: list[tuple[Any, Any]] = []
    for each in config["layers"]:
        layer = _revived(each, custom_objects)
        name = each.get("name", layer.name)
        if name in layers:
            raise ModelFileError(f"Two layers of the model are named {name!r}.")
        layers[name] = layer
        waiting += [(layer, call) for call in each.get("inbound_nodes", ())]
    _make_calls(waiting, layers)

    def tensor(reference: Any) -> KerasTensor:
        name, call, position = _parts_of(reference)
        if _is_graph(layers.get(name)):
            call = max(call - 1, 0)
        found = _find(layers, name, call, position)
        if found is None:
            raise ModelFileError(f"There is no output {position} of call {call} of {name!r}.")
        return found

    rest = {key: each for key, each in config.items() if key not in _GRAPH}
    return {
        **rest,
        "inputs": _map_references(tensor, config["input_layers"]),
        "outputs": _map_references(tensor, config["output_layers"]),
    }


def _map_references(function: Callable[[Any], Any], structure: Any) -> Any:
    if isinstance(structure, Mapping):
        return {key: _map_references(function, each) for key, each in structure.items()}
    if isinstance(structure, list | tuple):
        if len(structure) in (3, 4) and isinstance(structure[0], str):
            return function(structure)
        return [_map_references(function, each) for each in structure]
    raise ModelFileError(f"Expected a reference to a layer's output, got {structure!r}.")


def _revived(config: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    if not isinstance(config, Mapping):
        raise ModelFileError(f"Expected the description of a layer, got {config!r}.")
    name, arguments = config.get("class_name"), config.get("config")
    module = str(config.get("module", ""))
    if isinstance(name, str) and isinstance(arguments, Mapping):
        if name == _OPERATION:
            return Operation.from_config(value_from_config(arguments, None))
        if module.startswith(("keras.src.ops", "keras.ops")):
            function = operation_of_class(name)
            if function is None:
                raise ModelFileError(f"There is no operation like Keras's {name!r}.")
            options = {key: each for key, each in arguments.items() if key != "name"}
            if not isinstance(options.get("dtype", ""), str):  # that of what it computes in
                del options["dtype"]
            return Operation(function, arguments.get("name"), value_from_config(options, None))
    layer = registry.deserialize("layer", config, custom_objects)
    if not isinstance(layer, Layer):
        raise ModelFileError(f"{name!r} is no layer.")
    return layer


def _make_calls(waiting: list[tuple[Any, Any]], layers: Mapping[str, Any]) -> None:
    """Make all calls, each once what it takes is there; those of one layer in their order."""
    while waiting:
        left: list[tuple[Any, Any]] = []
        held: set[int] = set()
        for layer, config in waiting:
            arguments = None if id(layer) in held else _arguments(config, layers)
            if arguments is None:
                held.add(id(layer))
                left.append((layer, config))
            else:
                layer(*arguments[0], **arguments[1])
        if len(left) == len(waiting):
            names = sorted({layer.name for layer, _ in left})
            raise ModelFileError(
                f"The calls of {names} take what no call gives: the description has a loop, or "
                "a layer is missing."
            )
        waiting = left


class _Missing(Exception):  # noqa: N818
    """What a call takes is not there yet."""


def _arguments(config: Any, layers: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]] | None:
    """The arguments of a call; `None` if some are not there yet."""

    def find(reference: Any) -> KerasTensor:
        found = _find(layers, *_parts_of(reference))
        if found is None:
            raise _Missing
        return found

    try:
        if isinstance(config, list | tuple):
            return _legacy_arguments(config, find)
        args = [value_from_config(each, find) for each in config.get("args", ())]
        kwargs = {key: value_from_config(each, find) for key, each in config["kwargs"].items()}
    except _Missing:
        return None
    return args, kwargs


def _legacy_arguments(
    config: Any, find: Callable[[Any], KerasTensor]
) -> tuple[list[Any], dict[str, Any]]:
    """Those of a call in the layout of Keras 2: references, of which one may carry the others."""
    if config and isinstance(config[0], str):
        config = [config]
    tensors = [find(each) for each in config]
    kwargs: dict[str, Any] = {}
    for each in config:
        kwargs |= each[3] if len(each) > 3 else {}
    kwargs = {key: find(each) if _is_reference(each) else each for key, each in kwargs.items()}
    return [tensors[0] if len(tensors) == 1 else tensors], kwargs


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(isinstance(each, int) for each in value[1:])
    )


def _parts_of(reference: Any) -> tuple[str, int, int]:
    """The layer, the call and the output that a reference names."""
    if (
        not isinstance(reference, list | tuple)
        or len(reference) not in (3, 4)
        or not isinstance(reference[0], str)
        or not all(isinstance(each, int) for each in reference[1:3])
    ):
        raise ModelFileError(f"{reference!r} refers to no output of a layer.")
    name, call, position = reference[:3]
    return name, call, position


def _find(layers: Mapping[str, Any], name: str, call: int, position: int) -> KerasTensor | None:
    """An output of a call that was made; `None` if it was not made yet."""
    if name not in layers:
        raise ModelFileError(f"A call takes the output of {name!r}, but no layer has that name.")
    calls: list[Call] = layers[name]._inbound_nodes
    if not 0 <= call < len(calls):
        return None
    outputs = calls[call].output_tensors
    if not 0 <= position < len(outputs):
        raise ModelFileError(f"Layer {name!r} gives {len(outputs)} tensors, not {position + 1}.")
    return outputs[position]
