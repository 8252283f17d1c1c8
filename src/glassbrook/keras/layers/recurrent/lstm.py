"""`LSTM`: gates decide what is remembered and for how long."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import activations, initializers
from glassbrook.keras.layers.recurrent.cell import GatedCell, product, split
from glassbrook.keras.layers.recurrent.layer import CellLayer, of_cell, split_options
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = ["LSTM", "LSTMCell"]


@register("layer")
class LSTMCell(GatedCell):
    """One step of `LSTM` (Hochreiter and Schmidhuber, 1997), with a state of two parts, h and c.

    ``i, f, g, o = split(x @ kernel + h @ recurrent_kernel + bias)``,
    ``c' = σ(f)·c + σ(i)·tanh(g)``, ``h' = σ(o)·tanh(c')``; the output is h'.

    Args:
        units: the size of both states and of the output.
        activation: the function of the candidate and of the output, tanh by default.
        recurrent_activation: the function of the gates, the sigmoid by default.
        use_bias: whether there is a bias.
        kernel_initializer: for the weights of the inputs, [features, 4·units].
        recurrent_initializer: for the weights of the state, [units, 4·units].
        bias_initializer: for the bias, [4·units].
        unit_forget_bias: whether the bias of the forget gate begins with ones.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after every update.
        dropout: the share of inputs to drop in training.
        recurrent_dropout: the share of the state to drop in training.
        seed: a number that fixes what is dropped.
        implementation: 1 for masks of dropout for each gate, 2 for one that they share.

    Raises:
        InvalidArgumentError: `units` is not a positive whole number.

    Example:
        >>> import glassbrook as tf
        >>> cell = tf.keras.layers.LSTMCell(4)
        >>> output, states = cell(tf.ones([2, 3]), cell.get_initial_state(batch_size=2))
        >>> output.shape, len(states)
        (TensorShape([2, 4]), 2)
    """

    _gates = 4

    def __init__(
        self,
        units: int,
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
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        parts = {
            "kernel": (kernel_initializer, kernel_regularizer, kernel_constraint),
            "recurrent": (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
            "bias": (bias_initializer, bias_regularizer, bias_constraint),
        }
        self._configure(
            units, activation, use_bias, parts, dropout, recurrent_dropout, seed, implementation
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = bool(unit_forget_bias)
        self.state_size = [self.units, self.units]

    def _bias(self, width: int) -> Any:
        if not self.unit_forget_bias:
            return super()._bias(width)
        return self._weight("bias", "bias", (width,), self._forgetful)

    def _forgetful(self, shape: Any, dtype: Any = None) -> Tensor:
        """A bias that is 1 for the forget gate, so that at first nothing is forgotten."""
        units = self.units
        kind = self._variable_dtype if dtype is None else dtype
        first = as_node(self.bias_initializer((units,), dtype=kind))
        ones = as_node(initializers.Ones()((units,), dtype=kind))
        last = as_node(self.bias_initializer((2 * units,), dtype=kind))
        return Tensor(build.concat([first, ones, last], 0))

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> Any:
        """The output of a step, and the next states h and c."""
        xs = self._inputs_of_gates(inputs.used_node(), training)
        hs = self._states_of_gates(as_node(states[0]), training)
        i, f, g, o = (Tensor(each) for each in self._sums(xs, hs))
        before = states[1]
        i, f = self.recurrent_activation(i), self.recurrent_activation(f)
        c = f * before + i * self.activation(g)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]

    def _sums(self, xs: list[Node], hs: list[Node]) -> list[Node]:
        """What each gate gets of the inputs and the state."""
        bias = None if self.bias is None else as_node(self.bias)
        if len(xs) == 1:
            z = build.matmul(xs[0], as_node(self.kernel))
            z = build.add(z, build.matmul(hs[0], as_node(self.recurrent_kernel)))
            return split(z if bias is None else build.add(z, bias), 4)
        of_inputs = product(xs, as_node(self.kernel), 4)
        of_states = product(hs, as_node(self.recurrent_kernel), 4)
        if bias is not None:
            pairs = zip(of_inputs, split(bias, 4), strict=True)
            of_inputs = [build.add(x, part) for x, part in pairs]
        return [build.add(x, h) for x, h in zip(of_inputs, of_states, strict=True)]

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "unit_forget_bias": self.unit_forget_bias,
        }


@register("layer")
class LSTM(CellLayer):
    """Long short-term memory over sequences: see `LSTMCell`.

    Takes [batch, time, features]; gives the last output, [batch, units], or with
    `return_sequences` all of them, [batch, time, units].

    Args:
        units: the size of both states and of the output.
        activation: the function of the candidate and of the output, tanh by default.
        recurrent_activation: the function of the gates, the sigmoid by default.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: for the weights.
        unit_forget_bias: whether the bias of the forget gate begins with ones.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: a penalty on the output that is added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after every update.
        dropout: the share of inputs to drop in training.
        recurrent_dropout: the share of the state to drop in training.
        seed: a number that fixes what is dropped.
        return_sequences: whether to give the outputs of all time steps.
        return_state: whether to give the last states h and c, too.
        go_backwards: whether to begin with the last time step; outputs are then in that order.
        stateful: whether a batch goes on with the last states of the batch before.
        unroll: accepted for Keras's sake: loops are compiled anyhow.
        use_cudnn: accepted for Keras's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.LSTM(4, return_sequences=True, return_state=True)
        >>> outputs, h, c = layer(tf.ones([2, 5, 3]))
        >>> outputs.shape, h.shape, c.shape
        (TensorShape([2, 5, 4]), TensorShape([2, 4]), TensorShape([2, 4]))
    """

    def __init__(
        self,
        units: int,
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
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        of_cells, of_layers = split_options(kwargs)
        cell = LSTMCell(
            units,
            activation,
            recurrent_activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            unit_forget_bias,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            name="lstm_cell",
            **of_cells,
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **of_layers,
        )
        self.use_cudnn = checked_use_cudnn(use_cudnn)

    units = of_cell("units")
    activation = of_cell("activation")
    recurrent_activation = of_cell("recurrent_activation")
    use_bias = of_cell("use_bias")
    unit_forget_bias = of_cell("unit_forget_bias")


def checked_use_cudnn(value: Any) -> Any:
    """The value, or an error if it is none of those that Keras knows."""
    if value not in ("auto", True, False):
        raise InvalidArgumentError(
            f"Invalid argument `use_cudnn`: expected one of 'auto', True, False, got {value!r}."
        )
    return value
