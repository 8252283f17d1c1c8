"""Descriptions of objects as Keras writes them, from and to Glassbrook's own.

Keras names a module beside each class. It is written, and not looked at when it is read: which
class a name stands for, the registry says alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from glassbrook.errors import ModelFileError
from glassbrook.keras import registry

__all__ = ["KINDS", "from_keras", "module_kind", "to_keras"]

_MODULES = {
    "layer": "keras.layers",
    "initializer": "keras.initializers",
    "regularizer": "keras.regularizers",
    "constraint": "keras.constraints",
    "schedule": "keras.optimizers.schedules",
    "optimizer": "keras.optimizers",
    "loss": "keras.losses",
    "metric": "keras.metrics",
}
KINDS = tuple(_MODULES)
"""The kinds of objects, in the order in which a name is looked up."""

_PLACES = {
    "loss": "loss",
    "metrics": "metric",
    "weighted_metrics": "metric",
    "optimizer": "optimizer",
    "learning_rate": "schedule",
}
_MODELS = {
    "Sequential": "keras",
    "Model": "keras",
    "Functional": "keras.src.models.functional",
}
# What Keras does not know.
_OWN_OPTIONS = ("batch_input_shape", "decay")


def module_kind(module: Any) -> str | None:
    """The kind of object that one of Keras's modules holds, or `None`."""
    if module in ("keras", "keras.models"):
        return "layer"
    return next((kind for kind, each in _MODULES.items() if each == module), None)


# Writing.


def to_keras(value: Any, kind: str | None = None) -> Any:
    """A description in Keras's form.

    Args:
        value: what `get_config` or `registry.serialize` gave.
        kind: the kind of object it describes, where its name alone does not tell.
    """
    if isinstance(value, Mapping):
        if set(value) == {"class", "config"}:
            return _described(value["class"], value["config"], kind)
        return {
            key: each if key == "registered_name" else to_keras(each, _PLACES.get(key, kind))
            for key, each in value.items()
            if key not in _OWN_OPTIONS
        }
    if isinstance(value, list | tuple):
        return [to_keras(each, kind) for each in value]
    if isinstance(value, str) and ">" in value and registry.get_registered_object(value):
        name = value.rpartition(">")[2]
        return {"module": None, "class_name": "function", "config": name, "registered_name": value}
    return value


def _described(name: str, config: Any, kind: str | None) -> dict[str, Any]:
    found = _kind_of(name, kind)
    cls = registry.get_registered_object(name)
    if cls is not None or found is None:
        module, registered = None, name
        name = getattr(cls, "__name__", name)
    else:
        module, registered = _MODELS.get(name, _MODULES[found]), None
    return {
        "module": module,
        "class_name": name,
        "config": to_keras(config),
        "registered_name": registered,
    }


def _kind_of(name: str, kind: str | None) -> str | None:
    order = ([kind] if kind else []) + list(_MODULES)
    return next((each for each in order if registry.find(each, name) is not None), None)


# Reading.


def from_keras(value: Any, kind: str | None = None) -> Any:
    """A description that the registry understands, out of Keras's own.

    Raises:
        ModelFileError: it holds code, or something that does not exist here.
    """
    if isinstance(value, list):
        return [from_keras(each, kind) for each in value]
    if not isinstance(value, Mapping):
        return value
    name = value.get("class_name")
    if isinstance(name, str) and ("config" in value or name == "__tuple__"):
        return _object(name, value, kind)
    return {key: from_keras(each, _PLACES.get(key, kind)) for key, each in value.items()}


def _object(name: str, value: Mapping[str, Any], kind: str | None) -> Any:
    if name == "__tuple__":
        return tuple(from_keras(each) for each in value.get("items", ()))
    if name == "__lambda__":
        raise ModelFileError(
            "The model holds a lambda function, which is code: files never run code here. Define "
            "it as a function, decorate it with @tf.keras.utils.register_keras_serializable(), "
            "and save the model again."
        )
    if name in ("function", "builtin_function_or_method"):
        return _function_name(value)
    config = value["config"]
    if name == "__keras_tensor__":
        return value
    if name in ("DTypePolicy", "Policy", "FloatDTypePolicy") and isinstance(config, Mapping):
        return config.get("name", "float32")
    if name in ("ListWrapper", "TrackableDict", "_DictWrapper"):
        return from_keras(config)
    if isinstance(config, Mapping) and isinstance(config.get("layers"), list):
        config = _counted_as_keras_3(config)
    registered = value.get("registered_name")
    result: dict[str, Any] = {
        key: each
        for key, each in value.items()
        if key not in ("config", "shared_object_id", "build_config", "compile_config")
    }
    result["config"] = _arguments(name, registered, from_keras(config), kind)
    if "inbound_nodes" in value:
        result["inbound_nodes"] = [_inbound(each) for each in value["inbound_nodes"]]
    return result


