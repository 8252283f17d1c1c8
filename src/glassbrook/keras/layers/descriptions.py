"""Layers as descriptions that JSON can hold, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassbrook.keras import registry
from glassbrook.keras.layers.base import Layer

__all__ = ["deserialize", "serialize"]


def serialize(layer: Layer) -> dict[str, Any]:
    """A layer as the name of its class and its configuration; its weights are not part of that.

    Args:
        layer: the layer.

    Example:
        >>> import glassbrook as tf
        >>> config = tf.keras.layers.serialize(tf.keras.layers.Dense(2))
        >>> tf.keras.layers.deserialize(config).units
        2
    """
    return registry.serialize(layer)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Layer:
    """A new layer from what `serialize` gave.

    Args:
        config: the description.
        custom_objects: classes of your own that it may name.

    Raises:
        ModelFileError: there is no such layer.
    """
    layer: Layer = registry.deserialize("layer", config, custom_objects)
    return layer
