"""`SimpleRNN`: the output is fed back."""

from __future__ import annotations

from typing import Any

from glassbrook.graph import build
from glassbrook.keras.layers.recurrent.cell import GatedCell, first_state
from glassbrook.keras.layers.recurrent.layer import CellLayer, of_cell, split_options
from glassbrook.keras.registry import register
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.tensor import Tensor, as_node

__all__ = ["SimpleRNN", "SimpleRNNCell"]


@register("layer")
class SimpleRNNCell(GatedCell):
    """One step of `SimpleRNN`: ``h' = activation(x @ kernel + h @ recurrent_kernel + bias)``.

    Args:
        units: the size of the state and of the output.
        activation: a function of the sum, or its name.
        use_bias: whether there is a bias.
        kernel_initializer: for the weights of the inputs, [features, units].
        recurrent_initializer: for the weights of the state, [units, units].
        bias_initializer: for the bias, [units].
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after every update.
        dropout: the share of inputs to drop in training.
        recurrent_dropout: the share of the state to drop in training.
        seed: a number that fixes what is dropped.

    Raises:
        InvalidArgumentError: `units` is not a positive whole number.

    Example:
        >>> import glassbrook as tf
        >>> cell = tf.keras.layers.SimpleRNNCell(4)
        >>> output, states = cell(tf.ones([2, 3]), [tf.zeros([2, 4])])
        >>> output.shape, len(states)
        (TensorShape([2, 4]), 1)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        # Before the initializers, which is where Keras draws this seed, unlike in other cells.
        self.seed_generator = SeedGenerator(seed)
        parts = {
            "kernel": (kernel_initializer, kernel_regularizer, kernel_constraint),
            "recurrent": (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
            "bias": (bias_initializer, bias_regularizer, bias_constraint),
        }
        self._configure(units, activation, use_bias, parts, dropout, recurrent_dropout, seed)

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> Any:
        """The output of a step, and the next states."""
        (x,) = self._inputs_of_gates(inputs.used_node(), training)
        (h,) = self._states_of_gates(first_state(states), training)
        total = build.matmul(x, as_node(self.kernel))
        if self.bias is not None:
            total = build.add(total, as_node(self.bias))
        total = build.add(total, build.matmul(h, as_node(self.recurrent_kernel)))
        output = self.activation(Tensor(total))
        return output, [output] if isinstance(states, list | tuple) else output


@register("layer")
class SimpleRNN(CellLayer):
    """A fully connected layer whose output is fed back, step by step: see `SimpleRNNCell`.

    Takes [batch, time, features]; gives the last output, [batch, units], or with
    `return_sequences` all of them, [batch, time, units].

    Args:
        units: the size of the state and of the output.
        activation: a function of the sum, or its name.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: for the weights.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: a penalty on the output that is added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after every update.
        dropout: the share of inputs to drop in training.
        recurrent_dropout: the share of the state to drop in training.
        return_sequences: whether to give the outputs of all time steps.
        return_state: whether to give the last state, too.
        go_backwards: whether to begin with the last time step; outputs are then in that order.
        stateful: whether a batch goes on with the last states of the batch before.
        unroll: accepted for Keras's sake: loops are compiled anyhow.
        seed: a number that fixes what is dropped.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.SimpleRNN(4)
        >>> layer(tf.ones([2, 5, 3])).shape
        TensorShape([2, 4])
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        of_cells, of_layers = split_options(kwargs)
        cell = SimpleRNNCell(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            name="simple_rnn_cell",
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

    units = of_cell("units")
    activation = of_cell("activation")
    use_bias = of_cell("use_bias")
