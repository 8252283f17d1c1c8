"""Convolutions of each channel alone, and such with a mix of the channels behind them."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.keras import constraints, initializers, regularizers
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.convolution import WindowLayer
from glassbrook.keras.layers.spatial import weight_node
from glassbrook.keras.registry import register
from glassbrook.ops.convolution import convolved
from glassbrook.ops.depthwise import depthwise_convolved
from glassbrook.tensor import Tensor, Variable

__all__ = [
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
]


class _ChannelwiseConvolution(WindowLayer):
    """A layer whose windows are multiplied for each channel alone."""

    _strides_or_dilations = False

    depth_multiplier: int
    depthwise_initializer: Any
    depthwise_regularizer: Any
    depthwise_constraint: Any
    depthwise_kernel: Variable

    def _set_depthwise(
        self, multiplier: Any, initializer: Any, regularizer: Any, constraint: Any
    ) -> None:
        self.depth_multiplier = check_count(type(self).__name__, "depth_multiplier", multiplier)
        self.depthwise_initializer = initializers.get(initializer)
        self.depthwise_regularizer = regularizers.get(regularizer)
        self.depthwise_constraint = constraints.get(constraint)

    def _build_depthwise(self, channels: int, name: str) -> None:
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = self._kernel(name, shape, "depthwise")

    def _depthwise(self, inputs: Tensor, kernel: Variable) -> Node:
        x = inputs.used_node()
        self._require_window(x)
        x = self._padded(self._channels_last(self._floating(x)))
        title = type(self).__name__
        node = weight_node(self, kernel)
        return depthwise_convolved(title, x, node, self.strides, self.dilation_rate)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "depth_multiplier": self.depth_multiplier,
            "depthwise_initializer": initializers.serialize(self.depthwise_initializer),
            "depthwise_regularizer": regularizers.serialize(self.depthwise_regularizer),
            "depthwise_constraint": constraints.serialize(self.depthwise_constraint),
        }


class _DepthwiseConvolution(_ChannelwiseConvolution):
    """A convolution over `rank` axes with kernels of its own for each channel."""

    kernel: Variable

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self._set_depthwise(
            depth_multiplier, depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias for inputs whose number of channels is known."""
        channels = self._channels_of(input_shape)
        self._window_sizes(input_shape)
        self._build_depthwise(channels, "kernel")
        self.kernel = self.depthwise_kernel
        self._build_bias(channels * self.depth_multiplier)

    def call(self, inputs: Tensor) -> Tensor:
        """The products of the windows of each channel with its kernels, plus the bias."""
        return self._finished(self._depthwise(inputs, self.depthwise_kernel))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, *windows, channels · depth_multiplier]``."""
        batch, _, channels = self._split(input_shape)
        outputs = None if channels is None else channels * self.depth_multiplier
        return self._joined(batch, self._window_sizes(input_shape), outputs)


class _SeparableConvolution(_ChannelwiseConvolution):
    """A convolution of each channel alone, then a mix of the channels of each place."""

    pointwise_kernel: Variable

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        title = type(self).__name__
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.filters = check_count(title, "filters", filters)
        self._set_depthwise(
            depth_multiplier, depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.pointwise_constraint = constraints.get(pointwise_constraint)
        if min(self.strides) != max(self.strides):
            raise InvalidArgumentError(
                f"{title}: strides {self.strides} differ, but they have to be the same along all "
                "axes."
            )

    def build(self, input_shape: Any) -> None:
        """Make both kernels and the bias for inputs whose number of channels is known."""
        channels = self._channels_of(input_shape)
        self._window_sizes(input_shape)
        self._build_depthwise(channels, "depthwise_kernel")
        shape = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = self._kernel("pointwise_kernel", shape, "pointwise")
        self._build_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        """The windows of each channel times its kernels, mixed, plus the bias."""
        middle = self._depthwise(inputs, self.depthwise_kernel)
        ones = (1,) * self.rank
        mixing = weight_node(self, self.pointwise_kernel)
        return self._finished(convolved(type(self).__name__, middle, mixing, ones, ones))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, *windows, filters]``."""
        batch = self._split(input_shape)[0]
        return self._joined(batch, self._window_sizes(input_shape), self.filters)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "filters": self.filters,
            "pointwise_initializer": initializers.serialize(self.pointwise_initializer),
            "pointwise_regularizer": regularizers.serialize(self.pointwise_regularizer),
            "pointwise_constraint": constraints.serialize(self.pointwise_constraint),
        }


