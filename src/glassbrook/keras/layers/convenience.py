"""Small layers: inputs as they are or scaled, and functions of the user's as layers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spec import as_sizes, is_shape
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node, nest

__all__ = ["Identity", "Lambda", "Rescaling"]


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

    supports_masking = True

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
class Identity(Layer):
    """The inputs as they are.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Identity()(tf.constant([1.0])).numpy()
        array([1.], dtype=float32)
    """

    _without_variables = True
    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the inputs."""
        return input_shape


@register("layer")
class Lambda(Layer):
    """A function of a tensor as a layer.

    A model that holds one can be trained, but not saved: a file cannot hold a function without
    running code when it is read. Write a subclass of `Layer` for a model that is to be saved.

    Args:
        function: a function of a tensor, which may also take `training` and `mask`.
        output_shape: the shape of the output without the batch, or a function of the input's
            shape that gives it with the batch; by default it is found out.
        mask: the mask of the output, or a function ``(inputs, mask)`` that gives it.
        arguments: further arguments of the function, by name.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Lambda(lambda x: x * x)(tf.constant([3.0])).numpy()
        array([9.], dtype=float32)
    """

    _without_variables = True

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
        self.mask = mask
        self.supports_masking = mask is not None
        # Kept away from lists that notice their changes: it is what the user gave.
        self._stated_shape = tuple(output_shape) if _is_list(output_shape) else output_shape
        taken = _argument_names(function)
        self._wants_training = "training" in taken
        self._wants_mask = "mask" in taken

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """``function(inputs)``."""
        arguments = dict(self.arguments)
        if self._wants_mask:
            arguments["mask"] = mask
        if self._wants_training:
            arguments["training"] = training
        return self.function(inputs, **arguments)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape that was stated, or else the one that the function gives."""
        stated = self._stated_shape
        if stated is None:
            return super().compute_output_shape(input_shape)
        if callable(stated):
            found = stated(input_shape)
            return tuple(found) if is_shape(found) else found
        batch = nest.flatten(input_shape)[0]
        if is_shape(stated):
            return (batch, *as_sizes(stated))
        return [(batch, *as_sizes(each)) for each in stated]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask that was given, or what the given function says."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

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


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _argument_names(function: Callable[..., Any]) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # a function that is not written in Python
        return frozenset()


def _numbers(value: Any) -> Any:
    """A number or list of numbers as plain Python ones."""
    found = np.asarray(value)
    if found.dtype.kind not in "iuf":
        raise InvalidArgumentError(f"Rescaling: expected numbers, got {value!r}.")
    return found.astype(np.float64).tolist()
