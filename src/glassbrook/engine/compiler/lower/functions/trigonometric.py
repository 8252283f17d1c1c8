"""sin, cos, tan and their inverses.

Angles are reduced to r = x - n π/2 with π/2 in three parts. That is good to the last bit while n
and the first product are exact: for |x| up to 2**40, in both types. Beyond, accuracy is lost bit by
bit; from about 2**50 on, the results of sin and cos are arbitrary numbers in [-1, 1]. float32 is
computed in float64.
"""

from __future__ import annotations

from glassbrook.engine.compiler.lower.functions.numbers import (
    Bits,
    Real,
    either,
    exact_fma,
    fma,
    maximum,
    minimum,
    negative_where,
    polynomial,
    sqrt,
    two_sum,
    where,
)

__all__ = ["acos", "asin", "atan", "atan2", "cos", "sin", "tan"]

Pair = tuple[Real, Real]

_TWO_OVER_PI = 0.6366197723675814
# π/2 as a sum.
_HALF_PI, _HALF_PI_2, _HALF_PI_3 = (
    1.5707963267948966,
    6.123233995736766e-17,
    -1.4973849048591698e-33,
)
# Where the reduction has lost its meaning, the polynomials must not.
_WIDEST_ANGLE = 0.8
_LARGEST_REDUCED = 2.0**50


def _reduced(x: Real) -> tuple[Real, Real, Bits]:
    """r, its tail, and n with x = n π/2 + r + tail."""
    count, integer = x.rounded_product(_TWO_OVER_PI)
    near = exact_fma(count, -_HALF_PI, x)
    if x.accuracy == "float32":
        angle, tail = fma(count, -_HALF_PI_2, near), x.number(0.0)
    else:
        product = count * _HALF_PI_2
        product_tail = exact_fma(count, _HALF_PI_2, -product)
        angle, tail = two_sum(near, -product)
        tail = tail - fma(count, _HALF_PI_3, product_tail)
        tail = where(abs(x) < _LARGEST_REDUCED, tail, 0.0)
    return minimum(maximum(angle, -_WIDEST_ANGLE), _WIDEST_ANGLE), tail, integer


def _sin_and_cos(angle: Real, tail: Real) -> tuple[Pair, Pair]:
    """The sine and the cosine of a reduced angle, each as a large part plus a small one."""
    square = angle * angle
    half = 0.5 * square
    top = 1.0 - half
    sine = fma(angle * square, polynomial("sin", square), tail * top)
    cosine = fma(square * square, polynomial("cos", square), -(angle * tail))
    return (angle, sine), (top, ((1.0 - top) - half) + cosine)


def _sine_in_quadrant(x: Real, quadrants: int) -> Real:
    """The sine of an angle and as many right angles more."""
    angle, tail, turns = _reduced(x.widened())
    quadrant = turns + quadrants
    sine, cosine = _sin_and_cos(angle, tail)
    even = (quadrant & 1).is_zero()
    value = where(even, sine[0], cosine[0]) + where(even, sine[1], cosine[1])
    sign = (quadrant & 2) << (value.format.width - 2)
    return (value.bits() ^ sign).as_real().narrowed()


def sin(x: Real) -> Real:
    """The sine of an angle in radians."""
    return where(x.equals(0.0), x, _sine_in_quadrant(x, 0))


def cos(x: Real) -> Real:
    """The cosine of an angle in radians."""
    return _sine_in_quadrant(x, 1)


def _normalized(pair: Pair) -> Pair:
    large, small = pair
    total = large + small
    return total, (large - total) + small


def tan(x: Real) -> Real:
    """The tangent of an angle in radians: the quotient of sine and cosine, in pairs."""
    angle, tail, quadrant = _reduced(x.widened())
    sine, cosine = map(_normalized, _sin_and_cos(angle, tail))
    even = (quadrant & 1).is_zero()
    numerator, numerator_tail = (where(even, s, -c) for s, c in zip(sine, cosine))
    divisor, divisor_tail = (where(even, c, s) for s, c in zip(sine, cosine))
    inverse = 1.0 / divisor
    quotient = numerator * inverse
    lost = exact_fma(-quotient, divisor, numerator)
    lost = lost + (numerator_tail - quotient * divisor_tail)
    return where(x.equals(0.0), x, fma(lost, inverse, quotient).narrowed())


