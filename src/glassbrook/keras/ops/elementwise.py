"""Operations on every element: arithmetic, functions, comparison, logic, bits."""

from __future__ import annotations

import functools
import math
from typing import Any

import glassbrook.bitwise as bits
import glassbrook.math as functions
from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.keras.promotion import as_float, binary, common, named, tensor, unary
from glassbrook.ops import comparison, creation, joining, properties
from glassbrook.tensor import Tensor
from glassbrook.tensor.symbolic import operation

_unary = functools.partial(unary, __name__)
_binary = functools.partial(binary, __name__)

# Functions of one number.
exp = _unary("exp", functions.exp, "e to the power of every element.")
expm1 = _unary("expm1", functions.expm1, "exp(x) - 1, exact for small x.")
log = _unary("log", functions.log, "The natural logarithm of every element.")
log1p = _unary("log1p", functions.log1p, "log(1 + x), exact for small x.")
sqrt = _unary("sqrt", functions.sqrt, "The square root of every element.")
rsqrt = _unary("rsqrt", functions.rsqrt, "One divided by the square root of every element.")
sin = _unary("sin", functions.sin, "The sine of every element, in radians.")
cos = _unary("cos", functions.cos, "The cosine of every element, in radians.")
tan = _unary("tan", functions.tan, "The tangent of every element, in radians.")
sinh = _unary("sinh", functions.sinh, "The hyperbolic sine of every element.")
cosh = _unary("cosh", functions.cosh, "The hyperbolic cosine of every element.")
tanh = _unary("tanh", functions.tanh, "The hyperbolic tangent of every element.")
arcsin = _unary("arcsin", functions.asin, "The angle, in radians, whose sine is the element.")
arccos = _unary("arccos", functions.acos, "The angle, in radians, whose cosine is the element.")
arctan = _unary("arctan", functions.atan, "The angle, in radians, whose tangent is the element.")
arcsinh = _unary("arcsinh", functions.asinh, "The inverse of the hyperbolic sine.")
arccosh = _unary("arccosh", functions.acosh, "The inverse of the hyperbolic cosine.")
arctanh = _unary("arctanh", functions.atanh, "The inverse of the hyperbolic tangent.")
erf = _unary("erf", functions.erf, "The error function of every element.")
erfc = _unary("erfc", functions.erfc, "1 - erf(x), exact for large x.")
erfinv = _unary("erfinv", functions.erfinv, "The inverse of the error function.")
reciprocal = _unary("reciprocal", functions.reciprocal, "One divided by every element.")


def _times(factor: float) -> Any:
    def scale(x: Tensor) -> Tensor:
        return x * factor

    return scale


log2 = _unary("log2", lambda x: functions.log(x) / math.log(2), "The logarithm to base 2.")
log10 = _unary("log10", lambda x: functions.log(x) / math.log(10), "The logarithm to base 10.")
exp2 = _unary("exp2", lambda x: functions.exp(x * math.log(2)), "2 to the power of every element.")
deg2rad = _unary("deg2rad", _times(math.pi / 180), "Degrees as radians.")
rad2deg = _unary("rad2deg", _times(180 / math.pi), "Radians as degrees.")
fabs = _unary("fabs", functions.abs, "The distance from zero, as a float.")
cbrt = _unary(
    "cbrt",
    lambda x: functions.sign(x) * functions.pow(functions.abs(x), 1 / 3),
    "The cube root of every element.",
)


def _sinc(x: Tensor) -> Tensor:
    angle = x * math.pi
    safe = comparison.where(functions.equal(angle, 0.0), creation.ones_like(angle), angle)
    return comparison.where(
        functions.equal(angle, 0.0), creation.ones_like(x), functions.sin(safe) / safe
    )


sinc = _unary("sinc", _sinc, "sin(pi x) / (pi x), and 1 at zero.")

i0 = _unary("i0", functions.bessel_i0, "The modified Bessel function of order 0.")

