"""The arguments of layers: those of Keras 2, and those that a configuration is made of."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.layers.spec import Shape, as_sizes

if TYPE_CHECKING:
    from glassbrook.keras.layers.base import Layer

__all__ = ["as_layer_dtype", "given_shape", "with_arguments"]

_LEGACY_ARGUMENTS = ("input_shape", "batch_input_shape", "input_dim", "batch_size")


def as_layer_dtype(dtype: Any) -> DType:
    """The dtype that a layer computes in, for a name, a dtype or a policy.

    Raises:
        InvalidArgumentError: no layer computes in it.
    """
    if isinstance(dtype, Mapping):  # a dtype policy in a configuration of Keras 3
        dtype = dtype.get("config", {}).get("name", "float32")
    name = getattr(dtype, "variable_dtype", dtype)
    if isinstance(name, str) and name.startswith("mixed_"):
        name = "float32"  # half precision would be no faster
    found = as_dtype(name)
    if found in (dtypes.string, dtypes.bool):
        raise InvalidArgumentError(f"A layer cannot compute in dtype {found.name}.")
    return found


def given_shape(class_name: str, kwargs: dict[str, Any]) -> Shape | None:
    """The batch input shape that Keras 2's arguments describe, if there are any."""
    for key in kwargs:
        if key not in _LEGACY_ARGUMENTS:
            raise InvalidArgumentError(
                f"{class_name}: unknown argument {key}={kwargs[key]!r}. Every layer takes name, "
                "dtype, trainable, activity_regularizer, and input_shape or input_dim."
            )
    if kwargs.get("batch_input_shape") is not None:
        return as_sizes(kwargs["batch_input_shape"])
    shape = kwargs.get("input_shape")
    if shape is None and kwargs.get("input_dim") is not None:
        shape = (kwargs["input_dim"],)
    if shape is None:
        return None
    sizes = (shape,) if isinstance(shape, int) else as_sizes(shape)
    return (kwargs.get("batch_size"), *sizes)


def with_arguments(layer: Layer, config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a layer without `get_config`: what `__init__` was called with."""
    assert layer._arguments is not None
    args, kwargs = layer._arguments
    signature = inspect.signature(type(layer).__init__)
    bound = signature.bind(layer, *args, **kwargs)
    bound.apply_defaults()
    given: dict[str, Any] = {}
    takes_anything = False
    for name, parameter in list(signature.parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_anything = True
            given |= {key: each for key, each in bound.arguments[name].items() if key not in config}
        else:
            given[name] = bound.arguments[name]
    for name, value in given.items():
        if not _is_plain(value):
            raise InvalidArgumentError(
                f"Layer {layer._title()} has no get_config(), and its argument {name}={value!r} "
                "is not a number, text, list or dictionary. Define get_config(self), and "
                "from_config(cls, config) if __init__ does not take what it returns."
            )
    return {key: each for key, each in config.items() if takes_anything or key in given} | given


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(each) for key, each in value.items())
    return value is None or isinstance(value, bool | int | float | str)
