"""The function of a product: its loop over panels, or the call of the BLAS library."""

from __future__ import annotations

from typing import Any

from glassbrook.engine.compiler import blas
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.matmul.packing import packing_function
from glassbrook.engine.compiler.lower.matmul.panel import panel_function
from glassbrook.engine.compiler.lower.matmul.spec import MatmulSpec, Plan, plan
from glassbrook.engine.compiler.lower.matmul.vectors import (
    ELEMENTS,
    I1,
    I32,
    I64,
    POINTER,
    VOID,
    Vectors,
    loop,
)

__all__ = ["matmul_function"]


def matmul_function(module: Any, spec: MatmulSpec, how: Plan | None = None) -> Any:
    """The function that computes rows of a product; made once for each spec of a module.

    Its signature is ``void(ptr table, ptr A, ptr B, ptr C, T alpha, i64 row_begin, i64 row_end, ptr
    scratch)``. `table` is `blas.blas_table`; rows ``row_begin`` to ``row_end - 1`` of `C` are
    computed; `scratch` is memory of this thread alone, as much as `scratch_bytes` says.

    Args:
        module: where to write it.
        spec: the product.
        how: in which way; by default the one that `plan` chooses.
    """
    known = module.globals.get(spec.name)
    if known is not None:
        return known
    element = ELEMENTS[spec.dtype]
    kinds = [POINTER, POINTER, POINTER, POINTER, element, I64, I64, POINTER]
    function = ir.Function(module, ir.FunctionType(VOID, kinds), name=spec.name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    how = how or plan(spec)
    if not spec.K:
        _emit_nothing(builder, spec, function)
    elif how.method == "blas":
        _emit_blas(builder, spec, function)
    else:
        _emit_panels(builder, spec, how, function)
    builder.ret_void()
    return function


def _emit_nothing(builder: Any, spec: MatmulSpec, function: Any) -> None:
    """A sum over no terms: zeros."""
    _, _, _, c, _, begin, end, _ = function.args
    element = ELEMENTS[spec.dtype]
    if not spec.accumulate:
        width = I64(spec.N)
        with loop(builder, builder.mul(begin, width), builder.mul(end, width), 1, "index") as index:
            builder.store(element(0), builder.gep(c, [index], source_etype=element))


def _emit_panels(builder: Any, spec: MatmulSpec, how: Plan, function: Any) -> None:
    """Panel by panel; the last one may be narrower."""
    width = how.vectors * Vectors(builder.module, spec.dtype).lanes
    full = spec.N // width * width
    if full > width:
        with loop(builder, I64(0), I64(full), width, "column") as column:
            _emit_panel(builder, spec, how, function, column, width)
    elif full:
        _emit_panel(builder, spec, how, function, I64(0), width)
    if full < spec.N:
        _emit_panel(builder, spec, how, function, I64(full), spec.N - full)


def _emit_panel(
    builder: Any, spec: MatmulSpec, how: Plan, function: Any, column: Any, width: int
) -> None:
    _, a, b, c, alpha, begin, end, scratch = function.args
    of = Vectors(builder.module, spec.dtype)
    vectors = -(-width // of.lanes)
    ragged = width % of.lanes != 0
    a_row, a_step = (1, spec.M) if spec.transpose_a else (spec.K, 1)
    b_row, b_column = (spec.K, spec.K) if spec.transpose_b else (spec.N, 1)
    b = of.at(builder, b, builder.mul(column, I64(b_column)))
    if how.pack:
        uneven = spec.K % of.lanes != 0 if spec.transpose_b else ragged
        pack = packing_function(builder.module, spec.dtype, spec.transpose_b, uneven)
        sizes = [I64(spec.K), I64(width), I64(vectors)]
        builder.call(pack, [b, I64(b_row), scratch, *sizes])
        b, b_row = scratch, vectors * of.lanes
    first = builder.add(builder.mul(begin, I64(spec.N)), column)
    builder.call(
        panel_function(builder.module, spec.dtype, how.rows, vectors, ragged),
        [
            of.at(builder, a, builder.mul(begin, I64(a_row))),
            I64(a_row),
            I64(a_step),
            b,
            I64(b_row),
            of.at(builder, c, first),
            I64(spec.N),
            builder.sub(end, begin),
            I64(width),
            I64(spec.K),
            alpha,
            I1(spec.accumulate),
        ],
    )


def _emit_blas(builder: Any, spec: MatmulSpec, function: Any) -> None:
    table, a, b, c, alpha, begin, end, _ = function.args
    element = ELEMENTS[spec.dtype]
    kinds = [*[I32] * 6, element, POINTER, I32, POINTER, I32, element, POINTER, I32]
    entry = blas.SGEMM if spec.dtype == "float32" else blas.DGEMM
    address = builder.load(builder.gep(table, [I64(entry)], source_etype=I64), typ=I64)
    gemm = builder.inttoptr(address, ir.FunctionType(VOID, kinds).as_pointer())
    row_major, plain, transposed = I32(101), I32(111), I32(112)
    a_row, a_line = (1, spec.M) if spec.transpose_a else (spec.K, spec.K)
    arguments = [
        row_major,
        transposed if spec.transpose_a else plain,
        transposed if spec.transpose_b else plain,
        builder.trunc(builder.sub(end, begin), I32),
        I32(spec.N),
        I32(spec.K),
        alpha,
        builder.gep(a, [builder.mul(begin, I64(a_row))], source_etype=element),
        I32(a_line),
        b,
        I32(spec.K if spec.transpose_b else spec.N),
        element(1.0 if spec.accumulate else 0.0),
        builder.gep(c, [builder.mul(begin, I64(spec.N))], source_etype=element),
        I32(spec.N),
    ]
    builder.call(gemm, arguments)