# Functions that keep the dtype.
_kept = functools.partial(unary, __name__, floats=False)
abs = _kept("abs", function=functions.abs, doc="The distance of every element from zero.")
absolute = _kept("absolute", function=functions.abs, doc="The same as `abs`.")
negative = _kept("negative", function=functions.negative, doc="Every element with the other sign.")
sign = _kept("sign", function=functions.sign, doc="-1, 0 or 1: the sign of every element.")
conj = _kept("conj", function=lambda x: x, doc="The conjugate: real numbers as they are.")
conjugate = _kept("conjugate", function=lambda x: x, doc="The same as `conj`.")
real = _kept("real", function=lambda x: x, doc="The real part: real numbers as they are.")
imag = _kept("imag", function=creation.zeros_like, doc="The imaginary part: zeros.")
copy = _kept("copy", function=lambda x: Tensor(build.identity(x.used_node())), doc="A copy.")


def _square(x: Tensor) -> Tensor:
    return functions.square(tensor(x, dtypes.int32) if x.dtype.is_bool else x)


square = _kept("square", function=_square, doc="Every element times itself.")
floor = _unary("floor", functions.floor, "The next whole number below.")
ceil = _unary("ceil", functions.ceil, "The next whole number above.")


def _trunc(x: Tensor) -> Tensor:
    if not x.dtype.is_floating:
        return x
    return comparison.where(x < 0, functions.ceil(x), functions.floor(x))


trunc = _kept("trunc", function=_trunc, doc="The whole number next to it on the way to zero.")


@operation
def round(x: Any, decimals: int = 0) -> Tensor:
    """Every element rounded; halves go to the even neighbour.

    Args:
        x: the numbers.
        decimals: how many digits after the point are kept.
    """
    value = tensor(x)
    if not value.dtype.is_floating:
        return value if decimals >= 0 else tensor(round(as_float(value), decimals), value.dtype)
    if not decimals:
        return functions.round(value)
    factor = 10.0**decimals
    return functions.round(value * factor) / factor


# Of two numbers.


def _add(x: Tensor, y: Tensor) -> Tensor:
    return functions.logical_or(x, y) if x.dtype.is_bool else x + y


add = _binary("add", _add, "x1 + x2.")
subtract = _binary("subtract", lambda x, y: x - y, "x1 - x2.")
multiply = _binary("multiply", lambda x, y: x * y, "x1 * x2.")


def _divide(x: Tensor, y: Tensor) -> Tensor:
    return x / y


divide = _binary("divide", _divide, "x1 / x2, as floats.", floats=True)
true_divide = _binary("true_divide", _divide, "The same as `divide`.", floats=True)
divide_no_nan = _binary(
    "divide_no_nan", functions.divide_no_nan, "x1 / x2, and 0 where x2 is 0.", floats=True
)


def _as_integers(x: Tensor) -> Tensor:
    return tensor(x, dtypes.int32) if x.dtype.is_bool else x


floor_divide = _binary(
    "floor_divide",
    lambda x, y: _as_integers(x) // _as_integers(y),
    "x1 / x2, rounded down.",
)
mod = _binary(
    "mod", lambda x, y: _as_integers(x) % _as_integers(y), "The rest of x1 / x2, signed as x2."
)


def _fmod(x: Tensor, y: Tensor) -> Tensor:
    quotient = _trunc(as_float(x) / as_float(y))
    return x - y * tensor(quotient, x.dtype)


fmod = _binary("fmod", _fmod, "The rest of x1 / x2, signed as x1.")
power = _binary(
    "power", lambda x, y: functions.pow(_as_integers(x), _as_integers(y)), "x1 to the power of x2."
)
maximum = _binary("maximum", functions.maximum, "The larger of both.")
minimum = _binary("minimum", functions.minimum, "The smaller of both.")


def _known(choose: Any) -> Any:
    def run(x: Tensor, y: Tensor) -> Any:
        if not x.dtype.is_floating:
            return choose(x, y)
        chosen = comparison.where(functions.is_nan(x), y, choose(x, y))
        return comparison.where(functions.is_nan(y), x, chosen)

    return run


fmax = _binary("fmax", _known(functions.maximum), "The larger of both; a NaN does not count.")
fmin = _binary("fmin", _known(functions.minimum), "The smaller of both; a NaN does not count.")
arctan2 = _binary(
    "arctan2", functions.atan2, "The angle of the point (x2, x1), in radians.", floats=True
)
hypot = _binary(
    "hypot",
    lambda x, y: functions.sqrt(x * x + y * y),
    "The length of the vector (x1, x2).",
    floats=True,
)


