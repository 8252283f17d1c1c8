"""Factors of matrices, special functions, and what rearranges tensors."""

from __future__ import annotations

from tests.parity.support import Case, Fails, failures, rows, values

SHARED = {
    "la": lambda tf: tf.linalg,
    "m": lambda tf: tf.math,
    "a": lambda tf: tf.constant([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 4.0]], tf.float64),
    "t": lambda tf: tf.constant([[1.0, 2.0], [3.0, -4.0], [0.5, 6.0]], tf.float64),
    "tr": lambda tf: tf.linalg.matrix_transpose,
    "d": lambda tf: lambda *numbers: tf.constant(numbers, tf.float64),
    "bands": lambda tf: tf.constant([[1.0, 2.0, 0.0], [4.0, 5.0, 6.0], [0.0, 1.0, 1.0]]),
}

# Vectors may differ in sign: what is compared does not.
VALUES = r"""
la.eigh(a)[0]
la.eigh(a)[1] ** 2
la.eigvalsh(a)
la.eigvalsh([a, 2.0 * a])
la.svd(t)[0]
la.svd(t)[1] ** 2
la.svd(t)[2] ** 2
[x.shape for x in la.svd(t, full_matrices=True)]
la.svd(t, compute_uv=False)
abs(la.qr(t)[0])
abs(la.qr(t)[1])
abs(la.qr(tr(t))[1])
[x.shape for x in la.qr(t, full_matrices=True)]
la.lu(a)
la.lu([a, a + 1.0], output_idx_type=tf.int64)
la.lu_solve(*la.lu(a), t)
la.lu_matrix_inverse(*la.lu(a))
la.lu_reconstruct(*la.lu(a))
la.expm(a)
la.expm([0.1 * a, a])
la.sqrtm(a)
tf.matrix_square_root(a)
la.pinv(t)
la.pinv(tr(t))
la.matrix_rank(t)
la.matrix_rank([[1.0, 2.0], [2.0, 4.0]])
la.lstsq(t, t[:, :1])
la.lstsq(t, t[:, :1], l2_regularizer=0.5)
la.lstsq(tr(t), a[:2])
la.lstsq(t, t[:, :1], fast=False)
la.tensor_diag([[1, 2], [3, 4]])
la.tensor_diag_part(tf.reshape(tf.range(16), [2, 2, 2, 2]))
la.tridiagonal_solve(bands, c([1.0, 2.0, 3.0]))
la.tridiagonal_solve(a, t, diagonals_format="matrix")
la.tridiagonal_matmul(bands, c([[1.0], [2.0], [3.0]]))
la.banded_triangular_solve([[2.0, 2.0, 3.0], [0.0, 1.0, 1.0]], [[2.0], [5.0], [1.0]])
la.banded_triangular_solve([[1.0, 1.0, 0.0], [2.0, 2.0, 3.0]], [[2.0], [5.0], [1.0]], lower=False)
la.eigh_tridiagonal(c([1.0, 2.0, 3.0]), c([0.5, 1.0]))
grad(lambda x: la.eigh(x)[0], a)
grad(lambda x: la.eigh(x)[1] ** 2, a)
grad(lambda x: la.eigvalsh(x) ** 2, a)
grad(lambda x: la.svd(x, compute_uv=False), t)
grad(lambda x: la.svd(x)[1] ** 2, t)
grad(lambda x: la.qr(x)[1] ** 2, t)
grad(lambda x: la.qr(x)[0] ** 2, a)
grad(la.expm, a)
grad(la.sqrtm, a)
grad(la.pinv, t)
grad(lambda x: la.lstsq(x, t[:, :1]), t)
m.lgamma(d(0.0, -1.0, -0.5, 1.0, 2.5, 30.0))
m.digamma(d(0.0, -1.0, -0.5, 1.0, 2.5, 30.0))
m.polygamma(d(0.0, 1.0, 2.0, 1.5, -1.0, 1.0), d(2.0, 2.0, 2.5, 2.0, 2.0, 0.0))
m.zeta(d(1.0, 2.0, 3.0, 0.5, 2.0, 2.5), d(2.0, 1.0, 0.5, 1.0, -1.5, -1.5))
m.igamma(d(1.0, 2.0, 0.5, 0.0, -1.0, 10.0, 3.0), d(1.0, 1.0, 0.1, 1.0, 1.0, 5.0, 0.0))
m.igammac(d(1.0, 2.0, 0.5, 0.0, -1.0, 10.0, 3.0), d(1.0, 1.0, 0.1, 1.0, 1.0, 5.0, 0.0))
m.betainc(d(1, 2, 0.5, 0, 5), d(1, 1, 0.1, 1, 2), d(0.5, 0.3, 0.9, 0.5, 1))
m.bessel_i0(d(0.0, 1.0, -2.0, 30.0))
m.bessel_i1(d(0.0, 1.0, -2.0, 30.0))
m.bessel_i0e(d(0.0, 1.0, -2.0, 300.0))
m.bessel_i1e(d(0.0, 1.0, -2.0, 300.0))
m.erfcinv(c([0.0, 0.5, 1.5, 2.0, 1e-20]))
m.nextafter(c([1.0, 0.0]), c([2.0, -1.0]))
m.lbeta([1.0, 2.0, 3.0])
m.lbeta([[1.0, 2.0], [3.0, 4.0]])
m.is_non_decreasing([1, 2, 2])
m.is_strictly_increasing([1, 2, 2])
m.is_strictly_increasing([])
m.real([1.0, 2.0])
m.imag([1.0, 2.0])
m.conj([1, 2])
m.angle([1.0, -1.0, 0.0])
grad(m.lgamma, d(0.5, 2.5))
grad(m.digamma, d(0.5, 2.5))
grad(m.polygamma, c(1.0, tf.float64), d(0.5, 2.5))
grad(m.zeta, c(2.0, tf.float64), d(0.5, 2.5))
grad(m.igamma, c(2.0, tf.float64), c(2.5, tf.float64))
grad(m.igammac, c(2.0, tf.float64), c(2.5, tf.float64))
grad(m.betainc, c(2.0, tf.float64), c(2.5, tf.float64), c(0.3, tf.float64))
grad(m.bessel_i0, c([0.5, 1.5]))
grad(m.bessel_i1, c([0.5, 1.5]))
grad(m.bessel_i1, c([0.0]))
grad(m.bessel_i0e, c([0.0, 1.5, -1.0]))
grad(m.bessel_i1e, c([0.0, 1.5, -1.0]))
grad(m.erfcinv, c([0.3, 1.5]))
grad(m.nextafter, c(1.0), c(2.0))
tf.batch_to_space(tf.reshape(tf.range(24), [4, 2, 3]), [2, 2], [[1, 0], [0, 2]])
tf.space_to_batch(tf.reshape(tf.range(16), [1, 4, 4]), [2, 2], [[0, 0], [0, 0]])
tf.space_to_batch_nd(tf.reshape(tf.range(15), [1, 3, 5]), [2, 3], [[0, 1], [1, 0]])
tf.required_space_to_batch_paddings([5, 7], [2, 3])
tf.bitcast([1.0, 2.0], tf.int32)
tf.bitcast([1, 2], tf.uint8)
tf.bitcast(c([[1, 2]], tf.uint8), tf.uint16)
tf.dynamic_partition([1, 2, 3, 4], [0, 1, 0, 1], 2)
tf.dynamic_partition([[1, 2], [3, 4]], [1, 0], 3)
tf.dynamic_stitch([[0, 2], [1, 3]], [[1, 3], [2, 4]])
tf.dynamic_stitch([[0, 1], [1]], [[1, 3], [2]])
tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1, batch_axis=0)
tf.unravel_index([3, 5], [2, 3])
tf.unravel_index(5, [2, 3])
tf.identity_n([1.0, c(2)])
tf.tensor_scatter_nd_max([1, 5, 2], [[0], [1]], [3, 3])
tf.tensor_scatter_nd_min([1, 5, 2], [[0], [1]], [3, 3])
tf.realdiv([1.0, 2.0], [2.0, 4.0])
tf.tuple([1.0, None, 2.0])
tf.get_static_value(c([1, 2]))
tf.recompute_grad(lambda x: x * x)(c(2.0))
tf.grad_pass_through(tf.round)(1.7)
grad(tf.grad_pass_through(tf.round), 1.7)
tf.type_spec_from_value(c(1))
tf.fingerprint(["abc", "d"])
tf.autodiff.ForwardAccumulator is not None
"""

ERRORS = """
la.eigh([[1.0, 2.0]])
la.lu([[0.0, 0.0], [0.0, 0.0]])
la.expm([[1.0, 2.0]])
la.pinv([1.0])
la.lstsq(t, [[1.0]])
m.lgamma(1)
m.igamma(c(1.0), c(1.0, tf.float64))
tf.bitcast([1.0], tf.float64)
tf.dynamic_partition([1, 2], [0, 5], 2)
tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [4, 3], seq_axis=1)
tf.unravel_index([9], [2, 3])
tf.space_to_batch([[[1], [2], [3]]], [2, 2], [[0, 0], [0, 0]])
"""

CASES = [*values(VALUES, rtol=1e-5, atol=1e-6, **SHARED), *failures(ERRORS, **SHARED)]


@rows("linalg_more", CASES)
def test_linalg_more(case: Case | Fails) -> None:
    case.check()
