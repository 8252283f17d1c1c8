"""Factors of matrices: eigenvectors, singular vectors, QR and LU, with their gradients.

The values come from LAPACK, by way of NumPy, so the matrix is computed when one of these is called.
Each gradient is written with the same functions, and so can be differentiated again.

Source:
    Giles, "An extended collection of matrix derivative results for forward and reverse mode
    algorithmic differentiation", 2008; Walter and Lehmann, "Algorithmic differentiation of linear
    algebra functions with application in optimum experimental design", 2010 (QR); Townsend,
    "Differentiating the singular value decomposition", 2016.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError, UnimplementedError
from glassbrook.graph import build
from glassbrook.graph.node import Array
from glassbrook.ops.arguments import node_value
from glassbrook.ops.decompositions import solve
from glassbrook.ops.diagonals import band_part, diag, diag_part, set_diag
from glassbrook.tensor import Tensor, as_node, custom_gradient
from glassbrook.tensor.symbolic import operation

__all__ = ["as_matrices", "eig", "eigh", "eigvals", "eigvalsh", "lu", "qr", "svd"]


def as_matrices(op: str, value: Any, square: bool = False) -> Tensor:
    """Matrices of floating-point numbers, square ones if asked.

    Raises:
        DTypeError, ShapeError: the value is something else.
    """
    x = as_node(value)
    if x.dtype not in (dtypes.float32, dtypes.float64):
        raise DTypeError(f"{op}: expected float32 or float64, got {x.dtype.name}.")
    if x.rank < 2 or (square and x.shape[-1] != x.shape[-2]):
        kind = "square matrices" if square else "matrices"
        raise ShapeError(f"{op}: expected {kind}, got shape {list(x.shape)}.")
    return Tensor(x)


def _results(op: str, function: Any, x: Tensor) -> tuple[Tensor, ...]:
    array = node_value(as_node(x))
    try:
        values = function(array)
    except np.linalg.LinAlgError as error:
        raise InvalidArgumentError(f"{op}: {error}.") from None
    return tuple(Tensor(build.data(np.ascontiguousarray(each, array.dtype))) for each in values)


def _transposed(x: Tensor) -> Tensor:
    return Tensor(build.swap_last(as_node(x)))


def _differences(values: Tensor) -> Tensor:
    """1 / (vⱼ - vᵢ), and 0 on the diagonal and where two are equal."""
    node = as_node(values)
    across = build.expand_dims(node, node.rank - 1)
    gaps = build.sub(across, build.expand_dims(node, node.rank))
    zero = build.constant_like(0, gaps)
    equal = build.equal(gaps, zero)
    safe = build.select(equal, build.constant_like(1, gaps), gaps)
    return Tensor(build.select(equal, zero, build.reciprocal(safe)))


def _columns(matrix: Tensor, factors: Tensor) -> Tensor:
    """Every column of every matrix times its number."""
    node = as_node(factors)
    return matrix * Tensor(build.expand_dims(node, node.rank - 1))


@operation
def eigh(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues, ascending, and eigenvectors of symmetric matrices: ``x = v diag(e) vᵀ``.

    Only the lower triangle is read, and only it has a gradient: with Fᵢⱼ = 1 / (eⱼ - eᵢ), that of
    ``v (diag(ē) + F ∘ vᵀ v̄) vᵀ``. Equal eigenvalues have eigenvectors without one.

    Args:
        tensor: symmetric matrices, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The eigenvalues, of shape ``[…, n]``, and the eigenvectors as columns, ``[…, n, n]``.

    Raises:
        InvalidArgumentError: a matrix holds NaN or infinity.
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> values, vectors = tf.linalg.eigh([[2.0, 0.0], [0.0, 1.0]])
        >>> values.numpy()
        array([1., 2.], dtype=float32)
    """

    @custom_gradient
    def decomposed(x: Tensor) -> Any:
        def grad(of_values: Tensor, of_vectors: Tensor) -> Tensor:
            values, vectors = eigh(x)
            inner = _differences(values) * (_transposed(vectors) @ of_vectors)
            full = vectors @ (diag(of_values) + inner) @ _transposed(vectors)
            lower = band_part(full + _transposed(full), -1, 0)
            return set_diag(lower, diag_part(lower) * 0.5)

        return _results("eigh", _eigh, x), grad

    values, vectors = decomposed(as_matrices("eigh", tensor, square=True))
    return values, vectors


def _eigh(array: Array) -> Any:
    if not np.isfinite(np.tril(array)).all():  # LAPACK may give numbers all the same
        raise np.linalg.LinAlgError("a matrix holds NaN or infinity, and so has no eigenvalues")
    return np.linalg.eigh(array)


