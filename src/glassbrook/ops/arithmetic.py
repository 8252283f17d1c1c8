"""Arithmetic: the operators as functions, and their variants that are safe at zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, floating_node, require_floating
from glassbrook.tensor import Tensor, as_node, as_nodes_alike
from glassbrook.tensor.operators import true_divide
from glassbrook.tensor.symbolic import operation

__all__ = [
    "accumulate_n",
    "add",
    "add_n",
    "divide",
    "divide_no_nan",
    "floordiv",
    "floormod",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "multiply_no_nan",
    "polyval",
    "pow",
    "reciprocal_no_nan",
    "scalar_mul",
    "squared_difference",
    "subtract",
    "truediv",
    "truncatediv",
    "truncatemod",
    "xdivy",
    "xlog1py",
    "xlogy",
]


@operation
def add(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x + y, element by element with broadcasting; of strings, one after the other.

    Args:
        x: numbers or strings.
        y: the same kind; what is not a tensor takes the other's dtype.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.add([1, 2], 10))
        tf.Tensor([11 12], shape=(2,), dtype=int32)
    """
    left, right = as_nodes_alike(x, y)
    if left.dtype is dtypes.string and right.dtype is dtypes.string:
        return Tensor(build.string_join((left, right), ""))
    return Tensor(build.add(left, right))


@operation
def subtract(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x - y, element by element with broadcasting.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.subtract([1, 2], 10))
        tf.Tensor([-9 -8], shape=(2,), dtype=int32)
    """
    return Tensor(build.sub(*as_nodes_alike(x, y)))


@operation
def multiply(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x · y, element by element with broadcasting; `tf.matmul` multiplies matrices.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.multiply([1, 2], [[10], [20]]))
        tf.Tensor(
        [[10 20]
         [20 40]], shape=(2, 2), dtype=int32)
    """
    return Tensor(build.mul(*as_nodes_alike(x, y)))


@operation
def scalar_mul(scalar: TensorLike, x: TensorLike, name: str | None = None) -> Tensor:
    """A scalar times a tensor.

    Args:
        scalar: a single number; it takes the dtype of `x`.
        x: numbers of any shape.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: `scalar` is not a scalar.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.scalar_mul(2, [1.0, 2.0]))
        tf.Tensor([2. 4.], shape=(2,), dtype=float32)
    """
    right = as_node(x)
    factor, right = as_nodes_alike(scalar, Tensor(right))
    if factor.shape:
        raise ShapeError(f"scalar_mul: expected a scalar, got shape {list(factor.shape)}.")
    return Tensor(build.mul(factor, right))


@operation
def divide(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x / y, element by element with broadcasting.

    Integers become float64 first, those of at most 16 bits float32. Division of floats by 0
    gives an infinity, 0 / 0 NaN.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.divide([1, 3], 2))
        tf.Tensor([0.5 1.5], shape=(2,), dtype=float64)
    """
    return Tensor(true_divide(*as_nodes_alike(x, y)))


@operation
def truediv(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x / y, another name of `tf.divide`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.truediv(1.0, 4.0))
        tf.Tensor(0.25, shape=(), dtype=float32)
    """
    return Tensor(true_divide(*as_nodes_alike(x, y)))


