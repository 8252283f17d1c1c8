"""Factors and functions of matrices against NumPy and their definitions, with gradients."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.finite_differences import check_gradients

RANDOM = np.random.default_rng(11)
TALL, WIDE, SQUARE = (RANDOM.normal(size=s) for s in ((4, 3), (2, 4), (3, 3)))
BATCH = RANDOM.normal(size=(2, 3, 3))
SYMMETRIC = SQUARE + SQUARE.T
POSITIVE = SQUARE @ SQUARE.T + np.eye(3)
linalg = tf.linalg


def symmetric(x):
    """A symmetric matrix made of a lower triangle, through which gradients flow."""
    lower = linalg.band_part(x, -1, 0)
    return lower + linalg.matrix_transpose(lower - linalg.band_part(lower, 0, 0))


@pytest.mark.parametrize("x", [SYMMETRIC, POSITIVE, BATCH + np.swapaxes(BATCH, 1, 2)], ids=str)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_eigh(x, kind):
    values, vectors = (each.numpy() for each in linalg.eigh(tf.constant(x.astype(kind))))
    assert values.dtype == vectors.dtype == kind
    tolerance = 1e-4 if kind == np.float32 else 1e-10
    np.testing.assert_allclose(values, np.linalg.eigvalsh(x), atol=tolerance)
    rebuilt = (vectors * values[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    np.testing.assert_allclose(rebuilt, x, atol=tolerance)
    np.testing.assert_allclose(linalg.eigvalsh(x).numpy(), np.linalg.eigvalsh(x), atol=1e-10)


@pytest.mark.parametrize("x", [TALL, WIDE, SQUARE, BATCH], ids=lambda x: str(x.shape))
@pytest.mark.parametrize("full", [False, True])
def test_svd(x, full):
    s, u, v = (each.numpy() for each in linalg.svd(x, full_matrices=full))
    left, values, right = np.linalg.svd(x, full_matrices=full)
    assert (u.shape, s.shape, v.shape) == (left.shape, values.shape, right.swapaxes(-1, -2).shape)
    np.testing.assert_allclose(s, values)
    count = s.shape[-1]
    rebuilt = (u[..., :count] * s[..., None, :]) @ np.swapaxes(v[..., :count], -1, -2)
    np.testing.assert_allclose(rebuilt, x, atol=1e-12)
    np.testing.assert_allclose(linalg.svd(x, compute_uv=False).numpy(), values)


@pytest.mark.parametrize("x", [TALL, WIDE, SQUARE, BATCH], ids=lambda x: str(x.shape))
@pytest.mark.parametrize("full", [False, True])
def test_qr(x, full):
    q, r = (each.numpy() for each in linalg.qr(x, full_matrices=full))
    assert q.shape == np.linalg.qr(x, "complete" if full else "reduced")[0].shape
    np.testing.assert_allclose(q @ r, x, atol=1e-12)
    np.testing.assert_allclose(
        np.swapaxes(q, -1, -2) @ q, np.eye(q.shape[-1]) + q[..., :1, :1] * 0, atol=1e-12
    )
    np.testing.assert_allclose(np.tril(r, -1), 0, atol=1e-14)


@pytest.mark.parametrize("x", [SQUARE, BATCH, np.array([[0.0, 1.0], [1.0, 0.0]])], ids=str)
def test_lu(x):
    factors, order = linalg.lu(x)
    lower = np.tril(factors.numpy(), -1) + np.eye(x.shape[-1])
    product = lower @ np.triu(factors.numpy())
    permuted = np.take_along_axis(x, order.numpy()[..., None], -2)
    np.testing.assert_allclose(product, permuted, atol=1e-12)
    assert np.all(np.abs(lower) <= 1 + 1e-12)
    np.testing.assert_allclose(linalg.lu_reconstruct(factors, order).numpy(), x, atol=1e-12)
    inverse = linalg.lu_matrix_inverse(factors, order).numpy()
    np.testing.assert_allclose(inverse @ x, np.eye(x.shape[-1]) + 0 * x, atol=1e-10)
    right = RANDOM.normal(size=(*x.shape[:-1], 2))
    found = linalg.lu_solve(factors, order, right).numpy()
    np.testing.assert_allclose(x @ found, right, atol=1e-10)


def series(x: np.ndarray) -> np.ndarray:
    x = x / 256
    total = term = np.eye(len(x))
    for k in range(1, 30):
        term = term @ x / k
        total = total + term
    return np.linalg.matrix_power(total, 256)


@pytest.mark.parametrize("scale", [0.0, 0.1, 1.0, 5.0])
def test_expm(scale):
    x = SQUARE * scale
    np.testing.assert_allclose(linalg.expm(x).numpy(), series(x), 1e-10, 1e-12)
    batch = linalg.expm(np.stack([x, x.T])).numpy()
    np.testing.assert_allclose(batch[1], series(x.T), 1e-10, 1e-12)


def test_sqrtm():
    root = linalg.sqrtm(POSITIVE).numpy()
    np.testing.assert_allclose(root @ root, POSITIVE, atol=1e-10)
    general = np.array([[4.0, 1.0], [0.0, 9.0]])
    root = tf.matrix_square_root(general).numpy()
    np.testing.assert_allclose(root @ root, general, atol=1e-10)


@pytest.mark.parametrize("x", [TALL, WIDE, SQUARE, BATCH, np.outer([1, 2.0], [3, 4])], ids=str)
def test_pinv_and_rank(x):
    np.testing.assert_allclose(linalg.pinv(x).numpy(), np.linalg.pinv(x), atol=1e-10)
    np.testing.assert_array_equal(linalg.matrix_rank(x).numpy(), np.linalg.matrix_rank(x))
    assert linalg.matrix_rank(x).dtype == tf.int32


@pytest.mark.parametrize("x", [TALL, WIDE, SQUARE], ids=lambda x: str(x.shape))
@pytest.mark.parametrize("fast", [True, False])
def test_lstsq(x, fast):
    right = RANDOM.normal(size=(x.shape[0], 2))
    found = linalg.lstsq(x, right, fast=fast).numpy()
    np.testing.assert_allclose(found, np.linalg.lstsq(x, right)[0], atol=1e-9)


def test_lstsq_with_a_penalty():
    right = RANDOM.normal(size=(4, 1))
    found = linalg.lstsq(TALL, right, l2_regularizer=0.5).numpy()
    expected = np.linalg.solve(TALL.T @ TALL + 0.5 * np.eye(3), TALL.T @ right)
    np.testing.assert_allclose(found, expected, atol=1e-10)


BANDS = RANDOM.normal(size=(3, 5)) + np.array([[0], [5], [0]])


def banded(bands: np.ndarray) -> np.ndarray:
    upper, middle, lower = bands
    return np.diag(middle) + np.diag(upper[:-1], 1) + np.diag(lower[1:], -1)


@pytest.mark.parametrize("form", ["compact", "sequence", "matrix"])
def test_three_diagonals(form):
    given = {"compact": BANDS, "sequence": list(BANDS), "matrix": banded(BANDS)}[form]
    right = RANDOM.normal(size=(5, 2))
    product = linalg.tridiagonal_matmul(given, right, diagonals_format=form).numpy()
    np.testing.assert_allclose(product, banded(BANDS) @ right, atol=1e-12)
    found = linalg.tridiagonal_solve(given, right, diagonals_format=form).numpy()
    np.testing.assert_allclose(found, np.linalg.solve(banded(BANDS), right), atol=1e-12)
    vector = linalg.tridiagonal_solve(given, right[:, 0], diagonals_format=form).numpy()
    np.testing.assert_allclose(vector, found[:, 0], atol=1e-12)


def test_symmetric_with_three_diagonals():
    alpha, beta = RANDOM.normal(size=5), RANDOM.normal(size=4)
    matrix = np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1)
    expected = np.linalg.eigvalsh(matrix)
    np.testing.assert_allclose(linalg.eigh_tridiagonal(alpha, beta).numpy(), expected, atol=1e-12)
    some = linalg.eigh_tridiagonal(alpha, beta, select="i", select_range=(1, 3)).numpy()
    np.testing.assert_allclose(some, expected[1:4], atol=1e-12)
    low = (expected[0] + expected[1]) / 2
    values, vectors = linalg.eigh_tridiagonal(
        alpha, beta, eigvals_only=False, select="v", select_range=(low, 100.0)
    )
    np.testing.assert_allclose(values.numpy(), expected[1:], atol=1e-12)
    np.testing.assert_allclose(
        matrix @ vectors.numpy(), vectors.numpy() * values.numpy(), atol=1e-9
    )


@pytest.mark.parametrize("lower", [True, False])
def test_triangle_of_bands(lower):
    bands = RANDOM.normal(size=(2, 4)) + 3
    if lower:
        matrix = np.diag(bands[0]) + np.diag(bands[1, 1:], -1)
    else:
        matrix = np.diag(bands[1]) + np.diag(bands[0, :-1], 1)
    right = RANDOM.normal(size=(4, 2))
    found = linalg.banded_triangular_solve(bands, right, lower=lower).numpy()
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), atol=1e-12)


def test_diagonals_of_tensors():
    x = np.arange(6.0).reshape(2, 3)
    wide = linalg.tensor_diag(x).numpy()
    assert wide.shape == (2, 3, 2, 3)
    for place in np.ndindex(2, 3, 2, 3):
        assert wide[place] == (x[place[:2]] if place[:2] == place[2:] else 0)
    np.testing.assert_array_equal(linalg.tensor_diag_part(wide).numpy(), x)


def whole_gradient(name):
    """Functions whose result does not depend on the signs of vectors."""
    return {
        "eigh values": (lambda x: linalg.eigh(symmetric(x))[0], SYMMETRIC),
        "eigh vectors": (lambda x: linalg.eigh(symmetric(x))[1] ** 2, SYMMETRIC),
        "svd values": (lambda x: linalg.svd(x, compute_uv=False), TALL),
        "svd left": (lambda x: linalg.svd(x)[1] ** 2, TALL),
        "svd right": (lambda x: linalg.svd(x)[2] ** 2, WIDE),
        "svd square": (lambda x: linalg.svd(x)[1] ** 2 * linalg.svd(x)[0], SQUARE),
        "qr q": (lambda x: linalg.qr(x)[0] ** 2, TALL),
        "qr r": (lambda x: linalg.qr(x)[1] ** 2, SQUARE),
        "qr wide": (lambda x: linalg.qr(x)[1] ** 2 + tf.reduce_sum(linalg.qr(x)[0] ** 4), WIDE),
        "lu": (lambda x: linalg.lu(x)[0], BATCH),
        "expm": (linalg.expm, SQUARE),
        "sqrtm": (linalg.sqrtm, POSITIVE),
        "pinv": (linalg.pinv, TALL),
        "lstsq": (lambda x: linalg.lstsq(x, TALL[:, :1]), TALL),
        "tridiagonal": (lambda x: linalg.tridiagonal_solve(x, np.ones(5)), BANDS),
    }[name]


@pytest.mark.parametrize(
    "name",
    """eigh values,eigh vectors,svd values,svd left,svd right,svd square,qr q,qr r,qr wide,lu,expm
    sqrtm,pinv,lstsq,tridiagonal""".replace("\n    ", ",").split(","),
)
def test_gradients(name):
    function, x = whole_gradient(name)
    check_gradients(function, x, order=1, tolerance=2e-6)


@pytest.mark.parametrize("name", ["eigh values", "svd values", "expm", "qr r"])
def test_second_gradients(name):
    function, x = whole_gradient(name)
    check_gradients(function, x[:2, :2] if x.shape == (3, 3) else x[:3, :2], tolerance=5e-6)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: linalg.eigh(TALL), ValueError),
        (lambda: linalg.eigh(tf.constant([[1]])), TypeError),
        (lambda: linalg.eig(SQUARE), NotImplementedError),
        (lambda: tf.eigvals(SQUARE), NotImplementedError),
        (lambda: linalg.svd([1.0]), ValueError),
        (lambda: linalg.qr(tf.constant(["a"])), TypeError),
        (lambda: linalg.lu(np.zeros([2, 2])), ValueError),
        (lambda: linalg.lu(TALL), ValueError),
        (lambda: linalg.sqrtm(-np.eye(2)), ValueError),
        (lambda: linalg.sqrtm([[0.0, 1.0], [0.0, 0.0]]), ValueError),
        (lambda: linalg.expm(TALL), ValueError),
        (lambda: linalg.lstsq(TALL, np.ones([3, 1])), ValueError),
        (lambda: linalg.lstsq(np.ones([3, 2]), np.ones([3, 1])).numpy(), ValueError),
        (lambda: linalg.tridiagonal_solve(np.ones([2, 3]), np.ones(3)), ValueError),
        (lambda: linalg.tridiagonal_solve(BANDS, np.ones(5), "other"), ValueError),
        (lambda: linalg.eigh_tridiagonal([1.0], [], select="x"), ValueError),
        (lambda: linalg.tensor_diag_part(np.ones([2, 3])), ValueError),
        (lambda: linalg.lu_solve(TALL, [0, 1], TALL), ValueError),
    ],
)
def test_what_is_refused(call, kind):
    with pytest.raises(kind, match=r".+"):
        call()


@pytest.mark.parametrize("name", ["svd", "qr"])
def test_vectors_without_a_gradient(name):
    x = tf.Variable(TALL)
    with tf.GradientTape() as tape:
        y = getattr(linalg, name)(x, full_matrices=True)[1]
    with pytest.raises(NotImplementedError, match="full_matrices"):
        tape.gradient(y, x)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_matrices_with_numbers_that_are_none(bad):
    both = np.array([[[bad, 1.0], [1.0, 2.0]], [[4.0, 0.0], [0.0, 9.0]]])
    for function, expected in ((linalg.expm, np.exp), (linalg.sqrtm, np.sqrt)):
        first, second = function(both).numpy()
        assert np.isnan(first).all()
        np.testing.assert_allclose(np.diag(second), expected([4.0, 9.0]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"eigh: .*NaN or infinity"):
        linalg.eigh(both)
    above_only = [[4.0, bad], [0.0, 9.0]]  # where eigh does not look
    np.testing.assert_allclose(linalg.eigvalsh(above_only), [4.0, 9.0])


@pytest.mark.parametrize("limits", [(0.0, np.inf), (np.nan, 1.0), (-np.inf, 0.0)])
def test_a_range_has_an_end(limits):
    with pytest.raises(tf.errors.InvalidArgumentError, match="range: .*finite"):
        tf.range(*limits)
