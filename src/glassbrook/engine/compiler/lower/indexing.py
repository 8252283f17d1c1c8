"""Kernels that go in order: checks of indices, sums at computed places, running totals."""

from __future__ import annotations

import math
from typing import Any

from glassbrook.dtypes import DType
from glassbrook.engine.compiler.kernels import Check, Scan, Scatter
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import I64, i64, load, loop, store
from glassbrook.engine.compiler.lower.loops import kernel_function
from glassbrook.engine.compiler.lower.scalars import emit_scalar, number

__all__ = ["emit_check", "emit_scan", "emit_scatter"]


def _index(builder: Any, base: Any, place: Any, dtype: DType) -> Any:
    """An index as an i64; one beyond the range of int64 becomes negative."""
    value = load(builder, base, place, dtype)
    if value.type.width == 64:
        return value
    return (builder.zext if dtype.is_unsigned else builder.sext)(value, I64)


def emit_check(module: Any, name: str, kernel: Check) -> Any:
    """The function ``(indices, status)``: sets the status to 1 if an index lies outside."""
    function, builder = kernel_function(module, name, 2)
    indices, status, begin, end = function.args
    found = builder.alloca(ir.IntType(1))
    builder.store(ir.IntType(1)(0), found)
    width = len(kernel.sizes)
    with (
        loop(builder, begin, end, "once"),
        loop(builder, i64(0), i64(kernel.count // max(width, 1)), "row") as row,
    ):
        outside = builder.load(found, typ=ir.IntType(1))
        for component, size in enumerate(kernel.sizes):
            place = builder.add(builder.mul(row, i64(width)), i64(component))
            value = _index(builder, indices, place, kernel.dtype)
            # Without a sign, a negative number is larger than any size.
            outside = builder.or_(outside, builder.icmp_unsigned(">=", value, i64(size)))
        builder.store(outside, found)
    with builder.if_then(builder.load(found, typ=ir.IntType(1)), likely=False):
        builder.store(i64(1), status)
    builder.ret_void()
    return function


def emit_scatter(module: Any, name: str, kernel: Scatter) -> Any:
    """The function ``(target, updates, places)``; its share is a stretch of the innermost axis."""
    function, builder = kernel_function(module, name, 3)
    target, updates, places, begin, end = function.args
    inner = i64(kernel.inner)
    zero = number(kernel.dtype, "0")
    with (
        loop(builder, i64(0), i64(kernel.target_size // max(kernel.inner, 1)), "row") as row,
        loop(builder, begin, end, "column") as column,
    ):
        place = builder.add(builder.mul(row, inner), column)
        store(builder, target, place, kernel.dtype, zero)
    block = i64(math.prod(kernel.sizes) * kernel.inner)
    with (
        loop(builder, i64(0), i64(kernel.batch), "batch") as batch,
        loop(builder, i64(0), i64(kernel.outer), "outer") as outer,
        loop(builder, i64(0), i64(kernel.count), "slice") as number_,
    ):
        group = builder.add(builder.mul(batch, i64(kernel.outer)), outer)
        start = builder.mul(group, block)
        source = builder.add(builder.mul(group, i64(kernel.count)), number_)
        if not kernel.along:
            first = builder.add(builder.mul(batch, i64(kernel.count)), number_)
            start = builder.add(start, _offset(builder, kernel, places, first))
        with loop(builder, begin, end, "column") as column:
            update = builder.add(builder.mul(source, inner), column)
            place = builder.add(start, column)
            if kernel.along:
                place = builder.add(place, _offset(builder, kernel, places, update))
            value = load(builder, updates, update, kernel.dtype)
            before = load(builder, target, place, kernel.dtype)
            dtypes = [kernel.dtype, kernel.dtype]
            total = emit_scalar(builder, "add", [before, value], dtypes, kernel.dtype)
            store(builder, target, place, kernel.dtype, total)
    builder.ret_void()
    return function


def _offset(builder: Any, kernel: Scatter, places: Any, number_: Any) -> Any:
    """How far from the start an update goes; an index outside is drawn to the edge."""
    total = i64(0)
    width = len(kernel.sizes)
    for component, (size, stride) in enumerate(zip(kernel.sizes, kernel.strides, strict=True)):
        place = builder.add(builder.mul(number_, i64(width)), i64(component))
        value = _index(builder, places, place, kernel.index_dtype)
        inside = builder.icmp_unsigned("<", value, i64(size))
        value = builder.select(inside, value, i64(0))
        total = builder.add(total, builder.mul(value, i64(stride)))
    return total


def emit_scan(module: Any, name: str, kernel: Scan) -> Any:
    """The function ``(target, source)`` of running totals."""
    function, builder = kernel_function(module, name, 2)
    target, source, begin, end = function.args
    dtype = kernel.dtype
    first = i64(kernel.count - 1 if kernel.reverse else 0)
    outer = (begin, end) if kernel.outer > 1 else (i64(0), i64(1))
    inner = (begin, end) if kernel.outer <= 1 else (i64(0), i64(kernel.inner))

    def place(row: Any, step: Any, column: Any) -> Any:
        along = builder.add(builder.mul(row, i64(kernel.count)), step)
        return builder.add(builder.mul(along, i64(kernel.inner)), column)

    with loop(builder, *outer, "outer") as row:
        with loop(builder, *inner, "column") as column:
            here = place(row, first, column)
            neutral = number(dtype, "1" if kernel.op == "mul" else "0")
            value = neutral if kernel.exclusive else load(builder, source, here, dtype)
            store(builder, target, here, dtype, value)
        with (
            loop(builder, i64(1), i64(kernel.count), "step") as step,
            loop(builder, *inner, "column") as column,
        ):
            at = builder.sub(first, step) if kernel.reverse else step
            before = builder.add(at, i64(1 if kernel.reverse else -1))
            here, there = place(row, at, column), place(row, before, column)
            total = load(builder, target, there, dtype)
            value = load(builder, source, there if kernel.exclusive else here, dtype)
            total = emit_scalar(builder, kernel.op, [total, value], [dtype, dtype], dtype)
            store(builder, target, here, dtype, total)
    builder.ret_void()
    return function
