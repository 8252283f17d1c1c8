"""What a tensor is, and the same tensor in another element type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import TensorLike
from glassbrook.tensor import Tensor, TensorValue, as_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "cast",
    "identity",
    "is_tensor",
    "rank",
    "saturate_cast",
    "shape",
    "shape_n",
    "size",
]


@operation
def cast(x: TensorLike, dtype: Any, name: str | None = None) -> Tensor:
    """The same values in another element type.

    Floats lose their fraction on the way to integers, integers wrap around in narrower types,
    and to `bool` whatever is not 0 is true. Gradients flow between floating-point types.

    Args:
        x: numbers or truth values.
        dtype: the wanted element type.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: text and numbers do not convert into each other: see `tf.strings.to_number`
            and `tf.strings.as_string`.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.cast([1.8, -1.8], tf.int32))
        tf.Tensor([ 1 -1], shape=(2,), dtype=int32)
    """
    wanted = as_dtype(dtype)
    node = as_node(x)
    if node.dtype is not wanted:
        return Tensor(build.cast(node, wanted))
    # A node of its own for what is no tensor: leaves of Python numbers are shared, and tapes
    # tell tensors apart.
    return x if isinstance(x, Tensor) else Tensor(build.distinct(node))


@operation
def saturate_cast(value: TensorLike, dtype: Any, name: str | None = None) -> Tensor:
    """The same values in another element type, those beyond its limits moved to the limits.

    Args:
        value: numbers.
        dtype: the wanted element type, one of numbers.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        DTypeError: one side is not a type of numbers.

    Example:
        >>> import glassbrook as tf
        >>> print(tf.saturate_cast([300.0, -5.0, 3.7], tf.uint8))
        tf.Tensor([255   0   3], shape=(3,), dtype=uint8)
    """
    node, wanted = as_node(value), as_dtype(dtype)
    if not node.dtype.is_numeric or not wanted.is_numeric:
        raise DTypeError(
            f"saturate_cast: {node.dtype.name} to {wanted.name}: expected two types of numbers."
        )
    lowest, highest = _common_limits(node.dtype, wanted)
    if lowest > node.dtype.min:
        node = build.maximum(node, build.data(lowest, node.dtype))
    if highest < node.dtype.max:
        node = build.minimum(node, build.data(highest, node.dtype))
    return Tensor(build.cast(node, wanted))


def _common_limits(source: DType, target: DType) -> tuple[Any, Any]:
    """The lowest and the highest value of `source` that `target` can hold as well."""
    if source.is_integer:
        if target.is_floating:
            return source.min, source.max
        return max(int(source.min), int(target.min)), min(int(source.max), int(target.max))
    if target.is_floating:
        return max(float(source.min), float(target.min)), min(float(source.max), float(target.max))
    numpy_type = source.numpy.type
    # Rounded towards 0: float32 has no 2³¹ - 1, and 2³¹ is too large for int32.
    highest = numpy_type(min(int(target.max), int(source.max)))
    if int(highest) > int(target.max):
        highest = np.nextafter(highest, numpy_type(0))
    return numpy_type(max(int(target.min), int(source.min))), highest


@operation
def identity(input: TensorLike, name: str | None = None) -> Tensor:
    """The same values as a tensor of its own; of a variable, its present value.

    Example:
        >>> import glassbrook as tf
        >>> v = tf.Variable(1.0)
        >>> before = tf.identity(v)
        >>> print(v.assign(2.0).numpy(), before.numpy())
        2.0 1.0
    """
    return Tensor(build.distinct(as_node(input)))


@operation
def is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor or a variable.

    Example:
        >>> import glassbrook as tf
        >>> tf.is_tensor(tf.constant(1)), tf.is_tensor([1])
        (True, False)
    """
    return isinstance(x, TensorValue) or hasattr(type(x), "tensor_like")


def _sizes(numbers: Sequence[int], out_type: Any) -> Node:
    wanted = dtypes.int32 if out_type is None else as_dtype(out_type)
    return build.data(np.array(numbers, wanted.numpy), wanted)


@operation
def shape(input: TensorLike, out_type: Any = None, name: str | None = None) -> Tensor:
    """The sizes of the axes as a tensor of integers; `x.shape` gives them as a `TensorShape`.

    Args:
        input: a tensor of any kind.
        out_type: int32 by default, or int64.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.shape([[1, 2, 3]])
        <tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 3], dtype=int32)>
    """
    return Tensor(_sizes(as_node(input).shape, out_type))


@operation
def shape_n(
    input: Sequence[TensorLike], out_type: Any = dtypes.int32, name: str | None = None
) -> list[Tensor]:
    """The shapes of several tensors, each as `tf.shape` gives it.

    Example:
        >>> import glassbrook as tf
        >>> [each.numpy().tolist() for each in tf.shape_n([tf.zeros([2]), tf.zeros([3, 4])])]
        [[2], [3, 4]]
    """
    return [shape(each, out_type) for each in input]


@operation
def size(input: TensorLike, out_type: Any = None, name: str | None = None) -> Tensor:
    """The number of elements, as a scalar integer tensor.

    Args:
        input: a tensor of any kind.
        out_type: int32 by default, or int64.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.size(tf.zeros([2, 3])).numpy()
        np.int32(6)
    """
    wanted = dtypes.int32 if out_type is None else as_dtype(out_type)
    return Tensor(build.data(np.asarray(as_node(input).size, wanted.numpy), wanted))


@operation
def rank(input: TensorLike, name: str | None = None) -> Tensor:
    """The number of axes, as a scalar int32 tensor.

    Example:
        >>> import glassbrook as tf
        >>> tf.rank(tf.zeros([2, 3])).numpy()
        np.int32(2)
    """
    return Tensor(build.data(np.asarray(as_node(input).rank, np.int32), dtypes.int32))
