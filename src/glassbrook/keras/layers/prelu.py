"""`PReLU`, whose slope is learned, and `ThresholdedReLU`."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.keras import constraints, initializers, regularizers
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_number
from glassbrook.keras.layers.spatial import weight_node
from glassbrook.keras.layers.spec import InputSpec, as_sizes
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, Variable

__all__ = ["PReLU", "ThresholdedReLU"]


@register("layer")
class PReLU(Layer):
    """``x`` where it is positive, ``alpha · x`` elsewhere; `alpha` is learned for each element.

    Args:
        alpha_initializer: how the slopes are set at first.
        alpha_regularizer: a penalty on the slopes that is added to the loss.
        alpha_constraint: a function applied to the slopes after every update.
        shared_axes: axes along which the slope is the same, counted from 1: ``[1, 2]`` for one
            slope per channel of images.

    Raises:
        ShapeError: the size of an axis that has slopes of its own is not known.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.PReLU(tf.keras.initializers.Constant(0.25))
        >>> layer(tf.constant([[-4.0, 2.0]])).numpy()
        array([[-1.,  2.]], dtype=float32)
    """

    supports_masking = True
    alpha: Variable

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        single = isinstance(shared_axes, int)
        self.shared_axes = [shared_axes] if single else shared_axes and list(shared_axes)

    def build(self, input_shape: Any) -> None:
        """Make the slopes."""
        sizes = as_sizes(input_shape)
        shared = set(self.shared_axes or ())
        shape = [1 if axis in shared else size for axis, size in enumerate(sizes)][1:]
        if None in shape:
            raise ShapeError(
                f"Layer {self._title()} has a slope for each element, but the shape of its input "
                f"is {sizes}. Share the slope along axes of unknown size: shared_axes=[1, 2]."
            )
        self.alpha = self.add_weight(
            shape=shape,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )
        axes = {axis: size for axis, size in enumerate(sizes) if axis and axis not in shared}
        self.input_spec = InputSpec(ndim=len(sizes), axes=axes if shared else {})

    def call(self, inputs: Tensor) -> Tensor:
        """The function of every element."""
        x = inputs.used_node()
        below = build.mul(weight_node(self, self.alpha), build.relu(build.neg(x)))
        return Tensor(build.sub(build.relu(x), below))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }


@register("layer")
class ThresholdedReLU(Layer):
    """``x`` where it is above `theta`, 0 elsewhere.

    Args:
        theta: the threshold, at least 0.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ThresholdedReLU(1.5)(tf.constant([1.0, 2.0])).numpy()
        array([0., 2.], dtype=float32)
    """

    supports_masking = True
    _without_variables = True

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = check_number("ThresholdedReLU", "theta", theta, "the threshold", float("inf"))

    def call(self, inputs: Tensor) -> Tensor:
        """The function of every element."""
        x = inputs.used_node()
        above = build.greater(x, build.constant_like(self.theta, x))
        return Tensor(build.select(above, x, build.constant_like(0, x)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"theta": self.theta}
