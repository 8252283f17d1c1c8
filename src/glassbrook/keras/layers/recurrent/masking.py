"""`Masking`: time steps that are nothing but padding do not count."""

from __future__ import annotations

from typing import Any

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.masks import set_mask
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = ["Masking"]


@register("layer")
class Masking(Layer):
    """Excludes time steps whose features are all equal to a value: they are set to 0 and masked.

    The mask travels with the output: recurrent layers skip these time steps, and the loss and
    metrics do not count them.

    Args:
        mask_value: the value that padding consists of.

    Example:
        >>> import glassbrook as tf
        >>> inputs = tf.constant([[[1.0, 2.0], [0.0, 0.0]]])
        >>> layer = tf.keras.layers.Masking()
        >>> layer.compute_mask(inputs).numpy().tolist()
        [[True, False]]
        >>> layer(inputs)._keras_mask.numpy().tolist()
        [[True, False]]
    """

    supports_masking = True
    _without_variables = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def _counts(self, inputs: Any) -> Node:
        x = as_node(inputs)
        return build.any(build.not_equal(x, as_node(self.mask_value, x.dtype)), (x.rank - 1,))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Tensor:
        """Which time steps count."""
        return Tensor(self._counts(inputs))

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs, with 0 where a time step does not count."""
        x, counts = inputs.used_node(), self._counts(inputs)
        wide = build.broadcast_to(build.expand_dims(counts, x.rank - 1), x.shape)
        output = Tensor(build.select(wide, x, build.zeros(x.shape, x.dtype)))
        set_mask(output, Tensor(counts))
        return output

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"mask_value": self.mask_value}
