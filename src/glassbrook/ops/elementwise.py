"""Functions of one tensor, element by element: exponentials, roots, rounding, error functions.

All take floating-point numbers (float16, float32 or float64) and keep the dtype, unless their
description says that integers will do as well.
"""

from __future__ import annotations

import math

from glassbrook.graph import build
from glassbrook.ops.arguments import TensorLike, floating_node, require
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "abs",
    "ceil",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "expm1",
    "floor",
    "is_finite",
    "is_inf",
    "is_nan",
    "log",
    "log1p",
    "log_sigmoid",
    "ndtri",
    "negative",
    "reciprocal",
    "rint",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "softplus",
    "softsign",
    "sqrt",
    "square",
]


# Signs and rounding.


@operation
def abs(x: TensorLike, name: str | None = None) -> Tensor:
    """|x|; the slope at 0 is taken to be 0.

    Args:
        x: numbers, integers too.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.abs([-1.5, 2.0]))
        tf.Tensor([1.5 2. ], shape=(2,), dtype=float32)
    """
    return Tensor(build.abs(as_node(x)))


@operation
def negative(x: TensorLike, name: str | None = None) -> Tensor:
    """-x.

    Args:
        x: signed numbers, integers too.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` does not hold signed numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.negative([1, -2]))
        tf.Tensor([-1  2], shape=(2,), dtype=int32)
    """
    node = as_node(x)
    if node.dtype.is_unsigned:
        require(
            "negative",
            node,
            lambda dtype: not dtype.is_unsigned,
            "signed numbers",
            "Convert it first: tf.cast(x, tf.int32).",
        )
    return Tensor(build.neg(node))


@operation
def sign(x: TensorLike, name: str | None = None) -> Tensor:
    """-1, 0 or 1 by the sign of x; NaN stays NaN. The gradient is 0.

    Args:
        x: numbers, integers too.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.sign([-3.0, 0.0, 5.0]))
        tf.Tensor([-1.  0.  1.], shape=(3,), dtype=float32)
    """
    return Tensor(build.sign(as_node(x)))


@operation
def round(x: TensorLike, name: str | None = None) -> Tensor:
    """x rounded to the nearest integer; halves go to the even neighbour. There is no gradient.

    Args:
        x: numbers; integers are their own.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.round([0.5, 1.5, 2.6]))
        tf.Tensor([0. 2. 3.], shape=(3,), dtype=float32)
    """
    return Tensor(build.round(as_node(x)))


@operation
def rint(x: TensorLike, name: str | None = None) -> Tensor:
    """x rounded to the nearest integer, as `tf.round` does, of floating-point numbers only.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.rint([-1.7, 2.5]))
        tf.Tensor([-2.  2.], shape=(2,), dtype=float32)
    """
    return Tensor(build.round(floating_node("rint", x)))


@operation
def floor(x: TensorLike, name: str | None = None) -> Tensor:
    """⌊x⌋, the largest integer that is not above x. There is no gradient.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.floor([1.7, -1.2]))
        tf.Tensor([ 1. -2.], shape=(2,), dtype=float32)
    """
    return Tensor(build.floor(floating_node("floor", x)))


@operation
def ceil(x: TensorLike, name: str | None = None) -> Tensor:
    """⌈x⌉, the smallest integer that is not below x. There is no gradient.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.ceil([1.2, -1.7]))
        tf.Tensor([ 2. -1.], shape=(2,), dtype=float32)
    """
    return Tensor(build.ceil(floating_node("ceil", x)))


# Powers and roots.


@operation
def square(x: TensorLike, name: str | None = None) -> Tensor:
    """x².

    Args:
        x: numbers, integers too.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` does not hold numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.square([-2.0, 3.0]))
        tf.Tensor([4. 9.], shape=(2,), dtype=float32)
    """
    return Tensor(build.square(as_node(x)))


@operation
def sqrt(x: TensorLike, name: str | None = None) -> Tensor:
    """√x; NaN below 0. The slope at 0 is infinite.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.sqrt([4.0, 9.0]))
        tf.Tensor([2. 3.], shape=(2,), dtype=float32)
    """
    return Tensor(build.sqrt(as_node(x)))


@operation
def rsqrt(x: TensorLike, name: str | None = None) -> Tensor:
    """1 / √x; infinite at 0, NaN below.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.rsqrt([4.0, 16.0]))
        tf.Tensor([0.5  0.25], shape=(2,), dtype=float32)
    """
    return Tensor(build.rsqrt(as_node(x)))


@operation
def reciprocal(x: TensorLike, name: str | None = None) -> Tensor:
    """1 / x; infinite at 0. See `tf.math.reciprocal_no_nan` for 0 there.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.reciprocal([2.0, -4.0]))
        tf.Tensor([ 0.5  -0.25], shape=(2,), dtype=float32)
    """
    return Tensor(build.reciprocal(as_node(x)))


# Exponentials and logarithms.


