"""Layers that shift and scale each sample on its own: by layer, by group, by length."""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.build import Axes
from glassbrook.graph.node import Node, Shape
from glassbrook.keras import constraints, initializers, regularizers
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spec import InputSpec, as_sizes
from glassbrook.keras.layers.statistics import mean_of, moments_of
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, Variable

__all__ = [
    "GroupNormalization",
    "LayerNormalization",
    "NormalizingLayer",
    "RMSNormalization",
    "UnitNormalization",
]


class NormalizingLayer(Layer):
    """A layer whose output has the shape of its input, with axes to work along."""

    supports_masking = True
    axis: Any

    def _axes(self, rank: int, shape: Any) -> Axes:
        """The axes, counted from the first one, in order.

        Raises:
            ShapeError: there is no such axis.
        """
        given = [self.axis] if isinstance(self.axis, int) else list(self.axis)
        for axis in given:
            if not -rank <= axis < rank:
                raise ShapeError(
                    f"Layer {self._title()} works along axis {axis}, which an input of shape "
                    f"{tuple(shape)} does not have."
                )
        return tuple(sorted(axis % rank for axis in given))

    def _axis_sizes(self, input_shape: Any) -> Shape:
        sizes = as_sizes(input_shape)
        found = [sizes[axis] for axis in self._axes(len(sizes), sizes)]
        known = tuple(size for size in found if size is not None)
        if len(known) < len(found):
            raise ShapeError(
                f"Layer {self._title()} needs to know the sizes of the axes {self.axis} of its "
                f"input, but that shape is {input_shape}. Give them: keras.Input(shape=(...))."
            )
        return known

    def _wide(self, inputs: Tensor) -> Node:
        """The input in float32 at least: a sum of squares overflows half precision."""
        x = inputs.used_node()
        narrow = not x.dtype.is_floating or x.dtype.size < dtypes.float32.size
        return build.cast(x, dtypes.float32) if narrow else x

    def _narrow(self, x: Node) -> Tensor:
        return Tensor(x if x.dtype is self._compute_dtype else build.cast(x, self._compute_dtype))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        sizes = as_sizes(input_shape)
        self._axes(len(sizes), sizes)
        return sizes


class _ShiftedAndScaled(NormalizingLayer):
    """A layer with a weight `gamma` to scale by, and a weight `beta` to shift by."""

    gamma: Variable | None
    beta: Variable | None

    def __init__(
        self,
        axis: Any,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.gamma = self.beta = None

    def _build_scale_and_shift(self, shape: Shape) -> None:
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

    def _normalized(self, x: Node, mean: Node, variance: Node, shape: Shape) -> Node:
        """``(x - mean) / sqrt(variance + epsilon) * gamma + beta``, in the order of Keras."""
        factor = build.rsqrt(build.add(variance, build.constant_like(self.epsilon, variance)))
        if self.gamma is not None:
            factor = build.mul(factor, self._spread(self.gamma, x, shape))
        shift = build.mul(build.neg(mean), factor)
        if self.beta is not None:
            shift = build.add(shift, self._spread(self.beta, x, shape))
        return build.add(build.mul(x, factor), shift)

    def _spread(self, variable: Variable, x: Node, shape: Shape) -> Node:
        node = variable.used_node()
        if node.dtype is not x.dtype:
            node = build.cast(node, x.dtype)
        return node if node.shape == shape else build.reshape(node, shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }


def _checked_axis(layer: str, axis: Any) -> Any:
    if isinstance(axis, list | tuple):
        return [int(each) for each in axis]
    if isinstance(axis, int) and not isinstance(axis, bool):
        return axis
    raise DTypeError(
        f"{layer}: axis is {axis!r}, expected a whole number or a list of whole numbers."
    )


@register("layer")
class LayerNormalization(_ShiftedAndScaled):
    """Each sample with mean 0 and variance 1 along its last axis, then scaled and shifted.

    ``(x - mean) / sqrt(variance + epsilon) * gamma + beta``. Unlike in `BatchNormalization`,
    samples do not depend on each other, and training and inference do not differ.

    Args:
        axis: the axis or axes whose numbers are taken together.
        epsilon: what is added to the variance, so that nothing is divided by 0.
        center: whether there is a weight `beta` to shift by.
        scale: whether there is a weight `gamma` to scale by.
        beta_initializer, gamma_initializer: how the weights are set at first.
        beta_regularizer, gamma_regularizer: penalties on the weights.
        beta_constraint, gamma_constraint: functions applied to the weights after every update.

    Raises:
        DTypeError: `axis` is neither a whole number nor a list of them.
        ShapeError: the input has no such axis.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.LayerNormalization(epsilon=0.0)
        >>> layer(tf.constant([[1.0, 3.0], [10.0, 20.0]])).numpy()
        array([[-1.,  1.],
               [-1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        super().__init__(
            _checked_axis("LayerNormalization", axis),
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs whose normalized axes are known."""
        sizes = self._axis_sizes(input_shape)
        if self.rms_scaling:
            center, scale = self.center, self.scale
            self.center, self.scale = False, True
            self._build_scale_and_shift(sizes)
            self.center, self.scale = center, scale
        else:
            self._build_scale_and_shift(sizes)
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]

    def call(self, inputs: Tensor) -> Tensor:
        """The normalized inputs."""
        x = self._wide(inputs)
        axes = self._axes(x.rank, x.shape)
        mean, variance = moments_of(x, axes)
        shape = tuple(size if axis in axes else 1 for axis, size in enumerate(x.shape))
        if self.rms_scaling:
            mean = build.mul(mean, build.constant_like(0, mean))
        return self._narrow(self._normalized(x, mean, variance, shape))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"rms_scaling": self.rms_scaling}


