"""`tf.linalg`: linear algebra."""

from __future__ import annotations

from glassbrook.ops.clipping import global_norm
from glassbrook.ops.linalg import (
    adjoint,
    band_part,
    cholesky,
    cholesky_solve,
    cross,
    det,
    diag,
    diag_part,
    einsum,
    eye,
    inv,
    logdet,
    matmul,
    matrix_transpose,
    matvec,
    norm,
    normalize,
    set_diag,
    slogdet,
    solve,
    tensordot,
    trace,
    triangular_solve,
)
from glassbrook.ops.normalization import l2_normalize

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
    "global_norm",
    "inv",
    "l2_normalize",
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
