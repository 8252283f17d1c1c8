"""Rearranging columns of op(B), so that a kernel reads them one after the other."""

from __future__ import annotations

from typing import Any

from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.matmul.vectors import (
    I64,
    POINTER,
    VOID,
    Vectors,
    loop,
    target,
)

__all__ = ["packing_function"]


def packing_function(module: Any, dtype: str, transposed: bool, ragged: bool) -> Any:
    """What copies a panel of op(B); made once in a module.

    Its signature is ``void(ptr b, i64 b_row, ptr packed, i64 depth, i64 columns, i64 vectors)``.
    Row k of the packed panel is `vectors` vectors long, with `columns` elements of row k of op(B).
    The rows of b are `b_row` elements apart. A transposed b is packed in squares: the memory behind
    the panel may be overwritten up to a whole number of squares. `ragged` must be set if, for a
    transposed b, the depth is no whole number of vectors, else if the columns are not.
    """
    ragged = ragged or target().masks
    words = ["matmul_pack", dtype, *["transposed"] * transposed, *["ragged"] * ragged]
    name = "_".join(words)
    known = module.globals.get(name)
    if known is not None:
        return known
    kinds = [POINTER, I64, POINTER, I64, I64, I64]
    function = ir.Function(module, ir.FunctionType(VOID, kinds), name=name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.args[0].add_attribute("noalias")
    function.args[2].add_attribute("noalias")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    of = Vectors(module, dtype)
    (_pack_turned if transposed else _pack_plain)(builder, of, ragged, *function.args)
    builder.ret_void()
    return function


def _pack_plain(
    builder: Any,
    of: Vectors,
    ragged: bool,
    b: Any,
    b_row: Any,
    packed: Any,
    depth: Any,
    columns: Any,
    vectors: Any,
) -> None:
    width = builder.mul(vectors, I64(of.lanes))
    with (
        loop(builder, I64(0), depth, 1, "k") as k,
        loop(builder, I64(0), columns, of.lanes, "column") as column,
    ):
        mask = of.first(builder, builder.sub(columns, column)) if ragged else None
        source = of.at(builder, b, builder.add(builder.mul(k, b_row), column))
        target = of.at(builder, packed, builder.add(builder.mul(k, width), column))
        of.store(builder, of.load(builder, source, mask), target)


def _pack_turned(
    builder: Any,
    of: Vectors,
    ragged: bool,
    b: Any,
    b_row: Any,
    packed: Any,
    depth: Any,
    columns: Any,
    vectors: Any,
) -> None:
    """Squares of as many rows of b as a vector has lanes, transposed in registers."""
    width = builder.mul(vectors, I64(of.lanes))
    last = builder.sub(columns, I64(1))
    with (
        loop(builder, I64(0), columns, of.lanes, "column") as column,
        loop(builder, I64(0), depth, of.lanes, "k") as k,
    ):
        mask = of.first(builder, builder.sub(depth, k)) if ragged else None
        lines = []
        for index in range(of.lanes):
            # Rows that are not there stand for the last one: no one reads their columns.
            row = builder.add(column, I64(index))
            row = builder.select(builder.icmp_signed("<", row, columns), row, last)
            place = of.at(builder, b, builder.add(builder.mul(row, b_row), k))
            lines.append(of.load(builder, place, mask))
        place = of.at(builder, packed, builder.add(builder.mul(k, width), column))
        for line in of.transpose(builder, lines):
            of.store(builder, line, place)
            place = of.at(builder, place, width)
