"""The gamma function and its kin, Bessel functions, and neighbours of numbers, on NumPy.

Everything is computed in float64. Series and continued fractions run until no element changes.

Sources:
    Lanczos, "A precision approximation of the gamma function", 1964; Abramowitz and Stegun,
    Handbook of Mathematical Functions, sections 6, 9.6, 23.2 and 26.5; Thompson and Barnett,
    "Coulomb and Bessel functions of complex arguments and order", 1986 (continued fractions).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.engine.interpreter.table import EVALUATE
from glassbrook.graph.node import Node

__all__ = ["betainc", "digamma", "igamma", "igamma_slope", "igammac", "lgamma", "polygamma", "zeta"]

Array = npt.NDArray[Any]

_LANCZOS_SHIFT = 7.0
_LANCZOS = (
    0.99999999999980993,
    676.5203681218851,
    -1259.1392167224028,
    771.32342877765313,
    -176.61502916214059,
    12.507343278686905,
    -0.13857109526572012,
    9.9843695780195716e-6,
    1.5056327351493116e-7,
)
# B₂ₖ, the Bernoulli numbers of the Euler-Maclaurin formula.
_BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
)
_TERMS = 20_000
_TINY = 1e-300
_ROUNDING = 4 * float(np.finfo(np.float64).eps)


def lgamma(x: Array) -> Array:
    """log |Γ(x)|."""
    reflected = x < 0.5
    inside = np.where(reflected, 1.0 - x, x) - 1.0
    total = np.full(inside.shape, _LANCZOS[0])
    for place, coefficient in enumerate(_LANCZOS[1:], start=1):
        total = total + coefficient / (inside + place)
    base = inside + _LANCZOS_SHIFT + 0.5
    value = 0.5 * np.log(2 * np.pi) + (inside + 0.5) * np.log(base) - base + np.log(total)
    mirrored = np.log(np.pi / np.abs(np.sin(np.pi * (x - np.round(x))))) - value
    value = np.where(reflected, mirrored, value)
    value = np.where((x == 1) | (x == 2), 0.0, value)
    pole = (x <= 0) & (x == np.floor(x))
    return np.where(pole | np.isinf(x), np.inf, value)


def digamma(x: Array) -> Array:
    """The derivative of `lgamma`."""
    mirrored = x <= 0
    y = np.where(mirrored, 1.0 - x, x)
    value = np.zeros_like(y)
    for _ in range(10):
        low = y < 10
        value = np.where(low, value - 1.0 / y, value)
        y = np.where(low, y + 1.0, y)
    inverse = 1.0 / (y * y)
    series = np.zeros_like(y)
    for place in range(len(_BERNOULLI), 0, -1):
        series = (series + _BERNOULLI[place - 1] / (2 * place)) * inverse
    value = value + np.log(y) - 0.5 / y - series
    value = np.where(mirrored, value - np.pi / np.tan(np.pi * (x - np.round(x))), value)
    return np.where(mirrored & ((x == np.floor(x)) | np.isinf(x)), np.nan, value)


def zeta(x: Array, q: Array) -> Array:
    """Hurwitz's zeta function Σ 1 / (q + k)ˣ, by the Euler-Maclaurin formula."""
    count = 12
    total = np.zeros_like(x)
    for place in range(count):
        total = total + np.power(q + place, -x)
    end = q + count
    total = total + np.power(end, 1.0 - x) / (x - 1.0) + 0.5 * np.power(end, -x)
    factor = x * np.power(end, -x - 1.0) / 2.0
    for place, number in enumerate(_BERNOULLI, start=1):
        total = total + number * factor
        grown = (x + 2 * place - 1) * (x + 2 * place) / ((2 * place + 1) * (2 * place + 2))
        factor = factor * grown / (end * end)
    whole = q == np.floor(q)
    total = np.where((q <= 0) & ~whole & (x != np.floor(x)), np.nan, total)
    total = np.where((q <= 0) & whole, np.inf, total)
    return np.where(x < 1.0, np.nan, np.where(x == 1.0, np.inf, total))


