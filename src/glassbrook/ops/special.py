"""The gamma function and its kin, Bessel functions, order of elements, and parts of numbers."""

from __future__ import annotations

import math
from typing import Any

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, floating_node, require
from glassbrook.tensor import Tensor, as_node, as_nodes_alike, custom_gradient
from glassbrook.tensor.symbolic import operation

__all__ = [
    "angle",
    "bessel_i0",
    "bessel_i0e",
    "bessel_i1",
    "bessel_i1e",
    "betainc",
    "conj",
    "digamma",
    "erfcinv",
    "igamma",
    "igammac",
    "imag",
    "is_non_decreasing",
    "is_strictly_increasing",
    "lbeta",
    "lgamma",
    "nextafter",
    "polygamma",
    "real",
    "zeta",
]


@operation
def lgamma(x: TensorLike, name: str | None = None) -> Tensor:
    """log |Γ(x)|, the logarithm of the gamma function, which is (x - 1)! for whole numbers.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.lgamma([1.0, 4.0]).numpy().round(4))
        [0.     1.7918]
    """
    return Tensor(build.lgamma(as_node(x)))


@operation
def digamma(x: TensorLike, name: str | None = None) -> Tensor:
    """The derivative of `tf.math.lgamma`; NaN at 0 and at negative whole numbers.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.digamma([1.0, 2.0]).numpy().round(4))
        [-0.5772  0.4228]
    """
    return Tensor(build.digamma(as_node(x)))


@operation
def polygamma(a: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The a-th derivative of `tf.math.digamma`; only `x` has a gradient.

    Args:
        a: whole numbers, at least 0, as floating-point.
        x: numbers of the same dtype.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.polygamma(1.0, [1.0, 2.0]).numpy().round(4))
        [1.6449 0.6449]
    """
    return Tensor(build.polygamma(*as_nodes_alike(a, x)))


@operation
def zeta(x: TensorLike, q: TensorLike, name: str | None = None) -> Tensor:
    """Hurwitz's zeta function Σ 1 / (q + k)ˣ over k = 0, 1, …; only `q` has a gradient.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.zeta(2.0, 1.0)), 4)
        1.6449
    """
    return Tensor(build.zeta(*as_nodes_alike(x, q)))


@operation
def igamma(a: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The regularized lower incomplete gamma function: ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a).

    Args:
        a: positive numbers.
        x: numbers of the same dtype, at least 0.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.igamma(1.0, 1.0)), 4)
        0.6321
    """
    return Tensor(build.igamma(*as_nodes_alike(a, x)))


@operation
def igammac(a: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The regularized upper incomplete gamma function, 1 - `tf.math.igamma`.

    Args:
        a: positive numbers.
        x: numbers of the same dtype, at least 0.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.igammac(1.0, 1.0)), 4)
        0.3679
    """
    return Tensor(build.igammac(*as_nodes_alike(a, x)))


@operation
def betainc(a: TensorLike, b: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The regularized incomplete beta function: ∫₀ˣ tᵃ⁻¹ (1 - t)ᵇ⁻¹ dt / B(a, b).

    Args:
        a: positive numbers.
        b: positive numbers of the same dtype.
        x: numbers of the same dtype in [0, 1]; only these have a gradient.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.betainc(2.0, 1.0, 0.5)), 4)
        0.25
    """
    first, second = as_nodes_alike(a, b)
    return Tensor(build.betainc(first, second, as_nodes_alike(Tensor(first), x)[1]))


@operation
def lbeta(x: TensorLike, name: str | None = None) -> Tensor:
    """log |B(x)| along the last axis, where B(x) = Π Γ(xᵢ) / Γ(Σ xᵢ).

    Args:
        x: positive numbers with at least one axis.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.lbeta([1.0, 2.0])), 4)
        -0.6931
    """
    node = floating_node("lbeta", x)
    axes = (node.rank - 1,)
    whole = build.lgamma(build.sum(node, axes))
    return Tensor(build.sub(build.sum(build.lgamma(node), axes), whole))


@operation
def bessel_i0e(x: TensorLike, name: str | None = None) -> Tensor:
    """exp(-|x|) I₀(x), with the modified Bessel function of order 0.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.bessel_i0e(1.0)), 4)
        0.4658
    """
    return Tensor(build.bessel_i0e(as_node(x)))


@operation
def bessel_i1e(x: TensorLike, name: str | None = None) -> Tensor:
    """exp(-|x|) I₁(x), with the modified Bessel function of order 1.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.bessel_i1e(1.0)), 4)
        0.2079
    """
    return Tensor(build.bessel_i1e(as_node(x)))


@operation
def bessel_i0(x: TensorLike, name: str | None = None) -> Tensor:
    """I₀(x), the modified Bessel function of order 0.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.bessel_i0(1.0)), 4)
        1.2661
    """
    node = as_node(x)
    return Tensor(build.mul(build.exp(build.abs(node)), build.bessel_i0e(node)))


@operation
def bessel_i1(x: TensorLike, name: str | None = None) -> Tensor:
    """I₁(x), the modified Bessel function of order 1.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.bessel_i1(1.0)), 4)
        0.5652
    """
    node = as_node(x)
    return Tensor(build.mul(build.exp(build.abs(node)), build.bessel_i1e(node)))


