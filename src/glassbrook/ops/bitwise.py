"""Integers bit by bit."""

from __future__ import annotations

from glassbrook.graph import build
from glassbrook.ops.arguments import TensorLike
from glassbrook.tensor import Tensor, as_node, as_nodes_alike
from glassbrook.tensor.symbolic import operation

__all__ = [
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "invert",
    "left_shift",
    "right_shift",
]


@operation
def bitwise_and(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits that both x and y have set.

    Args:
        x: integers.
        y: integers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not integers.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> tf.bitwise.bitwise_and(5, 3).numpy()
        np.int32(1)
    """
    return Tensor(build.bitwise_and(*as_nodes_alike(x, y)))


@operation
def bitwise_or(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits that x or y has set.

    Args:
        x: integers.
        y: integers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not integers.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> tf.bitwise.bitwise_or(5, 3).numpy()
        np.int32(7)
    """
    return Tensor(build.bitwise_or(*as_nodes_alike(x, y)))


@operation
def bitwise_xor(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits that only one of x and y has set.

    Args:
        x: integers.
        y: integers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not integers.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> tf.bitwise.bitwise_xor(5, 3).numpy()
        np.int32(6)
    """
    return Tensor(build.bitwise_xor(*as_nodes_alike(x, y)))


@operation
def invert(x: TensorLike, name: str | None = None) -> Tensor:
    """The bits that x has not set.

    Raises:
        DTypeError: `x` does not hold integers.

    Example:
        >>> import glassbrook as tf
        >>> tf.bitwise.invert(5).numpy()
        np.int32(-6)
    """
    return Tensor(build.bitwise_not(as_node(x)))


@operation
def left_shift(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits of x moved up by y places; those pushed out are lost.

    Args:
        x: integers.
        y: integers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not integers.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> tf.bitwise.left_shift(1, 4).numpy()
        np.int32(16)
    """
    return Tensor(build.left_shift(*as_nodes_alike(x, y)))


@operation
def right_shift(x: TensorLike, y: TensorLike, name: str | None = None) -> Tensor:
    """The bits of x moved down by y places; a negative x stays negative.

    Args:
        x: integers.
        y: integers of the same dtype; what is not a tensor takes it.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the dtypes differ, or are not integers.
        ShapeError: the shapes cannot be broadcast.

    Example:
        >>> import glassbrook as tf
        >>> tf.bitwise.right_shift(-8, 1).numpy()
        np.int32(-4)
    """
    return Tensor(build.right_shift(*as_nodes_alike(x, y)))
