"""`Dense`: every output is connected to every input."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.errors import ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import activations, axes, constraints, initializers, regularizers
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_count, several_inputs
from glassbrook.keras.layers.spec import as_sizes, is_shape
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, Variable

__all__ = ["Dense"]


@register("layer")
class Dense(Layer):
    """A densely connected layer: ``activation(x @ kernel + bias)``.

    Inputs have shape [batch, …, inputs], outputs [batch, …, units]; `kernel` has shape
    [inputs, units] and `bias` [units]. Integer inputs are converted to floats.

    Args:
        units: how many outputs there are.
        activation: a name such as ``"relu"``, a function of a tensor, or a layer; none by default.
        use_bias: whether there is a bias.
        kernel_initializer: how the kernel is drawn at first.
        bias_initializer: how the bias is set at first.
        kernel_regularizer: a penalty on the kernel that is added to the loss.
        bias_regularizer: a penalty on the bias.
        activity_regularizer: a penalty on the outputs.
        kernel_constraint: a function applied to the kernel after every update.
        bias_constraint: a function applied to the bias after every update.

    Raises:
        InvalidArgumentError: `units` is not a positive whole number.
        ShapeError: the layer was built for inputs of another size; the message names the layer.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Dense(2, activation="relu", kernel_initializer="ones")
        >>> print(layer(tf.constant([[1.0, 2.0, -4.0], [1.0, 1.0, 1.0]])))
        tf.Tensor(
        [[0. 0.]
         [3. 3.]], shape=(2, 2), dtype=float32)
    """

    supports_masking = True

    kernel: Variable
    bias: Variable | None

    def __init__(
        self,
        units: int,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = check_count("Dense", "units", units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._activates = self.activation is not activations.get(None)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias for inputs whose last axis is known."""
        shape = as_sizes(input_shape) if is_shape(input_shape) else input_shape
        problem = self._shape_problem(shape)
        if problem is not None:
            raise ShapeError(problem)
        self.kernel = self.add_weight(
            shape=(shape[-1], self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs: Tensor) -> Tensor:
        """``activation(inputs @ kernel + bias)``."""
        if inputs.dtype is not self._compute_dtype:
            inputs = Tensor(build.cast(inputs.used_node(), self._compute_dtype))
        if inputs.ndim == 2:
            outputs = inputs @ self.kernel
        else:
            outputs = self._call_on_rows(inputs.used_node())
        if self.bias is not None:
            outputs = outputs + self.bias
        return self.activation(outputs) if self._activates else outputs

    def _call_on_rows(self, x: Node) -> Tensor:
        """The product of the last axis with the kernel, the other axes taken as one."""
        if len(x.shape) < 2:
            raise ShapeError(str(self._shape_problem(x.shape)))
        size = x.shape[-1]
        rows = build.reshape(x, (x.size // size if size else 0, size))
        outputs = build.matmul(rows, self.kernel.used_node())
        return Tensor(build.reshape(outputs, (*x.shape[:-1], self.units)))

    def _input_axes(self) -> tuple[str, ...]:
        return axes.ROWS

    def _input_problem(self, shape: Any) -> str | None:
        return self._shape_problem(shape)

    def _shape_problem(self, shape: Any) -> str | None:
        """What is wrong with an input shape, if anything is."""
        if not isinstance(shape, tuple):
            return several_inputs(self._title(), shape)
        size = self.kernel.shape[0] if "kernel" in vars(self) else None
        if len(shape) < 2:
            return (
                f"Layer {self._title()} expects inputs of at least 2 axes, "
                f"{axes.layout(axes.FEATURES)}, but got an input of shape {shape}. A single sample "
                "needs an axis in front: tf.expand_dims(x, 0); numbers that are one input each "
                "need one behind: tf.expand_dims(x, -1); a data set of single samples needs "
                "dataset.batch(32)."
            )
        if shape[-1] is None:
            return (
                f"Layer {self._title()} needs to know the size of the last axis of its input, but "
                f"that shape is {shape}. Give it: keras.Input(shape=(784,))."
            )
        if size is not None and shape[-1] != size:
            return (
                f"Layer {self._title()} expects last axis of size {size} but got an input of "
                f"shape {shape}: it was built for {size} numbers per row.{_mend(shape, size)}"
            )
        return None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, …, units]``."""
        return (*as_sizes(input_shape)[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


def _mend(shape: Any, size: int) -> str:
    known = [each for each in shape[1:] if each is not None]
    if len(known) == len(shape) - 1 and int(np.prod(known)) == size:
        return (
            " Flatten each input first: add layers.Flatten() before it, or "
            f"tf.reshape(x, (-1, {size}))."
        )
    return " Check the data, or the layer before it."
