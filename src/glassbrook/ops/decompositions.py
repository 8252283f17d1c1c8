"""Inverses, determinants, linear systems and Cholesky factors, with their gradients.

The values come from LAPACK, by way of NumPy, so the matrix is computed when one of these is called.
Each gradient is written with the same functions, and so can be differentiated again.

Source:
    Giles, "An extended collection of matrix derivative results for forward and reverse mode
    algorithmic differentiation", 2008; Murray, "Differentiation of the Cholesky decomposition",
    2016.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import node_value
from glassbrook.ops.operands import beside
from glassbrook.tensor import Tensor, as_node, custom_gradient
from glassbrook.tensor.symbolic import operation

__all__ = [
    "cholesky",
    "cholesky_solve",
    "det",
    "inv",
    "logdet",
    "slogdet",
    "solve",
    "square_matrices",
    "triangular_solve",
]


def square_matrices(op: str, value: Any) -> Tensor:
    """Square matrices of floating-point numbers.

    Raises:
        DTypeError, ShapeError: the value is something else.
    """
    x = as_node(value)
    if x.dtype not in (dtypes.float32, dtypes.float64):
        raise DTypeError(f"{op}: expected float32 or float64, got {x.dtype.name}.")
    if x.rank < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{op}: expected square matrices, got shape {list(x.shape)}.")
    return Tensor(x)


def _computed(op: str, function: Callable[..., Array], *inputs: Tensor) -> Tensor:
    """A leaf with the value of a NumPy function."""
    nodes = [as_node(each) for each in inputs]
    arrays = [node_value(node) for node in nodes]
    try:
        value = function(*arrays)
    except np.linalg.LinAlgError as error:
        raise InvalidArgumentError(
            f"{op}: {error}: a matrix of shape {list(nodes[0].shape)} has no such result."
        ) from None
    return Tensor(build.data(np.asarray(value, arrays[0].dtype)))


def _transposed(x: Tensor) -> Tensor:
    return Tensor(build.swap_last(as_node(x)))


def _scaled(matrix: Tensor, factor: Tensor) -> Tensor:
    """Every matrix times its number."""
    node = as_node(factor)
    return matrix * Tensor(build.reshape(node, (*node.shape, 1, 1)))


@operation
def inv(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverse of every matrix, whose product with it is the identity.

    The gradient is -x⁻ᵀ g x⁻ᵀ. To solve a system, `tf.linalg.solve` is faster and more accurate.

    Args:
        input: square matrices, float32 or float64.
        adjoint: take the transposed inverse.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a matrix is singular.
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).numpy()
        array([[0.5 , 0.  ],
               [0.  , 0.25]], dtype=float32)
    """

    @custom_gradient
    def inverse(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            again = _transposed(inv(x))
            return -(again @ upstream @ again)

        return _computed("inv", np.linalg.inv, x), grad

    result: Tensor = inverse(square_matrices("inv", input))
    return _transposed(result) if adjoint else result


@operation
def det(input: Any, name: str | None = None) -> Tensor:
    """The determinant of every matrix.

    The gradient is det(x) x⁻ᵀ: a singular matrix has none here.

    Args:
        input: square matrices, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.linalg.det([[1.0, 2.0], [3.0, 4.0]])), 5)
        -2.0
    """

    @custom_gradient
    def determinant(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            return _scaled(_transposed(inv(x)), upstream * det(x))

        return _computed("det", np.linalg.det, x), grad

    result: Tensor = determinant(square_matrices("det", input))
    return result


@operation
def slogdet(input: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The sign of every determinant, and the logarithm of its size, which does not overflow.

    Args:
        input: square matrices, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The signs, through which no gradient flows, and the logarithms, whose gradient is x⁻ᵀ.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> sign, log_size = tf.linalg.slogdet([[2.0, 0.0], [0.0, -4.0]])
        >>> float(sign), round(float(log_size), 4)
        (-1.0, 2.0794)
    """
    matrix = square_matrices("slogdet", input)

    @custom_gradient
    def log_size(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            return _scaled(_transposed(inv(x)), upstream)

        return _computed("slogdet", lambda value: np.linalg.slogdet(value)[1], x), grad

    sign = _computed("slogdet", lambda value: np.linalg.slogdet(value)[0], matrix)
    return sign, log_size(matrix)


@operation
def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithm of the determinant of positive definite matrices.

    Args:
        matrix: symmetric positive definite matrices, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a matrix is not positive definite.
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> round(float(tf.linalg.logdet([[2.0, 0.0], [0.0, 4.0]])), 4)
        2.0794
    """
    cholesky(matrix)
    return slogdet(matrix)[1]


@operation
def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The solution x of ``matrix @ x = rhs``.

    With y the solution of ``matrixᵀ @ y = g``, the gradient is y for `rhs` and -y xᵀ for `matrix`.

    Args:
        matrix: square matrices, float32 or float64.
        rhs: as many matrices of columns to solve for, of the same dtype.
        adjoint: take `matrix` transposed.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a matrix is singular.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [[1.0], [2.0]]).numpy()
        array([[0.5],
               [0.5]], dtype=float32)
    """
    left, right = _system("solve", matrix, rhs)
    if adjoint:
        left = _transposed(left)

    @custom_gradient
    def solution(a: Tensor, b: Tensor) -> Any:
        def grad(upstream: Tensor) -> Any:
            of_right = solve(a, upstream, adjoint=True)
            return -(of_right @ _transposed(solve(a, b))), of_right

        return _computed("solve", np.linalg.solve, a, b), grad

    result: Tensor = solution(left, right)
    return result


def _system(op: str, matrix: Any, rhs: Any) -> tuple[Tensor, Tensor]:
    left = square_matrices(op, matrix)
    right = beside(rhs, left.dtype)
    batch_and_rows = as_node(left).shape[:-1]
    if right.dtype is not left.dtype:
        raise DTypeError(
            f"{op}: both sides need the same dtype, but the matrix is {left.dtype.name} and the "
            f"right-hand side {right.dtype.name}."
        )
    if right.shape[:-1] != batch_and_rows:
        raise ShapeError(
            f"{op}: a matrix of shape {list(left.shape)} needs a right-hand side of shape "
            f"{[*batch_and_rows, 'columns']}, not {list(right.shape)}."
        )
    return left, Tensor(right)


@operation
def triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The solution x of ``matrix @ x = rhs``, of which only one triangle of `matrix` is read.

    Args:
        matrix: square matrices, float32 or float64.
        rhs: as many matrices of columns to solve for, of the same dtype.
        lower: read the lower triangle, else the upper one.
        adjoint: take the triangle transposed.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a matrix is singular.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.triangular_solve([[2.0, 9.0], [1.0, 4.0]], [[2.0], [9.0]]).numpy()
        array([[1.],
               [2.]], dtype=float32)
    """
    left, right = _system("triangular_solve", matrix, rhs)
    return solve(_triangle(left, lower), right, adjoint=adjoint)


def _triangle(x: Tensor, lower: bool) -> Tensor:
    """One triangle, with the diagonal, and zeros elsewhere."""
    size = x.shape[-1]
    ones = np.ones((size, size), bool)
    kept = build.data(np.tril(ones) if lower else np.triu(ones))
    node = as_node(x)
    return Tensor(build.select(kept, node, build.zeros((), node.dtype)))


@operation
def cholesky(input: Any, name: str | None = None) -> Tensor:
    """The lower triangle L of a positive definite matrix: ``L @ Lᵀ`` is the matrix.

    With Φ the lower triangle whose diagonal is halved, and S = L⁻ᵀ Φ(Lᵀ g) L⁻¹, the gradient is
    (S + Sᵀ) / 2.

    Args:
        input: symmetric positive definite matrices, float32 or float64; the upper triangle is
            not read.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a matrix is not positive definite.
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.cholesky([[4.0, 2.0], [2.0, 10.0]]).numpy()
        array([[2., 0.],
               [1., 3.]], dtype=float32)
    """

    @custom_gradient
    def factor(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            lower = cholesky(x)
            middle = _phi(_transposed(lower) @ upstream)
            right = solve(lower, _transposed(middle), adjoint=True)
            full = solve(lower, _transposed(right), adjoint=True)
            return (full + _transposed(full)) * 0.5

        return _computed("cholesky", np.linalg.cholesky, x), grad

    result: Tensor = factor(square_matrices("cholesky", input))
    return result


def _phi(x: Tensor) -> Tensor:
    size = x.shape[-1]
    weights = np.tril(np.ones((size, size))) - 0.5 * np.eye(size)
    node: Node = build.data(weights, x.dtype)
    return x * Tensor(node)


@operation
def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """The solution x of ``(chol @ cholᵀ) @ x = rhs``.

    Args:
        chol: Cholesky factors: lower triangles, float32 or float64.
        rhs: as many matrices of columns to solve for, of the same dtype.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a matrix is singular.
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.cholesky_solve([[2.0, 0.0], [0.0, 1.0]], [[4.0], [3.0]]).numpy()
        array([[1.],
               [3.]], dtype=float32)
    """
    first = triangular_solve(chol, rhs)
    return triangular_solve(chol, first, adjoint=True)
