"""Linear algebra: products, norms, diagonals and triangles of matrices.

A tensor of rank above 2 is a batch of matrices, which are its last two axes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import element_count, normalize_axes, normalize_axis
from glassbrook.ops.arguments import integers_argument, node_value
from glassbrook.ops.creation import eye
from glassbrook.ops.decompositions import (
    cholesky,
    cholesky_solve,
    det,
    inv,
    logdet,
    slogdet,
    solve,
    triangular_solve,
)
from glassbrook.ops.diagonals import band_part, diag, diag_part, matrices, set_diag, trace
from glassbrook.ops.einsum import einsum
from glassbrook.ops.operands import beside
from glassbrook.tensor import Tensor, as_node, as_nodes_alike
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "adjoint",
    "band_part",
    "cholesky",
    "cholesky_solve",
    "cross",
    "det",
    "diag",
    "diag_part",
    "einsum",
    "eye",
    "inv",
    "logdet",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "normalize",
    "set_diag",
    "slogdet",
    "solve",
    "tensordot",
    "trace",
    "triangular_solve",
]


@operation
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    name: str | None = None,
) -> Tensor:
    """The matrix product: result[…, i, k] = Σ_j a[…, i, j] b[…, j, k].

    Args:
        a: a matrix, or a batch of matrices, of shape ``[…, rows, inner]``.
        b: one of the same dtype, of shape ``[…, inner, columns]``; batch axes broadcast.
        transpose_a: take `a` transposed.
        transpose_b: take `b` transposed.
        adjoint_a: the same as `transpose_a`, as there are no complex tensors.
        adjoint_b: the same as `transpose_b`.
        a_is_sparse: accepted for TensorFlow's sake, without effect.
        b_is_sparse: accepted for TensorFlow's sake, without effect.
        output_type: the dtype of the result, if it is to be another.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        A tensor of shape ``[…, rows, columns]``.

    Raises:
        ShapeError: the inner sizes differ, or a side has less than two axes.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy()
        array([[11.]], dtype=float32)
    """
    x = as_node(a)
    product = build.matmul(
        x,
        b.used_node() if has_node(b) else beside(b, x.dtype),
        transpose_a or adjoint_a,
        transpose_b or adjoint_b,
    )
    return Tensor(product if output_type is None else build.cast(product, as_dtype(output_type)))


@operation
def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """A matrix times a vector: result[…, i] = Σ_j a[…, i, j] b[…, j].

    Args:
        a: a matrix, or a batch of matrices.
        b: a vector, or a batch of vectors, of the same dtype.
        transpose_a: take `a` transposed.
        adjoint_a: the same as `transpose_a`.
        a_is_sparse: accepted for TensorFlow's sake, without effect.
        b_is_sparse: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the sizes do not fit.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).numpy()
        array([3., 7.], dtype=float32)
    """
    x = as_node(a)
    y = beside(b, x.dtype)
    if not y.rank:
        raise ShapeError("matvec: expected a vector on the right, got a scalar.")
    column = build.expand_dims(y, y.rank)
    product = build.matmul(x, column, transpose_a or adjoint_a)
    return Tensor(build.reshape(product, product.shape[:-1]))


@operation
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """Products summed over pairs of axes; the other axes stay, those of `a` first.

    Args:
        a: a tensor.
        b: a tensor of the same dtype.
        axes: a number n pairs the last n axes of `a` with the first n of `b`, in order; a pair of
            lists names the axes of each.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: paired axes differ in size, or their numbers differ.
        DTypeError: the dtypes differ.

    Example:
        >>> import glassbrook as tf
        >>> tf.tensordot([1.0, 2.0], [3.0, 4.0], axes=1).numpy()
        np.float32(11.0)
        >>> tf.tensordot(tf.ones([2, 3, 4]), tf.ones([4, 3]), axes=[[2, 1], [0, 1]]).shape
        TensorShape([2])
    """
    x, y = as_nodes_alike(a, b)
    x_axes, y_axes = _paired_axes(x, y, axes)
    for x_axis, y_axis in zip(x_axes, y_axes):
        if x.shape[x_axis] != y.shape[y_axis]:
            raise ShapeError(
                f"tensordot: axis {x_axis} of shape {list(x.shape)} has size {x.shape[x_axis]}, "
                f"axis {y_axis} of shape {list(y.shape)} has size {y.shape[y_axis]}: they are "
                "summed over together and must be equal."
            )
    x_free = [axis for axis in range(x.rank) if axis not in x_axes]
    y_free = [axis for axis in range(y.rank) if axis not in y_axes]
    inner = element_count(x.shape[axis] for axis in x_axes)
    shape = [*(x.shape[axis] for axis in x_free), *(y.shape[axis] for axis in y_free)]
    rows = element_count(x.shape[axis] for axis in x_free)
    columns = element_count(y.shape[axis] for axis in y_free)
    left = build.reshape(_permuted(x, (*x_free, *x_axes)), (rows, inner))
    right = build.reshape(_permuted(y, (*y_axes, *y_free)), (inner, columns))
    return Tensor(build.reshape(build.matmul(left, right), shape))


def _permuted(x: Node, order: tuple[int, ...]) -> Node:
    return x if order == tuple(range(x.rank)) else build.transpose(x, order)


def _paired_axes(x: Node, y: Node, axes: Any) -> tuple[list[int], list[int]]:
    if has_node(axes):
        axes = node_value(as_node(axes)).tolist()
    if isinstance(axes, int | np.integer):
        count = int(axes)
        if not 0 <= count <= min(x.rank, y.rank):
            raise ShapeError(
                f"tensordot: axes={count} does not fit tensors of shapes {list(x.shape)} and "
                f"{list(y.shape)}: expected a number from 0 to {min(x.rank, y.rank)}."
            )
        return list(range(x.rank - count, x.rank)), list(range(count))
    pair = list(axes)
    if len(pair) != 2:
        raise InvalidArgumentError(
            f"tensordot: axes must be a number or a pair of lists, got {axes!r}."
        )
    named = [integers_argument("tensordot", "axes", each) for each in pair]
    if len(named[0]) != len(named[1]):
        raise ShapeError(
            f"tensordot: {len(named[0])} axes of the left side are paired with {len(named[1])} of "
            "the right side: expected as many."
        )
    return (
        [normalize_axis("tensordot", axis, x.rank) for axis in named[0]],
        [normalize_axis("tensordot", axis, y.rank) for axis in named[1]],
    )


@operation
def matrix_transpose(
    a: Any, name: str | None = "matrix_transpose", conjugate: bool = False
) -> Tensor:
    """Every matrix transposed: the last two axes exchanged.

    Args:
        a: a tensor of rank 2 or more.
        name: accepted for TensorFlow's sake, without effect.
        conjugate: without effect, as there are no complex tensors.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.matrix_transpose(tf.zeros([5, 2, 3])).shape
        TensorShape([5, 3, 2])
    """
    return Tensor(build.swap_last(matrices("matrix_transpose", a)))


@operation
def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """Every matrix transposed; also conjugated, were there complex tensors.

    Args:
        matrix: a tensor of rank 2 or more.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.adjoint([[1.0, 2.0]]).shape
        TensorShape([2, 1])
    """
    return Tensor(build.swap_last(matrices("adjoint", matrix)))


@operation
def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
) -> Tensor:
    """The length of vectors, or a norm of matrices.

    For vectors: ``"euclidean"`` and 2 are sqrt(Σ x²), 1 is Σ |x|, infinity is max |x|, and any
    other p > 0 is (Σ |x|^p)^(1/p). For matrices: ``"euclidean"`` and ``"fro"`` are sqrt(Σ x²),
    1 is the largest sum of |x| of a column, infinity that of a row.

    Args:
        tensor: floating-point numbers.
        ord: which norm.
        axis: an axis for vectors, a pair of axes for matrices; by default all elements are one
            vector.
        keepdims: keep the axes with size 1.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such norm.
        OutOfRangeError: there is no such axis.

    Source:
        Golub and Van Loan, Matrix Computations, sections 2.2 and 2.3.

    Example:
        >>> import glassbrook as tf
        >>> tf.norm([[3.0, 4.0], [6.0, 8.0]], axis=1).numpy()
        array([ 5., 10.], dtype=float32)
    """
    x = as_node(tensor)
    keep = bool(keepdims)
    named = None if axis is None else integers_argument("norm", "axis", axis)
    if named is not None and len(named) not in (1, 2):
        raise InvalidArgumentError(
            f"norm: axis must be None, one axis or a pair of axes, not {list(named)}."
        )
    axes = normalize_axes("norm", named, x.rank)
    if named is None or len(named) == 1:
        return Tensor(_vector_norm(x, ord, axes, keep))
    rows, columns = (normalize_axis("norm", each, x.rank) for each in named)
    return Tensor(_matrix_norm(x, ord, rows, columns, keep))


def _vector_norm(x: Node, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Node:
    if ord in ("euclidean", 2):
        return build.sqrt(build.sum(build.square(x), axes, keepdims))
    if isinstance(ord, str) or not ord > 0:
        raise InvalidArgumentError(
            f'norm: ord {ord!r} is no norm of vectors: expected "euclidean" or a positive number.'
        )
    sizes = build.abs(x)
    if ord == 1:
        return build.sum(sizes, axes, keepdims)
    if ord == math.inf:
        return build.max(sizes, axes, keepdims)
    powers = build.sum(build.pow(sizes, build.constant_like(float(ord), x)), axes, keepdims)
    return build.pow(powers, build.constant_like(1.0 / ord, x))


def _matrix_norm(x: Node, ord: Any, rows: int, columns: int, keepdims: bool) -> Node:
    if ord in ("euclidean", "fro"):
        return build.sqrt(build.sum(build.square(x), tuple(sorted((rows, columns))), keepdims))
    if ord not in (1, math.inf):
        raise InvalidArgumentError(
            f'norm: ord {ord!r} is no norm of matrices that is known here: expected "euclidean", '
            '"fro", 1 or infinity.'
        )
    summed, largest = (rows, columns) if ord == 1 else (columns, rows)
    sums = build.sum(build.abs(x), (summed,), True)
    result = build.max(sums, (largest,), True)
    if keepdims:
        return result
    return build.reshape(
        result, [size for axis, size in enumerate(result.shape) if axis not in (rows, columns)]
    )


@operation
def normalize(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """A tensor divided by its norm, and that norm.

    Args:
        tensor: floating-point numbers.
        ord: which norm, as for `tf.norm`.
        axis: an axis, or a pair of axes; by default all elements are one vector.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The normalized tensor, and the norm, whose axes are kept with size 1.

    Raises:
        InvalidArgumentError: there is no such norm.
        OutOfRangeError: there is no such axis.

    Example:
        >>> import glassbrook as tf
        >>> unit, length = tf.linalg.normalize([3.0, 4.0])
        >>> unit.numpy(), length.numpy()
        (array([0.6, 0.8], dtype=float32), array([5.], dtype=float32))
    """
    x = Tensor(as_node(tensor))
    length = norm(x, ord, axis, keepdims=True)
    return x / length, length


@operation
def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """The cross product of vectors in three dimensions.

    Args:
        a: a tensor whose last axis has size 3.
        b: another of the same shape and dtype.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes differ, or the last axis has another size.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]).numpy()
        array([0., 0., 1.], dtype=float32)
    """
    x, y = as_nodes_alike(a, b)
    if x.shape != y.shape or not x.rank or x.shape[-1] != 3:
        raise ShapeError(
            f"cross: expected two tensors of one shape whose last axis has size 3, got "
            f"{list(x.shape)} and {list(y.shape)}."
        )
    ahead = build.mul(_turned(x, 1), _turned(y, 2))
    return Tensor(build.sub(ahead, build.mul(_turned(x, 2), _turned(y, 1))))


def _turned(x: Node, places: int) -> Node:
    """The components of 3-vectors moved forward by some places, in a circle."""
    batch = x.shape[:-1]
    origin = (0,) * len(batch)
    tail = build.slice(x, (*origin, places), (*batch, 3 - places))
    return build.concat([tail, build.slice(x, (*origin, 0), (*batch, places))], len(batch))
