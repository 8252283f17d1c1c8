"""The kernel: a panel of the result, all rows by a few vectors, tile by tile in registers.

A tile goes over the whole depth in one loop, so every element is one sum in the order of the depth,
whichever tile it falls into: results do not depend on how rows are divided among threads.

Sizes and strides are arguments: products of different shapes in a module share their kernels.
"""

from __future__ import annotations

from typing import Any

from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.matmul.vectors import (
    I1,
    I64,
    POINTER,
    VOID,
    Vectors,
    keep_compact,
    loop,
)

__all__ = ["panel_function"]


def panel_function(module: Any, dtype: str, rows: int, vectors: int, ragged: bool) -> Any:
    """The kernel with tiles of so many rows and vectors; made once in a module.

    Its signature is ``void(ptr a, i64 a_row, i64 a_step, ptr b, i64 b_step, ptr c, i64 c_row, i64
    count, i64 columns, i64 depth, T alpha, i1 accumulate)``. It computes `count` rows of c, which
    are `c_row` elements apart. Element (i, k) of a is at ``i * a_row + k * a_step``; row k of b
    starts at ``k * b_step``. `columns` matters if it is ragged: then it may be less than the
    vectors hold. `depth` is at least 1.
    """
    ending = "_ragged" if ragged else ""
    name = f"matmul_panel_{dtype}_{rows}x{vectors}{ending}"
    known = module.globals.get(name)
    return known or _Panel(module, dtype, rows, vectors, ragged).write()


class _Panel:
    def __init__(self, module: Any, dtype: str, rows: int, vectors: int, ragged: bool) -> None:
        self.rows = rows
        self.vectors = vectors
        self.of = Vectors(module, dtype)
        kinds = [POINTER, I64, I64, POINTER, I64, POINTER, *[I64] * 4, self.of.element, I1]
        ending = "_ragged" if ragged else ""
        name = f"matmul_panel_{dtype}_{rows}x{vectors}{ending}"
        self.function = ir.Function(module, ir.FunctionType(VOID, kinds), name=name)
        self.function.linkage = "internal"
        self.function.attributes.add("noinline")
        for place in (0, 3, 5):
            self.function.args[place].add_attribute("noalias")
        self.a, self.a_row, self.a_step, self.b, self.b_step = self.function.args[:5]
        self.c, self.c_row, self.count, columns, self.depth = self.function.args[5:10]
        alpha, self.accumulate = self.function.args[10:]
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        self.scale = self.of.broadcast(self.builder, alpha)
        self.masks = [
            self.of.first(self.builder, columns, index * self.of.lanes) if ragged else None
            for index in range(vectors)
        ]

    def write(self) -> Any:
        builder = self.builder
        with loop(builder, I64(0), self.count, self.rows, "row") as row:
            left = builder.sub(self.count, row)
            self._store(builder, row, left, self._sums(builder, self._lines(builder, row, left)))
        builder.ret_void()
        return self.function

    def _lines(self, builder: Any, row: Any, left: Any) -> list[Any]:
        """Where the rows of A begin; those that are not there stand for the last one that is."""
        lines = []
        last = builder.sub(left, I64(1))
        for index in range(self.rows):
            inside = builder.icmp_signed("<", I64(index), left)
            actual = builder.add(row, builder.select(inside, I64(index), last))
            lines.append(self.of.at(builder, self.a, builder.mul(actual, self.a_row)))
        return lines

    def _sums(self, builder: Any, lines: list[Any]) -> list[list[Any]]:
        """The loop over the depth."""
        before = builder.block
        body, after = builder.append_basic_block("sum"), builder.append_basic_block("store")
        builder.branch(body)
        builder.position_at_end(body)
        k, a_offset, b_offset = (builder.phi(I64) for _ in range(3))
        sums = [[builder.phi(self.of.type) for _ in self.masks] for _ in lines]
        b_k = self.of.at(builder, self.b, b_offset)
        columns = [
            self.of.load(builder, self.of.at(builder, b_k, index * self.of.lanes), mask)
            for index, mask in enumerate(self.masks)
        ]
        results = []
        for line, totals in zip(lines, sums):
            value = self.of.load_all(builder, self.of.at(builder, line, a_offset))
            results.append(
                [
                    self.of.multiply_add(builder, value, column, total)
                    for column, total in zip(columns, totals)
                ]
            )
            for total, result in zip(totals, results[-1]):
                total.add_incoming(self.of.zero, before)
                total.add_incoming(result, body)
        following = builder.add(k, I64(1))
        steps = (
            (k, following),
            (a_offset, builder.add(a_offset, self.a_step)),
            (b_offset, builder.add(b_offset, self.b_step)),
        )
        for counter, later in steps:
            counter.add_incoming(I64(0), before)
            counter.add_incoming(later, body)
        more = builder.icmp_signed("<", following, self.depth)
        keep_compact(builder.cbranch(more, body, after))
        builder.position_at_end(after)
        return results

    def _store(self, builder: Any, row: Any, left: Any, sums: list[list[Any]]) -> None:
        """Write the rows that are there."""
        for index, line in enumerate(sums):
            with builder.if_then(builder.icmp_signed(">", left, I64(index))):
                offset = builder.mul(builder.add(row, I64(index)), self.c_row)
                start = self.of.at(builder, self.c, offset)
                places = [
                    self.of.at(builder, start, number * self.of.lanes)
                    for number in range(self.vectors)
                ]
                addends = self._old(builder, places)
                for place, total, addend, mask in zip(places, line, addends, self.masks):
                    value = self.of.multiply_add(builder, total, self.scale, addend)
                    self.of.store(builder, value, place, mask)

    def _old(self, builder: Any, places: list[Any]) -> list[Any]:
        """What is in C if it is to be added, else zeros."""
        before = builder.block
        with builder.if_then(self.accumulate):
            loaded = [self.of.load(builder, place, mask) for place, mask in zip(places, self.masks)]
            inside = builder.block
        values = []
        for value in loaded:
            phi = builder.phi(self.of.type)
            phi.add_incoming(self.of.zero, before)
            phi.add_incoming(value, inside)
            values.append(phi)
        return values
