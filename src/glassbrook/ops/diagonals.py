"""Diagonals and triangles of matrices.

A tensor of rank above 2 is a batch of matrices, which are its last two axes.
"""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument
from glassbrook.ops.operands import beside
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.symbolic import operation

__all__ = ["band_part", "diag", "diag_part", "matrices", "set_diag", "trace"]


@operation
def matrices(op: str, value: Any) -> Node:
    """The node of matrices.

    Raises:
        ShapeError: the rank is less than 2.
    """
    x = as_node(value)
    if x.rank < 2:
        raise ShapeError(
            f"{op}: expected matrices, that is rank 2 or more, got shape {list(x.shape)}."
        )
    return x


@operation
def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of the diagonal of every matrix.

    Args:
        x: a tensor of rank 2 or more.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.trace([[1, 2], [3, 4]]).numpy()
        np.int32(5)
    """
    diagonal = _diagonal(matrices("trace", x), 0)
    return Tensor(build.sum(diagonal, (diagonal.rank - 1,)))


def _diagonal_length(rows: int, columns: int, k: int) -> int:
    return max(0, min(rows + min(k, 0), columns - max(k, 0)))


def _diagonal_start(columns: int, k: int) -> int:
    """The place of a diagonal's first element in the row-major order of the matrix."""
    return k if k >= 0 else -k * columns


def _diagonal(x: Node, k: int) -> Node:
    """Diagonal `k` of every matrix, as a vector."""
    *batch, rows, columns = x.shape
    length = _diagonal_length(rows, columns, k)
    flat = build.reshape(x, (*batch, rows * columns))
    begin = (*(0,) * len(batch), _diagonal_start(columns, k) if length else 0)
    return build.slice(flat, begin, (*batch, length), (*(1,) * len(batch), columns + 1))


def _on_diagonal(x: Node, rows: int, columns: int, k: int) -> Node:
    """Vectors written to diagonal `k` of matrices of zeros."""
    *batch, length = x.shape
    if not length or not x.size:
        return build.zeros((*batch, rows, columns), x.dtype)
    begin = (*(0,) * len(batch), _diagonal_start(columns, k))
    steps = (*(1,) * len(batch), columns + 1)
    flat = build.unslice(x, (*batch, rows * columns), begin, steps)
    return build.reshape(flat, (*batch, rows, columns))


def _one_diagonal(op: str, k: Any) -> int:
    if isinstance(k, tuple | list):
        if len(k) == 2 and k[0] != k[1]:
            raise InvalidArgumentError(f"{op}: k={k!r}: several diagonals at once are not known.")
        k = k[0]
    return integer_argument(op, "k", k)


