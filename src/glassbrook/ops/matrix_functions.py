"""Functions of matrices, least squares, and what is made of factors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import node_value
from glassbrook.ops.decompositions import solve, square_matrices, triangular_solve
from glassbrook.ops.diagonals import band_part, diag, diag_part, set_diag
from glassbrook.ops.factorizations import as_matrices, eigh, eigvalsh, svd
from glassbrook.ops.operands import beside
from glassbrook.tensor import Tensor, as_node, custom_gradient
from glassbrook.tensor.symbolic import operation

__all__ = [
    "banded_triangular_solve",
    "eigh_tridiagonal",
    "expm",
    "lstsq",
    "lu_matrix_inverse",
    "lu_reconstruct",
    "lu_solve",
    "matrix_rank",
    "pinv",
    "sqrtm",
    "tensor_diag",
    "tensor_diag_part",
    "tridiagonal_matmul",
    "tridiagonal_solve",
]


def _transposed(x: Tensor) -> Tensor:
    return Tensor(build.swap_last(as_node(x)))


@operation
def expm(input: Any, name: str | None = None) -> Tensor:
    """The exponential of matrices: 1 + x + x² / 2 + x³ / 6, and so on.

    The gradient is the upper right block of the exponential of ``[[xᵀ, g], [0, xᵀ]]``.

    Args:
        input: square matrices, float32 or float64.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the matrices are not square.

    Source:
        Higham, "The scaling and squaring method for the matrix exponential revisited", 2005.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.expm([[0.0, 1.0], [0.0, 0.0]]).numpy()
        array([[1., 1.],
               [0., 1.]], dtype=float32)
    """

    @custom_gradient
    def exponential(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            turned = as_node(_transposed(x))
            rows = turned.rank - 2
            above = build.concat([turned, as_node(upstream)], rows + 1)
            zeros = build.zeros(turned.shape, turned.dtype)
            below = build.concat([zeros, turned], rows + 1)
            block = expm(Tensor(build.concat([above, below], rows)))
            size = x.shape[-1]
            return block[..., :size, size:]

        value = _where_finite(_expm, node_value(as_node(x)))
        return Tensor(build.data(value)), grad

    result: Tensor = exponential(square_matrices("expm", input))
    return result


# Padé approximation of order 13: its numerator's coefficients; the denominator's alternate in sign.
_PADE = (
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
)


def _where_finite(function: Callable[[Array], Array], array: Array) -> Array:
    """A function of the matrices that hold no NaN or infinity; NaN for the others."""
    finite = np.isfinite(array).all(axis=(-2, -1), keepdims=True)
    result = function(np.where(finite, array, np.zeros_like(array)))
    return np.where(finite, result, np.full_like(result, np.nan))


def _expm(array: Array) -> Array:
    wide = array.astype(np.float64)
    size = float(np.max(np.abs(wide).sum(axis=-2), initial=0.0))
    # Up to this size of the matrix the approximation is exact to the last bit of float64.
    halvings = max(0, int(np.ceil(np.log2(size / 5.37)))) if size > 0 else 0
    x = wide / 2.0**halvings
    square = x @ x
    power = np.broadcast_to(np.eye(x.shape[-1]), x.shape)
    even, odd = np.zeros_like(x), np.zeros_like(x)
    for place in range(0, len(_PADE), 2):
        even = even + _PADE[place] * power
        odd = odd + _PADE[place + 1] * power
        power = power @ square
    odd = x @ odd
    result = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        result = result @ result
    return result.astype(array.dtype)


@operation
def sqrtm(input: Any, name: str | None = None) -> Tensor:
    """The square root of matrices: ``y @ y = x``.

    The gradient solves ``yᵀ z + z yᵀ = g``.

    Args:
        input: square matrices, float32 or float64, that have a real square root.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no real square root.
        ShapeError: the matrices are not square.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.sqrtm([[4.0, 0.0], [0.0, 9.0]]).numpy()
        array([[2., 0.],
               [0., 3.]], dtype=float32)
    """

    @custom_gradient
    def root(x: Tensor) -> Any:
        def grad(upstream: Tensor) -> Tensor:
            return _sylvester(_transposed(sqrtm(x)), upstream)

        return Tensor(build.data(_where_finite(_sqrtm, node_value(as_node(x))))), grad

    result: Tensor = root(square_matrices("sqrtm", input))
    return result


def _sqrtm(array: Array) -> Array:
    values, vectors = np.linalg.eig(array.astype(np.float64))
    roots = np.sqrt(values.astype(np.complex128))
    try:
        result = (vectors * roots[..., None, :]) @ np.linalg.inv(vectors)
    except np.linalg.LinAlgError:
        result = np.full(array.shape, np.nan)
    scale = max(1.0, float(np.max(np.abs(array), initial=0.0)))
    exact = np.abs(result @ result - array).max(initial=0.0) < 1e-6 * scale
    if not exact or np.abs(result.imag).max(initial=0.0) > 1e-6 * scale:
        raise InvalidArgumentError(
            "sqrtm: a matrix has no real square root that can be computed from its eigenvectors."
        )
    return result.real.astype(array.dtype)


def _sylvester(a: Tensor, right: Tensor) -> Tensor:
    """The solution z of ``a z + z a = right``, as one linear system."""
    size = a.shape[-1]
    node = as_node(a)
    one = build.data(np.eye(size), node.dtype)
    whole = _kronecker(node, one)
    other = _kronecker(one, build.swap_last(node))
    count = size * size
    column = build.reshape(as_node(right), (*node.shape[:-2], count, 1))
    system = Tensor(build.reshape(build.add(whole, other), (*node.shape[:-2], count, count)))
    return Tensor(build.reshape(as_node(solve(system, Tensor(column))), node.shape))


def _kronecker(x: Node, y: Node) -> Node:
    left = build.reshape(x, (*x.shape[:-2], x.shape[-2], 1, x.shape[-1], 1))
    right = build.reshape(y, (*y.shape[:-2], 1, y.shape[-2], 1, y.shape[-1]))
    return build.mul(left, right)


@operation
def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The pseudo-inverse: ``v diag(1 / s) uᵀ``, without singular values that are nearly 0.

    Args:
        a: matrices, float32 or float64.
        rcond: singular values below `rcond` times the largest count as 0; by default 10 times the
            larger side times the precision of the dtype.
        validate_args: accepted for TensorFlow's sake: arguments are always checked.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.pinv([[2.0, 0.0], [0.0, 0.0]]).numpy()
        array([[0.5, 0. ],
               [0. , 0. ]], dtype=float32)
    """
    x = as_matrices("pinv", a)
    values, left, right = svd(x)
    if rcond is None:
        rcond = 10.0 * max(x.shape[-2:]) * float(np.finfo(x.dtype.numpy).eps)
    node = as_node(values)
    limit = build.mul(build.max(node, (node.rank - 1,), True), beside(rcond, node.dtype))
    kept = build.greater(node, limit)
    safe = build.select(kept, node, build.constant_like(1, node))
    inverse = build.select(kept, build.reciprocal(safe), build.constant_like(0, node))
    scaled = right * Tensor(build.expand_dims(inverse, node.rank - 1))
    result: Tensor = scaled @ _transposed(left)
    return result


