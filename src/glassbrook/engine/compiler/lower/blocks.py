"""Loops and memory, written so that code which emits code reads like the loop it emits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from glassbrook.dtypes import DType
from glassbrook.engine.compiler.kernels import Affine
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.scalars import memory_type

__all__ = ["I64", "POINTER", "element", "i64", "load", "local", "loop", "place_of", "store"]

I64 = ir.IntType(64)
POINTER = ir.PointerType()


def i64(value: int) -> Any:
    """A constant."""
    return ir.Constant(I64, value)


@contextmanager
def loop(builder: Any, begin: Any, end: Any, name: str, step: int = 1) -> Iterator[Any]:
    """Emit ``for name in range(begin, end, step)`` around the body; gives the counter."""
    before = builder.block
    head = builder.append_basic_block(f"{name}.head")
    body = builder.append_basic_block(f"{name}.body")
    after = builder.append_basic_block(f"{name}.end")
    builder.branch(head)
    builder.position_at_end(head)
    counter = builder.phi(I64, name)
    counter.add_incoming(begin, before)
    builder.cbranch(builder.icmp_signed("<", counter, end), body, after)
    builder.position_at_end(body)
    yield counter
    following = builder.add(counter, i64(step), flags=("nuw", "nsw"))
    counter.add_incoming(following, builder.block)
    builder.branch(head)
    builder.position_at_end(after)


def place_of(builder: Any, place: Affine, counters: list[Any]) -> Any:
    """The number of an element for the present turn of the loops."""
    total = i64(place.start)
    for step, counter in zip(place.steps, counters, strict=True):
        if step:
            moved = counter if step == 1 else builder.mul(counter, i64(step), flags=("nsw",))
            total = builder.add(total, moved, flags=("nsw",))
    return total


def element(builder: Any, base: Any, place: Any, dtype: DType) -> Any:
    """The address of an element."""
    return builder.gep(base, [place], inbounds=True, source_etype=memory_type(dtype))


def load(builder: Any, base: Any, place: Any, dtype: DType) -> Any:
    """An element from memory; a truth value becomes a bit."""
    kind = memory_type(dtype)
    value = builder.load(element(builder, base, place, dtype), typ=kind, align=dtype.size)
    return builder.icmp_unsigned("!=", value, kind(0)) if dtype.is_bool else value


def store(builder: Any, base: Any, place: Any, dtype: DType, value: Any) -> None:
    """An element to memory; a bit becomes a byte."""
    if dtype.is_bool:
        value = builder.zext(value, memory_type(dtype))
    builder.store(value, element(builder, base, place, dtype), align=dtype.size)


def local(builder: Any, words: int) -> Any:
    """Memory for i64s that lasts as long as the function, as a pointer without a type."""
    memory = builder.alloca(I64, size=words)
    memory.type = POINTER  # llvmlite would refuse to store a pointer there
    return memory
