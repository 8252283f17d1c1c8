"""Products of vectors and matrices, and what linear algebra makes of matrices."""

from __future__ import annotations

import functools
import math
from typing import Any

import glassbrook.linalg as algebra
import glassbrook.math as functions
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.promotion import as_float, binary, common, tensor, unary
from glassbrook.ops import comparison, shape
from glassbrook.tensor import Tensor
from glassbrook.tensor.symbolic import operation

_unary = functools.partial(unary, __name__)
_binary = functools.partial(binary, __name__)


def _products(x: Tensor, y: Tensor) -> Tensor:
    """The matrix product, in which a vector is a row on the left and a column on the right."""
    if x.ndim == y.ndim == 1:
        return functions.reduce_sum(x * y)
    if x.ndim == 1:
        return shape.squeeze(algebra.matmul(shape.expand_dims(x, 0), y), -2)
    if y.ndim == 1:
        return shape.squeeze(algebra.matmul(x, shape.expand_dims(y, -1)), -1)
    return algebra.matmul(x, y)


matmul = _binary("matmul", _products, "The matrix product of the last two axes.")


def _dot(x: Tensor, y: Tensor) -> Tensor:
    if not x.ndim or not y.ndim:
        return x * y
    return algebra.tensordot(x, y, [[x.ndim - 1], [max(y.ndim - 2, 0)]])


dot = _binary("dot", _dot, "Products summed over the last axis of x1 and the last but one of x2.")


def _inner(x: Tensor, y: Tensor) -> Tensor:
    if not x.ndim or not y.ndim:
        return x * y
    return algebra.tensordot(x, y, [[x.ndim - 1], [y.ndim - 1]])


inner = _binary("inner", _inner, "Products summed over the last axis of both.")


def _flat(x: Tensor) -> Tensor:
    return shape.reshape(x, [-1])


vdot = _binary(
    "vdot", lambda x, y: functions.reduce_sum(_flat(x) * _flat(y)), "The sum of all products."
)
outer = _binary(
    "outer",
    lambda x, y: shape.expand_dims(_flat(x), 1) * shape.expand_dims(_flat(y), 0),
    "The products of all pairs of elements.",
)


@operation
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Tensor:
    """Products summed over axes of both: so many last and first ones, or pairs of lists."""
    x, y = common(x1, x2)
    return algebra.tensordot(x, y, axes)


@operation
def einsum_of(*operands: Any, subscripts: str) -> Tensor:
    """The same as `einsum`, in the form in which model files hold it."""
    return algebra.einsum(subscripts, *common(*operands))


def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Tensor:
    """Products summed as a formula says, such as ``"ij,jk->ik"``."""
    found: Tensor = einsum_of(*operands, subscripts=subscripts)
    return found


@operation
def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Tensor:
    """The cross product of vectors of three elements.

    Args:
        x1: vectors.
        x2: vectors.
        axisa: the axis of the elements in `x1`.
        axisb: the axis of the elements in `x2`.
        axisc: the axis of the elements in the result.
        axis: all three.
    """
    from glassbrook.keras.ops.arrangement import moveaxis

    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = common(x1, x2)
    found = algebra.cross(moveaxis(x, axisa, -1), moveaxis(y, axisb, -1))
    return moveaxis(found, -1, axisc)


@operation
def kron(x1: Any, x2: Any) -> Tensor:
    """The second matrix times every element of the first, in blocks."""
    x, y = common(x1, x2)
    while x.ndim < y.ndim:
        x = shape.expand_dims(x, 0)
    while y.ndim < x.ndim:
        y = shape.expand_dims(y, 0)
    sizes = [a * b for a, b in zip(x.shape, y.shape, strict=True)]
    for axis in range(x.ndim):
        x, y = shape.expand_dims(x, 2 * axis + 1), shape.expand_dims(y, 2 * axis)
    return shape.reshape(x * y, sizes)


@operation
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum of a diagonal."""
    return functions.reduce_sum(diagonal(x, offset, axis1, axis2), -1)


@operation
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The elements of a diagonal of two axes, as the last axis."""
    from glassbrook.keras.ops.arrangement import moveaxis

    return algebra.diag_part(moveaxis(tensor(x), (axis1, axis2), (-2, -1)), k=offset)