@register("layer")
class GroupNormalization(_ShiftedAndScaled):
    """Each group of channels of a sample with mean 0 and variance 1, then scaled and shifted.

    Args:
        groups: how many groups there are; with 1 all channels are one, with -1 each is its own.
        axis: the axis of the channels.
        epsilon: what is added to the variance, so that nothing is divided by 0.
        center: whether there is a weight `beta` to shift by.
        scale: whether there is a weight `gamma` to scale by.
        beta_initializer, gamma_initializer: how the weights are set at first.
        beta_regularizer, gamma_regularizer: penalties on the weights.
        beta_constraint, gamma_constraint: functions applied to the weights after every update.

    Raises:
        InvalidArgumentError: `groups` is neither a positive whole number nor -1.
        ShapeError: the number of channels is no multiple of `groups`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.GroupNormalization(2)(tf.ones([1, 8, 8, 6])).shape
        TensorShape([1, 8, 8, 6])
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(groups, bool) or int(groups) != groups or (groups < 1 and groups != -1):
            raise InvalidArgumentError(
                f"GroupNormalization: groups is {groups!r}, expected a positive whole number, or "
                "-1 for a group per channel."
            )
        super().__init__(
            int(axis),
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.groups = groups

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs whose number of channels is known."""
        (channels,) = self._axis_sizes(input_shape)
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ShapeError(
                f"Layer {self._title()}: {channels} channels of an input of shape "
                f"{tuple(input_shape)} cannot be shared out to {self.groups} groups. Choose "
                "groups that divide the number of channels."
            )
        self.input_spec = InputSpec(ndim=len(as_sizes(input_shape)), axes={self.axis: channels})
        self._build_scale_and_shift((channels,))

    def call(self, inputs: Tensor) -> Tensor:
        """The normalized inputs."""
        x = self._wide(inputs)
        (axis,) = self._axes(x.rank, x.shape)
        share = x.shape[axis] // self.groups
        apart = build.reshape(x, (*x.shape[:axis], self.groups, share, *x.shape[axis + 1 :]))
        mean, variance = moments_of(
            apart, tuple(each for each in range(1, apart.rank) if each != axis)
        )
        shape = [1] * apart.rank
        shape[axis : axis + 2] = [self.groups, share]
        normalized = self._normalized(apart, mean, variance, tuple(shape))
        return self._narrow(build.reshape(normalized, x.shape))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"groups": self.groups}


@register("layer")
class RMSNormalization(NormalizingLayer):
    """Each sample divided by the root of its mean square: ``x / sqrt(mean(x²) + epsilon) * scale``.

    Args:
        axis: the axis or axes whose numbers are taken together.
        epsilon: what is added to the mean square, so that nothing is divided by 0.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.RMSNormalization(epsilon=0.0)(tf.constant([[2.0, -2.0]])).numpy()
        array([[ 1., -1.]], dtype=float32)
    """

    supports_masking = False

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _checked_axis("RMSNormalization", axis)
        self.epsilon = float(epsilon)

    def build(self, input_shape: Any) -> None:
        """Make the weight for inputs whose normalized axes are known."""
        shape = self._axis_sizes(input_shape)
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        self.scale = self.add_weight(shape=shape, initializer="ones", name="scale")

    def call(self, inputs: Tensor) -> Tensor:
        """The normalized inputs."""
        x = self._wide(inputs)
        axes = self._axes(x.rank, x.shape)
        square = mean_of(build.mul(x, x), axes, True)
        factor = build.rsqrt(build.add(square, build.constant_like(self.epsilon, square)))
        shape = tuple(size if axis in axes else 1 for axis, size in enumerate(x.shape))
        scale = self.scale.used_node()
        if scale.dtype is not x.dtype:
            scale = build.cast(scale, x.dtype)
        return self._narrow(build.mul(build.mul(x, factor), build.reshape(scale, shape)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"axis": self.axis, "epsilon": self.epsilon}


@register("layer")
class UnitNormalization(NormalizingLayer):
    """Each sample divided by its length, so that it has length 1.

    Args:
        axis: the axis or axes along which the length is taken.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.UnitNormalization()(tf.constant([[3.0, 4.0]])).numpy()
        array([[0.6, 0.8]], dtype=float32)
    """

    _without_variables = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _checked_axis("UnitNormalization", axis)

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs, divided by their lengths."""
        x = inputs.used_node()
        axes = self._axes(x.rank, x.shape)
        square = build.sum(build.mul(x, x), axes, True)
        # Shorter ones stay short: the length of zeros has no direction.
        least = 1e-24 if x.dtype.size > dtypes.float16.size else 1e-7
        return Tensor(
            build.mul(x, build.rsqrt(build.maximum(square, build.constant_like(least, square))))
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"axis": self.axis}
