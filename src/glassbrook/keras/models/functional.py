"""`Functional`: what ``tf.keras.Model(inputs, outputs)`` makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from glassbrook.keras.models.graph_config import graph_config, graph_from_config
from glassbrook.keras.models.model import Model
from glassbrook.keras.registry import register

__all__ = ["Functional"]


@register("layer")
class Functional(Model):
    """A model that runs the calls between placeholders: ``tf.keras.Model(inputs, outputs)``.

    Args:
        inputs: a placeholder, or a structure of them.
        outputs: what layers gave for these.
        name: the model's name.
        trainable: whether training changes it.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(inputs=inputs, outputs=outputs, name=name, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Name, layers and the calls between them, as Keras lays them out."""
        return graph_config(self)

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """A new model from what `get_config` gave, or Keras's own, without weights.

        Raises:
            ModelFileError: a layer's class is unknown, or calls are missing.
        """
        return cls(**graph_from_config(config, custom_objects))


Model._functional = Functional