def _logaddexp(x: Tensor, y: Tensor) -> Tensor:
    larger = functions.maximum(x, y)
    return larger + functions.log1p(functions.exp(-functions.abs(x - y)))


logaddexp = _binary("logaddexp", _logaddexp, "log(exp(x1) + exp(x2)).", floats=True)
logaddexp2 = _binary(
    "logaddexp2",
    lambda x, y: _logaddexp(x * math.log(2), y * math.log(2)) / math.log(2),
    "The logarithm to base 2 of 2**x1 + 2**x2.",
    floats=True,
)


def _heaviside(x: Tensor, y: Tensor) -> Tensor:
    step = tensor(x > 0, x.dtype)
    return comparison.where(functions.equal(x, tensor(0, x.dtype)), y, step)


heaviside = _binary("heaviside", _heaviside, "0 below zero, 1 above, x2 at zero.", floats=True)


@operation
def ldexp(x1: Any, x2: Any) -> Tensor:
    """``x1 · 2**x2``."""
    x = as_float(x1)
    return x * functions.pow(tensor(2, x.dtype), tensor(x2, x.dtype))


# Comparison and logic.

equal = _binary("equal", functions.equal, "Where x1 is equal to x2.")
not_equal = _binary("not_equal", functions.not_equal, "Where x1 is not equal to x2.")


def _comparable(compare: Any) -> Any:
    def run(x: Tensor, y: Tensor) -> Any:
        return compare(_as_integers(x), _as_integers(y))

    return run


greater = _binary("greater", _comparable(functions.greater), "Where x1 > x2.")
greater_equal = _binary("greater_equal", _comparable(functions.greater_equal), "Where x1 >= x2.")
less = _binary("less", _comparable(functions.less), "Where x1 < x2.")
less_equal = _binary("less_equal", _comparable(functions.less_equal), "Where x1 <= x2.")


def _truths(logic: Any) -> Any:
    def run(*values: Any) -> Any:
        return logic(*(tensor(each, dtypes.bool) for each in values))

    return run


logical_not = _kept("logical_not", function=_truths(functions.logical_not), doc="Where x is false.")
logical_and = _binary("logical_and", _truths(functions.logical_and), "Where both are true.")
logical_or = _binary("logical_or", _truths(functions.logical_or), "Where any of both is true.")
logical_xor = _binary("logical_xor", _truths(functions.logical_xor), "Where one of both is true.")


def _none(x: Tensor) -> Tensor:
    return creation.zeros_like(x, dtypes.bool)


def _of_floats(ask: Any, otherwise: Any = _none) -> Any:
    def run(x: Tensor) -> Any:
        return ask(x) if x.dtype.is_floating else otherwise(x)

    return run


def _everywhere(x: Tensor) -> Tensor:
    return creation.ones_like(x, dtypes.bool)


isnan = _kept("isnan", function=_of_floats(functions.is_nan), doc="Where there is no number.")
isinf = _kept("isinf", function=_of_floats(functions.is_inf), doc="Where x is infinite.")
isfinite = _kept(
    "isfinite", function=_of_floats(functions.is_finite, _everywhere), doc="Where x is finite."
)
isposinf = _kept(
    "isposinf",
    function=_of_floats(lambda x: functions.equal(x, math.inf)),
    doc="Where x is positive infinity.",
)
isneginf = _kept(
    "isneginf",
    function=_of_floats(lambda x: functions.equal(x, -math.inf)),
    doc="Where x is negative infinity.",
)
isreal = _kept("isreal", function=_everywhere, doc="Where x is a real number: everywhere.")
signbit = _kept("signbit", function=lambda x: x < tensor(0, x.dtype), doc="Where x is negative.")


@operation
def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Where ``|x1 - x2| <= atol + rtol · |x2|``.

    Args:
        x1: numbers.
        x2: numbers that broadcast with them.
        rtol: the tolerance, as a share of x2.
        atol: the tolerance as it is.
        equal_nan: whether two NaNs are close.
    """
    x, y = common(x1, x2)
    if not x.dtype.is_floating:
        x, y = as_float(x), as_float(y)
    close = functions.less_equal(functions.abs(x - y), atol + rtol * functions.abs(y))
    finite = functions.logical_and(functions.is_finite(x), functions.is_finite(y))
    result = comparison.where(finite, close, functions.equal(x, y))
    if equal_nan:
        both = functions.logical_and(functions.is_nan(x), functions.is_nan(y))
        result = functions.logical_or(result, both)
    return result


@operation
def allclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Whether all elements are close; see `isclose`."""
    return functions.reduce_all(isclose(x1, x2, rtol, atol, equal_nan))


