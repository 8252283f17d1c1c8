"""`ConvLSTM1D` to `ConvLSTM3D`: an LSTM over images, whose products are convolutions."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.windows import output_sizes
from glassbrook.keras.layers.recurrent.cell import split
from glassbrook.keras.layers.recurrent.layer import CellLayer, of_cell, split_options
from glassbrook.keras.layers.recurrent.lstm import LSTMCell
from glassbrook.keras.layers.spatial import check_data_format, check_padding, check_window
from glassbrook.keras.layers.spec import InputSpec, as_sizes
from glassbrook.keras.registry import register
from glassbrook.ops.convolution import convolved, padded
from glassbrook.ops.windows import channels_last, paddings_argument, restored
from glassbrook.tensor import Tensor, as_node

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]


class _ConvolutionalCell(LSTMCell):
    """One step of a convolutional LSTM.

    Args:
        rank: how many axes lie between the batch and the channels.
        filters: how many channels states and output have.
        kernel_size, strides, padding, data_format, dilation_rate: as in `Conv2D`, for the inputs.
        options: those of `LSTMCell`.
    """

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        **options: Any,
    ) -> None:
        super().__init__(filters, implementation=1, **options)
        title = f"ConvLSTM{rank}D"
        self.rank = rank
        self.filters = self.units
        self.kernel_size = check_window(title, "kernel_size", kernel_size, rank)
        self.strides = check_window(title, "strides", strides, rank)
        self.padding = check_padding(title, padding)
        self.data_format = check_data_format(title, data_format)
        self.dilation_rate = check_window(title, "dilation_rate", dilation_rate, rank)
        self._places: tuple[int, ...] = ()

    @property
    def _first(self) -> bool:
        return self.data_format == "channels_first"

    def places(self, sizes: Any) -> tuple[int | None, ...]:
        """The sizes of states and output between batch and channels, for those of the input."""
        found: list[int | None] = []
        for axis, size in enumerate(sizes):
            step, width = self.strides[axis], self.kernel_size[axis]
            if size is None:
                found.append(None)
            elif self.padding == "same":
                found.append(-(-size // step))
            else:
                found += output_sizes((size,), (width,), (step,), (self.dilation_rate[axis],))
        return tuple(found)

    def laid_out(self, batch: Any, sizes: Any) -> Any:
        """The shape of states and output."""
        return (batch, self.filters, *sizes) if self._first else (batch, *sizes, self.filters)

    def build(self, input_shape: Any) -> None:
        """Make the kernels and the bias for the images of one time step."""
        shape = as_sizes(input_shape)
        channels, sizes = (shape[1], shape[2:]) if self._first else (shape[-1], shape[1:-1])
        found = self.places(sizes) if len(sizes) == self.rank else ()
        known = [size for size in found if size is not None]
        if channels is None or len(known) != self.rank or min(known) < 1:
            raise ShapeError(
                f"Cell {self._title()} expects images of one time step, with known sizes into "
                f"which a window of {self.kernel_size} fits, but got shape {shape}."
            )
        self._places = tuple(known)
        self.output_size: Any = self.laid_out(None, known)[1:]
        width = 4 * self.filters
        self.kernel = self._weight("kernel", "kernel", (*self.kernel_size, channels, width))
        recurrent = (*self.kernel_size, self.filters, width)
        self.recurrent_kernel = self._weight("recurrent", "recurrent_kernel", recurrent)
        self.bias = self._bias(width) if self.use_bias else None

    def get_initial_state(
        self, inputs: Any = None, batch_size: Any = None, dtype: Any = None
    ) -> list[Tensor]:
        """States of zeros for a batch.

        Args:
            inputs: a batch, in place of its size.
            batch_size: how many sequences there are.
            dtype: accepted, without effect.
        """
        if inputs is not None and batch_size is None:
            batch_size = inputs.shape[0] if hasattr(inputs, "shape") else inputs
        shape = self.laid_out(int(batch_size), self._places)
        return [Tensor(build.zeros(shape, self._compute_dtype)) for _ in range(2)]

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> Any:
        """The output of a step, and the next states h and c."""
        xs = self._inputs_of_gates(inputs.used_node(), training)
        hs = self._states_of_gates(as_node(states[0]), training)
        of_inputs = self._convolved(xs, as_node(self.kernel), self.strides, self.dilation_rate)
        ones = (1,) * self.rank
        of_states = self._convolved(hs, as_node(self.recurrent_kernel), ones, ones, True)
        if self.bias is not None:
            parts = split(as_node(self.bias), 4)
            of_inputs = [build.add(x, part) for x, part in zip(of_inputs, parts, strict=True)]
        sums = [
            Tensor(restored(build.add(x, h), self._first))
            for x, h in zip(of_inputs, of_states, strict=True)
        ]
        i, f = self.recurrent_activation(sums[0]), self.recurrent_activation(sums[1])
        c = f * states[1] + i * self.activation(sums[2])
        h = self.recurrent_activation(sums[3]) * self.activation(c)
        return h, [h, c]

    def _convolved(
        self, xs: list[Node], kernel: Node, strides: Any, dilations: Any, same: bool = False
    ) -> list[Node]:
        """What each gate makes of its images, channels last."""

        def convolve(x: Node, weights: Node) -> Node:
            x = channels_last(x, self._first)
            if same or self.padding == "same":
                sizes = x.shape[1:-1]
                window = self.kernel_size
                x = padded(
                    x, paddings_argument(self.name, "SAME", sizes, window, strides, dilations)
                )
            return convolved(self.name, x, weights, strides, dilations)

        if all(each is xs[0] for each in xs):
            return split(convolve(xs[0], kernel), 4)
        return [convolve(x, part) for x, part in zip(xs, split(kernel, 4), strict=True)]

    def compute_output_shape(self, input_shape: Any, states_shape: Any = None) -> Any:
        """The shape of the output, and the shapes of the states."""
        shape = as_sizes(input_shape)
        sizes = shape[2:] if self._first else shape[1:-1]
        state = self.laid_out(shape[0], self.places(sizes))
        return state, [state, state]

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        config = super().get_config()
        del config["units"]
        return config | {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }


class _ConvolutionalLSTM(CellLayer):
    """An LSTM over images of `rank` axes."""

    _rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
        of_cells, of_layers = split_options(kwargs)
        of_cells.pop("implementation", None)
        cell = _ConvolutionalCell(
            self._rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name="conv_lstm_cell",
            **of_cells,
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            activity_regularizer=activity_regularizer,
            **of_layers,
        )
        self.input_spec = InputSpec(ndim=self._rank + 3)

    filters = of_cell("filters")
    kernel_size = of_cell("kernel_size")
    strides = of_cell("strides")
    padding = of_cell("padding")
    data_format = of_cell("data_format")
    dilation_rate = of_cell("dilation_rate")
    activation = of_cell("activation")
    recurrent_activation = of_cell("recurrent_activation")
    use_bias = of_cell("use_bias")
    unit_forget_bias = of_cell("unit_forget_bias")

    def compute_output_shape(self, input_shape: Any, initial_state_shape: Any = None) -> Any:
        """``[batch, …]`` or ``[batch, time, …]``, and the shapes of the states if asked for."""
        batch, time, *rest = as_sizes(input_shape)
        state, _ = self.cell.compute_output_shape((batch, *rest))
        output = (batch, time, *state[1:]) if self.return_sequences else state
        return (output, state, state) if self.return_state else output


@register("layer")
class ConvLSTM1D(_ConvolutionalLSTM):
    """An LSTM over sequences of series, [batch, time, steps, channels]: see `ConvLSTM2D`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ConvLSTM1D(4, 3)(tf.ones([2, 5, 8, 1])).shape
        TensorShape([2, 6, 4])
    """

    _rank = 1


@register("layer")
class ConvLSTM2D(_ConvolutionalLSTM):
    """An LSTM over sequences of images, [batch, time, height, width, channels].

    Its states are images, and what an `LSTM` multiplies with a kernel, it convolves with one.

    Args:
        filters: how many channels states and output have.
        kernel_size: height and width of a window.
        strides, padding, data_format, dilation_rate: as in `Conv2D`, for the inputs.
        activation: the function of the candidate and of the output, tanh by default.
        recurrent_activation: the function of the gates, the sigmoid by default.
        kwargs: the other arguments of `LSTM`.

    Raises:
        ShapeError: the sizes of the images are not known, or no window fits.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)
        >>> layer(tf.ones([2, 5, 8, 8, 1])).shape
        TensorShape([2, 5, 8, 8, 4])

    Source: X. Shi et al., Convolutional LSTM Network, 2015.
    """

    _rank = 2


@register("layer")
class ConvLSTM3D(_ConvolutionalLSTM):
    """An LSTM over sequences of volumes: see `ConvLSTM2D`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ConvLSTM3D(2, 2)(tf.ones([1, 3, 4, 4, 4, 1])).shape
        TensorShape([1, 3, 3, 3, 2])
    """

    _rank = 3
