"""Folding axes: sums, means, extremes, truth, norms, and where the extremes are.

Every function takes `axis`: `None` for all axes, an integer, a list of them or an integer tensor,
where -1 is the last axis; and `keepdims`, which leaves folded axes in place with size 1.
"""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import DTypeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import element_count
from glassbrook.ops.arguments import TensorLike, axes_argument, axis_argument, floating_node
from glassbrook.ops.mistakes import check_columns
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "argmax",
    "argmin",
    "count_nonzero",
    "moments",
    "reduce_all",
    "reduce_any",
    "reduce_euclidean_norm",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_std",
    "reduce_sum",
    "reduce_variance",
]


@operation
def reduce_sum(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The sum of the elements along axes; 0 if there are none.

    Args:
        input_tensor: numbers of any shape. Integers wrap around.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not numbers; `tf.cast` turns truth values into some.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([[1, 2], [3, 4]])
        >>> print(tf.reduce_sum(x), tf.reduce_sum(x, axis=0).numpy())
        tf.Tensor(10, shape=(), dtype=int32) [4 6]
    """
    node = as_node(input_tensor)
    shape = node.shape
    axes = axes_argument("reduce_sum", axis, len(shape))
    if len(shape) == 2 and shape[0] == shape[1] > 1:
        check_columns("reduce_sum", node, axes)
    return Tensor(build.sum(node, axes, keepdims))


def mean_node(x: Node, axes: tuple[int, ...], keepdims: bool) -> Node:
    """The mean over axes that are counted from the front, in the dtype of `x`."""
    count = element_count([x.shape[axis] for axis in axes])
    dtype = x.dtype
    if dtype.is_integer:
        return _integer_mean(x, axes, keepdims, count)
    if dtype is dtypes.float16:
        # A sum of many float16 overflows at 65504 where their mean does not.
        wide = mean_node(build.cast(x, dtypes.float32), axes, keepdims)
        return build.cast(wide, dtype)
    return build.div(build.sum(x, axes, keepdims), build.constant(count, dtype))


def _integer_mean(x: Node, axes: tuple[int, ...], keepdims: bool, count: int) -> Node:
    """The mean without its fraction; 0 of no elements."""
    # The sum is taken in 64 bits, so that it does not wrap around; the mean then fits.
    wide = dtypes.uint64 if x.dtype.is_unsigned else dtypes.int64
    total = build.sum(build.cast(x, wide), axes, keepdims)
    quotient = build.floordiv(build.abs(total), build.constant(max(count, 1), wide))
    return build.cast(build.mul(build.sign(total), quotient), x.dtype)


@operation
def reduce_mean(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The mean of the elements along axes; NaN if there are none.

    Args:
        input_tensor: numbers of any shape. The mean of integers is an integer, without fraction.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.reduce_mean([[1.0, 2.0], [3.0, 6.0]]), tf.reduce_mean([1, 2]).numpy())
        tf.Tensor(3.0, shape=(), dtype=float32) 1
    """
    node = as_node(input_tensor)
    shape = node.shape
    axes = axes_argument("reduce_mean", axis, len(shape))
    if len(shape) == 2 and shape[0] == shape[1] > 1:
        check_columns("reduce_mean", node, axes)
    return Tensor(mean_node(node, axes, keepdims))


@operation
def reduce_max(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The largest element along axes: NaN if one is NaN, the lowest number if there are none.

    Elements that share the maximum share the gradient.

    Args:
        input_tensor: numbers of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not numbers; see `tf.reduce_any` for truth values.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.reduce_max([[1, 5], [7, 2]], axis=1))
        tf.Tensor([5 7], shape=(2,), dtype=int32)
    """
    node = as_node(input_tensor)
    return Tensor(build.max(node, axes_argument("reduce_max", axis, len(node.shape)), keepdims))


@operation
def reduce_min(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The smallest element along axes: NaN if one is NaN, the highest number if there are none.

    Elements that share the minimum share the gradient.

    Args:
        input_tensor: numbers of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not numbers; see `tf.reduce_all` for truth values.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.reduce_min([[1, 5], [7, 2]], axis=1))
        tf.Tensor([1 2], shape=(2,), dtype=int32)
    """
    node = as_node(input_tensor)
    return Tensor(build.min(node, axes_argument("reduce_min", axis, len(node.shape)), keepdims))


@operation
def reduce_prod(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The product of the elements along axes; 1 if there are none.

    The gradient is right where elements are 0, too.

    Args:
        input_tensor: numbers of any shape. Integers wrap around.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.reduce_prod([1, 2, 3, 4]))
        tf.Tensor(24, shape=(), dtype=int32)
    """
    node = as_node(input_tensor)
    return Tensor(build.prod(node, axes_argument("reduce_prod", axis, len(node.shape)), keepdims))


@operation
def reduce_any(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """Whether any element along axes is true; false if there are none.

    Args:
        input_tensor: truth values of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not truth values: compare first, as in ``x > 0``.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.reduce_any([[True, False], [False, False]], axis=1))
        tf.Tensor([ True False], shape=(2,), dtype=bool)
    """
    node = as_node(input_tensor, dtypes.bool)
    return Tensor(build.any(node, axes_argument("reduce_any", axis, len(node.shape)), keepdims))


@operation
def reduce_all(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """Whether all elements along axes are true; true if there are none.

    Args:
        input_tensor: truth values of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not truth values: compare first, as in ``x > 0``.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.reduce_all([[True, False], [True, True]], axis=1))
        tf.Tensor([False  True], shape=(2,), dtype=bool)
    """
    node = as_node(input_tensor, dtypes.bool)
    return Tensor(build.all(node, axes_argument("reduce_all", axis, len(node.shape)), keepdims))


@operation
def reduce_logsumexp(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """log Σ exp(x) along axes, without overflow; minus infinity if there are no elements.

    Args:
        input_tensor: floating-point numbers of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not floating-point numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.reduce_logsumexp([1000.0, 1000.0]).numpy().round(4))
        1000.6932
    """
    node = floating_node("reduce_logsumexp", input_tensor)
    axes = axes_argument("reduce_logsumexp", axis, node.rank)
    # Shift by the maximum: exp() of a large number overflows. The result does not depend on the
    # shift, so no gradient has to flow through it.
    highest = build.stop_gradient(build.max(node, axes, keepdims=True))
    zero = build.constant(0, node.dtype)
    shift = build.select(build.is_finite(highest), highest, zero)
    total = build.sum(build.exp(build.sub(node, shift)), axes, keepdims)
    shift = shift if keepdims else build.reshape(shift, total.shape)
    return Tensor(build.add(build.log(total), shift))


def _variance(op: str, x: Node, axis: Any, keepdims: bool) -> Node:
    if not x.dtype.is_floating:
        raise DTypeError(
            f"{op}: input must be floating-point, got dtype {x.dtype.name}. "
            "Convert it first: tf.cast(x, tf.float32)."
        )
    axes = axes_argument(op, axis, x.rank)
    centred = build.sub(x, mean_node(x, axes, keepdims=True))
    return mean_node(build.square(centred), axes, keepdims)


@operation
def reduce_variance(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The variance along axes, mean((x - mean(x))²): divided by n, not by n - 1.

    Args:
        input_tensor: floating-point numbers of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not floating-point numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.reduce_variance([1.0, 2.0, 3.0, 4.0]))
        tf.Tensor(1.25, shape=(), dtype=float32)
    """
    return Tensor(_variance("reduce_variance", as_node(input_tensor), axis, keepdims))


