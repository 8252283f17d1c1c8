"""Two normal numbers from two even ones, as `glassbrook.engine.box_muller` makes them.

What is rounded to float32, and where, is the same there and here.
"""

from __future__ import annotations

import math
from typing import Any

from glassbrook.engine.box_muller import (
    COSINE,
    FIRST_BITS,
    LEAST_UNIFORM,
    LOGARITHM,
    LOGARITHM_OF_2,
    LOGARITHM_TABLE,
    SINE,
    TABLE_SHIFT,
)
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import i64

__all__ = ["emit_normal_pair"]

_I32 = ir.IntType(32)
_F32, _F64 = ir.FloatType(), ir.DoubleType()
_ROW = ir.ArrayType(_F64, 2)
_TABLE = ir.ArrayType(_ROW, len(LOGARITHM_TABLE))


def emit_normal_pair(builder: Any, u: Any, v: Any) -> tuple[Any, Any]:
    """``sqrt(-2 log u) sin 2πv`` and ``sqrt(-2 log u) cos 2πv`` of float32 numbers in [0, 1)."""
    least = _F32(LEAST_UNIFORM)
    u = builder.select(builder.fcmp_ordered("<", u, least), least, u)
    twice = builder.fmul(_F32(-2.0), _logarithm(builder, u))
    root = builder.module.declare_intrinsic("llvm.sqrt", [_F32])
    radius = builder.call(root, [twice])
    angle = builder.fmul(builder.fpext(v, _F64), _F64(2 * math.pi))
    rounded = builder.fpext(builder.fptrunc(angle, _F32), _F64)
    sine, cosine = _sine_and_cosine(builder, rounded)
    return builder.fmul(sine, radius), builder.fmul(cosine, radius)


def _logarithm(builder: Any, x: Any) -> Any:
    """The logarithm of a positive float32 number, rounded to float32."""
    bits = builder.bitcast(x, _I32)
    above = builder.sub(bits, _I32(FIRST_BITS))
    place = builder.and_(builder.ashr(above, _I32(TABLE_SHIFT)), _I32(len(LOGARITHM_TABLE) - 1))
    exponent = builder.ashr(above, _I32(23))
    mantissa = builder.bitcast(builder.sub(bits, builder.shl(exponent, _I32(23))), _F32)
    table = _table(builder.module)
    inverse, logarithm = (
        builder.load(
            builder.gep(
                table,
                [i64(0), builder.zext(place, ir.IntType(64)), i64(column)],
                inbounds=True,
                source_etype=_TABLE,
            ),
            typ=_F64,
            align=8,
        )
        for column in (0, 1)
    )
    r = builder.fsub(builder.fmul(builder.fpext(mantissa, _F64), inverse), _F64(1.0))
    base = builder.fmul(builder.sitofp(exponent, _F64), _F64(LOGARITHM_OF_2))
    base = builder.fadd(base, logarithm)
    square = builder.fmul(r, r)
    tail = builder.fadd(builder.fmul(_F64(LOGARITHM[1]), r), _F64(LOGARITHM[2]))
    tail = builder.fadd(tail, builder.fmul(_F64(LOGARITHM[0]), square))
    tail = builder.fadd(builder.fmul(tail, square), builder.fadd(base, r))
    return builder.fptrunc(tail, _F32)


def _table(module: Any) -> Any:
    """The table of logarithms, once in each module."""
    name = "logarithms"
    if name in module.globals:
        return module.globals[name]
    rows = [ir.Constant(_ROW, [_F64(number) for number in row]) for row in LOGARITHM_TABLE]
    table = ir.GlobalVariable(module, _TABLE, name)
    table.initializer = ir.Constant(_TABLE, rows)
    table.global_constant = True
    table.linkage = "private"
    return table


def _sine_and_cosine(builder: Any, x: Any) -> tuple[Any, Any]:
    """Sine and cosine of a float64 number from 0 to 2π, rounded to float32."""
    shifted = builder.fadd(builder.fmul(x, _F64(2 / math.pi)), _F64(0.5))
    turns = builder.fptosi(shifted, _I32)
    x = builder.fsub(x, builder.fmul(builder.sitofp(turns, _F64), _F64(math.pi / 2)))
    square = builder.fmul(x, x)
    cube, fourth = builder.fmul(square, x), builder.fmul(square, square)
    sine = builder.fadd(x, builder.fmul(cube, _F64(SINE[0])))
    last = builder.fadd(_F64(SINE[1]), builder.fmul(square, _F64(SINE[2])))
    sine = builder.fadd(sine, builder.fmul(builder.fmul(cube, square), last))
    cosine = builder.fadd(_F64(1.0), builder.fmul(_F64(COSINE[0]), square))
    cosine = builder.fadd(cosine, builder.fmul(fourth, _F64(COSINE[1])))
    last = builder.fadd(_F64(COSINE[2]), builder.fmul(square, _F64(COSINE[3])))
    cosine = builder.fadd(cosine, builder.fmul(builder.fmul(fourth, square), last))
    swapped = builder.trunc(turns, ir.IntType(1))
    first = builder.select(swapped, cosine, sine)
    second = builder.select(swapped, sine, cosine)
    # Quarter turns 2 and 3 change the sign of the sine, 1 and 2 that of the cosine.
    return (
        builder.fptrunc(_signed(builder, first, turns), _F32),
        builder.fptrunc(_signed(builder, second, builder.add(turns, _I32(1))), _F32),
    )


def _signed(builder: Any, x: Any, turns: Any) -> Any:
    minus = builder.icmp_unsigned("!=", builder.and_(turns, _I32(2)), _I32(0))
    return builder.select(minus, builder.fneg(x), x)
