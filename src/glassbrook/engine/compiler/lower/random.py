"""Random numbers: the same, bit by bit, that `glassbrook.engine.philox` makes of the same state.

Every block of words has a counter of its own, so blocks can be drawn in any order, by any core.
"""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.engine.compiler.kernels import Random
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import I64, i64, load, loop, store
from glassbrook.engine.compiler.lower.loops import kernel_function
from glassbrook.engine.compiler.lower.normal import emit_normal_pair
from glassbrook.engine.philox import KEY_STEPS, MULTIPLIERS, ROUNDS

__all__ = ["emit_random"]

_I32 = ir.IntType(32)
_F32, _F64 = ir.FloatType(), ir.DoubleType()


def emit_random(module: Any, name: str, kernel: Random) -> Any:
    """The function ``(target, state)`` that draws numbers."""
    function, builder = kernel_function(module, name, 2)
    target, state, begin, end = function.args
    low, high, key = (load(builder, state, i64(word), dtypes.int64) for word in range(3))
    keys = _halves(builder, key)
    per_block = kernel.per_block

    def draw(block: Any, count: int) -> None:
        words = _words(builder, _counter(builder, low, high, block), keys)
        first = builder.mul(block, i64(per_block))
        for offset, value in enumerate(_numbers(builder, kernel, words)[:count]):
            store(builder, target, builder.add(first, i64(offset)), kernel.dtype, value)

    full, rest = divmod(kernel.size, per_block)
    if not rest:
        with loop(builder, begin, end, "block") as block:
            draw(block, per_block)
    else:
        with loop(builder, begin, end, "once"):
            with loop(builder, i64(0), i64(full), "block") as block:
                draw(block, per_block)
            draw(i64(full), rest)
    builder.ret_void()
    return function


def _halves(builder: Any, word: Any) -> list[Any]:
    """The lower and the upper half of 64 bits."""
    return [builder.trunc(word, _I32), builder.trunc(builder.lshr(word, i64(32)), _I32)]


def _counter(builder: Any, low: Any, high: Any, block: Any) -> list[Any]:
    """The four words of a block's counter."""
    moved = builder.add(low, block)
    carry = builder.zext(builder.icmp_unsigned("<", moved, low), I64)
    return _halves(builder, moved) + _halves(builder, builder.add(high, carry))


def _words(builder: Any, counter: list[Any], keys: list[Any]) -> list[Any]:
    """The four random words of a counter."""
    a, b, c, d = counter
    for turn in range(ROUNDS):
        if turn:
            keys = [builder.add(k, _I32(step)) for k, step in zip(keys, KEY_STEPS, strict=True)]
        low_one, high_one = _product(builder, a, MULTIPLIERS[0])
        low_other, high_other = _product(builder, c, MULTIPLIERS[1])
        a = builder.xor(builder.xor(high_other, b), keys[0])
        c = builder.xor(builder.xor(high_one, d), keys[1])
        b, d = low_other, low_one
    return [a, b, c, d]


def _product(builder: Any, word: Any, factor: int) -> list[Any]:
    """The lower and the upper half of a product of two words."""
    return _halves(builder, builder.mul(builder.zext(word, I64), i64(factor)))


def _numbers(builder: Any, kernel: Random, words: list[Any]) -> list[Any]:
    """The numbers that come from the four words of a block."""
    dtype = kernel.dtype
    if kernel.normal:
        uniform = [_uniform_float32(builder, word) for word in words]
        return [
            number
            for u, v in (uniform[:2], uniform[2:])
            for number in emit_normal_pair(builder, u, v)
        ]
    if dtype is dtypes.float32:
        return [_uniform_float32(builder, word) for word in words]
    if dtype is dtypes.float64:
        return [_uniform_float64(builder, *words[:2]), _uniform_float64(builder, *words[2:])]
    if dtype.size == 4:
        return words
    return [_joined(builder, *words[:2]), _joined(builder, *words[2:])]


def _joined(builder: Any, low: Any, high: Any) -> Any:
    upper = builder.shl(builder.zext(high, I64), i64(32))
    return builder.or_(builder.zext(low, I64), upper)


def _uniform_float32(builder: Any, word: Any) -> Any:
    """The last 23 bits, as a number in [0, 1): they become the digits of one in [1, 2)."""
    bits = builder.or_(builder.and_(word, _I32(0x7FFFFF)), _I32(0x3F800000))
    return builder.fsub(builder.bitcast(bits, _F32), _F32(1.0))


def _uniform_float64(builder: Any, high: Any, low: Any) -> Any:
    """The last 20 bits of one word and all of another, as a number in [0, 1)."""
    bits = _joined(builder, low, builder.and_(high, _I32(0xFFFFF)))
    bits = builder.or_(bits, i64(0x3FF0000000000000))
    return builder.fsub(builder.bitcast(bits, _F64), _F64(1.0))
