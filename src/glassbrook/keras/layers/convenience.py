"""Small layers: scaling of inputs, and functions of the user's as layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = ["Lambda", "Rescaling"]


@register("layer")
class Rescaling(Layer):
    """``inputs · scale + offset``, as floats: scales pixels from [0, 255] to [0, 1] or [-1, 1].

    Args:
        scale: a factor, or one per channel: ``1/255`` for [0, 1], ``1/127.5`` for [-1, 1].
        offset: what is added, or one per channel: ``-1`` for [-1, 1].

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Rescaling(0.5, offset=-1)
        >>> layer(tf.constant([0, 1, 4])).numpy()
        array([-1. , -0.5,  1. ], dtype=float32)
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = _numbers(scale)
        self.offset = _numbers(offset)

    def call(self, inputs: Tensor) -> Tensor:
        """``inputs · scale + offset``."""
        x = build.cast(inputs.used_node(), self._compute_dtype)
        scale, offset = (as_node(each, self._compute_dtype) for each in (self.scale, self.offset))
        return Tensor(build.add(build.mul(x, scale), offset))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"scale": self.scale, "offset": self.offset}


@register("layer")
class Lambda(Layer):
    """A function of a tensor as a layer.

    A model that holds one can be trained, but not saved: a file cannot hold a function without
    running code when it is read. Write a subclass of `Layer` for a model that is to be saved.

    Args:
        function: a function of a tensor, which may also take `training`.
        output_shape: accepted for Keras's sake: the shape is found out.
        arguments: further arguments of the function, by name.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Lambda(lambda x: x * x)(tf.constant([3.0])).numpy()
        array([9.], dtype=float32)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise InvalidArgumentError(f"Lambda: expected a function, got {function!r}.")
        self.function = function
        self.arguments = dict(arguments or {})

    def call(self, inputs: Any) -> Any:
        """``function(inputs)``."""
        return self.function(inputs, **self.arguments)

    def get_config(self) -> dict[str, Any]:
        """Lambda layers have no configuration that a file could hold.

        Raises:
            InvalidArgumentError: always.
        """
        raise InvalidArgumentError(
            f"Layer {self._title()} holds a Python function, and model files hold no code. Write "
            "the function as call() of a subclass of tf.keras.layers.Layer, decorate that with "
            "@tf.keras.saving.register_keras_serializable(), and use it instead; or save the "
            "weights alone with save_weights."
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Lambda layers cannot be read from a configuration.

        Raises:
            InvalidArgumentError: always.
        """
        raise InvalidArgumentError("A Lambda layer holds code: no file may bring one along.")


def _numbers(value: Any) -> Any:
    """A number or list of numbers as plain Python ones."""
    found = np.asarray(value)
    if found.dtype.kind not in "iuf":
        raise InvalidArgumentError(f"Rescaling: expected numbers, got {value!r}.")
    return found.astype(np.float64).tolist()
