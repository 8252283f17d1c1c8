"""exp and what is made of it: expm1, sinh, cosh, tanh, sigmoid.

x = n log 2 + r with |r| ≤ ½ log 2, so that exp(x) = 2**n exp(r), and exp(r) = 1 + r + r² q(r).
"""

from __future__ import annotations

from glassbrook.engine.compiler.lower.functions.numbers import (
    Bits,
    Real,
    exact_fma,
    fma,
    maximum,
    minimum,
    polynomial,
    where,
)

__all__ = [
    "LOG_TWO",
    "cosh",
    "exp",
    "exp_in_parts",
    "expm1",
    "scale",
    "sigmoid",
    "sinh",
    "tanh",
]

_INVERSE_LOG_TWO = 1.4426950408889634
# log 2 in two parts, by bits of the fraction: n times the first, of 15 or 41 bits, is exact.
LOG_TWO = {
    23: (0.693145751953125, 1.428606765330187e-06),
    52: (0.6931471805601177, -1.7239444525614835e-13),
}
# Beyond these, exp is 0 or infinite, and so is half of it.
_EXP_RANGE = {23: (-105.0, 90.0), 52: (-747.0, 712.0)}
# Beyond these, expm1 is -1, and tanh is 1.
_EXPM1_LOWEST = {23: -18.0, 52: -40.0}
_TANH_HIGHEST = {23: 10.0, 52: 20.0}


def exp_in_parts(x: Real, tail: Real | None = None) -> tuple[Real, Real, Bits]:
    """exp(x + tail) as (1 + p) 2**n: returns p's larger part, its smaller part, and n.

    x is in the range of the type's exponents, or NaN; the tail is below the last bit of x.
    """
    log_high, log_low = LOG_TWO[x.format.fraction]
    count, integer = x.rounded_product(_INVERSE_LOG_TWO)
    high = fma(count, -log_high, x)
    low = fma(count, -log_low, tail if tail is not None else 0.0)
    rest = high + low
    lost = (high - rest) + low
    return rest, fma(rest * rest, polynomial("exp", rest), lost), integer


def scale(x: Real, exponent: Bits) -> Real:
    """x 2**exponent, rounded once; the exponent may be twice as large as those of the type."""
    half = exponent >> 1
    return x * half.power_of_two() * (exponent - half).power_of_two()


def _bounded(x: Real) -> Real:
    lowest, highest = _EXP_RANGE[x.format.fraction]
    return minimum(maximum(x, lowest), highest)


def _fraction_of_exp(x: Real) -> tuple[Real, Bits]:
    """exp(x) as fraction * 2**n; cheaper than `exp_in_parts` by what was lost in r."""
    log_high, log_low = LOG_TWO[x.format.fraction]
    count, integer = x.rounded_product(_INVERSE_LOG_TWO)
    rest = fma(count, -log_low, fma(count, -log_high, x))
    return 1.0 + fma(rest * rest, polynomial("exp", rest), rest), integer


def exp(x: Real) -> Real:
    """The exponential; subnormal results are rounded like any others."""
    return scale(*_fraction_of_exp(_bounded(x)))


def expm1(x: Real) -> Real:
    """exp(x) - 1 as 2**n ((1 - 2**-n) + p), without cancellation near 0."""
    _, highest = _EXP_RANGE[x.format.fraction]
    inside = minimum(maximum(x, _EXPM1_LOWEST[x.format.fraction]), highest)
    rest, more, integer = exp_in_parts(inside)
    # Far up 2**-n is too small to matter, and would leave the range of exponents.
    inverse = (-integer.at_most(64)).power_of_two()
    shifted = (1.0 - inverse) + (rest + more)
    return scale(shifted, integer).with_sign_of(x)


def tanh(x: Real) -> Real:
    """Near 0 a polynomial, else 1 - 2 / (exp(2|x|) + 1)."""
    distance = abs(x)
    square = x * x
    near = fma(distance * square, polynomial("tanh", square), distance)
    fraction, integer = _fraction_of_exp(2.0 * minimum(distance, _TANH_HIGHEST[x.format.fraction]))
    far = 1.0 - 2.0 / fma(fraction, integer.power_of_two(), 1.0)
    return where(distance < 0.55, near, far).with_sign_of(x)


def sigmoid(x: Real) -> Real:
    """1 / (1 + exp(-x)), without overflow: exp is only taken of -|x|."""
    decay = exp(-abs(x))
    numerator = where(x >= 0.0, 1.0, decay)
    divisor = 1.0 + decay
    inverse = 1.0 / divisor
    # What rounding the divisor and the division has taken away: without it, 2 ulp are passed.
    lost = fma(-inverse, decay - (divisor - 1.0), exact_fma(-inverse, divisor, x.number(1.0)))
    return fma(numerator, inverse, numerator * (lost * inverse))


def _half_of_exp(x: Real) -> Real:
    """exp(x) / 2, which may be finite where exp(x) is not."""
    fraction, integer = _fraction_of_exp(_bounded(x))
    return scale(fraction, integer - 1)


def sinh(x: Real) -> Real:
    """Near 0 a polynomial, else (exp(x) - exp(-x)) / 2."""
    distance = abs(x)
    square = x * x
    near = fma(distance * square, polynomial("sinh", square), distance)
    half = _half_of_exp(distance)
    far = half - 0.25 / half
    return where(distance < 1.0, near, far).with_sign_of(x)


def cosh(x: Real) -> Real:
    """(exp(x) + exp(-x)) / 2."""
    half = _half_of_exp(abs(x))
    return half + 0.25 / half
