"""The gamma function and its kin at known points, and through their identities."""

from __future__ import annotations

import math

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.finite_differences import check_gradients

m = tf.math
X = np.array([0.3, 1.0, 2.5, 7.0, 20.0, 300.0])
INF, NAN = math.inf, math.nan


def c(*values: float) -> tf.Tensor:
    return tf.constant(values, tf.float64)


KNOWN = {
    "lgamma": (lambda: m.lgamma(X), [math.lgamma(x) for x in X]),
    "lgamma at poles": (lambda: m.lgamma(c(0, -1, INF)), [INF, INF, INF]),
    "lgamma below 0": (lambda: m.lgamma(c(-0.5, -1.5)), [math.lgamma(-0.5), math.lgamma(-1.5)]),
    "digamma": (lambda: m.digamma(c(1, 0.5)), [-np.euler_gamma, -np.euler_gamma - 2 * np.log(2)]),
    "digamma at poles": (lambda: m.digamma(c(0, -1, INF)), [NAN, NAN, INF]),
    "digamma below 0": (lambda: m.digamma(c(-0.5)), [0.03648997397857652]),
    "polygamma": (lambda: m.polygamma(c(1, 3), c(1, 1)), [np.pi**2 / 6, np.pi**4 / 15]),
    "polygamma of no order": (lambda: m.polygamma(c(1.5, -1), c(2, 2)), [NAN, NAN]),
    "zeta": (
        lambda: m.zeta(c(2, 4, 1, 0.5), c(1, 1, 2, 1)),
        [np.pi**2 / 6, np.pi**4 / 90, INF, NAN],
    ),
    "zeta below 0": (
        lambda: m.zeta(c(2, 2.5, 2), c(-1.5, -1.5, -1)),
        [4 / 9 + 4 + np.pi**2 / 2, NAN, INF],
    ),
    "igamma": (lambda: m.igamma(c(1, 1, 2), c(0, 2, INF)), [0, 1 - np.exp(-2), 1]),
    "igammac": (lambda: m.igammac(c(1, 1, 2), c(0, 2, INF)), [1, np.exp(-2), 0]),
    "igamma elsewhere": (lambda: m.igamma(c(0, -1, 1), c(1, 1, -1)), [NAN, NAN, NAN]),
    "igamma of halves": (lambda: m.igamma(0.5, X**2), [math.erf(x) for x in X]),
    "igammac of halves": (lambda: m.igammac(0.5, X[:4] ** 2), [math.erfc(x) for x in X[:4]]),
    "betainc": (lambda: m.betainc(c(1, 2, 3), c(1, 1, 1), c(0.3, 0.3, 0.3)), [0.3, 0.09, 0.027]),
    "betainc at ends": (lambda: m.betainc(c(2, 2, 0), c(3, 3, 1), c(0, 1, 0.5)), [0, 1, NAN]),
    "lbeta": (lambda: m.lbeta([c(1, 2, 3)]), [math.log(1 * 1 * 2 / 120)]),
    "bessel_i0": (lambda: m.bessel_i0(c(0, 1, -2)), np.i0([0.0, 1.0, 2.0])),
    "bessel_i0e far": (
        lambda: m.bessel_i0e(c(30, 500)),
        np.i0([30.0, 500.0]) * np.exp([-30.0, -500.0]),
    ),
    "bessel_i1": (lambda: m.bessel_i1(c(0, 1, -1)), [0, 0.5651591039924850, -0.5651591039924850]),
    "erfcinv": (lambda: m.erfc(m.erfcinv(c(1e-30, 1e-3, 0.5, 1.7))), [1e-30, 1e-3, 0.5, 1.7]),
    "erfcinv at ends": (lambda: m.erfcinv(c(0, 1, 2, 3)), [INF, 0, -INF, NAN]),
    "nextafter": (lambda: m.nextafter(c(1, 0), c(2, -1)), [1 + 2**-52, -5e-324]),
    "angle": (lambda: m.angle(c(1, -2, 0)), [0, np.pi, 0]),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_values(name):
    call, expected = KNOWN[name]
    np.testing.assert_allclose(call().numpy(), expected, 1e-12, 1e-14)


@pytest.mark.parametrize("kind", [tf.float16, tf.float32, tf.float64])
def test_types_stay(kind):
    x = tf.constant([0.5, 1.5], kind)
    for function in (m.lgamma, m.digamma, m.bessel_i0, m.bessel_i1, m.erfcinv, m.angle, m.lbeta):
        assert function(x).dtype is kind
    for function in (m.igamma, m.igammac, m.polygamma, m.nextafter):
        assert function(x, x).dtype is kind


def test_sums_of_neighbours():
    x = RANDOM.uniform(0.1, 30, 200)
    np.testing.assert_allclose(
        m.lgamma(x + 1).numpy(), m.lgamma(x).numpy() + np.log(x), 1e-12, 1e-12
    )
    np.testing.assert_allclose(m.digamma(x + 1).numpy(), m.digamma(x).numpy() + 1 / x, 1e-12, 1e-12)
    a = RANDOM.uniform(0.1, 30, 200)
    both = m.igamma(a, x).numpy() + m.igammac(a, x).numpy()
    np.testing.assert_allclose(both, 1, 1e-12)
    share = RANDOM.uniform(0, 1, 200)
    turned = 1 - m.betainc(x, a, 1 - share).numpy()
    np.testing.assert_allclose(m.betainc(a, x, share).numpy(), turned, 1e-9, 1e-12)


RANDOM = np.random.default_rng(2)


@pytest.mark.parametrize(
    ("function", "point"),
    [
        (m.lbeta, [[0.5, 1.5], [2.0, 3.0]]),
        (m.bessel_i0, [0.5, -1.5]),
        (m.bessel_i1, [0.5, -1.5]),
        (m.erfcinv, [0.03, 0.5, 1.6]),
    ],
)
def test_gradients_of_what_is_composed(function, point):
    check_gradients(function, point)


def test_the_slope_of_i1_at_0():
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = m.bessel_i1(x)
    assert float(tape.gradient(y, x)) == 0.5


@pytest.mark.parametrize(
    ("values", "rises", "never_falls"),
    [([1, 2, 3], 1, 1), ([1, 2, 2], 0, 1), ([2, 1], 0, 0), ([], 1, 1), ([[1, 2], [0, 3]], 0, 0)],
)
def test_order(values, rises, never_falls):
    assert bool(m.is_strictly_increasing(values)) == bool(rises)
    assert bool(m.is_non_decreasing(values)) == bool(never_falls)


def test_parts_of_real_numbers():
    x = tf.constant([1, -2])
    assert m.real(x).numpy().tolist() == m.conj(x).numpy().tolist() == [1, -2]
    assert m.imag(x).numpy().tolist() == [0, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: m.lgamma(1),
        lambda: m.igamma(tf.constant(1.0), tf.constant(1.0, tf.float64)),
        lambda: m.betainc(1, 2, 3),
        lambda: m.angle([1]),
        lambda: m.real("a"),
        lambda: m.is_non_decreasing(["a"]),
    ],
)
def test_types_that_do_not_fit(call):
    with pytest.raises(TypeError, match=r".+"):
        call()