@operation
def floordiv(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """⌊x / y⌋, in the dtype of the arguments, as Python's `//`.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.
        InvalidArgumentError: an integer is divided by 0 (when the value is computed).

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.floordiv([7, -7], 2))
        tf.Tensor([ 3 -4], shape=(2,), dtype=int32)
    """
    return Tensor(build.floordiv(*as_nodes_alike(x, y)))


@operation
def floormod(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x - ⌊x / y⌋ · y, the remainder with the sign of `y`, as Python's `%`.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.
        InvalidArgumentError: an integer is divided by 0 (when the value is computed).

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.floormod([7, -7], 3))
        tf.Tensor([1 2], shape=(2,), dtype=int32)
    """
    return Tensor(build.mod(*as_nodes_alike(x, y)))


mod = floormod


@operation
def truncatediv(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x / y without its fraction: rounded towards 0, as C divides integers.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        InvalidArgumentError: an integer is divided by 0 (when the value is computed).

    Example:
        >>> import glassbrook as tf
        >>> print(tf.truncatediv([7, -7], 2))
        tf.Tensor([ 3 -3], shape=(2,), dtype=int32)
    """
    left, right = as_nodes_alike(x, y)
    if left.dtype.is_floating:
        ratio = build.div(left, right)
        return Tensor(build.mul(build.sign(ratio), build.floor(build.abs(ratio))))
    quotient = build.floordiv(build.abs(left), build.abs(right))
    return Tensor(build.mul(build.mul(build.sign(left), build.sign(right)), quotient))


@operation
def truncatemod(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The remainder of `tf.truncatediv`, with the sign of `x`, as C's `%` and `fmod`.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        InvalidArgumentError: an integer is divided by 0 (when the value is computed).

    Example:
        >>> import glassbrook as tf
        >>> print(tf.truncatemod([7, -7], 3))
        tf.Tensor([ 1 -1], shape=(2,), dtype=int32)
    """
    left, right = as_nodes_alike(x, y)
    return Tensor(build.mul(build.sign(left), build.mod(build.abs(left), build.abs(right))))


@operation
def pow(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x to the power of y, element by element with broadcasting.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.
        InvalidArgumentError: an integer has a negative power (when the value is computed).

    Example:
        >>> import glassbrook as tf
        >>> print(tf.pow([2.0, 3.0], 2))
        tf.Tensor([4. 9.], shape=(2,), dtype=float32)
    """
    return Tensor(build.pow(*as_nodes_alike(x, y)))


@operation
def squared_difference(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """(x - y)², element by element with broadcasting.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.squared_difference([1.0, 5.0], 2.0))
        tf.Tensor([1. 9.], shape=(2,), dtype=float32)
    """
    return Tensor(build.square(build.sub(*as_nodes_alike(x, y))))


@operation
def maximum(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The larger of x and y, element by element; NaN if either is NaN.

    Where both are equal, the whole gradient goes to `x`.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.maximum([-1.0, 2.0], 0.0))
        tf.Tensor([0. 2.], shape=(2,), dtype=float32)
    """
    return Tensor(build.maximum(*as_nodes_alike(x, y)))


@operation
def minimum(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The smaller of x and y, element by element; NaN if either is NaN.

    Where both are equal, the whole gradient goes to `x`.

    Args:
        x: numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.minimum([-1.0, 2.0], 0.0))
        tf.Tensor([-1.  0.], shape=(2,), dtype=float32)
    """
    return Tensor(build.minimum(*as_nodes_alike(x, y)))


# Sums of many terms.


@operation
def add_n(inputs: Sequence[TensorLike] | Tensor, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape and dtype.

    Args:
        inputs: the tensors, at least one.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there are none.
        ShapeError: the shapes differ: there is no broadcasting here.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.add_n([tf.constant([1, 2]), tf.constant([3, 4])]))
        tf.Tensor([4 6], shape=(2,), dtype=int32)
    """
    return Tensor(_total("add_n", inputs))


def _total(op: str, inputs: Sequence[TensorLike] | Tensor) -> Node:
    nodes = [as_node(each) for each in inputs]
    if not nodes:
        raise InvalidArgumentError(
            f"{op}: inputs must be an iterable of at least one tensor, got none. "
            "tf.zeros(shape) is the sum of nothing."
        )
    total = nodes[0]
    for index, node in enumerate(nodes[1:], 1):
        if node.shape != total.shape:
            raise ShapeError(
                f"{op}: inputs must have the same shape: number 0 has shape {list(total.shape)}, "
                f"number {index} has shape {list(node.shape)}. x + y broadcasts."
            )
        total = build.add(total, node)
    return build.distinct(total) if len(nodes) == 1 else total


@operation
def accumulate_n(
    inputs: Sequence[TensorLike] | Tensor,
    shape: Any = None,
    tensor_dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """The sum of tensors of one shape and dtype, as `tf.add_n` gives it.

    Args:
        inputs: the tensors, at least one.
        shape: their shape, checked if given.
        tensor_dtype: their dtype, checked if given.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there are none, or they are not as announced.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.accumulate_n([tf.constant([1]), tf.constant([3])]))
        tf.Tensor([4], shape=(1,), dtype=int32)
    """
    total = Tensor(_total("accumulate_n", inputs))
    if shape is not None and total.shape != shape:
        raise ShapeError(f"accumulate_n: inputs have shape {list(total.shape)}, not {shape}.")
    if tensor_dtype is not None and total.dtype != tensor_dtype:
        raise DTypeError(f"accumulate_n: inputs are {total.dtype.name}, not {tensor_dtype}.")
    return total


@operation
def polyval(coeffs: Sequence[TensorLike], x: TensorLike, name: str | None = None) -> Tensor:
    """The polynomial c₀ xⁿ⁻¹ + c₁ xⁿ⁻² + … + cₙ₋₁, by Horner's scheme.

    Args:
        coeffs: a list of n coefficients, that of the highest power first.
        x: where to evaluate it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the coefficients are not in a list.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.polyval([1.0, 0.0, -2.0], 3.0))
        tf.Tensor(7.0, shape=(), dtype=float32)
    """
    if not isinstance(coeffs, list):
        raise InvalidArgumentError(
            f"polyval: coeffs must be a list of coefficients, got {type(coeffs).__name__}."
        )
    node = as_node(x)
    if not coeffs:
        return Tensor(build.zeros(node.shape, node.dtype))
    total = as_node(coeffs[0])
    for coefficient in coeffs[1:]:
        total = build.add(as_node(coefficient), build.mul(total, node))
    return Tensor(build.distinct(total) if len(coeffs) == 1 else total)


# Where a zero decides the result. Each replaces the dangerous operand before it is used: a
# `select` afterwards would leave NaN in the gradient.


def _no_nan_quotient(x: Node, y: Node) -> Node:
    zero, one = build.constant(0, x.dtype), build.constant(1, x.dtype)
    nothing = build.equal(y, zero)
    return build.select(nothing, zero, build.div(x, build.select(nothing, one, y)))


@operation
def divide_no_nan(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x / y, but 0 wherever y is 0; the gradient is 0 there, too.

    Args:
        x: numbers. Integers become float64 first, as in `tf.divide`.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.divide_no_nan([1.0, 2.0], [0.0, 4.0]))
        tf.Tensor([0.  0.5], shape=(2,), dtype=float32)
    """
    left, right = as_nodes_alike(x, y)
    if left.dtype.is_integer and left.dtype is right.dtype:
        wide = dtypes.float32 if left.dtype.size <= 2 else dtypes.float64
        left, right = build.cast(left, wide), build.cast(right, wide)
    return Tensor(_no_nan_quotient(left, right))


@operation
def multiply_no_nan(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x · y, but 0 wherever y is 0, even if x is infinite or NaN.

    Args:
        x: floating-point numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.multiply_no_nan([float("inf"), 2.0], [0.0, 4.0]))
        tf.Tensor([0. 8.], shape=(2,), dtype=float32)
    """
    left, right = as_nodes_alike(x, y)
    require_floating("multiply_no_nan", left)
    zero = build.constant(0, left.dtype)
    lost = build.logical_and(build.equal(right, zero), build.logical_not(build.is_finite(left)))
    return Tensor(build.mul(build.select(lost, zero, left), right))


@operation
def reciprocal_no_nan(x: TensorLike, name: str | None = None) -> Tensor:
    """1 / x, but 0 wherever x is 0.

    Args:
        x: floating-point numbers.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: `x` is not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.reciprocal_no_nan([0.0, 4.0]))
        tf.Tensor([0.   0.25], shape=(2,), dtype=float32)
    """
    node = floating_node("reciprocal_no_nan", x)
    return Tensor(_no_nan_quotient(build.constant(1, node.dtype), node))


@operation
def xlogy(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x · log(y), but 0 wherever x is 0; the gradient is 0 there, too.

    Args:
        x: floating-point numbers, such as probabilities.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.xlogy([0.0, 2.0], [0.0, 1.0]))
        tf.Tensor([0. 0.], shape=(2,), dtype=float32)
    """
    left, right = as_nodes_alike(x, y)
    require_floating("xlogy", left)
    nothing = build.equal(left, build.constant(0, left.dtype))
    safe = build.select(nothing, build.constant(1, right.dtype), right)
    return Tensor(build.mul(left, build.log(safe)))


@operation
def xlog1py(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x · log(1 + y), but 0 wherever x is 0; the gradient is 0 there, too.

    Args:
        x: floating-point numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.xlog1py([0.0, 2.0], [-1.0, 0.0]))
        tf.Tensor([0. 0.], shape=(2,), dtype=float32)
    """
    left, right = as_nodes_alike(x, y)
    require_floating("xlog1py", left)
    zero = build.constant(0, left.dtype)
    safe = build.select(build.equal(left, zero), zero, right)
    return Tensor(build.mul(left, build.log1p(safe)))


@operation
def xdivy(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """x / y, but 0 wherever x is 0, even if y is 0; the gradient is 0 there, too.

    Args:
        x: floating-point numbers.
        y: numbers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not floating-point.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.xdivy([0.0, 2.0], [0.0, 4.0]))
        tf.Tensor([0.  0.5], shape=(2,), dtype=float32)
    """
    left, right = as_nodes_alike(x, y)
    require_floating("xdivy", left)
    zero = build.constant(0, left.dtype)
    nothing = build.equal(left, zero)
    safe = build.select(nothing, build.constant(1, right.dtype), right)
    return Tensor(build.select(nothing, zero, build.div(left, safe)))
