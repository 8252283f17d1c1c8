"""The functions that follow a layer's sums: without them, all layers together were one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError, shortened
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import axes, registry
from glassbrook.keras.losses.classification import mark_as_activation
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]

# For these, selu keeps the mean 0 and the variance 1 of its input (Klambauer et al., 2017).
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def _number(value: float, like: Node) -> Node:
    return build.constant(value, like.dtype)


def _limited(x: Node, low: float, high: float) -> Node:
    return build.maximum(build.minimum(x, _number(high, x)), _number(low, x))


@register("activation")
def linear(x: Any) -> Any:
    """``x``.

    Args:
        x: a tensor.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.linear(tf.constant([-1.0, 2.0])).numpy()
        array([-1.,  2.], dtype=float32)
    """
    return x


@register("activation")
def relu(
    x: Any,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
    alpha: float | None = None,
) -> Tensor:
    """``max(x, 0)``; more generally x above the threshold t, ``negative_slope·(x - t)`` below.

    The derivative at 0 is 0.

    Args:
        x: a tensor.
        negative_slope: the slope below the threshold.
        max_value: an upper limit.
        threshold: what x must exceed to pass.
        alpha: the old name of `negative_slope`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.relu([-2.0, 0.0, 3.0]).numpy()
        array([0., 0., 3.], dtype=float32)
    """
    node = as_node(x)
    if not negative_slope and max_value is None and not threshold and alpha is None:
        return Tensor(build.relu(node))
    slope = negative_slope if alpha is None else alpha
    if max_value is None and not threshold:
        return leaky_relu(x, slope)
    if threshold:
        passes = build.greater(node, _number(threshold, node))
        above = build.select(passes, node, _number(0.0, node))
    else:
        above = build.relu(node)
    if max_value is not None:
        above = _limited(above, 0.0, max_value)
    if slope:
        below = build.relu(build.sub(_number(threshold, node), node))
        above = build.sub(above, build.mul(_number(slope, node), below))
    return Tensor(above)


@register("activation")
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """``x`` where x > 0, ``negative_slope·x`` elsewhere.

    Args:
        x: a tensor.
        negative_slope: the slope below 0.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.leaky_relu([-2.0, 3.0], 0.5).numpy()
        array([-1.,  3.], dtype=float32)

    Source: A. L. Maas et al., Rectifier Nonlinearities Improve Neural Network Acoustic Models,
    2013.
    """
    node = as_node(x)
    is_positive = build.greater(node, _number(0.0, node))
    return Tensor(build.select(is_positive, node, build.mul(node, _number(negative_slope, node))))


@register("activation")
def relu6(x: Any) -> Tensor:
    """``min(max(x, 0), 6)``."""
    node = as_node(x)
    # The limit comes first: of equal arguments it gets the gradient, so that 6 has derivative 0.
    return Tensor(build.minimum(_number(6.0, node), build.relu(node)))


@register("activation")
def sigmoid(x: Any) -> Tensor:
    """``1 / (1 + exp(-x))``: from 0 to 1, a probability.

    Args:
        x: a tensor.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.sigmoid([0.0]).numpy()
        array([0.5], dtype=float32)
    """
    return Tensor(mark_as_activation(build.sigmoid(as_node(x))))


@register("activation")
def tanh(x: Any) -> Tensor:
    """``(exp(x) - exp(-x)) / (exp(x) + exp(-x))``: from -1 to 1.

    Args:
        x: a tensor.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.tanh([0.0, 100.0]).numpy()
        array([0., 1.], dtype=float32)
    """
    return Tensor(build.tanh(as_node(x)))


@register("activation")
def softmax(x: Any, axis: int = -1) -> Tensor:
    """``exp(x) / Σ exp(x)`` along an axis: positive numbers of sum 1, probabilities of classes.

    Args:
        x: a tensor with at least one axis.
        axis: the axis of the classes.

    Raises:
        ShapeError: the axis does not exist.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.softmax([[1.0, 1.0]]).numpy()
        array([[0.5, 0.5]], dtype=float32)
    """
    node = as_node(x)
    if axis == -1 and node.shape:
        return Tensor(mark_as_activation(build.softmax(node)))
    return Tensor(_along("softmax", node, axis, build.softmax))


@register("activation")
def log_softmax(x: Any, axis: int = -1) -> Tensor:
    """``x - log Σ exp(x)`` along an axis: the logarithm of `softmax`, without loss of digits.

    Args and errors are those of `softmax`.
    """
    return Tensor(_along("log_softmax", as_node(x), axis, build.log_softmax))


def _along(what: str, x: Node, axis: int, function: Callable[[Node], Node]) -> Node:
    rank = len(x.shape)
    if not -rank <= axis < rank:
        raise ShapeError(
            f"{what}: axis {axis} does not exist in a tensor of shape {list(x.shape)}. "
            f"Expected a batch of scores, of shape {axes.layout(axes.CLASSES)}."
        )
    axis %= rank
    if axis == rank - 1:
        return function(x)
    swapped = list(range(rank))
    swapped[axis], swapped[-1] = swapped[-1], swapped[axis]
    permutation = tuple(swapped)
    return build.transpose(function(build.transpose(x, permutation)), permutation)


def _exponential_below(x: Node, alpha: float) -> Node:
    """``alpha·(exp(x) - 1)`` for x < 0; 0 elsewhere."""
    # Cut off at 0 first: the exponential of a large x would turn a gradient of 0 into NaN.
    below = build.minimum(x, _number(0.0, x))
    return build.mul(_number(alpha, x), build.expm1(below))


@register("activation")
def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """``x`` where x > 0, ``alpha·(exp(x) - 1)`` elsewhere.

    Source: D.-A. Clevert et al., Fast and Accurate Deep Network Learning by Exponential Linear
    Units, 2016.
    """
    node = as_node(x)
    is_positive = build.greater(node, _number(0.0, node))
    return Tensor(build.select(is_positive, node, _exponential_below(node, alpha)))


@register("activation")
def celu(x: Any, alpha: float = 1.0) -> Tensor:
    """``max(x, 0) + min(alpha·(exp(x / alpha) - 1), 0)``.

    Source: J. T. Barron, Continuously Differentiable Exponential Linear Units, 2017.
    """
    node = as_node(x)
    below = _exponential_below(build.div(node, _number(alpha, node)), alpha)
    return Tensor(build.add(build.relu(node), below))


@register("activation")
def selu(x: Any) -> Tensor:
    """``s·x`` where x >= 0, ``s·a·(exp(x) - 1)`` elsewhere; s ≈ 1.0507, a ≈ 1.6733.

    Source: G. Klambauer et al., Self-Normalizing Neural Networks, 2017.
    """
    node = as_node(x)
    is_linear = build.greater_equal(node, _number(0.0, node))
    value = build.select(is_linear, node, _exponential_below(node, SELU_ALPHA))
    return Tensor(build.mul(_number(SELU_SCALE, node), value))


@register("activation")
def gelu(x: Any, approximate: bool = False) -> Tensor:
    """``x·Φ(x)``, Φ the distribution function of the normal distribution.

    Args:
        x: a tensor.
        approximate: whether to compute Φ from tanh.

    Source: D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, 2016.
    """
    node = as_node(x)
    one, half = _number(1.0, node), _number(0.5, node)
    if approximate:
        cube = build.mul(build.mul(build.square(node), node), _number(0.044715, node))
        inner = build.mul(_number(math.sqrt(2.0 / math.pi), node), build.add(node, cube))
        distribution = build.add(one, build.tanh(inner))
    else:
        inner = build.mul(node, _number(math.sqrt(0.5), node))
        distribution = build.add(one, build.erf(inner))
    return Tensor(build.mul(build.mul(half, node), distribution))


@register("activation")
def softplus(x: Any) -> Tensor:
    """``log(1 + exp(x))``: a smooth ReLU."""
    return Tensor(build.softplus(as_node(x)))


@register("activation")
def softsign(x: Any) -> Tensor:
    """``x / (1 + |x|)``."""
    node = as_node(x)
    return Tensor(build.div(node, build.add(_number(1.0, node), build.abs(node))))


@register("activation", "swish")
def silu(x: Any) -> Tensor:
    """``x·sigmoid(x)``, also called swish.

    Source: P. Ramachandran et al., Searching for Activation Functions, 2017.
    """
    node = as_node(x)
    return Tensor(build.mul(node, build.sigmoid(node)))


@register("activation")
def mish(x: Any) -> Tensor:
    """``x·tanh(softplus(x))``.

    Source: D. Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019.
    """
    node = as_node(x)
    return Tensor(build.mul(node, build.tanh(build.softplus(node))))


@register("activation")
def exponential(x: Any) -> Tensor:
    """``exp(x)``."""
    return Tensor(build.exp(as_node(x)))


@register("activation")
def log_sigmoid(x: Any) -> Tensor:
    """``log(1 / (1 + exp(-x)))``, without loss of digits."""
    return Tensor(build.neg(build.softplus(build.neg(as_node(x)))))


def _hard_sigmoid(x: Node) -> Node:
    sixth = build.div(build.add(x, _number(3.0, x)), _number(6.0, x))
    return _limited(sixth, 0.0, 1.0)


@register("activation")
def hard_sigmoid(x: Any) -> Tensor:
    """``x / 6 + 1/2``, limited to [0, 1]."""
    return Tensor(_hard_sigmoid(as_node(x)))


@register("activation", "hard_swish")
def hard_silu(x: Any) -> Tensor:
    """``x·hard_sigmoid(x)``, also called hard swish."""
    node = as_node(x)
    return Tensor(build.mul(node, _hard_sigmoid(node)))


@register("activation")
def hard_tanh(x: Any) -> Tensor:
    """``x`` limited to [-1, 1]."""
    return Tensor(_limited(as_node(x), -1.0, 1.0))


swish = silu
hard_swish = hard_silu

# Functions of tf, tf.math and tf.nn that are an activation under another name.
_OTHER_NAMES = {"exp": "exponential", "identity": "linear"}


@register("activation")
def glu(x: Any, axis: int = -1) -> Tensor:
    """The first half of x along an axis, times the sigmoid of the second half.

    Args:
        x: a tensor whose size along the axis is even.
        axis: the axis that is halved.

    Raises:
        ShapeError: the size along the axis is odd.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.glu([[2.0, 4.0, 0.0, 0.0]]).numpy()
        array([[1., 2.]], dtype=float32)
    """
    node = as_node(x)
    axis %= max(node.rank, 1)
    if not node.rank or node.shape[axis] % 2:
        raise ShapeError(f"glu: cannot halve axis {axis} of a tensor of shape {list(node.shape)}.")
    half = node.shape[axis] // 2
    size = (*node.shape[:axis], half, *node.shape[axis + 1 :])
    begin = tuple(half if each == axis else 0 for each in range(node.rank))
    first = build.slice(node, (0,) * node.rank, size)
    return Tensor(build.mul(first, build.sigmoid(build.slice(node, begin, size))))


@register("activation")
def hard_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """``x`` where it is farther than the threshold from 0, 0 elsewhere."""
    node = as_node(x)
    far = build.greater(build.abs(node), _number(threshold, node))
    return Tensor(build.select(far, node, _number(0.0, node)))


@register("activation")
def soft_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """``x``, moved by the threshold towards 0, but not beyond it."""
    node = as_node(x)
    limit = _number(threshold, node)
    above = build.relu(build.sub(node, limit))
    return Tensor(build.sub(above, build.relu(build.sub(build.neg(node), limit))))


@register("activation")
def sparse_plus(x: Any) -> Tensor:
    """0 up to -1, ``x`` from 1 on, and ``(x + 1)² / 4`` between."""
    node = as_node(x)
    one = _number(1.0, node)
    curve = build.mul(_number(0.25, node), build.square(build.add(node, one)))
    below = build.select(build.less_equal(node, _number(-1.0, node)), _number(0.0, node), curve)
    return Tensor(build.select(build.less(node, one), below, node))


@register("activation")
def sparse_sigmoid(x: Any) -> Tensor:
    """0 up to -1, 1 from 1 on, and a straight line between."""
    node = as_node(x)
    line = build.mul(_number(0.5, node), build.add(node, _number(1.0, node)))
    return Tensor(_limited(line, 0.0, 1.0))


@register("activation")
def sparsemax(x: Any, axis: int = -1) -> Tensor:
    """The shares nearest to x: like softmax, but most of them are exactly 0.

    ``max(x - t, 0)`` with the t for which they add up to 1.

    Args:
        x: a tensor.
        axis: the axis along which the shares add up to 1.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.sparsemax([[1.0, 0.75, -1.0]]).numpy()
        array([[0.625, 0.375, 0.   ]], dtype=float32)

    Source: A. Martins and R. Astudillo, From Softmax to Sparsemax, 2016.
    """
    return Tensor(_along("sparsemax", as_node(x), axis, _sparse_shares))


def _sparse_shares(x: Node) -> Node:
    last = x.rank - 1
    order = build.argsort(x, last, True)
    sorted_values = build.take_along(x, order, last)
    sums = build.cumsum(sorted_values, last)
    places = build.add(build.cast(build.iota(x.shape[last], x.dtype), x.dtype), _number(1.0, x))
    one = _number(1.0, x)
    kept = build.greater(build.add(one, build.mul(places, sorted_values)), sums)
    count = build.sum(build.cast(kept, x.dtype), (last,), True)
    total = build.sum(build.select(kept, sorted_values, _number(0.0, x)), (last,), True)
    return build.relu(build.sub(x, build.div(build.sub(total, one), count)))


@register("activation")
def squareplus(x: Any, b: float = 4.0) -> Tensor:
    """``(x + √(x² + b)) / 2``."""
    node = as_node(x)
    root = build.sqrt(build.add(build.square(node), _number(b, node)))
    return Tensor(build.mul(_number(0.5, node), build.add(node, root)))


@register("activation")
def tanh_shrink(x: Any) -> Tensor:
    """``x - tanh(x)``."""
    node = as_node(x)
    return Tensor(build.sub(node, build.tanh(node)))


@register("activation")
def threshold(x: Any, threshold: float, default_value: float) -> Tensor:
    """``x`` where it is greater than the threshold, a default elsewhere."""
    node = as_node(x)
    above = build.greater(node, _number(threshold, node))
    return Tensor(build.select(above, node, _number(default_value, node)))


def get(identifier: Any) -> Callable[..., Any]:
    """The function that a name or a configuration stands for; `None` is `linear`.

    Args:
        identifier: a name such as ``"relu"``, what `serialize` gave, a function or a layer of one
            tensor, or `None`.

    Raises:
        InvalidArgumentError: there is no such function.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.activations.get("relu") is tf.keras.activations.relu
        True
    """
    found: Any = identifier
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        found = registry.find("activation", identifier)
    elif isinstance(identifier, Mapping):
        found = deserialize(identifier)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise InvalidArgumentError(
            f"Could not interpret activation function identifier: {shortened(identifier)}."
            f"{registry.suggestion('activation', identifier)} Give a function "
            f"of one tensor, or one of the names {registry.choices('activation')}."
        )
    return found  # type: ignore[no-any-return]


def serialize(activation: Any) -> str | dict[str, Any]:
    """A function as its name, a layer as its class and arguments.

    Raises:
        InvalidArgumentError: it is a function that nothing knows by name.
    """
    name = getattr(activation, "__name__", "")
    if str(getattr(activation, "__module__", "")).startswith("glassbrook.ops."):
        name = _OTHER_NAMES.get(name, name)
        if registry.find("activation", name) is not None:
            return name
    return registry.serialize_any("activation", activation) or "linear"


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The function or layer that `serialize` described.

    Raises:
        InvalidArgumentError, ModelFileError: there is no such function.
    """
    if isinstance(config, str):
        return get(registry.find("activation", config, custom_objects) or config)
    return registry.deserialize("layer", config, custom_objects)
