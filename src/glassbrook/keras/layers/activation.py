"""Activation functions as layers."""

from __future__ import annotations

import math
from typing import Any

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import activations
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.checks import check_number
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["ELU", "Activation", "LeakyReLU", "ReLU", "Softmax"]


class _Elementwise(Layer):
    """A layer without variables whose output has the shape of its input."""

    supports_masking = True
    _without_variables = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape


@register("layer")
class Activation(_Elementwise):
    """An activation function as a layer of its own.

    Args:
        activation: a name such as ``"relu"``, or a function of a tensor such as ``tf.nn.relu``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.Activation("relu")(tf.constant([-1.0, 2.0])).numpy()
        array([0., 2.], dtype=float32)
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Tensor) -> Tensor:
        """``activation(inputs)``."""
        result: Tensor = self.activation(inputs)
        return result

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"activation": activations.serialize(self.activation)}


@register("layer")
class ReLU(_Elementwise):
    """``x`` where it is at least the threshold, ``negative_slope · (x - threshold)`` below.

    Args:
        max_value: an upper limit; none by default.
        negative_slope: the slope below the threshold.
        threshold: where the function begins.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ReLU(max_value=6.0)(tf.constant([-1.0, 2.0, 9.0])).numpy()
        array([0., 2., 6.], dtype=float32)
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        endless = float("inf")
        if max_value is not None:
            max_value = check_number("ReLU", "max_value", max_value, "the upper limit", endless)
        self.max_value = max_value
        meaning = "the slope below the threshold"
        self.negative_slope = check_number(
            "ReLU", "negative_slope", negative_slope, meaning, endless
        )
        self.threshold = check_number("ReLU", "threshold", threshold, "where it begins", endless)

    def call(self, inputs: Tensor) -> Tensor:
        """The function of every element."""
        x = inputs.used_node()
        if not self.threshold:
            result = build.relu(x)
            if self.negative_slope:
                below = build.relu(build.neg(x))
                result = build.sub(result, _times(below, self.negative_slope))
        else:
            limit = build.constant_like(self.threshold, x)
            below = _times(build.sub(x, limit), self.negative_slope)
            result = build.select(build.greater_equal(x, limit), x, below)
        if self.max_value is not None:
            result = build.minimum(result, build.constant_like(float(self.max_value), x))
        return Tensor(result)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


@register("layer")
class LeakyReLU(_Elementwise):
    """``x`` where it is positive, ``negative_slope · x`` elsewhere.

    Args:
        negative_slope: the slope for negative inputs; also accepted as ``alpha``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.LeakyReLU(0.5)(tf.constant([-1.0, 2.0])).numpy()
        array([-0.5,  2. ], dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = check_number(
            "LeakyReLU", "negative_slope", slope, "the slope for negative inputs", float("inf")
        )

    def call(self, inputs: Tensor) -> Tensor:
        """The function of every element."""
        x = inputs.used_node()
        below = _times(x, self.negative_slope)
        return Tensor(build.select(build.greater(x, build.constant_like(0, x)), x, below))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"negative_slope": self.negative_slope}


@register("layer")
class ELU(_Elementwise):
    """``x`` where it is positive, ``alpha · (exp(x) - 1)`` elsewhere.

    Args:
        alpha: the limit for very negative inputs, with its sign changed.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.layers.ELU()(tf.constant([-100.0, 2.0])).numpy()
        array([-1.,  2.], dtype=float32)
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = float(alpha)

    def call(self, inputs: Tensor) -> Tensor:
        """The function of every element."""
        x = inputs.used_node()
        # Of what is above 0 the exponential would overflow, and its gradient be 0 · inf.
        below = build.expm1(build.minimum(x, build.constant_like(0, x)))
        above = build.greater(x, build.constant_like(0, x))
        return Tensor(build.select(above, x, _times(below, self.alpha)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"alpha": self.alpha}


@register("layer")
class Softmax(_Elementwise):
    """``exp(x) / Σ exp(x)`` along an axis: positive numbers that add up to 1.

    A call takes a mask: what does not count gets 0, and the others add up to 1.

    Args:
        axis: the axis, or axes, along which they add up to 1.

    Example:
        >>> import glassbrook as tf
        >>> layer = tf.keras.layers.Softmax()
        >>> layer(tf.constant([[0.0, 0.0]])).numpy()
        array([[0.5, 0.5]], dtype=float32)
        >>> layer(tf.constant([[0.0, 0.0]]), mask=tf.constant([[True, False]])).numpy()
        array([[1., 0.]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, list | tuple) else int(axis)

    def call(self, inputs: Tensor, mask: Any = None) -> Tensor:
        """The function along the axis."""
        x = inputs.used_node()
        axes = self._axes(x)
        counts = None if mask is None else self._counts(mask, x)
        if counts is not None:
            limit = build.constant_like(-3e4 if x.dtype is dtypes.float16 else -1e9, x)
            x = build.select(counts, x, limit)
        result = _softmax(x, axes)
        if counts is not None:
            # Where nothing counts at all, the shares would be equal.
            result = build.select(counts, result, build.constant_like(0, result))
        return Tensor(result)

    def _axes(self, x: Node) -> tuple[int, ...]:
        rank = len(x.shape)
        axes = [self.axis] if isinstance(self.axis, int) else list(self.axis)
        for axis in axes:
            if not -rank <= axis < rank:
                raise InvalidArgumentError(
                    f"Layer {self._title()} works along axis {axis}, but got an input of shape "
                    f"{x.shape}."
                )
        return tuple(axis % rank for axis in axes)

    def _counts(self, mask: Any, x: Node) -> Node:
        node = convert_to_tensor(mask).used_node()
        sizes = x.shape[len(x.shape) - len(node.shape) :] if len(node.shape) <= len(x.shape) else ()
        pairs = zip(node.shape, sizes, strict=False)
        if len(sizes) < len(node.shape) or any(one not in (1, size) for one, size in pairs):
            raise ShapeError(
                f"Layer {self._title()}: a mask of shape {node.shape} does not fit an input of "
                f"shape {x.shape}."
            )
        if node.dtype is dtypes.bool:
            return node
        half = build.constant_like(0.5, node) if node.dtype.is_floating else None
        return build.cast(node, dtypes.bool) if half is None else build.greater(node, half)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return super().get_config() | {"axis": self.axis}


def _softmax(x: Node, axes: tuple[int, ...]) -> Node:
    rank = len(x.shape)
    if axes == (rank - 1,):
        return build.softmax(x)
    order = (*(each for each in range(rank) if each not in axes), *axes)
    back = tuple(order.index(each) for each in range(rank))
    moved = build.transpose(x, order)
    leading = moved.shape[: rank - len(axes)]
    rows = build.reshape(moved, (*leading, math.prod(moved.shape[len(leading) :])))
    return build.transpose(build.reshape(build.softmax(rows), moved.shape), back)


def _times(x: Node, factor: float) -> Node:
    return build.mul(x, build.constant_like(factor, x))