@operation
def reduce_std(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The standard deviation along axes: the square root of `tf.math.reduce_variance`.

    Where all elements are equal the gradient is NaN, as the root has no slope at 0.

    Args:
        input_tensor: floating-point numbers of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not floating-point numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.reduce_std([[1.0, 2.0], [3.0, 5.0]], axis=0))
        tf.Tensor([1.  1.5], shape=(2,), dtype=float32)
    """
    return Tensor(build.sqrt(_variance("reduce_std", as_node(input_tensor), axis, keepdims)))


@operation
def reduce_euclidean_norm(
    input_tensor: TensorLike, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """√(Σ x²) along axes; of integers, without its fraction.

    Args:
        input_tensor: numbers of any shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.reduce_euclidean_norm([[3.0, 4.0], [6.0, 8.0]], axis=1))
        tf.Tensor([ 5. 10.], shape=(2,), dtype=float32)
    """
    node = as_node(input_tensor)
    axes = axes_argument("reduce_euclidean_norm", axis, node.rank)
    wide = build.cast(node, dtypes.float64) if node.dtype.is_integer else node
    norm = build.sqrt(build.sum(build.square(wide), axes, keepdims))
    return Tensor(build.cast(norm, node.dtype))


@operation
def count_nonzero(
    input: TensorLike,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """How many elements along axes are not 0, not false, or not the empty string.

    Args:
        input: elements of any dtype and shape.
        axis: which axes to fold; all by default.
        keepdims: leave the folded axes with size 1.
        dtype: the type of the counts.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.count_nonzero([[0, 1], [2, 3]], axis=0))
        tf.Tensor([1 2], shape=(2,), dtype=int64)
    """
    node = as_node(input)
    axes = axes_argument("count_nonzero", axis, node.rank)
    if not node.dtype.is_bool:
        empty = as_node(b"") if node.dtype is dtypes.string else build.constant(0, node.dtype)
        node = build.not_equal(node, empty)
    return Tensor(build.sum(build.cast(node, as_dtype(dtype)), axes, bool(keepdims)))


@operation
def argmax(
    input: TensorLike,
    axis: Any = None,
    output_type: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """The position of the largest element along one axis; the first if several are equal.

    NaN is never the largest, unless there is nothing else.

    Args:
        input: numbers or truth values of any shape.
        axis: which axis; 0 by default.
        output_type: the type of the positions, int64 or int32.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        InvalidArgumentError: the axis is empty.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.argmax([[1, 5], [7, 2]], axis=1))
        tf.Tensor([1 0], shape=(2,), dtype=int64)
    """
    node = as_node(input)
    position = axis_argument("argmax", 0 if axis is None else axis, node.rank)
    return Tensor(build.argmax(node, position, as_dtype(output_type)))


@operation
def argmin(
    input: TensorLike,
    axis: Any = None,
    output_type: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """The position of the smallest element along one axis; the first if several are equal.

    NaN is never the smallest, unless there is nothing else.

    Args:
        input: numbers or truth values of any shape.
        axis: which axis; 0 by default.
        output_type: the type of the positions, int64 or int32.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        OutOfRangeError: there is no such axis.
        InvalidArgumentError: the axis is empty.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.argmin([[1, 5], [7, 2]], axis=1))
        tf.Tensor([0 1], shape=(2,), dtype=int64)
    """
    node = as_node(input)
    position = axis_argument("argmin", 0 if axis is None else axis, node.rank)
    return Tensor(build.argmin(node, position, as_dtype(output_type)))


@operation
def moments(
    x: TensorLike,
    axes: Any,
    shift: Any = None,
    keepdims: bool = False,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Mean and variance along axes, as batch normalization needs them.

    Args:
        x: floating-point numbers of any shape.
        axes: which axes to fold.
        shift: accepted for TensorFlow's sake, without effect.
        keepdims: leave the folded axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The mean, and the variance around it (divided by n).

    Raises:
        OutOfRangeError: there is no such axis.
        DTypeError: the elements are not floating-point numbers.

    Example:
        >>> import glassbrook as tf
        >>> mean, variance = tf.nn.moments([[1.0, 2.0], [3.0, 4.0]], axes=[0])
        >>> print(mean.numpy(), variance.numpy())
        [2. 3.] [1. 1.]
    """
    node = floating_node("moments", x)
    folded = axes_argument("moments", axes, node.rank)
    mean = mean_node(node, folded, keepdims=True)
    variance = mean_node(build.square(build.sub(node, mean)), folded, keepdims)
    return Tensor(build.reshape(mean, variance.shape)), Tensor(variance)
