"""Random numbers: the same that NumPy's Philox generator draws for the same seed.

Philox turns a counter and a key into four words, by ten rounds of multiplication. Every block of
numbers has a counter of its own, so blocks can be drawn in any order, by any core.

Source: J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011 (Philox4x64-10).
"""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.engine.compiler.kernels import Random
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import I64, i64, load, loop, store
from glassbrook.engine.compiler.lower.loops import kernel_function
from glassbrook.engine.compiler.lower.scalars import register_type

__all__ = ["emit_random"]

_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_ROUNDS = 10
_WIDE = ir.IntType(128)


def emit_random(module: Any, name: str, kernel: Random) -> Any:
    """The function ``(target, seed)`` that draws numbers."""
    function, builder = kernel_function(module, name, 2)
    target, seed, begin, end = function.args
    key = [load(builder, seed, i64(word), dtypes.int64) for word in (0, 1)]
    per_block = kernel.per_block

    def draw(block: Any, count: int) -> None:
        numbers = _numbers(builder, kernel, _words(builder, block, key))
        first = builder.mul(block, i64(per_block))
        for offset, value in enumerate(numbers[:count]):
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


def _words(builder: Any, block: Any, key: list[Any]) -> list[Any]:
    """The four words of a block; the generator counts from 1."""
    counter = [builder.add(block, i64(1)), i64(0), i64(0), i64(0)]
    for turn in range(_ROUNDS):
        if turn:
            key = [builder.add(k, I64(step)) for k, step in zip(key, _KEY_STEPS, strict=True)]
        high_0, low_0 = _product(builder, counter[0], _MULTIPLIERS[0])
        high_1, low_1 = _product(builder, counter[2], _MULTIPLIERS[1])
        counter = [
            builder.xor(builder.xor(high_1, counter[1]), key[0]),
            low_1,
            builder.xor(builder.xor(high_0, counter[3]), key[1]),
            low_0,
        ]
    return counter


def _product(builder: Any, word: Any, factor: int) -> tuple[Any, Any]:
    """The upper and the lower half of a product of two words."""
    wide = builder.mul(builder.zext(word, _WIDE), _WIDE(factor))
    return builder.trunc(builder.lshr(wide, _WIDE(64)), I64), builder.trunc(wide, I64)


def _numbers(builder: Any, kernel: Random, words: list[Any]) -> list[Any]:
    """Numbers in [0, 1): as many upper bits of each part as the type can tell apart."""
    kind = register_type(kernel.dtype)
    if kernel.dtype is dtypes.float64:
        parts, dropped, bits = words, 11, 53
    else:
        # The lower half of a word comes first.
        half = ir.IntType(32)
        parts = [
            part
            for word in words
            for part in (
                builder.trunc(word, half),
                builder.trunc(builder.lshr(word, i64(32)), half),
            )
        ]
        dropped, bits = 8, 24
    scale = kind(2.0**-bits)
    return [
        builder.fmul(builder.uitofp(builder.lshr(part, part.type(dropped)), kind), scale)
        for part in parts
    ]
