"""`EinsumDense`: a dense layer whose product is written with letters."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.keras import activations, constraints, initializers, regularizers
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.spatial import weight_node
from glassbrook.keras.layers.spec import Shape, as_sizes
from glassbrook.keras.registry import register
from glassbrook.ops.einsum import einsum
from glassbrook.tensor import Tensor, Variable

__all__ = ["EinsumDense"]

_FORM = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


@register("layer")
class EinsumDense(Layer):
    """A dense layer: ``activation(einsum(equation, inputs, kernel) + bias)``.

    Args:
        equation: letters for the axes of the input, the kernel and the output, such as
            ``"abc,cd->abd"``; ``...`` in input and output stands for further axes.
        output_shape: the sizes of the output without the batch; `None` for what the input says.
        activation: a name such as ``"relu"``, or a function of a tensor; none by default.
        bias_axes: the letters of the output along which the bias varies; no bias by default.
        kernel_initializer: how the kernel is drawn at first.
        bias_initializer: how the bias is set at first.
        kernel_regularizer: a penalty on the kernel that is added to the loss.
        bias_regularizer: a penalty on the bias.
        kernel_constraint: a function applied to the kernel after every update.
        bias_constraint: a function applied to the bias after every update.

    Raises:
        InvalidArgumentError: the equation is not of such a form, or names an axis nobody knows.
        ShapeError: the input does not fit the equation.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.EinsumDense("abc,cd->abd", (None, 64), bias_axes="d")
        >>> layer(tf.ones([2, 5, 8])).shape, layer.bias.shape
        (TensorShape([2, 5, 64]), TensorShape([64]))
    """

    kernel: Variable
    bias: Variable | None

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.equation = equation
        sizes = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.partial_output_shape: Shape = as_sizes(sizes)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._activates = self.activation is not activations.get(None)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        shapes = _shapes(
            self._title(), self.equation, as_sizes(input_shape), self.partial_output_shape
        )
        self.kernel = self.add_weight(
            shape=shapes.kernel,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.bias_axes is not None:
            self.bias = self.add_weight(
                shape=shapes.bias(self._title(), self.bias_axes),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs: Tensor) -> Tensor:
        """``activation(einsum(equation, inputs, kernel) + bias)``."""
        outputs = einsum(self.equation, inputs, Tensor(weight_node(self, self.kernel)))
        if self.bias is not None:
            outputs = Tensor(build.add(outputs.node, weight_node(self, self.bias)))
        return self.activation(outputs) if self._activates else outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes of the output's axes."""
        sizes = as_sizes(input_shape)
        return _shapes(self._title(), self.equation, sizes, self.partial_output_shape).output

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


@dataclass(frozen=True)
class _Shapes:
    """The sizes that an equation means: of the kernel, of the output, and of its letters."""

    kernel: Any
    output: Shape
    letters: str
    after: int
    sizes: dict[str, int | None]

    def bias(self, title: str, axes: str) -> Any:
        """The shape of a bias that varies along some letters of the output."""
        missing = [each for each in axes if each not in self.letters]
        if missing:
            raise InvalidArgumentError(
                f"Layer {title}: bias_axes {axes!r} names {missing[0]!r}, which is no axis of the "
                f"output {self.letters!r}."
            )
        first = min(self.letters.index(each) for each in axes)
        sizes = [self.sizes[letter] if letter in axes else 1 for letter in self.letters][first:]
        return tuple(sizes) + (1,) * self.after


def _shapes(title: str, equation: str, inputs: Shape, given: Shape) -> _Shapes:
    found = _FORM.fullmatch(equation.replace(" ", ""))
    parts = ("",) * 7 if found is None else tuple(part or "" for part in found.groups())
    left, x, right, kernel, left_out, y, right_out = parts
    if found is None or left != left_out or right != right_out:
        raise InvalidArgumentError(
            f"Layer {title}: the equation {equation!r} is not of the form 'ab,bc->ac', "
            "'...ab,bc->...ac' or 'ab...,bc->ac...'."
        )
    more = len(inputs) - len(x)
    if more < 0 or (more and not (left or right)):
        raise ShapeError(
            f"Layer {title}: the equation {equation!r} is for inputs of {len(x)} axes, got an "
            f"input of shape {inputs}."
        )
    extra = "".join(each for each in string.ascii_letters if each not in x + kernel + y)[:more]
    x_letters = extra + x if left else x + extra
    y_letters = extra + y if left else y + extra
    sizes = dict(zip(x_letters, inputs, strict=True))
    # What is given leaves out the batch, which may be among the dots, and what they stand for.
    named = y if left and more else y[1:]
    if len(named) != len(given):
        raise InvalidArgumentError(
            f"Layer {title}: output_shape {given} has {len(given)} sizes, but the equation "
            f"{equation!r} has {len(named)} axes of the output behind the batch."
        )
    # What is left open stays open, as in Keras, even where the input says it.
    shown = dict(zip(named, given, strict=True))
    for letter, size in shown.items():
        known = sizes.get(letter)
        if size is not None and known is not None and size != known:
            raise InvalidArgumentError(
                f"Layer {title}: output_shape {given} says {size} for {letter!r} of the equation "
                f"{equation!r}, but the input of shape {inputs} has {known} there."
            )
        if size is not None or letter not in sizes:
            sizes[letter] = size
    unknown = [letter for letter in kernel + y_letters if letter not in sizes]
    if unknown:
        raise InvalidArgumentError(
            f"Layer {title}: the axis {unknown[0]!r} of the equation {equation!r} is neither an "
            "axis of the input nor of output_shape."
        )
    return _Shapes(
        tuple(sizes[letter] for letter in kernel),
        tuple(shown.get(letter, sizes[letter]) for letter in y_letters),
        y,
        more if right else 0,
        sizes,
    )
