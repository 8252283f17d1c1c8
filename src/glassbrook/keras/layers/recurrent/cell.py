"""What the cells of `SimpleRNN`, `LSTM` and `GRU` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassbrook.dtypes import as_dtype
from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import activations, constraints, initializers, regularizers
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_count
from glassbrook.keras.layers.recurrent.dropout import DropoutRNNCell
from glassbrook.keras.seeds import SeedGenerator
from glassbrook.tensor import Tensor, as_node

__all__ = ["GatedCell", "first_state", "product", "split"]

_PARTS = ("kernel", "recurrent", "bias")


class GatedCell(DropoutRNNCell, Layer):
    """A cell with a kernel for inputs, one for the state, and a bias, of one or more gates.

    A subclass says how many gates there are and computes in `call`.
    """

    _gates = 1

    def _configure(
        self,
        units: Any,
        activation: Any,
        use_bias: bool,
        parts: dict[str, tuple[Any, Any, Any]],
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        implementation: int = 2,
    ) -> None:
        """Keep the arguments; `parts` has initializer, regularizer and constraint of each part."""
        self.units = check_count(type(self).__name__, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        for part, (initializer, regularizer, constraint) in parts.items():
            setattr(self, f"{part}_initializer", initializers.get(initializer))
            setattr(self, f"{part}_regularizer", regularizers.get(regularizer))
            setattr(self, f"{part}_constraint", constraints.get(constraint))
        self.dropout = min(1.0, max(0.0, float(dropout)))
        self.recurrent_dropout = min(1.0, max(0.0, float(recurrent_dropout)))
        self.implementation = 1 if self.recurrent_dropout and self._gates > 1 else implementation
        if self.implementation == 1 and self._gates > 1:
            self.dropout_mask_count = self._gates
        self.seed = seed
        if "seed_generator" not in vars(self):
            self.seed_generator = SeedGenerator(seed)
        self.state_size: Any = self.units
        self.output_size = self.units

    kernel_initializer: Any
    recurrent_initializer: Any
    bias_initializer: Any

    def build(self, input_shape: Any) -> None:
        """Make the kernels and the bias for the inputs of one time step."""
        size = input_shape[-1]
        if len(input_shape) != 2 or size is None:
            raise ShapeError(
                f"Cell {self._title()} expects the inputs of one time step, [batch, features], "
                f"with a known number of features, but got shape {tuple(input_shape)}. A whole "
                "sequence goes into a layer: tf.keras.layers.RNN(cell)."
            )
        width = self._gates * self.units
        self.kernel = self._weight("kernel", "kernel", (size, width))
        self.recurrent_kernel = self._weight("recurrent", "recurrent_kernel", (self.units, width))
        self.bias = self._bias(width) if self.use_bias else None

    def _bias(self, width: int) -> Any:
        return self._weight("bias", "bias", (width,))

    def _weight(self, part: str, name: str, shape: tuple[int, ...], initializer: Any = None) -> Any:
        return self.add_weight(
            shape=shape,
            initializer=initializer or getattr(self, f"{part}_initializer"),
            regularizer=getattr(self, f"{part}_regularizer"),
            constraint=getattr(self, f"{part}_constraint"),
            name=name,
        )

    def get_initial_state(
        self, inputs: Any = None, batch_size: Any = None, dtype: Any = None
    ) -> list[Tensor]:
        """States of zeros for a batch.

        Args:
            inputs: a batch, in place of its size.
            batch_size: how many sequences there are.
            dtype: the dtype; that in which the cell computes by default.
        """
        if inputs is not None and batch_size is None:
            # Keras 3 knows the size alone, as the first argument.
            batch_size = inputs.shape[0] if hasattr(inputs, "shape") else inputs
        kind = self._compute_dtype if dtype is None else as_dtype(dtype)
        sizes = self.state_size if isinstance(self.state_size, list | tuple) else [self.state_size]
        return [Tensor(build.zeros((int(batch_size), size), kind)) for size in sizes]

    def compute_output_shape(self, input_shape: Any, states_shape: Any = None) -> Any:
        """``[batch, units]``, and the shapes of the states."""
        state = (input_shape[0], self.units)
        count = len(self.state_size) if isinstance(self.state_size, list) else 1
        return state, [state] * count

    def _inputs_of_gates(self, x: Node, training: bool) -> list[Node]:
        """The inputs of a step for each gate, or for all of them: after dropout."""
        if not training or not 0 < self.dropout < 1:
            return [x] * (self.dropout_mask_count or 1)
        return _dropped(x, self.get_dropout_mask(Tensor(x)))

    def _states_of_gates(self, h: Node, training: bool) -> list[Node]:
        """The state for each gate, or for all of them: after dropout."""
        if not training or not 0 < self.recurrent_dropout < 1:
            return [h] * (self.dropout_mask_count or 1)
        return _dropped(h, self.get_recurrent_dropout_mask(Tensor(h)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        config: dict[str, Any] = {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
        }
        for part in _PARTS:
            for what, module in (
                ("initializer", initializers),
                ("regularizer", regularizers),
                ("constraint", constraints),
            ):
                name = f"{part}_{what}"
                config[name] = module.serialize(getattr(self, name))
        config |= {
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "seed": self.seed,
        }
        return super().get_config() | config


def _dropped(x: Node, masks: Any) -> list[Node]:
    flat = masks if isinstance(masks, list) else [masks]
    return [build.mul(x, mask.used_node()) for mask in flat]


def product(inputs: Sequence[Node], weights: Node, gates: int) -> list[Node]:
    """What each gate makes of its inputs; one product if all have the same.

    Args:
        inputs: the inputs of all gates, or of each.
        weights: the weights of all gates, side by side.
        gates: how many gates there are.
    """
    if len(inputs) == 1 or all(each is inputs[0] for each in inputs):
        return split(build.matmul(inputs[0], weights), gates)
    parts = split(weights, gates)
    return [build.matmul(each, part) for each, part in zip(inputs, parts, strict=True)]


def split(x: Node, count: int) -> list[Node]:
    """Equal parts along the last axis."""
    if count == 1:
        return [x]
    size = x.shape[-1] // count
    shape = (*x.shape[:-1], size)
    first = (0,) * (x.rank - 1)
    return [build.slice(x, (*first, part * size), shape) for part in range(count)]


def first_state(states: Any) -> Node:
    """The node of the first state; a single one may come without a list."""
    return as_node(states[0] if isinstance(states, list | tuple) else states)
