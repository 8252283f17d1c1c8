"""CRC-32C in machine code: eight bytes at a time, each looked up in a table of its own.

Source:
    Kounavis and Berry, "Novel table lookup-based algorithms for high-performance CRC generation",
    2008.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.engine.compiler.llvm import ir, load_object, to_object

__all__ = ["native_checksum"]

Tables = npt.NDArray[np.uint32]

_WORD, _BYTE, _WIDE = ir.IntType(32), ir.IntType(8), ir.IntType(64)
_NAME = "checksum"


def _tables(first: Tables) -> Tables:
    """The table for one byte, and for one that is followed by 1 to 7 others."""
    tables = [first]
    for _ in range(7):
        before = tables[-1]
        tables.append((before >> np.uint32(8)) ^ first[before & np.uint32(255)])
    return np.ascontiguousarray(np.stack(tables), np.uint32)


def _module() -> ir.Module:
    """``checksum(register, data, length, tables)``: the register after all bytes."""
    module = ir.Module(_NAME)
    arguments = [_WORD, _BYTE.as_pointer(), _WIDE, _WORD.as_pointer()]
    function = ir.Function(module, ir.FunctionType(_WORD, arguments), _NAME)
    register, data, length, tables = function.args
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    whole = builder.and_(length, ir.Constant(_WIDE, -8))

    def looked_up(index: Any, table: int) -> Any:
        place = builder.add(builder.zext(index, _WIDE), ir.Constant(_WIDE, 256 * table))
        return builder.load(builder.gep(tables, [place]))

    def eight(value: Any, place: Any) -> Any:
        pointer = builder.bitcast(builder.gep(data, [place]), _WIDE.as_pointer())
        bytes_ = builder.xor(builder.load(pointer, align=1), builder.zext(value, _WIDE))
        result: Any = None
        for number in range(8):
            shifted = builder.lshr(bytes_, ir.Constant(_WIDE, 8 * number))
            found = looked_up(builder.trunc(shifted, _BYTE), 7 - number)
            result = found if result is None else builder.xor(result, found)
        return result

    def one(value: Any, place: Any) -> Any:
        byte = builder.xor(builder.load(builder.gep(data, [place])), builder.trunc(value, _BYTE))
        return builder.xor(looked_up(byte, 0), builder.lshr(value, ir.Constant(_WORD, 8)))

    register = _loop(builder, register, ir.Constant(_WIDE, 0), whole, 8, eight)
    builder.ret(_loop(builder, register, whole, length, 1, one))
    return module


def _loop(
    builder: ir.IRBuilder, value: Any, start: Any, stop: Any, step: int, body: Callable[..., Any]
) -> Any:
    """The value after ``body(value, place)`` for each place."""
    before = builder.block
    head = builder.append_basic_block("head")
    inner = builder.append_basic_block("body")
    after = builder.append_basic_block("after")
    builder.branch(head)
    builder.position_at_end(head)
    place, state = builder.phi(_WIDE), builder.phi(_WORD)
    place.add_incoming(start, before)
    state.add_incoming(value, before)
    builder.cbranch(builder.icmp_unsigned("<", place, stop), inner, after)
    builder.position_at_end(inner)
    result = body(state, place)
    place.add_incoming(builder.add(place, ir.Constant(_WIDE, step)), builder.block)
    state.add_incoming(result, builder.block)
    builder.branch(head)
    builder.position_at_end(after)
    return state


@cache
def _library() -> Any:
    return load_object(to_object(_module()), [_NAME])


def native_checksum(first: Tables) -> Callable[[int, bytes], int]:
    """A function of the register and bytes, which gives the register after these.

    Args:
        first: what the lowest byte of the register does to it, for each of its 256 values.
    """
    library, tables = _library(), _tables(first)
    call = ctypes.CFUNCTYPE(
        ctypes.c_uint32, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint64, ctypes.c_void_p
    )(library.addresses[_NAME])
    address = tables.ctypes.data

    def run(register: int, data: bytes) -> int:
        return int(call(register, data, len(data), address))

    # The code and its tables live as long as the function.
    run.held = library, tables  # type: ignore[attr-defined]
    return run