@operation
def erfcinv(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of `tf.math.erfc` on (0, 2).

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.math.erfcinv(0.5)), 4)
        0.4769
    """

    @custom_gradient
    def inverse(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            result = as_node(erfcinv(x))
            slope = build.mul(build.exp(build.square(result)), build.constant_like(_SLOPE, result))
            return Tensor(build.mul(as_node(upstream), slope))

        return Tensor(_erfcinv(as_node(x))), grad

    result: Tensor = inverse(Tensor(floating_node("erfcinv", x)))
    return result


_SLOPE = -math.sqrt(math.pi) / 2.0


def _erfcinv(x: Node) -> Node:
    """Below 0.1, from an asymptotic guess by Halley's steps: 1 - x has lost the digits of x."""
    one, zero = build.constant_like(1, x), build.constant_like(0, x)
    small = build.less(x, build.constant_like(0.1, x))
    inside = build.logical_and(small, build.greater(x, zero))
    tail = build.select(inside, x, build.constant_like(0.05, x))
    size = build.neg(build.log(tail))
    scaled = build.mul(tail, build.sqrt(build.mul(build.constant_like(math.pi, x), size)))
    root = build.sqrt(build.neg(build.log(scaled)))
    for _ in range(3):
        density = build.mul(
            build.exp(build.neg(build.square(root))), build.constant_like(1.0 / _SLOPE, x)
        )
        step = build.div(build.sub(build.erfc(root), tail), density)
        root = build.sub(root, build.div(step, build.add(one, build.mul(root, step))))
    return build.select(inside, root, build.erfinv(build.sub(one, x)))


@operation
def nextafter(x1: TensorLike, x2: TensorLike, name: str | None = None) -> Tensor:
    """The number that stands next to `x1` in the direction of `x2`.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> float(tf.math.nextafter(tf.constant(1.0, tf.float64), 2.0)) - 1.0
        2.220446049250313e-16
    """
    return Tensor(build.nextafter(*as_nodes_alike(x1, x2)))


def _neighbours(op: str, x: TensorLike) -> tuple[Node, Node]:
    """All elements in a row but the first, and all but the last."""
    node = as_node(x)
    require(op, node, lambda dtype: dtype.is_numeric, "numbers", "tf.cast converts.")
    flat = build.reshape(node, (node.size,))
    count = max(0, node.size - 1)
    first = min(1, node.size)
    return build.slice(flat, (first,), (count,)), build.slice(flat, (0,), (count,))


@operation
def is_non_decreasing(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether no element is smaller than the one before it, in row-major order.

    Raises:
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.math.is_non_decreasing([1, 2, 2]))
        True
    """
    after, before = _neighbours("is_non_decreasing", x)
    return Tensor(build.all(build.greater_equal(after, before)))


@operation
def is_strictly_increasing(x: TensorLike, name: str | None = None) -> Tensor:
    """Whether every element is larger than the one before it, in row-major order.

    Raises:
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.math.is_strictly_increasing([1, 2, 2]))
        False
    """
    after, before = _neighbours("is_strictly_increasing", x)
    return Tensor(build.all(build.greater(after, before)))


def _number(op: str, value: TensorLike) -> Node:
    node = as_node(value)
    require(op, node, lambda dtype: dtype.is_numeric, "numbers", "tf.cast converts.")
    return node


@operation
def real(input: TensorLike, name: str | None = None) -> Tensor:
    """The real part: the numbers themselves, as there are no complex tensors.

    Example:
        >>> import glassbrook as tf
        >>> tf.math.real([1.0, -2.0]).numpy()
        array([ 1., -2.], dtype=float32)
    """
    return Tensor(build.identity(_number("real", input)))


@operation
def imag(input: TensorLike, name: str | None = None) -> Tensor:
    """The imaginary part: zeros, as there are no complex tensors.

    Example:
        >>> import glassbrook as tf
        >>> tf.math.imag([1.0, -2.0]).numpy()
        array([0., 0.], dtype=float32)
    """
    node = _number("imag", input)
    return Tensor(build.zeros(node.shape, node.dtype))


@operation
def conj(x: TensorLike, name: str | None = None) -> Tensor:
    """The conjugate: the numbers themselves, as there are no complex tensors.

    Example:
        >>> import glassbrook as tf
        >>> tf.math.conj([1.0, -2.0]).numpy()
        array([ 1., -2.], dtype=float32)
    """
    return Tensor(build.identity(_number("conj", x)))


@operation
def angle(input: TensorLike, name: str | None = None) -> Tensor:
    """The angle of numbers in the complex plane: 0, or π for negative ones.

    Raises:
        DTypeError: `input` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> tf.math.angle([1.0, -2.0]).numpy()
        array([0.       , 3.1415927], dtype=float32)
    """
    node = floating_node("angle", input)
    negative = build.less(node, build.constant_like(0, node))
    half_turn = build.constant(math.pi, node.dtype)
    return Tensor(build.select(negative, half_turn, build.constant_like(0, node)))