@operation
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The length of vectors, or the size of matrices.

    Args:
        x: the numbers.
        ord: which norm: 2, 1, inf, or ``"fro"``, as NumPy understands them.
        axis: the axis of the vectors, or the two of the matrices; all axes by default.
        keepdims: whether the axes stay, with size 1.
    """
    value = as_float(x)
    if axis is None and ord is None:
        return algebra.norm(value, "euclidean", keepdims=keepdims)
    matrices = isinstance(axis, list | tuple) and len(axis) == 2
    if axis is None:
        axis, matrices = (tuple(range(value.ndim)), True) if value.ndim == 2 else (0, False)
    if isinstance(axis, list | tuple) and len(axis) == 1:
        axis = axis[0]
    if matrices and ord in (None, "fro"):
        return functions.sqrt(functions.reduce_sum(value * value, axis, keepdims))
    if not matrices and ord in (-math.inf, 0):
        size = functions.abs(value)
        if ord == 0:
            return functions.reduce_sum(tensor(size > 0, value.dtype), axis, keepdims)
        return functions.reduce_min(size, axis, keepdims)
    return algebra.norm(value, 2 if ord is None else ord, axis, keepdims)


@operation
def normalize(x: Any, axis: Any = -1, order: Any = 2, epsilon: float | None = None) -> Tensor:
    """Vectors divided by their lengths; those of length 0 stay.

    Args:
        x: the numbers.
        axis: the axis of the vectors.
        order: which norm is the length.
        epsilon: the least that is divided by.
    """
    from glassbrook.keras import backend

    value = as_float(x)
    least = backend.epsilon() if epsilon is None else epsilon
    length = norm(value, order, axis, True)
    return value / functions.maximum(length, tensor(least, value.dtype))


inv = _unary("inv", algebra.inv, "The inverse of square matrices.")
det = _unary("det", algebra.det, "The determinant of square matrices.")
eigh = _unary("eigh", algebra.eigh, "Eigenvalues and eigenvectors of symmetric matrices.")
eig = _unary("eig", algebra.eig, "Eigenvalues and eigenvectors of square matrices.")
logdet = _unary("logdet", algebra.logdet, "The logarithm of the determinant.")
slogdet = _unary("slogdet", algebra.slogdet, "The sign of the determinant, and its logarithm.")


@operation
def cholesky(x: Any, upper: bool = False) -> Tensor:
    """The triangular matrix whose product with its transpose is `x`."""
    found = algebra.cholesky(as_float(x))
    return algebra.matrix_transpose(found) if upper else found


@operation
def cholesky_inverse(x: Any, upper: bool = False) -> Tensor:
    """The inverse of the matrix of which `x` is the Cholesky factor."""
    factor = as_float(x)
    lower = algebra.matrix_transpose(factor) if upper else factor
    inverse = algebra.inv(lower)
    return algebra.matmul(algebra.matrix_transpose(inverse), inverse)


@operation
def pinv(x: Any, rcond: Any = None) -> Tensor:
    """The pseudoinverse of matrices."""
    return algebra.pinv(as_float(x), rcond)


@operation
def qr(x: Any, mode: str = "reduced") -> Any:
    """An orthogonal and a triangular matrix whose product is `x`.

    Raises:
        InvalidArgumentError: the mode is neither ``"reduced"`` nor ``"complete"``.
    """
    if mode not in ("reduced", "complete"):
        raise InvalidArgumentError(
            f"`mode` argument value not supported. Expected one of 'reduced', 'complete', got "
            f"mode={mode!r}."
        )
    return tuple(algebra.qr(as_float(x), full_matrices=mode == "complete"))


@operation
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Orthogonal u and v, and s, such that ``x = u · diag(s) · v``.

    Args:
        x: matrices.
        full_matrices: whether u and v are square.
        compute_uv: whether to compute u and v, too.
    """
    value = as_float(x)
    if not compute_uv:
        return algebra.svd(value, compute_uv=False)
    s, u, v = algebra.svd(value, full_matrices=full_matrices)
    return u, s, algebra.adjoint(v)


@operation
def solve(a: Any, b: Any) -> Tensor:
    """The x with ``a · x = b``."""
    left, right = common(as_float(a), as_float(b))
    if right.ndim == left.ndim - 1:
        return shape.squeeze(algebra.solve(left, shape.expand_dims(right, -1)), -1)
    return algebra.solve(left, right)


@operation
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Tensor:
    """The x with ``a · x = b``, for a triangular a."""
    left, right = common(as_float(a), as_float(b))
    if right.ndim == left.ndim - 1:
        found = algebra.triangular_solve(left, shape.expand_dims(right, -1), lower)
        return shape.squeeze(found, -1)
    return algebra.triangular_solve(left, right, lower)


@operation
def lstsq(a: Any, b: Any, rcond: Any = None) -> Tensor:
    """The x that makes ``|a · x - b|`` least."""
    left, right = common(as_float(a), as_float(b))
    product = algebra.matmul if right.ndim > 1 else algebra.matvec
    return product(algebra.pinv(left, rcond), right)


@operation
def matrix_rank(x: Any, tol: Any = None) -> Tensor:
    """How many rows of a matrix do not depend on the others."""
    return algebra.matrix_rank(as_float(x), tol)


@operation
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of every element, in a row each.

    Args:
        x: the elements.
        N: how many powers; as many as there are elements by default.
        increasing: whether the power 0 comes first.
    """
    value = tensor(x)
    powers = list(range(value.shape[0] if N is None else N))
    exponents = powers if increasing else powers[::-1]
    return functions.pow(shape.expand_dims(value, -1), tensor(exponents, value.dtype))


@operation
def corrcoef(x: Any) -> Tensor:
    """The correlation between the rows."""
    value = as_float(x)
    centred = value - functions.reduce_mean(value, -1, True)
    covariance = algebra.matmul(centred, centred, transpose_b=True)
    spread = functions.sqrt(algebra.diag_part(covariance))
    return covariance / (shape.expand_dims(spread, 1) * shape.expand_dims(spread, 0))


@operation
def cdist(x: Any, y: Any) -> Tensor:
    """The distances between all vectors of `x` and all vectors of `y`."""
    left, right = common(as_float(x), as_float(y))
    apart = shape.expand_dims(left, -2) - shape.expand_dims(right, -3)
    squares = functions.reduce_sum(apart * apart, -1)
    return comparison.where(squares > 0, functions.sqrt(squares), squares)


@operation
def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """The area below points that are joined by straight lines.

    Args:
        y: the heights.
        x: where they are; at distances of `dx` by default.
        dx: the distance.
        axis: the axis of the points.
    """
    from glassbrook.keras.ops.arrangement import diff, moveaxis

    heights = moveaxis(as_float(y), axis, -1)
    widths = dx if x is None else diff(as_float(x), axis=-1 if tensor(x).ndim == 1 else axis)
    return functions.reduce_sum((heights[..., 1:] + heights[..., :-1]) * 0.5 * widths, -1)
