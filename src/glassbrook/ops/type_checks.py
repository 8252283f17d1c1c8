"""Checks of shapes and dtypes that raise an error at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, ShapeError
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node

__all__ = [
    "assert_integer",
    "assert_proper_iterable",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_shapes",
    "assert_type",
    "is_numeric_tensor",
]


def _rank_error(x: Node, expected: str, message: str | None) -> ShapeError:
    prefix = f"{message}. " if message else ""
    return ShapeError(
        f"{prefix}Tensor must have rank {expected}. Received rank {x.rank}, shape {x.shape}."
    )


def assert_rank(x: Any, rank: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise an error unless a tensor has a given number of axes.

    Args:
        x: a tensor.
        rank: the number of axes.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the tensor has another rank.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_rank([1, 2], 1)
    """
    node = as_node(x)
    expected = integer_argument("assert_rank", "rank", rank)
    if node.rank != expected:
        raise _rank_error(node, str(expected), message)


def assert_rank_at_least(
    x: Any, rank: Any, message: str | None = None, name: str | None = None
) -> None:
    """Raise an error unless a tensor has at least a given number of axes.

    Args:
        x: a tensor.
        rank: the least number of axes.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the tensor has a lower rank.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_rank_at_least([[1, 2]], 1)
    """
    node = as_node(x)
    expected = integer_argument("assert_rank_at_least", "rank", rank)
    if node.rank < expected:
        raise _rank_error(node, f"at least {expected}", message)


def assert_rank_in(
    x: Any, ranks: Iterable[Any], message: str | None = None, name: str | None = None
) -> None:
    """Raise an error unless a tensor's number of axes is one of several.

    Args:
        x: a tensor.
        ranks: the numbers of axes.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the tensor has another rank.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_rank_in([1, 2], (1, 2))
    """
    node = as_node(x)
    expected = tuple(integer_argument("assert_rank_in", "ranks", each) for each in ranks)
    if node.rank not in expected:
        raise _rank_error(node, f"in {expected}", message)


def assert_scalar(tensor: Any, message: str | None = None, name: str | None = None) -> Tensor:
    """The same tensor, unless it has axes, which is an error.

    Args:
        tensor: a tensor.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the tensor is not a scalar.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_scalar(1.0).numpy()
        np.float32(1.0)
    """
    node = as_node(tensor)
    if node.rank:
        prefix = f"{message}. " if message else ""
        raise ShapeError(f"{prefix}Expected scalar shape, saw shape: {node.shape}.")
    return Tensor(node)


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise an error unless a tensor holds integers.

    Args:
        x: a tensor.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the tensor has another dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_integer([1, 2])
    """
    node = as_node(x)
    if not node.dtype.is_integer:
        prefix = f"{message}. " if message else ""
        raise DTypeError(
            f'{prefix}Expected "x" to be integer type. Found: tensor of dtype {node.dtype.name}.'
        )


def assert_type(
    tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None
) -> None:
    """Raise an error unless a tensor has a given dtype.

    Args:
        tensor: a tensor.
        tf_type: the dtype.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: the tensor has another dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_type(tf.constant(1.0), tf.float32)
    """
    node, expected = as_node(tensor), as_dtype(tf_type)
    if node.dtype is not expected:
        prefix = f"{message}. " if message else ""
        raise DTypeError(f"{prefix}tensor must be of type {expected!r}; got {node.dtype!r}.")


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether something is a tensor of numbers.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.is_numeric_tensor(tf.constant(1)), tf.debugging.is_numeric_tensor(1)
        (True, False)
    """
    return has_node(tensor) and tensor.dtype.is_numeric


def assert_shapes(
    shapes: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Raise an error unless tensors have given shapes, in which letters stand for sizes.

    Args:
        shapes: pairs of a tensor and its expected sizes: a number; a name, which stands for the
            same size wherever it appears; `None` or ``"."`` for any size; and, in front only,
            ``...`` or ``"*"`` for any number of axes.
        data: accepted for TensorFlow's sake, without effect.
        summarize: accepted for TensorFlow's sake, without effect.
        message: what to say first.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: a tensor has another shape.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_shapes([(tf.ones([2, 3]), ("N", "D")), (tf.ones([3]), ("D",))])
    """
    pairs = shapes.items() if isinstance(shapes, Mapping) else shapes
    sizes: dict[str, int] = {}
    prefix = f"{message}. " if message else ""
    for number, (tensor, expected) in enumerate(pairs):
        shape = _shape_of(tensor)
        names = [expected] if isinstance(expected, int | str) else list(expected)
        if names and (names[0] is ... or names[0] == "*"):
            names = names[1:]
            is_long_enough = len(shape) >= len(names)
            shape = shape[len(shape) - len(names) :] if is_long_enough else shape
        if len(shape) != len(names):
            raise ShapeError(
                f"{prefix}Tensor number {number} of shape {list(shape)} must have the axes {names}."
            )
        for axis, (size, wanted) in enumerate(zip(shape, names)):
            _check_size(prefix, number, axis, size, wanted, sizes)


def _shape_of(tensor: Any) -> tuple[int, ...]:
    # A tensor cannot be the key of a dictionary, but its reference can.
    node: Node = as_node(tensor.deref() if hasattr(tensor, "deref") else tensor)
    return node.shape


def _check_size(
    prefix: str, number: int, axis: int, size: int, wanted: Any, sizes: dict[str, int]
) -> None:
    if wanted is None or wanted == ".":
        return
    expected = sizes.setdefault(wanted, size) if isinstance(wanted, str) else int(wanted)
    if size != expected:
        label = f"{wanted} = {expected}" if isinstance(wanted, str) else f"{expected}"
        raise ShapeError(
            f"{prefix}Tensor number {number}, axis {axis} must have size {label}. "
            f"Received size {size}."
        )


def assert_proper_iterable(values: Any) -> None:
    """Raise an error if what should be a list of tensors is a single tensor or text.

    Args:
        values: what should be a list.

    Raises:
        DTypeError: it is a tensor, an array or text, or cannot be iterated over.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_proper_iterable([tf.constant(1)])
    """
    is_single = has_node(values) or isinstance(values, np.ndarray | str | bytes)
    if is_single or not hasattr(values, "__iter__"):
        raise DTypeError(
            f'Expected argument "values" to be a list of tensors, got {type(values).__name__}: '
            "put it into a list, [x]."
        )


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> DType:
    """The floating-point dtype that tensors share; an error if they share none.

    Args:
        tensors: a list of tensors; `None` among them is left out.
        dtype: the dtype that they must have, if one is asked for.

    Returns:
        The dtype; float32 if there are no tensors.

    Raises:
        DTypeError: two differ, or it is not a floating-point dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.debugging.assert_same_float_dtype([tf.constant(1.0), tf.constant(2.0)])
        tf.float32
    """
    found = None if dtype is None else as_dtype(dtype)
    for position, each in enumerate(each for each in tensors or [] if each is not None):
        given = as_node(each).dtype
        if found is not None and given is not found:
            raise DTypeError(
                f"assert_same_float_dtype: tensor number {position} has dtype {given.name}, "
                f"expected {found.name}. Convert it: tf.cast(x, tf.{found.name})."
            )
        found = given
    found = as_dtype("float32") if found is None else found
    if not found.is_floating:
        raise DTypeError(
            f"assert_same_float_dtype: expected a floating-point type, got {found.name}."
        )
    return found
