"""`GRU`: gates mix the old state with a new one."""

from __future__ import annotations

from typing import Any

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import activations
from glassbrook.keras.layers.recurrent.cell import GatedCell, first_state, product, split
from glassbrook.keras.layers.recurrent.layer import CellLayer, of_cell, split_options
from glassbrook.keras.layers.recurrent.lstm import checked_use_cudnn
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = ["GRU", "GRUCell"]


@register("layer")
class GRUCell(GatedCell):
    """One step of `GRU` (Cho et al., 2014), with gates z (how much stays) and r (how much is used).

    With ``x_z, x_r, x_h = split(x @ kernel + bias)``: ``z = σ(x_z + h @ U_z)``,
    ``r = σ(x_r + h @ U_r)``, ``h' = z·h + (1 - z)·tanh(x_h + r·(h @ U_h))``; without `reset_after`
    the last term is ``(r·h) @ U_h``.

    Args:
        units: the size of the state and of the output.
        activation: the function of the new state, tanh by default.
        recurrent_activation: the function of the gates, the sigmoid by default.
        use_bias: whether there is a bias.
        kernel_initializer: for the weights of the inputs, [features, 3·units].
        recurrent_initializer: for the weights of the state, [units, 3·units].
        bias_initializer: for the bias, [2, 3·units] with `reset_after`, [3·units] without.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after every update.
        dropout: the share of inputs to drop in training.
        recurrent_dropout: the share of the state to drop in training.
        reset_after: whether r is applied after the product with the weights, or before.
        seed: a number that fixes what is dropped.
        implementation: 1 for masks of dropout for each gate, 2 for one that they share.

    Raises:
        InvalidArgumentError: `units` is not a positive whole number.

    Example:
        >>> import glassbrook as tf
        >>> cell = tf.keras.layers.GRUCell(4)
        >>> output, states = cell(tf.ones([2, 3]), [tf.zeros([2, 4])])
        >>> output.shape, len(states)
        (TensorShape([2, 4]), 1)
    """

    _gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
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
        reset_after: bool = True,
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
        self.reset_after = bool(reset_after)

    def _bias(self, width: int) -> Any:
        return self._weight("bias", "bias", (2, width) if self.reset_after else (width,))

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> Any:
        """The output of a step, and the next states."""
        h = first_state(states)
        of_inputs, of_states = self._biases()
        xs = self._inputs_of_gates(inputs.used_node(), training)
        x_z, x_r, x_h = _with_bias(xs, as_node(self.kernel), of_inputs)
        hs = self._states_of_gates(h, training)
        if self.reset_after:
            h_z, h_r, h_h = _with_bias(hs, as_node(self.recurrent_kernel), of_states)
            z, r = self._gate(x_z, h_z), self._gate(x_r, h_r)
            reset = build.mul(r, h_h)
        else:
            weights = as_node(self.recurrent_kernel)
            first = build.slice(weights, (0, 0), (self.units, 2 * self.units))
            last = build.slice(weights, (0, 2 * self.units), (self.units, self.units))
            h_z, h_r = product(hs[:2], first, 2)
            z, r = self._gate(x_z, h_z), self._gate(x_r, h_r)
            reset = build.matmul(build.mul(r, hs[-1]), last)
        new = as_node(self.activation(Tensor(build.add(x_h, reset))))
        stays = build.mul(z, h)
        changes = build.mul(build.sub(build.constant_like(1, z), z), new)
        output = Tensor(build.add(stays, changes))
        return output, [output] if isinstance(states, list | tuple) else output

    def _biases(self) -> tuple[Node | None, Node | None]:
        """The bias of what comes from the inputs, and from the state."""
        if self.bias is None:
            return None, None
        bias = as_node(self.bias)
        if not self.reset_after:
            return bias, None
        width = bias.shape[1]
        rows = [build.slice(bias, (row, 0), (1, width)) for row in (0, 1)]
        return build.reshape(rows[0], (width,)), build.reshape(rows[1], (width,))

    def _gate(self, x: Node, h: Node) -> Node:
        return as_node(self.recurrent_activation(Tensor(build.add(x, h))))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "reset_after": self.reset_after,
        }


def _with_bias(inputs: list[Node], weights: Node, bias: Node | None) -> list[Node]:
    """What the three gates make of their inputs."""
    if len(inputs) == 1:
        total = build.matmul(inputs[0], weights)
        return split(total if bias is None else build.add(total, bias), 3)
    parts = product(inputs, weights, 3)
    if bias is None:
        return parts
    return [build.add(part, each) for part, each in zip(parts, split(bias, 3), strict=True)]


@register("layer")
class GRU(CellLayer):
    """Gated recurrent units over sequences: see `GRUCell`.

    Takes [batch, time, features]; gives the last output, [batch, units], or with
    `return_sequences` all of them, [batch, time, units].

    Args:
        units: the size of the state and of the output.
        activation: the function of the new state, tanh by default.
        recurrent_activation: the function of the gates, the sigmoid by default.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: for the weights.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: a penalty on the output that is added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after every update.
        dropout: the share of inputs to drop in training.
        recurrent_dropout: the share of the state to drop in training.
        seed: a number that fixes what is dropped.
        return_sequences: whether to give the outputs of all time steps.
        return_state: whether to give the last state, too.
        go_backwards: whether to begin with the last time step; outputs are then in that order.
        stateful: whether a batch goes on with the last states of the batch before.
        unroll: accepted for Keras's sake: loops are compiled anyhow.
        reset_after: whether r is applied after the product with the weights, or before.
        use_cudnn: accepted for Keras's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.GRU(4, return_sequences=True)
        >>> layer(tf.ones([2, 5, 3])).shape
        TensorShape([2, 5, 4])
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
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        of_cells, of_layers = split_options(kwargs)
        cell = GRUCell(
            units,
            activation,
            recurrent_activation,
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
            reset_after,
            seed,
            name="gru_cell",
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
    reset_after = of_cell("reset_after")
