"""Operations of neural networks: activations, losses, normalization."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.keras import activations, losses
from glassbrook.keras.promotion import as_float, named, tensor, unary
from glassbrook.ops import comparison, creation, shape
from glassbrook.tensor import Tensor
from glassbrook.tensor.symbolic import operation

_unary = functools.partial(unary, __name__)

relu = _unary("relu", activations.relu, "max(x, 0).", floats=False)
relu6 = _unary("relu6", activations.relu6, "min(max(x, 0), 6).", floats=False)
sigmoid = _unary("sigmoid", activations.sigmoid, "1 / (1 + exp(-x)).")
softplus = _unary("softplus", activations.softplus, "log(1 + exp(x)).")
softsign = _unary("softsign", activations.softsign, "x / (1 + |x|).")
silu = _unary("silu", activations.silu, "x * sigmoid(x).")
swish = _unary("swish", activations.silu, "The same as `silu`.")
log_sigmoid = _unary("log_sigmoid", activations.log_sigmoid, "log(sigmoid(x)).")
selu = _unary("selu", activations.selu, "The scaled exponential linear unit.")
hard_sigmoid = _unary("hard_sigmoid", activations.hard_sigmoid, "relu6(x + 3) / 6.")
hard_silu = _unary("hard_silu", activations.hard_silu, "x * hard_sigmoid(x).")
hard_swish = _unary("hard_swish", activations.hard_silu, "The same as `hard_silu`.")
hard_tanh = _unary("hard_tanh", activations.hard_tanh, "x, limited to [-1, 1].")
tanh_shrink = _unary("tanh_shrink", lambda x: x - functions.tanh(x), "x - tanh(x).")
sparse_sigmoid = _unary(
    "sparse_sigmoid",
    lambda x: functions.minimum(functions.maximum((x + 1.0) * 0.5, 0.0), 1.0),
    "0 up to -1, 1 from 1 on, a straight line between.",
)


def _sparse_plus(x: Tensor) -> Tensor:
    middle = 0.25 * (x + 1.0) * (x + 1.0)
    zero = creation.zeros_like(x)
    return comparison.where(x <= -1.0, zero, comparison.where(x < 1.0, middle, x))


sparse_plus = _unary("sparse_plus", _sparse_plus, "0 up to -1, x from 1 on, a curve between.")


@operation
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """x where it is positive, ``negative_slope · x`` elsewhere."""
    return activations.leaky_relu(as_float(x), negative_slope)


@operation
def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where it is positive, ``alpha · (exp(x) - 1)`` elsewhere."""
    return activations.elu(as_float(x), alpha)