@operation
def diag(
    diagonal: Any,
    name: str | None = "diag",
    k: Any = 0,
    num_rows: int = -1,
    num_cols: int = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Matrices with the given diagonal.

    Args:
        diagonal: a vector, or a batch of vectors.
        name: accepted for TensorFlow's sake, without effect.
        k: which diagonal: 0 is the main one, positive ones lie above it.
        num_rows: rows of the result; by default a square matrix, or as few as are needed.
        num_cols: columns of the result, likewise.
        padding_value: what stands elsewhere.
        align: accepted for TensorFlow's sake, without effect on a single diagonal.

    Raises:
        ShapeError: the diagonal of such a matrix has another length.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.diag([1, 2]).numpy()
        array([[1, 0],
               [0, 2]], dtype=int32)
    """
    x = as_node(diagonal)
    place = _one_diagonal("diag", k)
    if not x.rank:
        raise ShapeError("diag: expected a vector or a batch of vectors, got a scalar.")
    length = x.shape[-1]
    least_rows, least_columns = length - min(place, 0), length + max(place, 0)
    if num_rows == -1 and num_cols == -1:
        rows = columns = max(least_rows, least_columns)
    else:
        rows = least_rows if num_rows == -1 else num_rows
        columns = least_columns if num_cols == -1 else num_cols
    if _diagonal_length(rows, columns, place) != length:
        raise ShapeError(
            f"diag: diagonal {place} of a {rows} by {columns} matrix has "
            f"{_diagonal_length(rows, columns, place)} elements, not {length}."
        )
    result = _on_diagonal(x, rows, columns, place)
    if isinstance(padding_value, int | float) and padding_value == 0:
        return Tensor(result)
    filling = build.broadcast_to(as_node(padding_value, x.dtype), result.shape)
    return Tensor(build.select(_band(rows, columns, place, place), result, filling))


@operation
def diag_part(
    input: Any,
    name: str | None = "diag_part",
    k: Any = 0,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """The diagonal of every matrix.

    Args:
        input: a tensor of rank 2 or more.
        name: accepted for TensorFlow's sake, without effect.
        k: which diagonal: 0 is the main one, positive ones lie above it.
        padding_value: accepted for TensorFlow's sake, without effect on a single diagonal.
        align: accepted for TensorFlow's sake, without effect on a single diagonal.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.diag_part([[1, 2], [3, 4]]).numpy()
        array([1, 4], dtype=int32)
    """
    return Tensor(_diagonal(matrices("diag_part", input), _one_diagonal("diag_part", k)))


@operation
def set_diag(
    input: Any,
    diagonal: Any,
    name: str | None = "set_diag",
    k: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Matrices with their diagonal replaced.

    Args:
        input: a tensor of rank 2 or more.
        diagonal: the new diagonals, of the same dtype.
        name: accepted for TensorFlow's sake, without effect.
        k: which diagonal: 0 is the main one, positive ones lie above it.
        align: accepted for TensorFlow's sake, without effect on a single diagonal.

    Raises:
        ShapeError: the diagonal has another shape.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.set_diag([[1, 2], [3, 4]], [8, 9]).numpy()
        array([[8, 2],
               [3, 9]], dtype=int32)
    """
    x = matrices("set_diag", input)
    place = _one_diagonal("set_diag", k)
    *batch, rows, columns = x.shape
    values = beside(diagonal, x.dtype)
    expected = (*batch, _diagonal_length(rows, columns, place))
    if values.shape != expected:
        raise ShapeError(
            f"set_diag: diagonal {place} of a tensor of shape {list(x.shape)} needs shape "
            f"{list(expected)}, not {list(values.shape)}."
        )
    written = _on_diagonal(values, rows, columns, place)
    return Tensor(build.select(_band(rows, columns, place, place), written, x))


def _band(rows: int, columns: int, lowest: int | None, highest: int | None) -> Node:
    """Where a matrix lies between two of its diagonals; `None` is no limit."""
    row = build.reshape(build.iota(rows, dtypes.int64), (rows, 1))
    place = build.sub(build.iota(columns, dtypes.int64), row)
    inside = build.constant(True, dtypes.bool, (rows, columns))
    if lowest is not None:
        inside = build.greater_equal(place, build.constant(lowest, dtypes.int64))
    if highest is not None:
        above = build.less_equal(place, build.constant(highest, dtypes.int64))
        inside = above if lowest is None else build.logical_and(inside, above)
    return inside


@operation
def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """Matrices with zeros outside of a band around the diagonal.

    ``band_part(x, -1, 0)`` is the lower triangle, ``band_part(x, 0, -1)`` the upper one.

    Args:
        input: a tensor of rank 2 or more.
        num_lower: how many diagonals below the main one to keep; -1 keeps all.
        num_upper: how many above it to keep; -1 keeps all.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        ShapeError: the rank is less than 2.

    Example:
        >>> import glassbrook as tf
        >>> tf.linalg.band_part(tf.ones([3, 3]), -1, 0).numpy()
        array([[1., 0., 0.],
               [1., 1., 0.],
               [1., 1., 1.]], dtype=float32)
    """
    x = matrices("band_part", input)
    lower = integer_argument("band_part", "num_lower", num_lower)
    upper = integer_argument("band_part", "num_upper", num_upper)
    rows, columns = x.shape[-2:]
    band = _band(rows, columns, None if lower < 0 else -lower, None if upper < 0 else upper)
    return Tensor(build.select(band, x, build.zeros((), x.dtype)))
