"""log and what is made of it: log1p, softplus, asinh, acosh, atanh.

x = 2**k (1 + f) with √½ ≤ 1 + f < √2, so that log(x) = k log 2 + log(1 + f).
"""

from __future__ import annotations

import math

from glassbrook.engine.compiler.lower.functions.exponential import LOG_TWO, exp
from glassbrook.engine.compiler.lower.functions.numbers import (
    Bits,
    Real,
    either,
    exact_fma,
    fma,
    polynomial,
    sqrt,
    two_sum,
    where,
)

__all__ = ["acosh", "asinh", "atanh", "log", "log1p", "softplus", "split", "split_any"]

# The bits of √½, by bits of the fraction.
_HALF_ROOT_BITS = {23: 0x3F3504F3, 52: 0x3FE6A09E667F3BCC}
# From here on x² + 1 is x², and x + 1 is x.
_LARGE = 2.0**60


def split(x: Real) -> tuple[Real, Bits]:
    """f and k with x = 2**k (1 + f), for x positive, finite and not subnormal."""
    bits = x.bits()
    exponent = (bits - _HALF_ROOT_BITS[x.format.fraction]) >> x.format.fraction
    return (bits - (exponent << x.format.fraction)).as_real() - 1.0, exponent


def split_any(x: Real) -> tuple[Real, Real]:
    """f and k (as a float) with x = 2**k (1 + f), for x positive and finite."""
    lift = x.format.fraction + 1
    tiny = x < x.format.smallest_normal
    fraction, exponent = split(where(tiny, x * 2.0**lift, x))
    return fraction, exponent.converted() - either(x, tiny, float(lift), 0.0)


def _combined(fraction: Real, exponent: Real, tail: Real | None = None) -> Real:
    """exponent * log 2 + log(1 + fraction + tail), the tail being below the fraction's last bit."""
    high, low = LOG_TWO[fraction.format.fraction]
    square = fraction * fraction
    small = fma(square * fraction, polynomial("log", fraction), exponent * low)
    if tail is not None:
        small = small + tail
    return fma(exponent, high, fraction + fma(square, -0.5, small))


def log(x: Real) -> Real:
    """The natural logarithm: -inf at 0, NaN below."""
    inside = _combined(*split_any(x))
    # Infinity and NaN are their own logarithms.
    outside = where(x < 0.0, math.nan, where(x <= 0.0, -math.inf, x))
    return where((x > 0.0) & (x < math.inf), inside, outside)


def _log1p_of_sum(x: Real, tail: Real | None = None, twofold: Real | None = None) -> Real:
    """log(1 + x + tail), plus `twofold` times log 2; x at -1 and outside as for `log1p`."""
    total, lost = two_sum(x.number(1.0), x)
    if tail is not None:
        lost = lost + tail
    fraction, exponent = split(total)
    # The bits of 1 less k exponents: 2**-k. Where k is as large as can be, nothing was lost.
    shrink = (-exponent).power_of_two()
    lost = where(total < _LARGE, lost * shrink, 0.0)
    near = fraction + lost
    count = exponent.converted()
    if twofold is not None:
        count = count + twofold
    inside = _combined(near, count, (fraction - near) + lost)
    outside = where(x < -1.0, math.nan, where(x <= -1.0, -math.inf, x))
    return where((x > -1.0) & (x < math.inf), inside, outside)


def log1p(x: Real) -> Real:
    """log(1 + x): -inf at -1, NaN below."""
    return _log1p_of_sum(x).with_sign_of(x)


def softplus(x: Real) -> Real:
    """log(1 + exp(x)) as max(x, 0) + log(1 + exp(-|x|))."""
    decay = exp(-abs(x))
    rest = fma(decay * decay, polynomial("log1p_unit", decay), decay)
    return where(x > 0.0, x, 0.0) + rest


def asinh(x: Real) -> Real:
    """log(|x| + √(x² + 1)) as log1p(|x| + x² / (1 + √(x² + 1))), with the sign of x."""
    distance = abs(x)
    large = distance > _LARGE
    square = distance * distance
    more = where(large, 0.0, square / (1.0 + sqrt(square + 1.0)))
    total = distance + more
    tail = where(large, 0.0, (distance - total) + more)
    return _log1p_of_sum(total, tail, either(x, large, 1.0, 0.0)).with_sign_of(x)


def acosh(x: Real) -> Real:
    """log(x + √(x² - 1)) as log1p(t + √(t² + 2t)) with t = x - 1; NaN below 1."""
    above = x - 1.0
    large = x > _LARGE
    root = sqrt(fma(above, above, above + above))
    total = root + above
    tail = where(large, 0.0, (root - total) + above)
    result = _log1p_of_sum(where(large, x, total), tail, either(x, large, 1.0, 0.0))
    return where(x < 1.0, math.nan, result)


def atanh(x: Real) -> Real:
    """½ log((1 + x) / (1 - x)) as ½ log1p(2|x| / (1 - |x|)), with the sign of x."""
    distance = abs(x)
    divisor = 1.0 - distance
    lost = (1.0 - divisor) - distance
    quotient = 2.0 * distance / divisor
    remainder = exact_fma(-quotient, divisor, 2.0 * distance) - quotient * lost
    return (0.5 * _log1p_of_sum(quotient, remainder / divisor)).with_sign_of(x)
