"""`clone_model`: the same architecture with new weights."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.models.model import Model

__all__ = ["clone_model"]


def clone_model(model: Any, input_tensors: Any = None, clone_function: Any = None) -> Any:
    """A model of the same layers with weights of its own, drawn anew.

    Args:
        model: the model to copy.
        input_tensors: not supported.
        clone_function: not supported.

    Raises:
        InvalidArgumentError: it is no model.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
        >>> twin = tf.keras.models.clone_model(model)
        >>> twin.count_params(), twin.weights[0] is model.weights[0]
        (8, False)
    """
    if not isinstance(model, Model):
        raise InvalidArgumentError(f"clone_model: expected a model, got {model!r}.")
    if input_tensors is not None or clone_function is not None:
        raise InvalidArgumentError("clone_model: input_tensors and clone_function are unsupported.")
    twin = type(model).from_config(model.get_config())
    shape = model.get_build_config()
    if model.built and not twin.built and shape is not None:
        twin.build_from_config(shape)
    return twin