# Bits.


def _bits(name: str, function: Any, doc: str) -> Any:
    def run(x: Any, y: Any) -> Any:
        left, right = common(x, y)
        if left.dtype.is_bool:
            left, right = tensor(left, dtypes.int32), tensor(right, dtypes.int32)
        return function(left, right)

    return named(run, name, __name__, doc)


bitwise_and = _bits("bitwise_and", bits.bitwise_and, "The bits that both have.")
bitwise_or = _bits("bitwise_or", bits.bitwise_or, "The bits that any of both has.")
bitwise_xor = _bits("bitwise_xor", bits.bitwise_xor, "The bits that one of both has.")
bitwise_left_shift = _bits("bitwise_left_shift", bits.left_shift, "x, shifted y bits up.")
bitwise_right_shift = _bits("bitwise_right_shift", bits.right_shift, "x, shifted y bits down.")
left_shift = _bits("left_shift", bits.left_shift, "x, shifted y bits up.")
right_shift = _bits("right_shift", bits.right_shift, "x, shifted y bits down.")
bitwise_not = _kept("bitwise_not", function=bits.invert, doc="The bits that x has not.")
bitwise_invert = _kept("bitwise_invert", function=bits.invert, doc="The same as `bitwise_not`.")

# Limits and choices.


@operation
def clip(x: Any, x_min: Any, x_max: Any) -> Tensor:
    """Every element, but at least `x_min` and at most `x_max`."""
    value, low, high = common(x, x_min, x_max)
    if value.dtype.is_bool:
        value, low, high = (tensor(each, dtypes.int32) for each in (value, low, high))
    return functions.minimum(functions.maximum(value, low), high)


@operation
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """`x1` where the condition holds, `x2` elsewhere; alone, the positions where it holds.

    Raises:
        ValueError: one of `x1` and `x2` is missing.
    """
    truths = tensor(condition, dtypes.bool)
    if x1 is None and x2 is None:
        return [tensor(each, dtypes.int32) for each in _columns(comparison.where(truths))]
    if x1 is None or x2 is None:
        raise InvalidArgumentError(
            "where: `x1` and `x2` either both should be `None` or both should be given, but one is "
            "missing."
        )
    x, y = common(x1, x2)
    return comparison.where(truths, x, y)


def _columns(found: Tensor) -> list[Tensor]:
    return joining.unstack(found, axis=1)


@operation
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
    """For each place, the choice of the first condition that holds there, else `default`."""
    result = common(default, *choicelist)[0]
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        result = where(condition, choice, result)
    return result


@operation
def nan_to_num(
    x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """The numbers, with others in the places of NaN and the infinities.

    Args:
        x: the numbers.
        nan: what stands for NaN.
        posinf: what stands for infinity; the largest number by default.
        neginf: what stands for minus infinity; the smallest number by default.
    """
    value = tensor(x)
    if not value.dtype.is_floating:
        return value
    high = value.dtype.max if posinf is None else posinf
    low = value.dtype.min if neginf is None else neginf
    value = comparison.where(functions.is_nan(value), tensor(nan, value.dtype), value)
    value = comparison.where(functions.equal(value, math.inf), tensor(high, value.dtype), value)
    return comparison.where(functions.equal(value, -math.inf), tensor(low, value.dtype), value)


@operation
def cast(x: Any, dtype: Any) -> Tensor:
    """The same values in another dtype."""
    return tensor(x, as_dtype(dtype))


@operation
def saturate_cast(x: Any, dtype: Any) -> Tensor:
    """The same values in another dtype, limited to what it can hold."""
    return properties.saturate_cast(tensor(x), as_dtype(dtype))


@operation
def angle(x: Any) -> Tensor:
    """The angle of numbers in the complex plane: 0 for positive, pi for negative ones."""
    value = as_float(x)
    return comparison.where(value < 0, tensor(math.pi, value.dtype), creation.zeros_like(value))