@register("layer")
class DepthwiseConv1D(_DepthwiseConvolution):
    """A convolution over a series in which each channel has kernels of its own.

    Inputs have shape [batch, steps, channels], outputs [batch, windows,
    channels · depth_multiplier].

    Args:
        kernel_size: how many steps a window holds.
        strides: how far it is from one window to the next.
        padding: ``"valid"`` or ``"same"``.
        depth_multiplier: how many kernels each channel has.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: how far it is from one step of a window to the next.
        activation: a function of the outputs; none by default.
        use_bias: whether there is a bias.
        depthwise_initializer: how the kernel is drawn at first.
        bias_initializer: how the bias is set at first.
        depthwise_regularizer: a penalty on the kernel that is added to the loss.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        depthwise_constraint: a function applied to the kernel after every update.
        bias_constraint: a function applied to the bias after every update.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.DepthwiseConv1D(3, depth_multiplier=2)(tf.ones([2, 10, 5])).shape
        TensorShape([2, 8, 10])
    """

    rank = 1


@register("layer", "DepthwiseConvolution2D")
class DepthwiseConv2D(_DepthwiseConvolution):
    """A convolution over images in which each channel has kernels of its own.

    Inputs have shape [batch, height, width, channels], outputs [batch, rows, columns,
    channels · depth_multiplier]. The arguments are those of `DepthwiseConv1D`, with one number or a
    pair for sizes.

    Args:
        kernel_size: height and width of a window.
        strides: how far it is from one window to the next.
        padding: ``"valid"`` or ``"same"``.
        depth_multiplier: how many kernels each channel has.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: how far it is from one pixel of a window to the next.
        activation: a function of the outputs; none by default.
        use_bias: whether there is a bias.
        depthwise_initializer: how the kernel is drawn at first.
        bias_initializer: how the bias is set at first.
        depthwise_regularizer: a penalty on the kernel that is added to the loss.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        depthwise_constraint: a function applied to the kernel after every update.
        bias_constraint: a function applied to the bias after every update.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.DepthwiseConv2D(3, padding="same")(tf.ones([2, 8, 8, 5])).shape
        TensorShape([2, 8, 8, 5])
    """

    rank = 2


@register("layer", "SeparableConvolution1D")
class SeparableConv1D(_SeparableConvolution):
    """A convolution of each channel of a series alone, and then a mix of the channels.

    It has fewer weights than `Conv1D`: kernels of shape [kernel_size, channels, depth_multiplier]
    and [1, channels · depth_multiplier, filters].

    Args:
        filters: how many channels the output has.
        kernel_size: how many steps a window holds.
        strides: how far it is from one window to the next.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: how far it is from one step of a window to the next.
        depth_multiplier: how many kernels each channel has.
        activation: a function of the outputs; none by default.
        use_bias: whether there is a bias.
        depthwise_initializer, pointwise_initializer: how the kernels are drawn at first.
        bias_initializer: how the bias is set at first.
        depthwise_regularizer, pointwise_regularizer: penalties on the kernels.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        depthwise_constraint, pointwise_constraint: functions applied to the kernels after updates.
        bias_constraint: a function applied to the bias after every update.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.SeparableConv1D(4, 3)(tf.ones([2, 10, 5])).shape
        TensorShape([2, 8, 4])
    """

    rank = 1


@register("layer", "SeparableConvolution2D")
class SeparableConv2D(_SeparableConvolution):
    """A convolution of each channel of an image alone, and then a mix of the channels.

    The arguments are those of `SeparableConv1D`, with one number or a pair for sizes.

    Args:
        filters: how many channels the output has.
        kernel_size: height and width of a window.
        strides: how far it is from one window to the next, the same along both axes.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: how far it is from one pixel of a window to the next.
        depth_multiplier: how many kernels each channel has.
        activation: a function of the outputs; none by default.
        use_bias: whether there is a bias.
        depthwise_initializer, pointwise_initializer: how the kernels are drawn at first.
        bias_initializer: how the bias is set at first.
        depthwise_regularizer, pointwise_regularizer: penalties on the kernels.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        depthwise_constraint, pointwise_constraint: functions applied to the kernels after updates.
        bias_constraint: a function applied to the bias after every update.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.SeparableConv2D(4, 3)
        >>> layer(tf.ones([2, 8, 8, 5])).shape, [tuple(weight.shape) for weight in layer.weights]
        (TensorShape([2, 6, 6, 4]), [(3, 3, 5, 1), (1, 1, 5, 4), (4,)])
    """

    rank = 2


SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
