"""Arguments of calls as JSON can hold them, in the form that Keras gives them, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import EllipsisType
from typing import Any

import numpy as np

from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import Tensor, TensorShape, constant

__all__ = ["value_from_config", "value_to_config"]

_MOST_ELEMENTS = 65_536


def value_to_config(value: Any, placeholder: Callable[[KerasTensor], Any] | None) -> Any:
    """A value as numbers, texts, lists and dictionaries.

    Args:
        value: the value.
        placeholder: what a placeholder becomes.

    Raises:
        InvalidArgumentError: the value is something that a file cannot hold.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, KerasTensor) and placeholder is not None:
        return placeholder(value)
    if isinstance(value, list | tuple | TensorShape):
        return [value_to_config(each, placeholder) for each in value]
    if isinstance(value, Mapping):
        return {str(key): value_to_config(each, placeholder) for key, each in value.items()}
    if isinstance(value, slice):
        bounds = {name: getattr(value, name) for name in ("start", "stop", "step")}
        return _tagged("__slice__", value_to_config(bounds, placeholder))
    if isinstance(value, EllipsisType):
        return _tagged("__ellipsis__", {})
    if isinstance(value, DType):
        return _tagged("__dtype__", {"name": value.name})
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, Tensor | np.ndarray):
        return _array_to_config(value)
    raise InvalidArgumentError(
        f"{value!r} ({type(value).__name__}) cannot be written to a model file: expected numbers, "
        "texts, lists, small arrays. A variable belongs into a layer, and so does code."
    )


def _tagged(name: str, config: Any) -> dict[str, Any]:
    return {"class_name": name, "config": config}


def _array_to_config(value: Any) -> dict[str, Any]:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.size > _MOST_ELEMENTS:
        raise InvalidArgumentError(
            f"A constant of shape {array.shape} and dtype {array.dtype} is part of the model's "
            "graph, but too large for its description. Put it into a layer of your own, as a "
            "weight that is not trainable."
        )
    name = "__tensor__" if isinstance(value, Tensor) else "__numpy__"
    return _tagged(name, {"value": array.tolist(), "dtype": array.dtype.name})


def value_from_config(config: Any, find: Callable[[Any], KerasTensor] | None) -> Any:
    """The value that `value_to_config` described.

    Args:
        config: the description.
        find: what gives the placeholder for a reference.

    Raises:
        ModelFileError: it describes nothing that is known.
    """
    if isinstance(config, list | tuple):
        items = [value_from_config(each, find) for each in config]
        return items if isinstance(config, list) else tuple(items)
    if not isinstance(config, Mapping):
        return config
    name, details = config.get("class_name"), config.get("config")
    if not isinstance(name, str) or not name.startswith("__"):
        return {key: value_from_config(each, find) for key, each in config.items()}
    if name == "__tuple__":
        return tuple(value_from_config(each, find) for each in config.get("items", ()))
    if not isinstance(details, Mapping):
        raise ModelFileError(f"The description of an argument holds {details!r}.")
    if name == "__keras_tensor__" and find is not None:
        return find(details.get("keras_history"))
    reader = _READERS.get(name)
    if reader is None:
        raise ModelFileError(f"The description of an argument holds an unknown {name!r}.")
    return reader({key: value_from_config(each, find) for key, each in details.items()})


def _slice(details: dict[str, Any]) -> slice:
    return slice(details.get("start"), details.get("stop"), details.get("step"))


def _array(details: dict[str, Any]) -> Any:
    return np.asarray(details.get("value"), as_dtype(details.get("dtype")).numpy)


_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "__slice__": _slice,
    "__ellipsis__": lambda details: ...,
    "__dtype__": lambda details: as_dtype(details.get("name")),
    "__tensor__": lambda details: constant(_array(details)),
    "__numpy__": _array,
}