@operation
def exp(x: TensorLike, name: str | None = None) -> Tensor:
    """eˣ.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.exp([0.0, 1.0]).numpy().round(4))
        [1.     2.7183]
    """
    return Tensor(build.exp(as_node(x)))


@operation
def expm1(x: TensorLike, name: str | None = None) -> Tensor:
    """eˣ - 1, exact for x near 0.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.expm1(1e-10))
        tf.Tensor(1e-10, shape=(), dtype=float32)
    """
    return Tensor(build.expm1(as_node(x)))


@operation
def log(x: TensorLike, name: str | None = None) -> Tensor:
    """The natural logarithm; minus infinity at 0, NaN below.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.log([1.0, 0.5, 0.0]).numpy().round(4))
        [ 0.     -0.6931    -inf]
    """
    return Tensor(build.log(as_node(x)))


@operation
def log1p(x: TensorLike, name: str | None = None) -> Tensor:
    """log(1 + x), exact for x near 0.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.log1p(1e-10))
        tf.Tensor(1e-10, shape=(), dtype=float32)
    """
    return Tensor(build.log1p(as_node(x)))


@operation
def sigmoid(x: TensorLike, name: str | None = None) -> Tensor:
    """1 / (1 + e⁻ˣ), without overflow.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.sigmoid([0.0, 2.0]).numpy().round(4))
        [0.5    0.8808]
    """
    return Tensor(build.sigmoid(as_node(x)))


@operation
def log_sigmoid(x: TensorLike, name: str | None = None) -> Tensor:
    """log(1 / (1 + e⁻ˣ)), without overflow.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.log_sigmoid([0.0, -100.0]).numpy().round(4))
        [  -0.6931 -100.    ]
    """
    return Tensor(build.neg(build.softplus(build.neg(as_node(x)))))


@operation
def softplus(features: TensorLike, name: str | None = None) -> Tensor:
    """log(1 + eˣ), a smooth version of the rectifier, without overflow.

    Raises:
        DTypeError: `features` are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.softplus([0.0, 100.0]).numpy().round(4))
        [  0.6931 100.    ]
    """
    return Tensor(build.softplus(as_node(features)))


@operation
def softsign(features: TensorLike, name: str | None = None) -> Tensor:
    """x / (1 + |x|).

    Raises:
        DTypeError: `features` are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.nn.softsign([-1.0, 3.0]))
        tf.Tensor([-0.5   0.75], shape=(2,), dtype=float32)
    """
    node = as_node(features)
    return Tensor(build.div(node, build.add(build.constant_like(1, node), build.abs(node))))


# Error functions.


@operation
def erf(x: TensorLike, name: str | None = None) -> Tensor:
    """The error function, 2/√π ∫₀ˣ exp(-t²) dt.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.erf([0.0, 0.5]).numpy().round(4))
        [0.     0.5205]
    """
    return Tensor(build.erf(as_node(x)))


@operation
def erfc(x: TensorLike, name: str | None = None) -> Tensor:
    """The complementary error function, 1 - erf(x), precise also where erf(x) is nearly 1.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.erfc([0.0, -1.0]).numpy().round(4))
        [1.     1.8427]
    """
    return Tensor(build.erfc(as_node(x)))


@operation
def erfinv(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of `tf.math.erf` on (-1, 1); infinite at ±1, NaN further out.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.erfinv([0.0, 0.5]).numpy().round(4))
        [0.     0.4769]
    """
    return Tensor(build.erfinv(as_node(x)))


@operation
def ndtri(x: TensorLike, name: str | None = None) -> Tensor:
    """The quantile function of the standard normal distribution: √2 · erfinv(2x - 1).

    Args:
        x: probabilities in [0, 1]; 0 and 1 give infinities, anything further out NaN.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.ndtri([0.5, 0.975]).numpy().round(4))
        [0.   1.96]
    """
    node = as_node(x)
    one = build.constant_like(1, node)
    centred = build.sub(build.mul(build.constant_like(2, node), node), one)
    return Tensor(build.mul(build.constant_like(math.sqrt(2), node), build.erfinv(centred)))


# Tests.


@operation
def is_nan(x: TensorLike, name: str | None = None) -> Tensor:
    """Where x is NaN.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.is_nan([float("nan"), float("inf"), 1.0]))
        tf.Tensor([ True False False], shape=(3,), dtype=bool)
    """
    return Tensor(build.is_nan(as_node(x)))


@operation
def is_inf(x: TensorLike, name: str | None = None) -> Tensor:
    """Where x is infinite.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.is_inf([float("nan"), float("inf"), 1.0]))
        tf.Tensor([False  True False], shape=(3,), dtype=bool)
    """
    return Tensor(build.is_inf(as_node(x)))


@operation
def is_finite(x: TensorLike, name: str | None = None) -> Tensor:
    """Where x is neither infinite nor NaN.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.is_finite([float("nan"), float("inf"), 1.0]))
        tf.Tensor([False False  True], shape=(3,), dtype=bool)
    """
    return Tensor(build.is_finite(as_node(x)))
