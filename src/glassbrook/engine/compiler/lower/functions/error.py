"""The error function and its complement.

Near 0, erf(x) = x + x E(x²). Further out, erfc(x) = exp(-x²) G(t) / (1 + 2x) with
t = (x - c) / (x + c): the quotient takes the half-line to a short interval, on which G is smooth.
"""

from __future__ import annotations

from glassbrook.engine.compiler.lower.functions.exponential import exp_in_parts, scale
from glassbrook.engine.compiler.lower.functions.numbers import (
    Real,
    exact_fma,
    fma,
    maximum,
    minimum,
    polynomial,
    where,
)

__all__ = ["erf", "erfc"]

_CENTER = 3.5
_NEAR = 0.5
# For float32 alone: from here on erf is 1, and the middle of what is left.
_SINGLE_ONE, _SINGLE_MIDDLE = 3.95, 2.4
# Beyond these erfc is 0.
_ZERO = {"float32": 11.0, "float64": 28.0}


def _complement(distance: Real) -> Real:
    """1 - erf(x) for x of at least ½."""
    x = minimum(maximum(distance, _NEAR), _ZERO[distance.accuracy])
    square = x * x
    rest, more, integer = exp_in_parts(-square, -exact_fma(x, x, -square))
    exponential = 1.0 + rest
    exponential_tail = (1.0 - exponential) + rest + more
    divisor = fma(x, 2.0, 1.0)
    inverse = 1.0 / divisor
    numerator = polynomial("erfc", (x - _CENTER) / (x + _CENTER))
    ratio = numerator * inverse
    # What rounding the divisor and the division has taken away.
    lost = exact_fma(-ratio, divisor, numerator) - ratio * (1.0 - (divisor - (x + x)))
    ratio_tail = lost * inverse
    small = fma(ratio, exponential_tail, ratio_tail * exponential)
    return scale(fma(ratio, exponential, small), integer)


def _near(x: Real) -> Real:
    return fma(x, polynomial("erf", x * x), x)


def erf(x: Real) -> Real:
    """The error function 2/√π ∫₀ˣ exp(-t²) dt."""
    distance = abs(x)
    if x.accuracy == "float32":
        # 1 - erf is small here and need not be right in its own last bit: a polynomial will do.
        limit = 1.0
        inside = minimum(distance, _SINGLE_ONE) - _SINGLE_MIDDLE
        far = 1.0 - polynomial("erf_far", inside)
    else:
        limit = _NEAR
        far = 1.0 - _complement(distance)
    return where(distance < limit, _near(distance), far).with_sign_of(x)


def erfc(x: Real) -> Real:
    """1 - erf(x), with a small relative error where erf(x) is nearly 1."""
    wide = x.widened()
    tail = _complement(abs(wide))
    far = where(wide < 0.0, 2.0 - tail, tail)
    return where(abs(wide) < _NEAR, 1.0 - _near(wide), far).narrowed()
