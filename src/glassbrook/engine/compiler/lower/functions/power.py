"""Powers: pow, sqrt, rsqrt."""

from __future__ import annotations

import math

from glassbrook.engine.compiler.lower.functions import numbers
from glassbrook.engine.compiler.lower.functions.exponential import LOG_TWO, exp_in_parts, scale
from glassbrook.engine.compiler.lower.functions.logarithm import split, split_any
from glassbrook.engine.compiler.lower.functions.numbers import (
    Real,
    exact_fma,
    fma,
    maximum,
    minimum,
    polynomial,
    where,
)

__all__ = ["pow", "rsqrt", "sqrt"]

# 1/3 in two parts.
_THIRD_HIGH, _THIRD_LOW = 0.3333333333333333, 1.850371707708594e-17


def sqrt(x: Real) -> Real:
    """The square root: an instruction, rounded correctly."""
    return numbers.sqrt(x)


def rsqrt(x: Real) -> Real:
    """1 / √x."""
    return 1.0 / numbers.sqrt(x)


def pow(x: Real, y: Real) -> Real:
    """x to the power y, as C and NumPy define it.

    |x|**y is exp(y log|x|), with a logarithm that has some ten bits more than the result: in
    float64 for float32, in pairs of float64 for float64. So what can be represented comes out
    exact. A negative base gives NaN unless the exponent is an integer, and keeps its sign if that
    is odd.
    """
    magnitude = _power_of_single(x, y) if x.accuracy == "float32" else _power_of_double(x, y)
    # 1 to any power; the logarithm times an infinite exponent would be NaN.
    magnitude = where(abs(x).equals(1.0) & y.equals(y), 1.0, magnitude)
    half = 0.5 * y
    integer = y.floor().equals(y)
    odd = integer & ~half.floor().equals(half)
    invalid = (x < 0.0) & (x > -math.inf) & ~integer
    signed = where(odd, magnitude.with_sign_of(x), magnitude)
    # NaN to the power 0 and 1 to the power NaN are 1.
    return where(y.equals(0.0) | x.equals(1.0), 1.0, where(invalid, math.nan, signed))


def _with_ends(logarithm: Real, base: Real) -> Real:
    """The logarithm of a base that may also be 0, infinite or NaN."""
    outside = where(base <= 0.0, -math.inf, base)
    return where((base > 0.0) & (base < math.inf), logarithm, outside)


def _power_of_single(x: Real, y: Real) -> Real:
    """|x|**y through 2**(y log2|x|) in float64."""
    base = abs(x).widened()
    # Subnormal in float32 is normal in float64.
    fraction, exponent = split(base)
    logarithm = fma(fraction, polynomial("log2_ratio", fraction), exponent.converted())
    product = y.widened() * _with_ends(logarithm, base)
    product = minimum(maximum(product, -200.0), 200.0)
    count, integer = product.rounded_product(1.0)
    rest = product - count
    power = fma(rest, polynomial("exp2", rest), 1.0)
    return (power * integer.power_of_two()).narrowed()


def _log_in_pair(base: Real) -> tuple[Real, Real]:
    """log(base) as a sum of two, with a relative error of about 2**-65.

    log(1 + f) = 2 atanh(s) = 2 (s + s³ (1/3 + z Q(z))) with s = f / (2 + f) and z = s². Names that
    end in _tail are the second half of a pair.
    """
    fraction, exponent = split_any(base)
    divisor = 2.0 + fraction
    divisor_tail = (2.0 - divisor) + fraction
    inverse = 1.0 / divisor
    s = fraction * inverse
    s_tail = (exact_fma(-s, divisor, fraction) - s * divisor_tail) * inverse
    z = s * s
    z_tail = fma(s + s, s_tail, exact_fma(s, s, -z))
    rest = z * polynomial("atanh_tail", z)
    inner = _THIRD_HIGH + rest
    inner_tail = (_THIRD_HIGH - inner) + rest + _THIRD_LOW
    cube = z * s
    cube_tail = exact_fma(z, s, -cube) + fma(z, s_tail, z_tail * s)
    term = cube * inner
    term_tail = exact_fma(cube, inner, -term) + fma(cube, inner_tail, cube_tail * inner)
    total = s + term
    total_tail = (s - total) + term + (s_tail + term_tail)
    high, low = LOG_TWO[base.format.fraction]
    whole = exponent * high
    result = whole + 2.0 * total
    tail = ((whole - result) + 2.0 * total) + fma(exponent, low, 2.0 * total_tail)
    return result, tail


def _power_of_double(x: Real, y: Real) -> Real:
    """|x|**y through exp(y log|x|), both of them in pairs of float64."""
    base = abs(x)
    logarithm, logarithm_tail = _log_in_pair(base)
    logarithm = _with_ends(logarithm, base)
    product = y * logarithm
    tail = exact_fma(y, logarithm, -product) + y * logarithm_tail
    # Outside of the range of exp, or at its end, the tail may be NaN and would not matter.
    tail = where(abs(product) < 800.0, tail, 0.0)
    rest, more, integer = exp_in_parts(minimum(maximum(product, -750.0), 750.0), tail)
    return scale(1.0 + (rest + more), integer)
