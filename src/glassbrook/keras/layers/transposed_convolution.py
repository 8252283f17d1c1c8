"""Transposed convolutions: each element of the input spreads a kernel over the output."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.windows import extent
from glassbrook.keras import constraints, initializers, regularizers
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.convolution import WindowLayer
from glassbrook.keras.layers.spatial import check_window, weight_node
from glassbrook.keras.registry import register
from glassbrook.ops.transposed_convolution import spread
from glassbrook.ops.windows import paddings_argument
from glassbrook.tensor import Tensor, Variable

__all__ = [
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
]


class _TransposedConvolution(WindowLayer):
    """A transposed convolution over `rank` axes."""

    kernel: Variable

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = check_window(
                title, "output_padding", output_padding, self.rank, least=0
            )
            pairs = zip(self.output_padding, self.strides, strict=True)
            if any(more >= step for more, step in pairs):
                raise InvalidArgumentError(
                    f"{title}: output_padding {self.output_padding} has to be smaller than strides "
                    f"{self.strides}: otherwise there would be another window."
                )

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias for inputs whose number of channels is known."""
        channels = self._channels_of(input_shape)
        shape = (*self.kernel_size, self.filters, channels)
        self.kernel = self._kernel("kernel", shape, "kernel")
        self._build_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        """What all elements of the input spread, added up; with the bias and the activation."""
        x = self._channels_last(self._floating(inputs.used_node()))
        window, steps, gaps = self.kernel_size, self.strides, self.dilation_rate
        target = [self._output_size(axis, size) or 0 for axis, size in enumerate(x.shape[1:-1])]
        name = self.padding.upper()
        paddings = paddings_argument(type(self).__name__, name, target, window, steps, gaps)
        spatial = tuple(target)
        # Without a common multiple, the convolution that this transposes would have more windows.
        reach = [
            (size - 1) * step + extent(width, gap) - sum(pair)
            for size, step, width, gap, pair in zip(
                x.shape[1:-1], steps, window, gaps, paddings, strict=True
            )
        ]
        if any(size < least for size, least in zip(target, reach, strict=True)):
            raise InvalidArgumentError(
                f"Layer {self._title()}: output_padding {self.output_padding} leaves no room for "
                f"windows of {window} over an input of shape {inputs.shape}. Leave it out."
            )
        kernel = weight_node(self, self.kernel)
        if 0 in x.shape:
            outputs = build.zeros((x.shape[0], *spatial, self.filters), x.dtype)
        else:
            outputs = spread(x, kernel, spatial, steps, gaps, paddings)
        return self._finished(outputs)

    def _output_size(self, axis: int, size: int | None) -> int | None:
        if size is None:
            return None
        step = self.strides[axis]
        span = extent(self.kernel_size[axis], self.dilation_rate[axis])
        more = None if self.output_padding is None else self.output_padding[axis]
        if self.padding == "valid":
            return (size - 1) * step + span + (max(step - span, 0) if more is None else more)
        return size * step if more is None else (size - 1) * step + span % 2 + more

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, *sizes, filters]``."""
        batch, sizes, _ = self._split(input_shape)
        found = [self._output_size(axis, size) for axis, size in enumerate(sizes)]
        return self._joined(batch, found, self.filters)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "filters": self.filters,
            "output_padding": self.output_padding,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
        }


@register("layer", "Convolution1DTranspose")
class Conv1DTranspose(_TransposedConvolution):
    """A transposed convolution over a series: makes it longer where `Conv1D` makes it shorter.

    Inputs have shape [batch, steps, channels], outputs [batch, more steps, filters]; the kernel has
    shape [kernel_size, filters, channels].

    Args:
        filters: how many channels the output has.
        kernel_size: over how many steps each step is spread.
        strides: how far apart the steps of the input are in the output.
        padding: ``"valid"`` keeps all that is spread; ``"same"`` gives steps · strides.
        output_padding: how many steps to add at the end, less than `strides`; what keeps to the
            rules of `padding` by default.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: how far it is from one element of the kernel to the next.
        activation: a function of the outputs; none by default.
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
        ShapeError: the input has not three axes.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Conv1DTranspose(4, 3, strides=2)
        >>> layer(tf.ones([2, 10, 5])).shape
        TensorShape([2, 21, 4])
    """

    rank = 1


@register("layer", "Convolution2DTranspose")
class Conv2DTranspose(_TransposedConvolution):
    """A transposed convolution over images: makes them larger where `Conv2D` makes them smaller.

    Inputs have shape [batch, height, width, channels]; the kernel has shape
    [*kernel_size, filters, channels].

    Args:
        filters: how many channels the output has.
        kernel_size: height and width of what each pixel is spread over.
        strides: how far apart the pixels of the input are in the output.
        padding: ``"valid"`` keeps all that is spread; ``"same"`` gives sizes · strides.
        output_padding: how much to add at the ends, less than `strides`; what keeps to the rules
            of `padding` by default.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: how far it is from one element of the kernel to the next.
        activation: a function of the outputs; none by default.
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
        ShapeError: the input has not four axes.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Conv2DTranspose(16, 3, strides=2, padding="same")
        >>> layer(tf.ones([2, 7, 7, 32])).shape
        TensorShape([2, 14, 14, 16])
    """

    rank = 2


@register("layer", "Convolution3DTranspose")
class Conv3DTranspose(_TransposedConvolution):
    """A transposed convolution over volumes: see `Conv2DTranspose`.

    Args:
        filters: how many channels the output has.
        kernel_size: depth, height and width of what each voxel is spread over.
        strides: how far apart the voxels of the input are in the output.
        padding: ``"valid"`` keeps all that is spread; ``"same"`` gives sizes · strides.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        output_padding: how much to add at the ends, less than `strides`.
        dilation_rate: how far it is from one element of the kernel to the next.
        activation: a function of the outputs; none by default.
        use_bias: whether there is a bias.
        kwargs: those of `Conv2DTranspose`.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Conv3DTranspose(2, 3, strides=2)
        >>> layer(tf.ones([1, 2, 3, 4, 1])).shape
        TensorShape([1, 5, 7, 9, 2])
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            **kwargs,
        )


Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
