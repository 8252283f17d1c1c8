"""Objects of Keras as descriptions that JSON can hold, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras import registry
from glassbrook.keras.saving.keras_config import KINDS, from_keras, module_kind, to_keras

__all__ = ["deserialize_keras_object", "serialize_keras_object"]

_FUNCTIONS = ("activation", "loss", "metric function", "metric")


def serialize_keras_object(obj: Any) -> Any:
    """An object as a description in Keras's form; numbers, texts, lists and tables of such too.

    Args:
        obj: a layer, model, optimizer, loss, metric, initializer or the like, a function that is
            known by name, or a plain value.

    Raises:
        InvalidArgumentError: it has no `get_config`, or is a function that nothing knows by name.

    Example:
        >>> import glassbrook as tf
        >>> config = tf.keras.saving.serialize_keras_object(tf.keras.initializers.Zeros())
        >>> config["module"], config["class_name"]
        ('keras.initializers', 'Zeros')
    """
    if obj is None or isinstance(obj, str | int | float | bool):
        return obj
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, DType):
        return obj.name
    if isinstance(obj, Mapping):
        return {key: serialize_keras_object(each) for key, each in obj.items()}
    if isinstance(obj, list):
        return [serialize_keras_object(each) for each in obj]
    if isinstance(obj, tuple):
        items = [serialize_keras_object(each) for each in obj]
        return {"class_name": "__tuple__", "items": items}
    if hasattr(obj, "get_config"):
        name, cls = registry.get_registered_name(type(obj)), type(obj)
        kind = next((each for each in KINDS if registry.find(each, name) is cls), None)
        found: dict[str, Any] = to_keras(registry.serialize(obj), kind)
        build = getattr(obj, "_build_shape", None)
        if build is not None:
            found["build_config"] = {"input_shape": to_keras(build)}
        return found
    return _function(obj)


def _function(function: Any) -> dict[str, Any]:
    name = registry.get_registered_name(function) if hasattr(function, "__name__") else ""
    known = next((each for each in _FUNCTIONS if registry.find(each, name) is function), None)
    if known is None and registry.get_registered_object(name) is not function:
        raise InvalidArgumentError(
            f"serialize_keras_object: {function!r:.80} cannot be described: it has no "
            "get_config(), and nothing knows it by name. Decorate it with "
            "@tf.keras.saving.register_keras_serializable()."
        )
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name.rpartition(">")[2],
        "registered_name": "function" if known else name,
    }


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """The object that `serialize_keras_object` described.

    Args:
        config: the description.
        custom_objects: classes and functions of your own, by name.
        safe_mode: accepted for Keras's sake: no description ever runs code.
        kwargs: accepted for Keras 2's sake, without effect.

    Raises:
        ModelFileError: the class or function is unknown, or the description does not fit it.

    Example:
        >>> import glassbrook as tf
        >>> config = tf.keras.saving.serialize_keras_object(tf.keras.layers.Dense(3))
        >>> tf.keras.saving.deserialize_keras_object(config).units
        3
    """
    if isinstance(config, list):
        return [deserialize_keras_object(each, custom_objects) for each in config]
    if not isinstance(config, Mapping):
        return config
    name = config.get("class_name", config.get("class"))
    if name == "__tuple__":
        items = config.get("items", ())
        return tuple(deserialize_keras_object(each, custom_objects) for each in items)
    if name is None or "config" not in config:
        return {key: deserialize_keras_object(each, custom_objects) for key, each in config.items()}
    with registry.custom_object_scope(dict(custom_objects or {})):
        if name == "function":
            return _found_function(config)
        return _revived(config)


def _found_function(config: Mapping[str, Any]) -> Any:
    names = [config.get("registered_name"), config["config"]]
    for name in names:
        for kind in _FUNCTIONS:
            found = registry.find(kind, name) if isinstance(name, str) else None
            if found is not None:
                return found
    raise ModelFileError(
        f"There is no function named {config['config']!r:.80}. If it is your own, decorate it "
        "with @tf.keras.saving.register_keras_serializable(), or pass it in custom_objects."
    )


def _revived(config: Mapping[str, Any]) -> Any:
    described = from_keras(config, module_kind(config.get("module")))
    if not isinstance(described, Mapping):
        return described
    name = described.get("registered_name") or described.get("class_name", described.get("class"))
    kinds = [module_kind(config.get("module")), *KINDS]
    kind = next((k for k in kinds if k and registry.find(k, str(name)) is not None), "layer")
    found = registry.deserialize(kind, described)
    build = config.get("build_config")
    if isinstance(build, Mapping) and build.get("input_shape") and hasattr(found, "build"):
        if not found.built:
            shape = build["input_shape"]
            found.build(tuple(shape) if isinstance(shape, list) else shape)
    return found
