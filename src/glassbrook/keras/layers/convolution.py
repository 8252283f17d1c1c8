"""Convolutions: the same weights for each window of a series, an image or a volume."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.windows import extent, output_sizes
from glassbrook.keras import activations, constraints, initializers, regularizers
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.spatial import (
    SpatialLayer,
    check_padding,
    check_window,
    weight_node,
)
from glassbrook.keras.layers.spec import InputSpec
from glassbrook.keras.registry import register
from glassbrook.ops.convolution import convolved, padded
from glassbrook.ops.windows import paddings_argument, restored
from glassbrook.tensor import Tensor, Variable

__all__ = [
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Convolution",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "WindowLayer",
]


class WindowLayer(SpatialLayer):
    """A layer that slides windows over its input, adds a bias, and applies an activation.

    Args:
        kernel_size: the size of a window.
        strides: how far it is from one window to the next.
        padding: what happens at the edges.
        data_format: where the channels are.
        dilation_rate: how far it is from one element of a window to the next.
        activation: a function of the outputs.
        use_bias: whether there is a bias.
        bias_initializer, bias_regularizer, bias_constraint: how the bias begins, is punished, and
            is limited.
    """

    _takes_causal = False
    _strides_or_dilations = True

    bias: Variable | None

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        title = type(self).__name__
        self.kernel_size = check_window(title, "kernel_size", kernel_size, self.rank)
        self.strides = check_window(title, "strides", strides, self.rank)
        self.padding = check_padding(title, padding, self._takes_causal)
        self.dilation_rate = check_window(title, "dilation_rate", dilation_rate, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self._activates = self.activation is not activations.get(None)
        if self._strides_or_dilations and max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise InvalidArgumentError(
                f"{title}: strides {self.strides} and dilation_rate {self.dilation_rate} are both "
                "above 1. Only one of them may be."
            )

    def _channels_of(self, input_shape: Any) -> int:
        """The number of channels of inputs, which from now on are expected to have that many.

        Raises:
            ShapeError: it is not known, or the shape has more or fewer axes.
        """
        channels = self._split(input_shape)[2]
        if channels is None:
            raise ShapeError(
                f"Layer {self._title()} needs to know the number of channels of its input, but "
                f"that shape is {input_shape}. Give it: keras.Input(shape=(28, 28, 1))."
            )
        axis = 1 if self._channels_first else -1
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _kernel(self, name: str, shape: Any, prefix: str) -> Variable:
        return self.add_weight(
            shape=shape,
            initializer=getattr(self, f"{prefix}_initializer"),
            regularizer=getattr(self, f"{prefix}_regularizer"),
            constraint=getattr(self, f"{prefix}_constraint"),
            name=name,
        )

    def _build_bias(self, size: int) -> None:
        self.bias = self._kernel("bias", (size,), "bias") if self.use_bias else None

    def _padded(self, x: Node) -> Node:
        """An input with channels last, and with zeros around it as `padding` says."""
        if self.padding == "valid":
            return x
        if self.padding == "causal":
            before = extent(self.kernel_size[0], self.dilation_rate[0]) - 1
            return padded(x, ((before, 0),))
        title = type(self).__name__
        steps, gaps = self.strides, self.dilation_rate
        return padded(
            x, paddings_argument(title, "SAME", x.shape[1:-1], self.kernel_size, steps, gaps)
        )

    def _finished(self, outputs: Node) -> Tensor:
        """Outputs with the bias and the activation, laid out as the input was."""
        if self.bias is not None:
            outputs = build.add(outputs, weight_node(self, self.bias))
        result = Tensor(restored(outputs, self._channels_first))
        return self.activation(result) if self._activates else result

    def _window_sizes(self, input_shape: Any) -> tuple[int | None, ...]:
        """How many windows there are along each axis.

        Raises:
            ShapeError: not even one fits.
        """
        sizes = self._split(input_shape)[1]
        found: list[int | None] = []
        for axis, size in enumerate(sizes):
            step = self.strides[axis]
            if size is None:
                found.append(None)
            elif self.padding != "valid":
                found.append(-(-size // step))
            else:
                width, gap = self.kernel_size[axis], self.dilation_rate[axis]
                found += output_sizes((size,), (width,), (step,), (gap,))
        if any(count is not None and count <= 0 for count in found):
            raise ShapeError(
                f"Layer {self._title()}: a window of {self.kernel_size} with dilation_rate "
                f"{self.dilation_rate} does not fit into an input of shape {tuple(input_shape)}: "
                "the output size would be zero or negative. Use a smaller window, fewer layers "
                "that shrink the images, or padding='same'."
            )
        return tuple(found)

    def _require_window(self, x: Node) -> None:
        if self.padding == "valid":
            self._window_sizes(x.shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


class Convolution(WindowLayer):
    """A convolution over `rank` axes: ``activation(windows @ kernel + bias)``."""

    kernel: Variable

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
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
        title = type(self).__name__
        self.filters = check_count(title, "filters", filters)
        self.groups = check_count(title, "groups", groups)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        if self.filters % self.groups:
            raise InvalidArgumentError(
                f"{title}: {self.filters} filters cannot be shared out to {self.groups} groups: "
                "filters has to be a multiple of groups."
            )

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias for inputs whose number of channels is known."""
        channels = self._channels_of(input_shape)
        if channels % self.groups:
            raise ShapeError(
                f"Layer {self._title()}: {channels} channels of an input of shape {input_shape} "
                f"cannot be shared out to {self.groups} groups."
            )
        self._window_sizes(input_shape)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self._kernel("kernel", shape, "kernel")
        self._build_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        """``activation(windows @ kernel + bias)``."""
        x = inputs.used_node()
        self._require_window(x)
        x = self._padded(self._channels_last(self._floating(x)))
        kernel = weight_node(self, self.kernel)
        title = type(self).__name__
        return self._finished(convolved(title, x, kernel, self.strides, self.dilation_rate))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, *windows, filters]``."""
        return self._joined(
            self._split(input_shape)[0], self._window_sizes(input_shape), self.filters
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "filters": self.filters,
            "groups": self.groups,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
        }


@register("layer", "Convolution1D")
class Conv1D(Convolution):
    """A convolution over a series: windows of steps times a kernel.

    Inputs have shape [batch, steps, channels], outputs [batch, windows, filters]. The kernel has
    shape [kernel_size, channels / groups, filters].

    Args:
        filters: how many channels the output has.
        kernel_size: how many steps a window holds.
        strides: how far it is from one window to the next.
        padding: ``"valid"`` for windows that lie within the input, ``"same"`` for zeros around it,
            as many steps as before with strides of 1, ``"causal"`` for zeros in front only.
        data_format: ``"channels_last"``, or ``"channels_first"``: [batch, channels, steps].
        dilation_rate: how far it is from one step of a window to the next.
        groups: into how many groups the channels are divided, each with its own filters.
        activation: a name such as ``"relu"``, or a function of a tensor; none by default.
        use_bias: whether there is a bias.
        kernel_initializer: how the kernel is drawn at first.
        bias_initializer: how the bias is set at first.
        kernel_regularizer: a penalty on the kernel that is added to the loss.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        kernel_constraint: a function applied to the kernel after every update.
        bias_constraint: a function applied to the bias after every update.

    Raises:
        InvalidArgumentError: an argument is out of its range.
        ShapeError: the input has not three axes, or no window fits.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Conv1D(4, 3, padding="causal")
        >>> layer(tf.ones([2, 10, 5])).shape
        TensorShape([2, 10, 4])
    """

    rank = 1
    _takes_causal = True


@register("layer", "Convolution2D")
class Conv2D(Convolution):
    """A convolution over images: windows of pixels times a kernel.

    Inputs have shape [batch, height, width, channels], outputs [batch, rows, columns, filters]. The
    kernel has shape [*kernel_size, channels / groups, filters].

    Args:
        filters: how many channels the output has.
        kernel_size: height and width of a window, or one number for both.
        strides: how far it is from one window to the next.
        padding: ``"valid"`` for windows that lie within the image, ``"same"`` for zeros around it,
            as large as before with strides of 1.
        data_format: ``"channels_last"``, or ``"channels_first"``: [batch, channels, height, width].
        dilation_rate: how far it is from one pixel of a window to the next.
        groups: into how many groups the channels are divided, each with its own filters.
        activation: a name such as ``"relu"``, or a function of a tensor; none by default.
        use_bias: whether there is a bias.
        kernel_initializer: how the kernel is drawn at first.
        bias_initializer: how the bias is set at first.
        kernel_regularizer: a penalty on the kernel that is added to the loss.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        kernel_constraint: a function applied to the kernel after every update.
        bias_constraint: a function applied to the bias after every update.

    Raises:
        InvalidArgumentError: an argument is out of its range.
        ShapeError: the input has not four axes, or no window fits.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Conv2D(32, 3, activation="relu")
        >>> layer(tf.ones([8, 28, 28, 1])).shape, layer.kernel.shape
        (TensorShape([8, 26, 26, 32]), TensorShape([3, 3, 1, 32]))
    """

    rank = 2


@register("layer", "Convolution3D")
class Conv3D(Convolution):
    """A convolution over volumes: windows of voxels times a kernel.

    Inputs have shape [batch, depth, height, width, channels], outputs [batch, *windows, filters].
    The kernel has shape [*kernel_size, channels / groups, filters].

    Args:
        filters: how many channels the output has.
        kernel_size: depth, height and width of a window, or one number for all.
        strides: how far it is from one window to the next.
        padding: ``"valid"`` for windows that lie within the volume, ``"same"`` for zeros around it.
        data_format: ``"channels_last"``, or ``"channels_first"`` for channels as the second axis.
        dilation_rate: how far it is from one voxel of a window to the next.
        groups: into how many groups the channels are divided, each with its own filters.
        activation: a name such as ``"relu"``, or a function of a tensor; none by default.
        use_bias: whether there is a bias.
        kernel_initializer: how the kernel is drawn at first.
        bias_initializer: how the bias is set at first.
        kernel_regularizer: a penalty on the kernel that is added to the loss.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        kernel_constraint: a function applied to the kernel after every update.
        bias_constraint: a function applied to the bias after every update.

    Raises:
        InvalidArgumentError: an argument is out of its range.
        ShapeError: the input has not five axes, or no window fits.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Conv3D(2, (1, 3, 3), strides=2)
        >>> layer(tf.ones([1, 5, 9, 9, 1])).shape
        TensorShape([1, 3, 4, 4, 2])
    """

    rank = 3


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