@operation
def matrix_rank(
    a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """How many singular values of each matrix are not 0, as int32.

    Args:
        a: matrices, float32 or float64.
        tol: what counts as 0; by default the largest one times the larger side times the precision
            of the dtype.
        validate_args: accepted for TensorFlow's sake: arguments are always checked.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]).numpy()
        np.int32(1)
    """
    x = as_matrices("matrix_rank", a)
    values = as_node(svd(x, compute_uv=False))
    if tol is None:
        precision = max(x.shape[-2:]) * float(np.finfo(x.dtype.numpy).eps)
        largest = build.max(values, (values.rank - 1,), True)
        limit = build.mul(largest, build.constant_like(precision, values))
    else:
        limit = beside(tol, values.dtype)
    counts = build.cast(build.greater(values, limit), dtypes.int32)
    return Tensor(build.sum(counts, (values.rank - 1,)))


@operation
def lstsq(
    matrix: Any,
    rhs: Any,
    l2_regularizer: float = 0.0,
    fast: bool = True,
    name: str | None = None,
) -> Tensor:
    """The smallest x with the least ``|matrix @ x - rhs|² + l2_regularizer |x|²``.

    Args:
        matrix: matrices, float32 or float64.
        rhs: as many matrices of columns, of the same dtype.
        l2_regularizer: how much the size of x counts.
        fast: solve the normal equations, which needs a matrix of full rank, and loses half of the
            digits; else by singular values, without the regularizer.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit together.
        InvalidArgumentError: the matrix is singular, and `fast` is set.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.linalg.lstsq([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]], [[1.0], [4.0], [9.0]])
        >>> x.numpy()
        array([[1.],
               [2.]], dtype=float32)
    """
    a = as_matrices("lstsq", matrix)
    b = Tensor(beside(rhs, a.dtype))
    if b.shape[:-1] != a.shape[:-1]:
        raise ShapeError(
            f"lstsq: a matrix of shape {list(a.shape)} needs a right-hand side of shape "
            f"{[*a.shape[:-1], 'columns']}, not {list(b.shape)}."
        )
    if not fast:
        return pinv(a) @ b
    rows, columns = a.shape[-2:]
    turned = _transposed(a)
    added = build.data(np.eye(min(rows, columns)) * float(l2_regularizer), a.dtype)
    if rows >= columns:
        return solve(turned @ a + Tensor(added), turned @ b)
    return turned @ solve(a @ turned + Tensor(added), b)


def _factors(lower_upper: Any) -> tuple[Tensor, Tensor]:
    packed = square_matrices("lu", lower_upper)
    lower = band_part(packed, -1, 0)
    return set_diag(lower, diag_part(lower) * 0.0 + 1.0), band_part(packed, 0, -1)


def _permuted(x: Tensor, order: Array) -> Tensor:
    batch = order.ndim - 1
    return Tensor(build.gather(as_node(x), build.data(order, dtypes.int64), batch, batch))


@operation
def lu_solve(
    lower_upper: Any, perm: Any, rhs: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The solution x of ``a @ x = rhs``, where `a` was factored by `tf.linalg.lu`.

    Args:
        lower_upper: both factors in one matrix.
        perm: the permutation of the rows.
        rhs: matrices of columns to solve for.
        validate_args: accepted for TensorFlow's sake: arguments are always checked.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.lu_solve(*tf.linalg.lu([[2.0, 0.0], [0.0, 4.0]]), [[2.0], [4.0]]).numpy()
        array([[1.],
               [1.]], dtype=float32)
    """
    lower, upper = _factors(lower_upper)
    right = Tensor(beside(rhs, lower.dtype))
    ordered = _permuted(right, node_value(as_node(perm)))
    return triangular_solve(upper, triangular_solve(lower, ordered), lower=False)


@operation
def lu_matrix_inverse(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The inverse of matrices that were factored by `tf.linalg.lu`.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.lu_matrix_inverse(*tf.linalg.lu([[2.0, 0.0], [0.0, 4.0]])).numpy()
        array([[0.5 , 0.  ],
               [0.  , 0.25]], dtype=float32)
    """
    packed = as_node(lower_upper)
    one = build.data(np.eye(packed.shape[-1]), packed.dtype)
    return lu_solve(lower_upper, perm, Tensor(build.broadcast_to(one, packed.shape)))


@operation
def lu_reconstruct(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The matrices that `tf.linalg.lu` factored.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.lu_reconstruct(*tf.linalg.lu([[1.0, 2.0], [4.0, 4.0]])).numpy()
        array([[1., 2.],
               [4., 4.]], dtype=float32)
    """
    lower, upper = _factors(lower_upper)
    order = node_value(as_node(perm))
    return _permuted(lower @ upper, np.argsort(order, axis=-1))


@operation
def tensor_diag(diagonal: Any, name: str | None = None) -> Tensor:
    """A tensor of twice the rank with the given elements where both halves of the index agree.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.tensor_diag([1, 2]).numpy()
        array([[1, 0],
               [0, 2]], dtype=int32)
    """
    node = as_node(diagonal)
    flat = Tensor(build.reshape(node, (node.size,)))
    return Tensor(build.reshape(as_node(diag(flat)), (*node.shape, *node.shape)))


@operation
def tensor_diag_part(input: Any, name: str | None = None) -> Tensor:
    """The elements where both halves of the index agree.

    Raises:
        ShapeError: the first half of the shape is not equal to the second.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.tensor_diag_part([[1, 2], [3, 4]]).numpy()
        array([1, 4], dtype=int32)
    """
    node = as_node(input)
    half = node.rank // 2
    if node.rank % 2 or node.shape[:half] != node.shape[half:] or not half:
        raise ShapeError(
            "tensor_diag_part: expected a shape whose halves are equal, such as [2, 3, 2, 3], got "
            f"{list(node.shape)}."
        )
    size = int(np.prod(node.shape[:half]))
    flat = diag_part(Tensor(build.reshape(node, (size, size))))
    return Tensor(build.reshape(as_node(flat), node.shape[:half]))


def _bands(op: str, diagonals: Any, form: str) -> tuple[Tensor, Tensor, Tensor]:
    """Superdiagonal, diagonal and subdiagonal, each as long as the diagonal."""
    if form == "sequence":
        upper, middle, lower = (Tensor(as_node(each)) for each in diagonals)
        return upper, middle, lower
    x = Tensor(as_node(diagonals))
    if form == "compact":
        if x.shape[-2] != 3:
            raise ShapeError(f"{op}: expected 3 diagonals, got shape {list(x.shape)}.")
        return x[..., 0, :], x[..., 1, :], x[..., 2, :]
    if form != "matrix":
        raise InvalidArgumentError(
            f'{op}: diagonals_format must be "compact", "sequence" or "matrix", not {form!r}.'
        )
    size = x.shape[-1]
    upper = diag_part(x, k=1) if size > 1 else diag_part(x)[..., :0]
    lower = diag_part(x, k=-1) if size > 1 else diag_part(x)[..., :0]
    nothing = diag_part(x)[..., :1] * 0.0
    axis = len(x.shape) - 2
    return (
        Tensor(build.concat([as_node(upper), as_node(nothing)], axis)),
        diag_part(x),
        Tensor(build.concat([as_node(nothing), as_node(lower)], axis)),
    )


def _tridiagonal(upper: Tensor, middle: Tensor, lower: Tensor) -> Tensor:
    if middle.shape[-1] == 1:
        return diag(middle)
    return diag(middle) + diag(upper[..., :-1], k=1) + diag(lower[..., 1:], k=-1)


@operation
def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Tensor:
    """The solution x of ``a @ x = rhs`` for a matrix with three diagonals.

    Args:
        diagonals: superdiagonal, diagonal and subdiagonal along the axis before the last
            (``"compact"``), in a list (``"sequence"``), or the matrix itself (``"matrix"``). The
            last element of the first one and the first of the last one are not read.
        rhs: a vector, or matrices of columns.
        diagonals_format: how the diagonals are given.
        transpose_rhs: take `rhs` transposed.
        conjugate_rhs: without effect, as there are no complex tensors.
        name: accepted for TensorFlow's sake, without effect.
        partial_pivoting: accepted for TensorFlow's sake, without effect.
        perturb_singular: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the matrix is singular, or there is no such format.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.tridiagonal_solve([[1.0, 0.0], [2.0, 2.0], [0.0, 0.0]], [3.0, 2.0]).numpy()
        array([1., 1.], dtype=float32)
    """
    matrix = _tridiagonal(*_bands("tridiagonal_solve", diagonals, diagonals_format))
    right = Tensor(beside(rhs, matrix.dtype))
    if len(right.shape) == len(matrix.shape) - 1:
        return solve(matrix, right[..., None])[..., 0]
    return solve(matrix, _transposed(right) if transpose_rhs else right)


@operation
def tridiagonal_matmul(
    diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None
) -> Tensor:
    """A matrix with three diagonals times matrices; arguments as for `tridiagonal_solve`.

    Example:
        >>> import glassbrook as tf
        >>> bands = [[1.0, 0.0], [2.0, 2.0], [0.0, 0.0]]
        >>> tf.linalg.tridiagonal_matmul(bands, [[1.0], [1.0]]).numpy()
        array([[3.],
               [2.]], dtype=float32)
    """
    matrix = _tridiagonal(*_bands("tridiagonal_matmul", diagonals, diagonals_format))
    return matrix @ Tensor(beside(rhs, matrix.dtype))


@operation
def banded_triangular_solve(
    bands: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The solution x of ``a @ x = rhs`` for a triangular matrix given by its diagonals.

    Args:
        bands: the diagonals along the axis before the last: the main one first if `lower`, else
            last. Those below it begin with elements that are not read, those above end with some.
        rhs: matrices of columns.
        lower: the matrix is a lower triangle.
        adjoint: take it transposed.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the matrix is singular.

    Example:
        >>> import glassbrook as tf
        >>> bands = [[2.0, 2.0], [0.0, 1.0]]
        >>> tf.linalg.banded_triangular_solve(bands, [[2.0], [5.0]]).numpy()
        array([[1.],
               [2.]], dtype=float32)
    """
    x = Tensor(as_node(bands))
    count = x.shape[-2]
    parts = []
    for place in range(count):
        if lower:
            band = x[..., place, place:]
            parts.append(diag(band, k=-place))
        else:
            above = count - 1 - place
            band = x[..., place, : x.shape[-1] - above]
            parts.append(diag(band, k=above))
    matrix = parts[0]
    for part in parts[1:]:
        matrix = matrix + part
    return triangular_solve(matrix, rhs, lower=lower, adjoint=adjoint)


@operation
def eigh_tridiagonal(
    alpha: Any,
    beta: Any,
    eigvals_only: bool = True,
    select: str = "a",
    select_range: Any = None,
    tol: Any = None,
    name: str | None = None,
) -> Any:
    """Eigenvalues, ascending, of a symmetric matrix with three diagonals.

    Args:
        alpha: the diagonal.
        beta: the diagonal beside it, one element shorter.
        eigvals_only: give no eigenvectors.
        select: ``"a"`` for all, ``"v"`` for those between two numbers, the first left out, ``"i"``
            for those from one place to another.
        select_range: the two numbers or places.
        tol: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such selection.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.eigh_tridiagonal([2.0, 2.0], [1.0]).numpy()
        array([1., 3.], dtype=float32)
    """
    middle, side = Tensor(as_node(alpha)), Tensor(as_node(beta))
    matrix = diag(middle)
    if middle.shape[-1] > 1:
        matrix = matrix + diag(side, k=1) + diag(side, k=-1)
    values, vectors = (eigvalsh(matrix), None) if eigvals_only else eigh(matrix)
    if select not in ("a", "i", "v") or (select != "a" and select_range is None):
        raise InvalidArgumentError(
            f'eigh_tridiagonal: select must be "a", or "v" or "i" with a range, not {select!r}.'
        )
    if select == "i":
        kept = np.arange(int(select_range[0]), int(select_range[1]) + 1)
    elif select == "v":
        found = node_value(as_node(values))
        kept = np.flatnonzero((found > select_range[0]) & (found <= select_range[1]))
    else:
        kept = np.arange(middle.shape[-1])
    places = build.data(kept, dtypes.int64)
    chosen = Tensor(build.gather(as_node(values), places, len(values.shape) - 1))
    if vectors is None:
        return chosen
    return chosen, Tensor(build.gather(as_node(vectors), places, len(vectors.shape) - 1))
