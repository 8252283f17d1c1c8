"""One scalar at a time: how each elementwise operation is written in LLVM's terms.

Truth values are `i1` in registers and bytes in memory. Arithmetic keeps NumPy's results: integers
wrap around, comparisons with NaN are false, maximum and minimum pass NaN on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.functions import FUNCTIONS

__all__ = ["SCALARS", "emit_scalar", "memory_type", "number", "register_type", "supports"]

Emit = Callable[[Any, Sequence[Any], DType], Any]
"""From a builder, the operands and the dtype of the first operand to the result."""

SCALARS: dict[str, Emit] = {}

_FLOATS = {dtypes.float32: ir.FloatType(), dtypes.float64: ir.DoubleType()}
_DTYPES = frozenset(dtype for dtype in dtypes.ALL if dtype.is_integer or dtype.is_bool) | frozenset(
    _FLOATS
)


def register_type(dtype: DType) -> Any:
    """The type of a value in a register."""
    if dtype in _FLOATS:
        return _FLOATS[dtype]
    return ir.IntType(1) if dtype.is_bool else ir.IntType(8 * dtype.size)


def memory_type(dtype: DType) -> Any:
    """The type of an element in memory."""
    return ir.IntType(8) if dtype.is_bool else register_type(dtype)


def number(dtype: DType, text: str) -> Any:
    """A constant from the text of a Python number."""
    kind = register_type(dtype)
    if dtype.is_floating:
        return ir.Constant(kind, float(text.replace("True", "1").replace("False", "0")))
    value = {"True": 1, "False": 0}.get(text)
    integer = int(float(text)) if value is None and not text.lstrip("-").isdigit() else value
    return ir.Constant(kind, int(text) if integer is None else integer)


def supports(op: str, operands: Sequence[DType], result: DType) -> bool:
    """Whether an elementwise operation is known for these dtypes."""
    if op not in SCALARS or not _DTYPES.issuperset((*operands, result)):
        return False
    return op not in _FLOATING_ONLY or operands[0].is_floating


def emit_scalar(
    builder: Any, op: str, values: Sequence[Any], operands: Sequence[DType], result: DType
) -> Any:
    """The result of an operation on scalars."""
    if op == "cast":
        return _cast(builder, values[0], operands[0], result)
    return SCALARS[op](builder, values, operands[-1] if op == "select" else operands[0])


def scalar(*ops: str) -> Callable[[Emit], Emit]:
    """Enter a function for each of `ops`."""

    def register(function: Emit) -> Emit:
        for op in ops:
            SCALARS[op] = function
        return function

    return register


# Functions of floating-point numbers.

_FLOATING_ONLY = {*FUNCTIONS, "reciprocal", "div", "is_nan", "is_inf", "is_finite"}


def _function(op: str) -> Emit:
    def emit(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
        return FUNCTIONS[op](builder, *values)

    return emit


for _op in FUNCTIONS:
    SCALARS[_op] = _function(_op)


def _intrinsic(builder: Any, name: str, *values: Any) -> Any:
    kind = values[0].type
    suffix = "f32" if kind == _FLOATS[dtypes.float32] else "f64"
    full = f"llvm.{name}.{suffix}"
    declared = builder.module.globals.get(full)
    if declared is None:
        declared = ir.Function(builder.module, ir.FunctionType(kind, [kind] * len(values)), full)
    return builder.call(declared, values)


def _zero(value: Any) -> Any:
    return ir.Constant(value.type, 0.0 if isinstance(value.type, _FLOAT_TYPES) else 0)


def _one(value: Any) -> Any:
    return ir.Constant(value.type, 1.0 if isinstance(value.type, _FLOAT_TYPES) else 1)


_FLOAT_TYPES = (ir.FloatType, ir.DoubleType)


@scalar("reciprocal")
def _reciprocal(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    return builder.fdiv(_one(values[0]), values[0])


@scalar("is_nan")
def _is_nan(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    return builder.fcmp_unordered("uno", values[0], values[0])


@scalar("is_inf")
def _is_inf(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    size = _intrinsic(builder, "fabs", values[0])
    return builder.fcmp_ordered("==", size, ir.Constant(size.type, float("inf")))


@scalar("is_finite")
def _is_finite(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    size = _intrinsic(builder, "fabs", values[0])
    return builder.fcmp_ordered("<", size, ir.Constant(size.type, float("inf")))


def _rounding(name: str) -> Emit:
    def emit(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
        return _intrinsic(builder, name, values[0]) if dtype.is_floating else values[0]

    return emit


for _op, _name in (("floor", "floor"), ("ceil", "ceil"), ("round", "rint")):
    SCALARS[_op] = _rounding(_name)


# Arithmetic.


def _arithmetic(floating: str, integer: str) -> Emit:
    def emit(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
        return getattr(builder, floating if dtype.is_floating else integer)(*values)

    return emit


for _op, _floating, _integer in (
    ("add", "fadd", "add"),
    ("sub", "fsub", "sub"),
    ("mul", "fmul", "mul"),
    ("div", "fdiv", "sdiv"),
    ("neg", "fneg", "neg"),
):
    SCALARS[_op] = _arithmetic(_floating, _integer)


@scalar("square")
def _square(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    (x,) = values
    return SCALARS["mul"](builder, (x, x), dtype)


@scalar("identity")
def _identity(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    return values[0]


@scalar("abs")
def _abs(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    (x,) = values
    if dtype.is_floating:
        return _intrinsic(builder, "fabs", x)
    if dtype.is_unsigned:
        return x
    return builder.select(_compare(builder, "<", x, _zero(x), dtype), builder.neg(x), x)


@scalar("sign")
def _sign(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    (x,) = values
    zero, one = _zero(x), _one(x)
    positive = _compare(builder, ">", x, zero, dtype)
    if dtype.is_unsigned:
        return builder.select(positive, one, zero)
    negative = _compare(builder, "<", x, zero, dtype)
    minus = ir.Constant(x.type, -1.0 if dtype.is_floating else -1)
    # NaN and the zeros are passed on; NumPy gives 0.0 for -0.0.
    rest = builder.fadd(x, zero) if dtype.is_floating else zero
    return builder.select(positive, one, builder.select(negative, minus, rest))


@scalar("relu")
def _relu(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    (x,) = values
    if dtype.is_unsigned:
        return x
    return builder.select(_compare(builder, "<", x, _zero(x), dtype), _zero(x), x)


def _extreme(sign: str) -> Emit:
    def emit(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
        x, y = values
        takes_left = _compare(builder, sign, x, y, dtype)
        if dtype.is_floating:
            takes_left = builder.or_(takes_left, builder.fcmp_unordered("uno", x, x))
        return builder.select(takes_left, x, y)

    return emit


SCALARS["maximum"] = _extreme(">")
SCALARS["minimum"] = _extreme("<")


# Comparison and logic.


def _compare(builder: Any, sign: str, x: Any, y: Any, dtype: DType) -> Any:
    if dtype.is_floating:
        compare = builder.fcmp_unordered if sign == "!=" else builder.fcmp_ordered
        return compare(sign, x, y)
    if dtype.is_unsigned or dtype.is_bool:
        return builder.icmp_unsigned(sign, x, y)
    return builder.icmp_signed(sign, x, y)


def _comparison(sign: str) -> Emit:
    def emit(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
        x, y = values
        return _compare(builder, sign, x, y, dtype)

    return emit


for _op, _sign_text in (
    ("equal", "=="),
    ("not_equal", "!="),
    ("less", "<"),
    ("less_equal", "<="),
    ("greater", ">"),
    ("greater_equal", ">="),
):
    SCALARS[_op] = _comparison(_sign_text)


def _bits(method: str) -> Emit:
    def emit(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
        return getattr(builder, method)(*values)

    return emit


for _op, _method in (
    ("logical_and", "and_"),
    ("logical_or", "or_"),
    ("logical_xor", "xor"),
    ("logical_not", "not_"),
    ("bitwise_and", "and_"),
    ("bitwise_or", "or_"),
    ("bitwise_xor", "xor"),
    ("bitwise_not", "not_"),
):
    SCALARS[_op] = _bits(_method)


def _shift(builder: Any, method: str, values: Sequence[Any], beyond: Any) -> Any:
    """Shift, where a count outside of the width gives `beyond`."""
    x, count = values
    width = ir.Constant(count.type, x.type.width)
    inside = builder.icmp_unsigned("<", count, width)
    safe = builder.select(inside, count, ir.Constant(count.type, 0))
    return builder.select(inside, getattr(builder, method)(x, safe), beyond)


@scalar("left_shift")
def _left_shift(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    return _shift(builder, "shl", values, _zero(values[0]))


@scalar("right_shift")
def _right_shift(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    x = values[0]
    if dtype.is_unsigned:
        return _shift(builder, "lshr", values, _zero(x))
    sign = builder.ashr(x, ir.Constant(x.type, x.type.width - 1))
    return _shift(builder, "ashr", values, sign)


@scalar("select")
def _select(builder: Any, values: Sequence[Any], dtype: DType) -> Any:
    return builder.select(*values)


# Conversion.

SCALARS["cast"] = lambda builder, values, dtype: values[0]  # emit_scalar knows both dtypes


def _cast(builder: Any, x: Any, source: DType, target: DType) -> Any:
    if source is target:
        return x
    kind = register_type(target)
    if target.is_bool:
        return _compare(builder, "!=", x, _zero(x), source)
    if source.is_floating:
        return _cast_float(builder, x, target, kind)
    if target.is_floating:
        convert = builder.uitofp if source.is_unsigned or source.is_bool else builder.sitofp
        return convert(x, kind)
    if kind.width <= x.type.width:
        return builder.trunc(x, kind) if kind.width < x.type.width else x
    return (builder.zext if source.is_unsigned or source.is_bool else builder.sext)(x, kind)


def _cast_float(builder: Any, x: Any, target: DType, kind: Any) -> Any:
    if target.is_floating:
        return (builder.fptrunc if target.size == 4 else builder.fpext)(x, kind)
    if target is dtypes.uint64:
        return builder.fptoui(x, kind)
    # As the processor does it: through an integer that holds more, whose lower bits remain.
    wide = ir.IntType(64 if target.size >= 4 and target is not dtypes.int32 else 32)
    integer = builder.fptosi(x, wide)
    return integer if kind.width == wide.width else builder.trunc(integer, kind)
