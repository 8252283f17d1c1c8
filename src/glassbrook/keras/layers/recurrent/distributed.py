"""`TimeDistributed`: a layer applied to every time step."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spec import Shape
from glassbrook.keras.layers.wrapper import Wrapper
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = ["TimeDistributed"]

_OWN = "glassbrook."


@register("layer")
class TimeDistributed(Wrapper):
    """Applies a layer to each time step of [batch, time, …], with the same weights.

    Args:
        layer: the layer.

    Raises:
        ShapeError: the input has fewer than three axes.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.TimeDistributed(tf.keras.layers.Dense(4))
        >>> layer(tf.ones([2, 5, 3])).shape
        TensorShape([2, 5, 4])
    """

    supports_masking = True

    def _step_shape(self, shape: Any) -> Shape:
        if not isinstance(shape, tuple | list) or len(shape) < 3:
            raise ShapeError(
                f"Layer {self._title()} expects inputs of at least 3 axes, [batch, time, …], but "
                f"got shape {shape}."
            )
        return (shape[0], *shape[2:])

    def build(self, input_shape: Any = None) -> None:
        """Build the layer for the inputs of one time step."""
        super().build(self._step_shape(input_shape))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The layer's output shape, with the time axis after the batch."""
        batch, *rest = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (batch, input_shape[1], *rest)

    def call(self, inputs: Tensor, training: bool | None = None, mask: Any = None) -> Tensor:
        """Apply the layer to all time steps."""
        x = inputs.used_node()
        self._step_shape(x.shape)
        if mask is not None:
            self._check_mask(as_node(mask).shape, x.shape)
        options: dict[str, Any] = {"training": training} if self.layer._takes_training else {}
        takes_mask = self.layer._takes_mask and mask is not None
        if not takes_mask and _treats_samples_alone(self.layer, training):
            return self._at_once(x, options)
        steps = []
        for time in range(x.shape[1]):
            if takes_mask:
                options["mask"] = Tensor(_at(as_node(mask), time))
            output = as_node(self.layer(Tensor(_at(x, time)), **options))
            steps.append(build.expand_dims(output, 1))
        return Tensor(build.concat(steps, 1))

    def _at_once(self, x: Node, options: dict[str, Any]) -> Tensor:
        """All time steps as one batch: the same for layers that treat each sample alone."""
        batch, time, *rest = x.shape
        flat = build.reshape(x, (batch * time, *rest))
        output = as_node(self.layer(Tensor(flat), **options))
        return Tensor(build.reshape(output, (batch, time, *output.shape[1:])))

    def _check_mask(self, mask: tuple[int, ...], inputs: tuple[int, ...]) -> None:
        if len(mask) < 2 or mask[:2] != inputs[:2]:
            raise ShapeError(
                f"Layer {self._title()}: a mask of shape {mask} does not fit inputs of shape "
                f"{inputs}: expected [{inputs[0]}, {inputs[1]}], one truth value per time step."
            )


def _at(x: Node, time: int) -> Node:
    """One time step."""
    shape = (x.shape[0], *x.shape[2:])
    begin = (0, time, *(0,) * (x.rank - 2))
    return build.reshape(build.slice(x, begin, (x.shape[0], 1, *x.shape[2:])), shape)


def _treats_samples_alone(layer: Layer, training: bool | None) -> bool:
    """Whether a layer is known to do the same to a sample whatever the batch is."""
    return all(
        type(each).__module__.startswith(_OWN)
        and not getattr(each, "stateful", False)
        # In training, some layers draw numbers, or look at the whole batch.
        and (not training or each._passes_masks or not each._takes_training)
        for each in layer._flatten_layers()
    )
