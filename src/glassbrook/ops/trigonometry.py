"""Trigonometric and hyperbolic functions, and their inverses. Angles are in radians.

All take floating-point numbers (float16, float32 or float64) and keep the dtype.
"""

from __future__ import annotations

from glassbrook.graph import build
from glassbrook.ops.arguments import TensorLike
from glassbrook.tensor import Tensor, as_node, as_nodes_alike
from glassbrook.tensor.symbolic import operation

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cos",
    "cosh",
    "sin",
    "sinh",
    "tan",
    "tanh",
]


@operation
def sin(x: TensorLike, name: str | None = None) -> Tensor:
    """The sine of an angle in radians.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.sin([0.0, 1.0]).numpy().round(4))
        [0.     0.8415]
    """
    return Tensor(build.sin(as_node(x)))


@operation
def cos(x: TensorLike, name: str | None = None) -> Tensor:
    """The cosine of an angle in radians.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.cos([0.0, 1.0]).numpy().round(4))
        [1.     0.5403]
    """
    return Tensor(build.cos(as_node(x)))


@operation
def tan(x: TensorLike, name: str | None = None) -> Tensor:
    """The tangent of an angle in radians.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.tan([0.0, 1.0]).numpy().round(4))
        [0.     1.5574]
    """
    return Tensor(build.tan(as_node(x)))


@operation
def asin(x: TensorLike, name: str | None = None) -> Tensor:
    """The angle in [-π/2, π/2] whose sine is x; NaN outside of [-1, 1].

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.asin([0.0, 1.0]).numpy().round(4))
        [0.     1.5708]
    """
    return Tensor(build.asin(as_node(x)))


@operation
def acos(x: TensorLike, name: str | None = None) -> Tensor:
    """The angle in [0, π] whose cosine is x; NaN outside of [-1, 1].

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.acos([0.0, 1.0]).numpy().round(4))
        [1.5708 0.    ]
    """
    return Tensor(build.acos(as_node(x)))


@operation
def atan(x: TensorLike, name: str | None = None) -> Tensor:
    """The angle in (-π/2, π/2) whose tangent is x.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.atan([0.0, 1.0]).numpy().round(4))
        [0.     0.7854]
    """
    return Tensor(build.atan(as_node(x)))


@operation
def atan2(y: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """The angle of the point (x, y) in (-π, π], as seen from the origin.

    Args:
        y: floating-point numbers.
        x: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.atan2([1.0, 0.0], [0.0, -1.0]).numpy().round(4))
        [1.5708 3.1416]
    """
    return Tensor(build.atan2(*as_nodes_alike(y, x)))


@operation
def sinh(x: TensorLike, name: str | None = None) -> Tensor:
    """The hyperbolic sine, (eˣ - e⁻ˣ) / 2.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.sinh([0.0, 1.0]).numpy().round(4))
        [0.     1.1752]
    """
    return Tensor(build.sinh(as_node(x)))


@operation
def cosh(x: TensorLike, name: str | None = None) -> Tensor:
    """The hyperbolic cosine, (eˣ + e⁻ˣ) / 2.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.cosh([0.0, 1.0]).numpy().round(4))
        [1.     1.5431]
    """
    return Tensor(build.cosh(as_node(x)))


@operation
def tanh(x: TensorLike, name: str | None = None) -> Tensor:
    """The hyperbolic tangent, (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ).

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.tanh([0.0, 1.0]).numpy().round(4))
        [0.     0.7616]
    """
    return Tensor(build.tanh(as_node(x)))


@operation
def asinh(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of `tf.sinh`.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.asinh([0.0, 1.0]).numpy().round(4))
        [0.     0.8814]
    """
    return Tensor(build.asinh(as_node(x)))


@operation
def acosh(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of `tf.cosh`; NaN below 1.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.acosh([1.0, 2.0]).numpy().round(4))
        [0.    1.317]
    """
    return Tensor(build.acosh(as_node(x)))


@operation
def atanh(x: TensorLike, name: str | None = None) -> Tensor:
    """The inverse of `tf.tanh`; infinite at ±1, NaN further out.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.atanh([0.0, 0.5]).numpy().round(4))
        [0.     0.5493]
    """
    return Tensor(build.atanh(as_node(x)))
