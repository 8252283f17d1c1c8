"""`Wrapper`: a layer around another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras import registry
from glassbrook.keras.layers.base import Layer

__all__ = ["Wrapper"]


@registry.register("layer")
class Wrapper(Layer):
    """A layer that augments another one; a subclass defines `call`.

    Args:
        layer: the layer within.

    Example:
        >>> import glassbrook as tf
        >>> class Twice(tf.keras.layers.Wrapper):
        ...     def call(self, inputs):
        ...         return self.layer(self.layer(inputs))
        >>> layer = Twice(tf.keras.layers.Dense(3))
        >>> layer(tf.ones([2, 3])).shape, len(layer.weights)
        (TensorShape([2, 3]), 2)
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise InvalidArgumentError(
                f"Layer {layer!r} supplied to Wrapper isn't a supported layer type. Give it an "
                "instance of tf.keras.layers.Layer, such as Dense(3)."
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the layer within, for the same inputs."""
        if not self.layer.built:
            self.layer.build(input_shape)
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"layer": registry.serialize(self.layer)}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """A new layer from what `get_config` gave."""
        rest = dict(config)
        layer = registry.deserialize("layer", rest.pop("layer"), custom_objects)
        return cls(layer, **rest)
