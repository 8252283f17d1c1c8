"""Comparisons, logic, and choices by a condition."""

from __future__ import annotations

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike, require
from glassbrook.tensor import Tensor, as_node, as_nodes_alike
from glassbrook.tensor.indexing import mask_positions
from glassbrook.tensor.symbolic import operation

__all__ = [
    "equal",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
    "where",
]


@operation
def equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x = y, element by element with broadcasting.

    Args:
        x: numbers, truth values or strings.
        y: the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.equal([1, 2, 3], 2))
        tf.Tensor([False  True False], shape=(3,), dtype=bool)
    """
    return Tensor(build.equal(*as_nodes_alike(x, y)))


@operation
def not_equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x ≠ y, element by element with broadcasting.

    Args:
        x: numbers, truth values or strings.
        y: the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.not_equal([1, 2, 3], 2))
        tf.Tensor([ True False  True], shape=(3,), dtype=bool)
    """
    return Tensor(build.not_equal(*as_nodes_alike(x, y)))


@operation
def less(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x < y, element by element with broadcasting.

    Args:
        x: numbers.
        y: the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.less([1, 2, 3], 2))
        tf.Tensor([ True False False], shape=(3,), dtype=bool)
    """
    return Tensor(build.less(*as_nodes_alike(x, y)))


@operation
def less_equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x ≤ y, element by element with broadcasting.

    Args:
        x: numbers.
        y: the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.less_equal([1, 2, 3], 2))
        tf.Tensor([ True  True False], shape=(3,), dtype=bool)
    """
    return Tensor(build.less_equal(*as_nodes_alike(x, y)))


@operation
def greater(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x > y, element by element with broadcasting.

    Args:
        x: numbers.
        y: the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.greater([1, 2, 3], 2))
        tf.Tensor([False False  True], shape=(3,), dtype=bool)
    """
    return Tensor(build.greater(*as_nodes_alike(x, y)))


@operation
def greater_equal(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x ≥ y, element by element with broadcasting.

    Args:
        x: numbers.
        y: the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.greater_equal([1, 2, 3], 2))
        tf.Tensor([False  True  True], shape=(3,), dtype=bool)
    """
    return Tensor(build.greater_equal(*as_nodes_alike(x, y)))


@operation
def logical_and(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x and y, element by element with broadcasting.

    Raises:
        DTypeError: a side does not hold truth values: compare first, as in ``x > 0``.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.logical_and([False, False, True, True], [False, True, False, True]))
        tf.Tensor([False False False  True], shape=(4,), dtype=bool)
    """
    return Tensor(build.logical_and(as_node(x, dtypes.bool), as_node(y, dtypes.bool)))


@operation
def logical_or(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where x or y, element by element with broadcasting.

    Raises:
        DTypeError: a side does not hold truth values: compare first, as in ``x > 0``.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.logical_or([False, False, True, True], [False, True, False, True]))
        tf.Tensor([False  True  True  True], shape=(4,), dtype=bool)
    """
    return Tensor(build.logical_or(as_node(x, dtypes.bool), as_node(y, dtypes.bool)))


@operation
def logical_xor(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """Where either x or y, but not both, element by element with broadcasting.

    Raises:
        DTypeError: a side does not hold truth values: compare first, as in ``x > 0``.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.math.logical_xor([False, False, True, True], [False, True, False, True]))
        tf.Tensor([False  True  True False], shape=(4,), dtype=bool)
    """
    return Tensor(build.logical_xor(as_node(x, dtypes.bool), as_node(y, dtypes.bool)))


@operation
def logical_not(x: TensorLike, name: str | None = None) -> Tensor:
    """Where x is false.

    Raises:
        DTypeError: `x` does not hold truth values: compare first, as in ``x > 0``.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.logical_not([True, False]))
        tf.Tensor([False  True], shape=(2,), dtype=bool)
    """
    return Tensor(build.logical_not(as_node(x, dtypes.bool)))


@operation
def where(
    condition: TensorLike,
    x: TensorLike = None,
    y: TensorLike = None,
    name: str | None = None,
) -> Tensor:
    """`x` where a condition holds and `y` elsewhere; or, of a condition alone, where it holds.

    The gradient goes to the chosen side, and 0 to the other. If the other side's own gradient is
    infinite or NaN, NaN comes out all the same: choose safe operands first, then compute.

    Args:
        condition: truth values; alone, also numbers, of which those that are not 0 count.
        x: what to take where it holds.
        y: what to take elsewhere, of the same dtype. All three broadcast.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The chosen elements; or, without `x` and `y`, the positions at which the condition holds:
        int64, one row each. As their number depends on values, the condition is computed now.

    Raises:
        InvalidArgumentError: one of `x` and `y` is missing.
        DTypeError: the condition is not one, or `x` and `y` have different dtypes.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.constant([-1.0, 2.0])
        >>> print(tf.where(x > 0, x, 0.0))
        tf.Tensor([0. 2.], shape=(2,), dtype=float32)
        >>> print(tf.where([False, True, True]))
        tf.Tensor(
        [[1]
         [2]], shape=(2, 1), dtype=int64)
    """
    if x is None and y is None:
        return Tensor(mask_positions(_condition(as_node(condition))))
    if x is None or y is None:
        raise InvalidArgumentError(
            "where: x and y must both be given or both be left out, but one of them is None."
        )
    return Tensor(build.select(as_node(condition, dtypes.bool), *as_nodes_alike(x, y)))


def _condition(node: Node) -> Node:
    require(
        "where",
        node,
        lambda dtype: dtype.is_bool or dtype.is_numeric,
        "truth values or numbers",
        "Compare first: tf.not_equal(x, '').",
    )
    if not node.shape:
        raise ShapeError("where: a condition alone needs at least one axis, got a scalar.")
    return node if node.dtype.is_bool else build.not_equal(node, build.constant(0, node.dtype))