def _function_name(value: Mapping[str, Any]) -> Any:
    registered = value.get("registered_name")
    if isinstance(registered, str) and registry.get_registered_object(registered) is not None:
        return registered
    config = value["config"]
    return config if isinstance(config, str) else value.get("class_name")


def _arguments(name: str, registered: Any, config: Any, kind: str | None) -> Any:
    """The arguments of a class, without those that say nothing and that it does not know."""
    if not isinstance(config, Mapping):
        return config
    found = dict(config)
    if name == "InputLayer" and "batch_input_shape" in found:
        found.setdefault("batch_shape", found.pop("batch_input_shape"))
    if name == "BatchNormalization" and isinstance(found.get("axis"), list | tuple):
        found["axis"] = found["axis"][0] if len(found["axis"]) == 1 else found["axis"]
    found.pop("shared_object_id", None)
    cls = registry.get_registered_object(registered if isinstance(registered, str) else name)
    if cls is None:
        kinds = [kind] if kind else []
        cls = next(
            (hit for each in [*kinds, *_MODULES] if (hit := registry.find(each, name))), None
        )
    if not isinstance(cls, type) or "from_config" in vars(cls):
        return found
    known = _parameters(cls)
    return {
        key: each for key, each in found.items() if key in known or not _says_nothing(key, each)
    }


# Options of Keras that change how fast something runs, or that have no effect any more.
_WITHOUT_EFFECT = frozenset(
    "implementation time_major fused virtual_batch_size renorm_momentum use_legacy_config "
    "jit_compile is_legacy_optimizer ema_momentum loss_scale_factor".split()
)


def _says_nothing(key: str, value: Any) -> bool:
    return key in _WITHOUT_EFFECT or value in (None, False, [], {})


def _parameters(cls: type) -> set[str]:
    """The names that constructors of a class and its bases take."""
    known: set[str] = {"input_shape", "batch_input_shape", "input_dim", "batch_size"}
    for each in cls.__mro__:
        init = vars(each).get("__init__")
        if init is not None and each is not object:
            known |= set(inspect.signature(init).parameters)
    return known


def _counted_as_keras_3(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A functional model of Keras 2 with calls of the models in it counted from 0.

    Keras 2 took the making of such a model for its first call.
    """
    layers = config["layers"]
    if not all(isinstance(each, Mapping) for each in layers):
        return config
    nodes = [node for each in layers for node in each.get("inbound_nodes", ())]
    if not nodes or any(isinstance(node, Mapping) for node in nodes):
        return config
    models = {each.get("name"): each.get("class_name") for each in layers}
    models = {name: kind for name, kind in models.items() if kind in _MODELS}

    def counted(reference: Any, kinds: tuple[str, ...]) -> Any:
        if isinstance(reference, list) and reference and isinstance(reference[0], str):
            shift = 1 if models.get(reference[0]) in kinds and reference[1] else 0
            return [reference[0], reference[1] - shift, *reference[2:]]
        if isinstance(reference, list):
            return [counted(each, kinds) for each in reference]
        return reference

    every = tuple(_MODELS)
    changed = [
        {**each, "inbound_nodes": counted(each.get("inbound_nodes", []), every)} for each in layers
    ]
    # Functional models as outputs are counted from 1 in Keras 3, too.
    outputs = counted(config.get("output_layers"), ("Sequential",))
    return {**config, "layers": changed, "output_layers": outputs}


def _inbound(node: Any) -> Any:
    """A call of a functional model; Keras 2 wrote it as a list of references."""
    if isinstance(node, Mapping):
        return {key: from_keras(each) for key, each in node.items()}
    if not isinstance(node, list) or not all(
        isinstance(each, list) and len(each) >= 3 and isinstance(each[0], str) for each in node
    ):
        raise ModelFileError(f"A call in the model cannot be read: {node!r:.120}.")
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": None, "dtype": "float32", "keras_history": each[:3]},
        }
        for each in node
    ]
    options: Any = next((each[3] for each in node if len(each) > 3 and each[3]), {})
    arguments = tensors if len(tensors) == 1 else [tensors]
    return {"args": arguments, "kwargs": {key: from_keras(each) for key, each in options.items()}}