def _atan_terms(quotient: Real) -> Real:
    """What is added to q to make its arc tangent, for 0 ≤ q ≤ 1."""
    square = quotient * quotient
    return quotient * square * polynomial("atan", square)


def _offset(base: Real, base_tail: Real, large: Real, small: Real) -> Real:
    """base + large + small, for |base| ≥ |large| or base = 0."""
    total = base + large
    return total + (((base - total) + large) + (small + base_tail))


def atan(x: Real) -> Real:
    """The arc tangent; beyond 1 it is π/2 minus that of the inverse."""
    wide = abs(x.widened())
    inverted = wide > 1.0
    quotient = where(inverted, 1.0 / wide, wide)
    terms = _atan_terms(quotient)
    result = _offset(
        either(wide, inverted, _HALF_PI, 0.0),
        either(wide, inverted, _HALF_PI_2, 0.0),
        negative_where(inverted, quotient),
        negative_where(inverted, terms),
    )
    return result.narrowed().with_sign_of(x)


def atan2(y: Real, x: Real) -> Real:
    """The angle of the point (x, y), in [-π, π]; zeros and infinities as in C.

    The smaller coordinate over the larger one gives an angle up to π/4, which is turned into place.
    """
    up, right = abs(y.widened()), abs(x.widened())
    steep = up > right
    small, large = where(steep, right, up), where(steep, up, right)
    quotient = where(small.equals(large), 1.0, small / large)
    quotient = where(large.equals(0.0), 0.0, quotient)
    terms = _atan_terms(quotient)
    left = x.number(1.0).with_sign_of(x) < 0.0
    turns = where(steep, 1.0, either(up, left, 2.0, 0.0))
    # Left of the axis and steep, or right of it and flat: the angle is added.
    added = either(up, steep, 1.0, -1.0) * either(up, left, 1.0, -1.0)
    result = _offset(turns * _HALF_PI, turns * _HALF_PI_2, added * quotient, added * terms)
    # Comparisons hide NaN.
    return where(y.equals(y) & x.equals(x), result.narrowed().with_sign_of(y), x + y)


def _asin_parts(x: Real) -> tuple[Real, Real, Real]:
    """|x|, or √((1 - |x|) / 2) beyond ½, as a sum of two; and how much its arc sine exceeds it."""
    distance = abs(x)
    far = distance > 0.5
    square = where(far, fma(distance, -0.5, 0.5), distance * distance)
    root = sqrt(square)
    # Not zero, so that 0 / 0 is avoided at |x| = 1.
    lost = exact_fma(-root, root, square) / (2.0 * root + x.format.smallest_normal)
    angle = where(far, root, distance)
    return angle, where(far, lost, 0.0), angle * square * polynomial("asin", square)


def asin(x: Real) -> Real:
    """The arc sine, NaN outside of [-1, 1].

    Beyond ½ it is π/2 minus twice the arc sine of √((1 - |x|) / 2).
    """
    wide = x.widened()
    angle, tail, terms = _asin_parts(wide)
    near = angle + terms
    far = _offset(
        wide.number(_HALF_PI), wide.number(_HALF_PI_2), -2.0 * angle, -2.0 * (terms + tail)
    )
    return where(abs(wide) <= 0.5, near, far).narrowed().with_sign_of(x)


def acos(x: Real) -> Real:
    """The arc cosine, NaN outside of [-1, 1].

    It is π/2 minus the arc sine; beyond ½, twice the arc sine of √((1 - |x|) / 2).
    """
    wide = x.widened()
    angle, tail, terms = _asin_parts(wide)
    near, left = abs(wide) <= 0.5, wide < 0.0
    # How many right angles are added, and how often the angle counts.
    turns = where(near, 1.0, either(wide, left, 2.0, 0.0))
    times = negative_where((near & ~left) | (~near & left), either(wide, near, 1.0, 2.0))
    result = _offset(turns * _HALF_PI, turns * _HALF_PI_2, times * angle, times * (terms + tail))
    return result.narrowed()