def polygamma(a: Array, x: Array) -> Array:
    """The a-th derivative of `digamma`."""
    sign = np.where(a % 2 == 0, -1.0, 1.0)
    value = sign * np.exp(lgamma(a + 1.0)) * zeta(a + 1.0, x)
    value = np.where(a == 0, digamma(x), value)
    return np.where((a < 0) | (a != np.floor(a)), np.nan, value)


def _converged(change: Array, total: Array) -> bool:
    steady = ~(np.abs(change) > np.abs(total) * 1e-17)
    return bool(np.all(steady))


def _gamma_series(a: Array, x: Array) -> tuple[Array, Array]:
    """Σ xⁿ / (a (a + 1) … (a + n)), and its derivative with respect to a."""
    term = 1.0 / a
    slope = -1.0 / (a * a)
    total, total_slope = term, slope
    for place in range(1, _TERMS):
        grown = x / (a + place)
        slope = slope * grown - term * grown / (a + place)
        term = term * grown
        total, total_slope = total + term, total_slope + slope
        if _converged(term, total) and _converged(slope, total_slope):
            break
    return total, total_slope


def _gamma_fraction(a: Array, x: Array) -> Array:
    """Γ(a, x) x⁻ᵃ eˣ, by a continued fraction that converges fast for x > a + 1."""
    b = x + 1.0 - a
    c = np.full_like(b, 1.0 / _TINY)
    d = 1.0 / b
    result = d
    for place in range(1, _TERMS):
        numerator = -place * (place - a)
        b = b + 2.0
        d = numerator * d + b
        d = 1.0 / np.where(np.abs(d) < _TINY, _TINY, d)
        c = b + numerator / c
        c = np.where(np.abs(c) < _TINY, _TINY, c)
        change = c * d
        result = result * change
        if not np.any(np.abs(change - 1.0) > _ROUNDING):
            break
    return result


def _lower_gamma(a: Array, x: Array) -> tuple[Array, Array, Array]:
    """P(a, x), Q(a, x), and where they are defined."""
    valid = (a > 0) & (x >= 0)
    safe_a = np.where(valid, a, 1.0)
    safe_x = np.where(valid & (x > 0) & np.isfinite(x), x, 1.0)
    factor = np.exp(safe_a * np.log(safe_x) - safe_x - lgamma(safe_a))
    by_series = safe_x <= safe_a + 1.0
    lower = factor * _gamma_series(safe_a, np.where(by_series, safe_x, 0.0))[0]
    upper = factor * _gamma_fraction(safe_a, np.where(by_series, safe_a + 2.0, safe_x))
    lower = np.where(by_series, lower, 1.0 - upper)
    upper = np.where(by_series, 1.0 - lower, upper)
    lower = np.where(x == 0, 0.0, np.where(np.isposinf(x), 1.0, lower))
    upper = np.where(x == 0, 1.0, np.where(np.isposinf(x), 0.0, upper))
    return lower, upper, valid


def igamma(a: Array, x: Array) -> Array:
    """The regularized lower incomplete gamma function P(a, x)."""
    lower, _, valid = _lower_gamma(a, x)
    return np.where(valid, lower, np.nan)


def igammac(a: Array, x: Array) -> Array:
    """The regularized upper incomplete gamma function Q(a, x) = 1 - P(a, x)."""
    _, upper, valid = _lower_gamma(a, x)
    return np.where(valid, upper, np.nan)


def igamma_slope(a: Array, x: Array) -> Array:
    """The derivative of P(a, x) with respect to a."""
    valid = (a > 0) & (x > 0)
    safe_a, safe_x = np.where(valid, a, 1.0), np.where(valid, x, 1.0)
    total, slope = _gamma_series(safe_a, safe_x)
    factor = np.exp(safe_a * np.log(safe_x) - safe_x - lgamma(safe_a))
    value = factor * (total * (np.log(safe_x) - digamma(safe_a)) + slope)
    return np.where(valid, value, np.where((a > 0) & (x == 0), 0.0, np.nan))