@operation
def eigvalsh(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of symmetric matrices, ascending.

    Args:
        tensor: symmetric matrices, float32 or float64; the upper triangle is not read.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.eigvalsh([[2.0, 0.0], [0.0, 1.0]]).numpy()
        array([1., 2.], dtype=float32)
    """
    return eigh(tensor)[0]


def eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Refuse: eigenvalues of general matrices are complex numbers.

    Raises:
        UnimplementedError: always; it says what to use.
    """
    raise _complex_values("eig")


def eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """Refuse: eigenvalues of general matrices are complex numbers.

    Raises:
        UnimplementedError: always; it says what to use.
    """
    raise _complex_values("eigvals")


def _complex_values(op: str) -> UnimplementedError:
    return UnimplementedError(
        f"tf.linalg.{op}: eigenvalues of a general matrix are complex numbers, which do not exist "
        "here. For symmetric matrices use tf.linalg.eigh; else numpy.linalg.eig(x.numpy())."
    )


@operation
def svd(
    tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
) -> Any:
    """Singular values, descending, and singular vectors: ``x = u diag(s) vᵀ``.

    Args:
        tensor: matrices, float32 or float64.
        full_matrices: give square `u` and `v`; such vectors have no gradient unless the matrices
            are square.
        compute_uv: give the vectors too.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        ``(s, u, v)``, with vectors as columns; or `s` alone.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> s, u, v = tf.linalg.svd([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]])
        >>> s.numpy(), u.shape, v.shape
        (array([4., 3.], dtype=float32), TensorShape([3, 2]), TensorShape([2, 2]))
    """
    x = as_matrices("svd", tensor)
    if not compute_uv:
        return _singular_values(x)

    @custom_gradient
    def decomposed(x: Tensor) -> Any:
        def grad(of_values: Tensor, of_left: Tensor, of_right: Tensor) -> Tensor:
            if full_matrices and x.shape[-1] != x.shape[-2]:
                raise UnimplementedError(
                    "svd: the vectors of full_matrices=True have no gradient unless the matrices "
                    "are square. Use full_matrices=False."
                )
            return _svd_gradient(x, of_values, of_left, of_right)

        return _results("svd", lambda array: _svd(array, full_matrices), x), grad

    return decomposed(x)


def _svd(array: Array, full_matrices: bool) -> tuple[Array, Array, Array]:
    left, values, right = np.linalg.svd(array, full_matrices=full_matrices)
    return values, left, np.swapaxes(right, -1, -2)


def _singular_values(x: Tensor) -> Tensor:
    @custom_gradient
    def values_of(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            _, left, right = svd(x)
            return _columns(left, upstream) @ _transposed(right)

        (values,) = _results("svd", lambda array: (np.linalg.svd(array, compute_uv=False),), x)
        return values, grad

    result: Tensor = values_of(x)
    return result


def _svd_gradient(x: Tensor, of_values: Tensor, of_left: Tensor, of_right: Tensor) -> Tensor:
    values, left, right = svd(x)
    gaps = _differences(values * values)
    left_inner = _transposed(left) @ of_left
    right_inner = _transposed(right) @ of_right
    turned_left = gaps * (left_inner - _transposed(left_inner))
    turned_right = gaps * (right_inner - _transposed(right_inner))
    middle = _columns(turned_left, values) + _rows(turned_right, values) + diag(of_values)
    inverse = Tensor(build.reciprocal(as_node(values)))
    # What the vectors would move by out of the space that they span.
    rest_left = _columns(of_left - left @ left_inner, inverse)
    rest_right = _columns(of_right - right @ right_inner, inverse)
    of_columns = (left @ middle + rest_left) @ _transposed(right)
    result: Tensor = of_columns + left @ _transposed(rest_right)
    return result


def _rows(matrix: Tensor, factors: Tensor) -> Tensor:
    node = as_node(factors)
    return matrix * Tensor(build.expand_dims(node, node.rank))


@operation
def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> tuple[Tensor, Tensor]:
    """An orthogonal and an upper triangular factor: ``x = q r``.

    With M = r r̄ᵀ - q̄ᵀ q, and S the symmetric matrix with M's lower triangle, the gradient of a
    matrix that is not wider than high is (q̄ + q S) r⁻ᵀ.

    Args:
        input: matrices, float32 or float64.
        full_matrices: give a square `q`, which has no gradient unless the matrices are not higher
            than wide.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> q, r = tf.linalg.qr([[3.0, 1.0], [4.0, 2.0], [0.0, 1.0]])
        >>> q.shape, r.shape, bool(tf.reduce_all(abs(q @ r - [[3, 1], [4, 2], [0, 1.0]]) < 1e-5))
        (TensorShape([3, 2]), TensorShape([2, 2]), True)
    """
    x = as_matrices("qr", input)

    @custom_gradient
    def decomposed(x: Tensor) -> Any:
        def grad(of_q: Tensor, of_r: Tensor) -> Tensor:
            rows, columns = x.shape[-2:]
            if full_matrices and rows > columns:
                raise UnimplementedError(
                    "qr: with full_matrices=True, matrices that are higher than wide have no "
                    "gradient. Use full_matrices=False."
                )
            q, r = qr(x)
            if rows >= columns:
                return _qr_gradient(q, r, of_q, of_r)
            behind = of_r[..., rows:]
            moved = of_q + x[..., rows:] @ _transposed(behind)
            ahead = _qr_gradient(q, r[..., :rows], moved, of_r[..., :rows])
            parts = [as_node(ahead), as_node(q @ behind)]
            return Tensor(build.concat(parts, len(x.shape) - 1))

        mode: Literal["complete", "reduced"] = "complete" if full_matrices else "reduced"
        return _results("qr", lambda array: np.linalg.qr(array, mode), x), grad

    q, r = decomposed(x)
    return q, r


def _qr_gradient(q: Tensor, r: Tensor, of_q: Tensor, of_r: Tensor) -> Tensor:
    inner = r @ _transposed(of_r) - _transposed(of_q) @ q
    lower = band_part(inner, -1, 0)
    strict = set_diag(lower, diag_part(lower) * 0.0)
    full = of_q + q @ (lower + _transposed(strict))
    return _transposed(solve(r, _transposed(full)))


@operation
def lu(
    input: Any, output_idx_type: Any = dtypes.int32, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Lower and upper triangular factors of matrices whose rows were exchanged.

    Args:
        input: square matrices, float32 or float64.
        output_idx_type: the dtype of the permutation.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        Both factors in one matrix (the lower one has ones on its diagonal, which are left out), and
        for each row of their product the row of `input` that it is.

    Raises:
        InvalidArgumentError: a matrix is singular.
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> factors, order = tf.linalg.lu([[1.0, 2.0], [4.0, 4.0]])
        >>> factors.numpy(), order.numpy()
        (array([[4.  , 4.  ],
               [0.25, 1.  ]], dtype=float32), array([1, 0], dtype=int32))
    """
    x = as_matrices("lu", input, square=True)
    _, order = _lu(node_value(as_node(x)))

    @custom_gradient
    def decomposed(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            factors = lu(x)[0]
            lower, upper = _lu_factors(factors)
            of_lower = band_part(_transposed(lower) @ band_part(upstream, -1, 0), -1, 0)
            of_lower = set_diag(of_lower, diag_part(of_lower) * 0.0)
            of_upper = band_part(band_part(upstream, 0, -1) @ _transposed(upper), 0, -1)
            left = solve(lower, of_lower + of_upper, adjoint=True)
            permuted = _transposed(solve(upper, _transposed(left)))
            back = build.data(np.argsort(order, axis=-1), dtypes.int64)
            batch = order.ndim - 1
            return Tensor(build.gather(as_node(permuted), back, batch, batch))

        return _results("lu", lambda array: (_lu(array)[0],), x)[0], grad

    factors: Tensor = decomposed(x)
    return factors, Tensor(build.data(order, dtypes.as_dtype(output_idx_type)))


def _lu_factors(factors: Tensor) -> tuple[Tensor, Tensor]:
    lower = band_part(factors, -1, 0)
    return set_diag(lower, diag_part(lower) * 0.0 + 1.0), band_part(factors, 0, -1)


def _lu(array: Array) -> tuple[Array, Array]:
    """Gaussian elimination with the largest element of each column as the pivot."""
    batch, size = array.shape[:-2], array.shape[-1]
    work = array.reshape(-1, size, size).copy()
    order = np.tile(np.arange(size), (len(work), 1))
    every = np.arange(len(work))
    for step in range(size):
        pivot = step + np.argmax(np.abs(work[:, step:, step]), axis=1)
        for table in (work, order):
            table[every, step], table[every, pivot] = (
                table[every, pivot].copy(),
                table[every, step].copy(),
            )
        if not np.all(work[:, step, step]):
            raise InvalidArgumentError("lu: Input is not invertible.")
        work[:, step + 1 :, step] /= work[:, step, step, None]
        work[:, step + 1 :, step + 1 :] -= (
            work[:, step + 1 :, step, None] * work[:, step, None, step + 1 :]
        )
    return work.reshape(array.shape), order.reshape(*batch, size)