@operation
def celu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where it is positive, ``alpha · (exp(x / alpha) - 1)`` elsewhere."""
    return activations.celu(as_float(x), alpha)


@operation
def gelu(x: Any, approximate: bool = True) -> Tensor:
    """x times the share of a normal distribution that lies below it."""
    return activations.gelu(as_float(x), approximate)


@operation
def glu(x: Any, axis: int = -1) -> Tensor:
    """The first half along an axis, times the sigmoid of the second half."""
    from glassbrook.keras.ops.arrangement import split

    first, second = split(as_float(x), 2, axis)
    return first * functions.sigmoid(second)


@operation
def hard_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """x where it is farther than the threshold from zero, 0 elsewhere."""
    value = as_float(x)
    return comparison.where(functions.abs(value) > threshold, value, creation.zeros_like(value))


@operation
def soft_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """x, moved by the threshold towards zero, but not beyond it."""
    value = as_float(x)
    return functions.sign(value) * functions.maximum(functions.abs(value) - threshold, 0.0)


@operation
def threshold(x: Any, threshold: float, default_value: float) -> Tensor:
    """x where it is greater than the threshold, a default elsewhere."""
    value = as_float(x)
    return comparison.where(value > threshold, value, tensor(default_value, value.dtype))


@operation
def squareplus(x: Any, b: float = 4) -> Tensor:
    """``(x + sqrt(x² + b)) / 2``."""
    value = as_float(x)
    return (value + functions.sqrt(value * value + float(b))) * 0.5


def _over_axes(function: Callable[..., Any], x: Any, axis: Any) -> Any:
    """A function along the last axis, along others or all together."""
    from glassbrook.keras.ops.arrangement import moveaxis

    value = as_float(x)
    if isinstance(axis, int):
        return function(value, axis=axis)
    axes = list(range(value.ndim)) if axis is None else [each % value.ndim for each in axis]
    last = list(range(value.ndim - len(axes), value.ndim))
    moved = moveaxis(value, axes, last)
    flat = shape.reshape(moved, [*moved.shape[: value.ndim - len(axes)], -1])
    return moveaxis(shape.reshape(function(flat, axis=-1), moved.shape), last, axes)


@operation
def softmax(x: Any, axis: Any = -1) -> Tensor:
    """``exp(x)``, divided by its sum along axes; along all of them with `None`."""
    found: Tensor = _over_axes(activations.softmax, x, axis)
    return found


@operation
def log_softmax(x: Any, axis: Any = -1) -> Tensor:
    """The logarithm of `softmax`."""
    found: Tensor = _over_axes(activations.log_softmax, x, axis)
    return found


@operation
def sparsemax(x: Any, axis: int = -1) -> Tensor:
    """The point nearest to x of those that are no less than 0 and sum up to 1."""
    from glassbrook.keras.ops.arrangement import flip, moveaxis, sort

    value = moveaxis(as_float(x), axis, -1)
    ranked = flip(sort(value, -1), -1)
    numbers = tensor(creation.range(1, value.shape[-1] + 1), value.dtype)
    sums = functions.cumsum(ranked, -1)
    within = tensor(numbers * ranked + 1.0 > sums, value.dtype)
    count = functions.reduce_sum(within, -1, True)
    limit = (functions.reduce_sum(ranked * within, -1, True) - 1.0) / count
    return moveaxis(functions.maximum(value - limit, 0.0), -1, axis)


@operation
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> Any:
    """The mean and the variance along axes."""
    value = as_float(x)
    return (
        functions.reduce_mean(value, axes, keepdims),
        functions.reduce_variance(value, axes, keepdims),
    )


@operation
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Tensor:
    """``(x - mean) / sqrt(variance + epsilon) · scale + offset``, along an axis.

    Args:
        x: the numbers.
        mean: a mean for each place of the axis.
        variance: a variance for each.
        axis: the axis.
        offset: what is added.
        scale: a factor.
        epsilon: what keeps the division finite.
    """
    value = as_float(x)
    sizes = [1] * value.ndim
    sizes[axis] = value.shape[axis]

    def spread(given: Any) -> Tensor:
        return shape.reshape(tensor(given, value.dtype), sizes)

    factor = functions.rsqrt(spread(variance) + epsilon)
    if scale is not None:
        factor = factor * spread(scale)
    found = (value - spread(mean)) * factor
    return found if offset is None else found + spread(offset)


def _axes(axis: Any) -> list[int]:
    return [axis] if isinstance(axis, int) else list(axis)


@operation
def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> Tensor:
    """x with mean 0 and variance 1 along axes, times `gamma`, plus `beta`."""
    value = as_float(x)
    axes = _axes(axis)
    mean = functions.reduce_mean(value, axes, True)
    variance = functions.reduce_variance(value, axes, True)
    least = 1e-7 if epsilon is None else epsilon
    return _scaled((value - mean) * functions.rsqrt(variance + least), gamma, beta, axes)


@operation
def rms_normalization(
    x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Tensor:
    """x, divided by the root of the mean of its squares along axes, times `scale`."""
    value = as_float(x)
    axes = _axes(axis)
    squares = functions.reduce_mean(value * value, axes, True)
    least = 1e-7 if epsilon is None else epsilon
    return _scaled(value * functions.rsqrt(squares + least), scale, None, axes)


def _scaled(x: Tensor, scale: Any, offset: Any, axes: list[int]) -> Tensor:
    kept = {axis % x.ndim for axis in axes}
    sizes = [size if axis in kept else 1 for axis, size in enumerate(x.shape)]
    if scale is not None:
        x = x * shape.reshape(tensor(scale, x.dtype), sizes)
    if offset is not None:
        x = x + shape.reshape(tensor(offset, x.dtype), sizes)
    return x


@operation
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """``softmax(query · keyᵀ · scale + bias) · value``, for each head.

    Args:
        query: of shape [batch, target, heads, size].
        key: of shape [batch, source, heads, size].
        value: of shape [batch, source, heads, size].
        bias: what is added to the scores, of shape [batch, heads, target, source].
        mask: where scores count, of that shape.
        scale: a factor of the scores; one by the root of `size` by default.
        is_causal: whether a target sees no source behind its own place.
        flash_attention: accepted for Keras's sake, without effect.
        attn_logits_soft_cap: the size that scores approach, but do not pass.
    """
    import glassbrook.linalg as algebra

    q, k, v = as_float(query), as_float(key), as_float(value)
    factor = 1.0 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = algebra.einsum("btnh,bsnh->bnts", q, k) * factor
    if attn_logits_soft_cap is not None:
        scores = functions.tanh(scores / attn_logits_soft_cap) * attn_logits_soft_cap
    if bias is not None:
        scores = scores + tensor(bias, scores.dtype)
    if is_causal:
        from glassbrook.keras.ops.making import tril

        past = tril(creation.ones(scores.shape[-2:], scores.dtype))
        scores = comparison.where(past > 0, scores, tensor(-1e9, scores.dtype))
    if mask is not None:
        counts = tensor(mask, dtypes.bool)
        scores = comparison.where(counts, scores, tensor(-1e9, scores.dtype))
    return algebra.einsum("bnts,bsnh->btnh", activations.softmax(scores), v)


def _loss(name: str, function: Callable[..., Any], doc: str) -> Any:
    def run(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
        return function(tensor(target), as_float(output), from_logits=from_logits, axis=axis)

    return named(run, name, __name__, doc)


categorical_crossentropy = _loss(
    "categorical_crossentropy",
    losses.categorical_crossentropy,
    "-sum(target * log(output)): for targets that are shares of the classes.",
)
sparse_categorical_crossentropy = _loss(
    "sparse_categorical_crossentropy",
    losses.sparse_categorical_crossentropy,
    "-log(output[target]): for targets that are class numbers.",
)


@operation
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """``-target · log(output) - (1 - target) · log(1 - output)``, for each element."""
    from glassbrook.keras import backend

    scores = as_float(output)
    wanted = tensor(target, scores.dtype)
    if from_logits:
        exponent = functions.exp(-functions.abs(scores))
        return functions.maximum(scores, 0.0) - scores * wanted + functions.log1p(exponent)
    least = backend.epsilon()
    shares = functions.minimum(functions.maximum(scores, least), 1.0 - least)
    return -(wanted * functions.log(shares) + (1.0 - wanted) * functions.log(1.0 - shares))


@operation
def in_top_k(targets: Any, predictions: Any, k: int) -> Tensor:
    """Where the target is among the k classes with the greatest scores."""
    return functions.in_top_k(tensor(targets), as_float(predictions), k)


@operation
def psnr(x1: Any, x2: Any, max_val: float) -> Tensor:
    """The ratio of the greatest signal to the noise between two images, in decibels."""
    x, y = as_float(x1), as_float(x2)
    noise = functions.reduce_mean((x - y) * (x - y))
    greatest = 20.0 * math.log10(max_val)
    return greatest - 10.0 / math.log(10.0) * functions.log(noise)
