"""Numbers under construction: LLVM values that are written like numbers.

`Real` is a float32 or float64 value, `Bits` an integer of its width, `Condition` a truth value.
Each operator emits one instruction, so that a function reads like its formula:

    square = x * x
    return where(abs(x) < 1.0, x + x * square, 1.0 / x)

Nothing branches: `where` is a select, and both of its sides are computed. That is what lets LLVM
turn a loop around a function into vector code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.functions.coefficients import POLYNOMIALS

__all__ = [
    "Accuracy",
    "Bits",
    "Condition",
    "Format",
    "Real",
    "either",
    "exact_fma",
    "fma",
    "maximum",
    "minimum",
    "negative_where",
    "polynomial",
    "sqrt",
    "two_sum",
    "where",
]

Accuracy = Literal["float32", "float64"]
Number = float
"""A Python number; it takes the type of the value beside it."""


@dataclass(frozen=True)
class Format:
    """One IEEE format: the LLVM types and what the layout of its bits gives."""

    type: Any
    width: int
    fraction: int
    """Explicit bits of the fraction."""

    @property
    def bias(self) -> int:
        """The exponent field of 1."""
        return (1 << (self.width - self.fraction - 2)) - 1

    @property
    def smallest_normal(self) -> float:
        """The smallest positive value with a full fraction."""
        return 2.0 ** (1 - self.bias)

    @property
    def magic(self) -> float:
        """Adding it rounds to an integer, whose two's complement is then in the low bits."""
        return 1.5 * 2.0**self.fraction

    @property
    def magic_bits(self) -> int:
        """The bits of `magic`."""
        return (self.bias + self.fraction) << self.fraction | 1 << (self.fraction - 1)


_SINGLE = Format(ir.FloatType(), 32, 23)
_DOUBLE = Format(ir.DoubleType(), 64, 52)


@dataclass(frozen=True)
class Condition:
    """A truth value."""

    builder: Any
    value: Any

    def __and__(self, other: Condition) -> Condition:
        return Condition(self.builder, self.builder.and_(self.value, other.value))

    def __or__(self, other: Condition) -> Condition:
        return Condition(self.builder, self.builder.or_(self.value, other.value))

    def __invert__(self) -> Condition:
        return Condition(self.builder, self.builder.not_(self.value))


@dataclass(frozen=True)
class Bits:
    """An integer, two's complement, as wide as the floats it is used with."""

    builder: Any
    value: Any
    format: Format
    accuracy: Accuracy

    def _of(self, value: Any) -> Bits:
        return Bits(self.builder, value, self.format, self.accuracy)

    def _lift(self, other: Bits | int) -> Any:
        return other.value if isinstance(other, Bits) else ir.Constant(self.value.type, other)

    def __add__(self, other: Bits | int) -> Bits:
        return self._of(self.builder.add(self.value, self._lift(other)))

    def __sub__(self, other: Bits | int) -> Bits:
        return self._of(self.builder.sub(self.value, self._lift(other)))

    def __neg__(self) -> Bits:
        return self._of(self.builder.neg(self.value))

    def __and__(self, other: Bits | int) -> Bits:
        return self._of(self.builder.and_(self.value, self._lift(other)))

    def __xor__(self, other: Bits | int) -> Bits:
        return self._of(self.builder.xor(self.value, self._lift(other)))

    def __lshift__(self, count: int) -> Bits:
        return self._of(self.builder.shl(self.value, self._lift(count)))

    def __rshift__(self, count: int) -> Bits:
        """The arithmetic shift: the sign is kept."""
        return self._of(self.builder.ashr(self.value, self._lift(count)))

    def at_most(self, limit: int) -> Bits:
        """The smaller of this and a limit."""
        bound = self._lift(limit)
        less = self.builder.icmp_signed("<", self.value, bound)
        return self._of(self.builder.select(less, self.value, bound))

    def is_zero(self) -> Condition:
        """Whether all bits are 0."""
        return Condition(self.builder, self.builder.icmp_signed("==", self.value, self._lift(0)))

    def as_real(self) -> Real:
        """The float with these bits."""
        value = self.builder.bitcast(self.value, self.format.type)
        return Real(self.builder, value, self.format, self.accuracy)

    def converted(self) -> Real:
        """The float that is equal to this integer, which is small: below 2**(fraction - 1)."""
        # AVX2 cannot convert 64-bit integers; adding the bits of a large float can, in any width.
        return (self + self.format.magic_bits).as_real() - self.format.magic

    def power_of_two(self) -> Real:
        """2 to this power, if that is a normal number."""
        return ((self + self.format.bias) << self.format.fraction).as_real()