def _beta_fraction(a: Array, b: Array, x: Array) -> Array:
    c = np.ones_like(x)
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / np.where(np.abs(d) < _TINY, _TINY, d)
    result = d
    for place in range(1, _TERMS):
        even = place * (b - place) * x / ((a + 2 * place - 1) * (a + 2 * place))
        odd = -(a + place) * (a + b + place) * x / ((a + 2 * place) * (a + 2 * place + 1))
        change = np.ones_like(x)
        for numerator in (even, odd):
            d = 1.0 + numerator * d
            d = 1.0 / np.where(np.abs(d) < _TINY, _TINY, d)
            c = 1.0 + numerator / c
            c = np.where(np.abs(c) < _TINY, _TINY, c)
            change = d * c
            result = result * change
        if not np.any(np.abs(change - 1.0) > _ROUNDING):
            break
    return result


def betainc(a: Array, b: Array, x: Array) -> Array:
    """The regularized incomplete beta function."""
    valid = (a > 0) & (b > 0) & (x >= 0) & (x <= 1)
    a, b = np.where(valid, a, 1.0), np.where(valid, b, 1.0)
    inside = np.where(valid & (x > 0) & (x < 1), x, 0.5)
    turned = inside > (a + 1.0) / (a + b + 2.0)
    p, q = np.where(turned, b, a), np.where(turned, a, b)
    y = np.where(turned, 1.0 - inside, inside)
    scale = lgamma(p + q) - lgamma(p) - lgamma(q) + p * np.log(y) + q * np.log1p(-y)
    value = np.exp(scale) * _beta_fraction(p, q, y) / p
    value = np.where(turned, 1.0 - value, value)
    value = np.where(x == 0, 0.0, np.where(x == 1, 1.0, value))
    return np.where(valid, value, np.nan)


def _bessel_scaled(x: Array, order: int) -> Array:
    """exp(-|x|) times the modified Bessel function of the first kind, of order 0 or 1."""
    distance = np.abs(x)
    near = np.minimum(distance, 20.0)
    quarter = near * near / 4.0
    term = np.ones_like(near) if order == 0 else near / 2.0
    total = term
    for place in range(1, 60):
        term = term * quarter / (place * (place + order))
        total = total + term
    far = np.maximum(distance, 20.0)
    step = np.ones_like(far)
    series = step
    for place in range(1, 26):
        step = step * ((2 * place - 1) ** 2 - 4 * order * order) / (8.0 * place * far)
        series = series + step
    value = np.where(distance <= 20.0, total * np.exp(-near), series / np.sqrt(2.0 * np.pi * far))
    return value * np.sign(x) if order else value


def _in_float64(function: Callable[..., Array]) -> Callable[..., Any]:
    def evaluate(node: Node, *inputs: Array) -> Any:
        wide = np.broadcast_arrays(*[np.asarray(each, np.float64) for each in inputs])
        with np.errstate(all="ignore"):
            return function(*wide).astype(node.dtype.numpy)

    return evaluate


EVALUATE |= {
    "lgamma": _in_float64(lgamma),
    "digamma": _in_float64(digamma),
    "zeta": _in_float64(zeta),
    "polygamma": _in_float64(polygamma),
    "igamma": _in_float64(igamma),
    "igammac": _in_float64(igammac),
    "igamma_slope": _in_float64(igamma_slope),
    "betainc": _in_float64(betainc),
    "bessel_i0e": _in_float64(lambda x: _bessel_scaled(x, 0)),
    "bessel_i1e": _in_float64(lambda x: _bessel_scaled(x, 1)),
    "nextafter": lambda node, x, y: np.nextafter(x, y),
}
