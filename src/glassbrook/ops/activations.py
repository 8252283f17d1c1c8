"""Activation functions: what a layer does to its sums, element by element or over a row.

Sources: ELU (Clevert et al., 2015), SELU (Klambauer et al., 2017), GELU (Hendrycks and Gimpel,
2016), swish (Ramachandran et al., 2017), CReLU (Shang et al., 2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from glassbrook import dtypes
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, axis_argument, floating_node
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "crelu",
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "silu",
    "softmax",
    "swish",
]

# The fixed point of mean 0 and variance 1 under the activation; Klambauer et al., equation 14.
_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946


@operation
def relu(features: TensorLike, name: str | None = None) -> Tensor:
    """max(x, 0); the slope at 0 is taken to be 0.

    Args:
        features: numbers, integers too.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `features` are not numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.relu([-1.0, 2.0]))
        tf.Tensor([0. 2.], shape=(2,), dtype=float32)
    """
    return Tensor(build.relu(as_node(features)))


@operation
def relu6(features: TensorLike, name: str | None = None) -> Tensor:
    """min(max(x, 0), 6); the slope at 0 and at 6 is taken to be 0.

    Args:
        features: numbers, integers too.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `features` are not numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.relu6([-1.0, 2.0, 8.0]))
        tf.Tensor([0. 2. 6.], shape=(3,), dtype=float32)
    """
    node = as_node(features)
    # On the left, the 6 takes the gradient where both are equal.
    return Tensor(build.minimum(build.constant_like(6, node), build.relu(node)))


@operation
def leaky_relu(features: TensorLike, alpha: TensorLike = 0.2, name: str | None = None) -> Tensor:
    """x above 0, alpha · x below and at 0.

    Args:
        features: numbers; integers become float32.
        alpha: the slope below 0.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `features` are not numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.leaky_relu([-1.0, 2.0]))
        tf.Tensor([-0.2  2. ], shape=(2,), dtype=float32)
    """
    node = as_node(features)
    if node.dtype.is_integer:
        node = build.cast(node, dtypes.float32)
    below = build.mul(as_node(alpha, node.dtype), node)
    return Tensor(build.select(build.greater(node, build.constant_like(0, node)), node, below))


def _exponential_below_zero(x: Node) -> Node:
    # exp() only of what is below 0: above, it would overflow, and 0 · ∞ is NaN in the gradient.
    return build.expm1(build.minimum(x, build.constant_like(0, x)))


@operation
def elu(features: TensorLike, name: str | None = None) -> Tensor:
    """x above 0, eˣ - 1 below: the exponential linear unit.

    Args:
        features: floating-point numbers.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `features` are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.elu([-1.0, 2.0]).numpy().round(4))
        [-0.6321  2.    ]
    """
    node = as_node(features)
    return Tensor(build.add(build.relu(node), _exponential_below_zero(node)))


@operation
def selu(features: TensorLike, name: str | None = None) -> Tensor:
    """s · x from 0 on, s · α · (eˣ - 1) below, with s = 1.0507 and α = 1.6733.

    The constants keep the mean at 0 and the variance at 1 from layer to layer.

    Args:
        features: floating-point numbers.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `features` are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.selu([-1.0, 2.0]).numpy().round(4))
        [-1.1113  2.1014]
    """
    node = as_node(features)
    scale = build.constant_like(_SELU_SCALE, node)
    steepness = build.constant_like(_SELU_SCALE * _SELU_ALPHA, node)
    below = build.mul(steepness, _exponential_below_zero(node))
    negative = build.less(node, build.constant_like(0, node))
    return Tensor(build.select(negative, below, build.mul(scale, node)))


@operation
def gelu(features: TensorLike, approximate: bool = False, name: str | None = None) -> Tensor:
    """x · Φ(x), with Φ the distribution function of the standard normal: ½ x (1 + erf(x / √2)).

    Args:
        features: floating-point numbers.
        approximate: take ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))) instead.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `features` are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.gelu([-1.0, 1.0]).numpy().round(4))
        [-0.1587  0.8413]
    """
    node = floating_node("gelu", features)
    half, one = build.constant_like(0.5, node), build.constant_like(1, node)
    if approximate:
        cube = build.mul(build.square(node), node)
        bent = build.add(node, build.mul(build.constant_like(0.044715, node), cube))
        slope = build.tanh(build.mul(build.constant_like(math.sqrt(2 / math.pi), node), bent))
    else:
        slope = build.erf(build.mul(build.constant_like(math.sqrt(0.5), node), node))
    return Tensor(build.mul(build.mul(half, node), build.add(one, slope)))


@operation
def silu(features: TensorLike, beta: TensorLike = 1.0) -> Tensor:
    """x · sigmoid(β x), also called swish.

    Args:
        features: floating-point numbers.
        beta: how sharp the bend is; a number or a tensor.

    Raises:
        DTypeError: `features` are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.silu([-1.0, 1.0]).numpy().round(4))
        [-0.2689  0.7311]
    """
    node = as_node(features)
    plain = type(beta) is float and beta == 1.0
    scaled = node if plain else build.mul(as_node(beta, node.dtype), node)
    return Tensor(build.mul(node, build.sigmoid(scaled)))


swish = silu


@operation
def crelu(features: TensorLike, axis: Any = -1, name: str | None = None) -> Tensor:
    """max(x, 0) beside max(-x, 0): twice as many features, none of them lost.

    Args:
        features: numbers.
        axis: along which axis the two stand.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.crelu([-1.0, 2.0]))
        tf.Tensor([0. 2. 1. 0.], shape=(4,), dtype=float32)
    """
    node = as_node(features)
    position = axis_argument("crelu", axis, node.rank)
    return Tensor(build.relu(build.concat([node, build.neg(node)], position)))


# Over a row.


def over_axis(op: str, over_last: Callable[[Node], Node], x: Node, axis: Any) -> Node:
    """A function of the last axis applied to another one; -1 or `None` is the last."""
    last = len(x.shape) - 1
    if axis is None or axis == -1:
        return over_last(x)
    position = axis_argument(op, axis, last + 1)
    if position == last:
        return over_last(x)
    # Exchanging two axes is its own inverse.
    exchange = list(range(last + 1))
    exchange[position], exchange[last] = last, position
    order = tuple(exchange)
    return build.transpose(over_last(build.transpose(x, order)), order)


@operation
def softmax(logits: TensorLike, axis: Any = None, name: str | None = None) -> Tensor:
    """exp(x) / Σ exp(x) along an axis: positive numbers that add up to 1.

    Args:
        logits: floating-point numbers with at least one axis.
        axis: along which axis; the last by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `logits` are not floating-point.
        ShapeError: `logits` are a scalar.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.softmax([0.0, 0.0, 1000.0]))
        tf.Tensor([0. 0. 1.], shape=(3,), dtype=float32)
    """
    return Tensor(over_axis("softmax", build.softmax, as_node(logits), axis))


@operation
def log_softmax(logits: TensorLike, axis: Any = None, name: str | None = None) -> Tensor:
    """x - log Σ exp(x) along an axis: the logarithm of `tf.nn.softmax`, without overflow.

    Args:
        logits: floating-point numbers with at least one axis.
        axis: along which axis; the last by default.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `logits` are not floating-point.
        ShapeError: `logits` are a scalar.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.log_softmax([0.0, 1000.0]))
        tf.Tensor([-1000.     0.], shape=(2,), dtype=float32)
    """
    return Tensor(over_axis("log_softmax", build.log_softmax, as_node(logits), axis))