@dataclass(frozen=True)
class Real:
    """A floating-point value; `accuracy` is the type that the function's result will have."""

    builder: Any
    value: Any
    format: Format
    accuracy: Accuracy

    @classmethod
    def wrap(cls, builder: Any, value: Any) -> Real:
        """A Real around an LLVM value of type float or double."""
        single = value.type == _SINGLE.type
        return cls(
            builder, value, _SINGLE if single else _DOUBLE, "float32" if single else "float64"
        )

    def _of(self, value: Any) -> Real:
        return Real(self.builder, value, self.format, self.accuracy)

    def number(self, number: Real | Number) -> Real:
        """A constant of this type; what is a Real is passed on."""
        if isinstance(number, Real):
            return number
        return self._of(ir.Constant(self.format.type, float(number)))

    def _compare(self, sign: str, other: Real | Number) -> Condition:
        value = self.builder.fcmp_ordered(sign, self.value, self.number(other).value)
        return Condition(self.builder, value)

    def __add__(self, other: Real | Number) -> Real:
        return self._of(self.builder.fadd(self.value, self.number(other).value))

    def __radd__(self, other: Number) -> Real:
        return self.number(other) + self

    def __sub__(self, other: Real | Number) -> Real:
        return self._of(self.builder.fsub(self.value, self.number(other).value))

    def __rsub__(self, other: Number) -> Real:
        return self.number(other) - self

    def __mul__(self, other: Real | Number) -> Real:
        return self._of(self.builder.fmul(self.value, self.number(other).value))

    def __rmul__(self, other: Number) -> Real:
        return self.number(other) * self

    def __truediv__(self, other: Real | Number) -> Real:
        return self._of(self.builder.fdiv(self.value, self.number(other).value))

    def __rtruediv__(self, other: Number) -> Real:
        return self.number(other) / self

    def __neg__(self) -> Real:
        return self._of(self.builder.fneg(self.value))

    def __abs__(self) -> Real:
        return self._of(_intrinsic("llvm.fabs", self))

    # Comparisons are ordered: with NaN they are false.

    def __lt__(self, other: Real | Number) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: Real | Number) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: Real | Number) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: Real | Number) -> Condition:
        return self._compare(">=", other)

    def equals(self, other: Real | Number) -> Condition:
        """Whether two values are equal; NaN equals nothing, itself included."""
        return self._compare("==", other)

    def floor(self) -> Real:
        """The largest integer that is not above this."""
        return self._of(_intrinsic("llvm.floor", self))

    def with_sign_of(self, other: Real) -> Real:
        """This magnitude with the sign of another value."""
        return self._of(_intrinsic("llvm.copysign", self, other))

    def bits(self) -> Bits:
        """The integer with the same bits."""
        value = self.builder.bitcast(self.value, ir.IntType(self.format.width))
        return Bits(self.builder, value, self.format, self.accuracy)

    def rounded_product(self, factor: Number) -> tuple[Real, Bits]:
        """The integer nearest to this times a factor, as a float, and as bits if it is small."""
        shifted = fma(self, factor, self.format.magic)
        return shifted - self.format.magic, shifted.bits() - self.format.magic_bits

    def widened(self) -> Real:
        """The same number in float64; what is computed from it needs float32's accuracy only."""
        if self.format is _DOUBLE:
            return self
        value = self.builder.fpext(self.value, _DOUBLE.type)
        return Real(self.builder, value, _DOUBLE, self.accuracy)

    def narrowed(self) -> Real:
        """The number rounded to the type of the function's result."""
        if self.accuracy == "float64" or self.format is _SINGLE:
            return self
        value = self.builder.fptrunc(self.value, _SINGLE.type)
        return Real(self.builder, value, _SINGLE, self.accuracy)


def _intrinsic(name: str, *operands: Real) -> Any:
    first = operands[0]
    kind = first.format.type
    signature = ir.FunctionType(kind, [kind] * len(operands))
    function = first.builder.module.declare_intrinsic(name, [kind], signature)
    return first.builder.call(function, [operand.value for operand in operands])


def _first_real(*values: Real | Number) -> Real:
    return next(value for value in values if isinstance(value, Real))


def fma(x: Real | Number, y: Real | Number, addend: Real | Number) -> Real:
    """x * y + addend, rounded once where the processor does so in one instruction."""
    pattern = _first_real(x, y, addend)
    operands = (pattern.number(value) for value in (x, y, addend))
    return Real._of(pattern, _intrinsic("llvm.fmuladd", *operands))


def exact_fma(x: Real, y: Real | Number, addend: Real) -> Real:
    """x * y + addend, rounded once on every processor."""
    return Real._of(x, _intrinsic("llvm.fma", x, x.number(y), addend))


def sqrt(x: Real) -> Real:
    """The square root, rounded correctly."""
    return Real._of(x, _intrinsic("llvm.sqrt", x))


def where(condition: Condition, yes: Real | Number, no: Real | Number) -> Real:
    """One of two values; at least one of them is a Real."""
    pattern = _first_real(yes, no)
    yes, no = pattern.number(yes), pattern.number(no)
    return Real._of(pattern, pattern.builder.select(condition.value, yes.value, no.value))


def either(like: Real, condition: Condition, yes: Number, no: Number) -> Real:
    """One of two constants, of the type of `like`."""
    return where(condition, like.number(yes), no)


def minimum(x: Real, limit: Number) -> Real:
    """The smaller of a value and a limit; NaN stays NaN."""
    return where(x > limit, limit, x)


def maximum(x: Real, limit: Number) -> Real:
    """The larger of a value and a limit; NaN stays NaN."""
    return where(x < limit, limit, x)


def negative_where(condition: Condition, x: Real) -> Real:
    """-x where the condition holds, else x."""
    return where(condition, -x, x)


def two_sum(x: Real, y: Real) -> tuple[Real, Real]:
    """x + y rounded, and exactly what the rounding took away (Knuth)."""
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)


def polynomial(name: str, x: Real) -> Real:
    """The polynomial of that name, at the accuracy that the result needs (Horner)."""
    *rest, value = map(x.number, POLYNOMIALS[name, x.accuracy])
    for coefficient in reversed(rest):
        value = fma(value, x, coefficient)
    return value
