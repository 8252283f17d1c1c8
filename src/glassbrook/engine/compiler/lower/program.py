"""A whole program as an LLVM module: its kernels, its phases, and its entry from Python.

The entry takes a tuple of NumPy arrays and finds their memory by itself, at the offsets where
CPython and NumPy keep it. Everything outside of the module is reached through pointers that are
passed in, so that its object code can be kept on disk and loaded anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from glassbrook.engine.compiler.kernels import (
    Buffer,
    Call,
    Check,
    Convolution,
    Kernel,
    Loops,
    Product,
    Random,
    Scan,
)
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import I64, POINTER, i64, local, loop
from glassbrook.engine.compiler.lower.convolution import (
    emit_forward,
    emit_inputs,
    emit_weights,
    inputs_scratch,
)
from glassbrook.engine.compiler.lower.indexing import emit_check, emit_scan, emit_scatter
from glassbrook.engine.compiler.lower.loops import emit_loops
from glassbrook.engine.compiler.lower.matmul import MatmulSpec, matmul_function, scratch_bytes
from glassbrook.engine.compiler.lower.random import emit_random
from glassbrook.engine.compiler.lower.scalars import memory_type, register_type
from glassbrook.engine.compiler.memory import ALIGNMENT, Plan
from glassbrook.engine.compiler.schedule import Phase
from glassbrook.engine.compiler.threads import parallel

__all__ = ["BAD_LAYOUT", "ENTRY", "Layout", "counter_bytes", "cycles", "lower", "product_spec"]

ENTRY = "run"
"""``i64 run(tuple, arena, blas, pool, i64 threads, strides, i64 steps, go)``, the others pointers.

It runs up to `steps` times, but stops when the byte at `go`, if there is one, is 0 after a step. It
returns 0 if all went well, and n if a check failed in the n-th step, which then has not written to
any input.
"""

ARENA_HEAD = 64
"""Bytes at the start of the arena; the entry sets the first one to 1 when it is done."""

BAD_LAYOUT = -1
"""What the entry returns if an array is not contiguous: nothing has been done."""

_CONTIGUOUS_AND_ALIGNED = 0x0101
_I32 = ir.IntType(32)
_PHASE = ir.FunctionType(ir.VoidType(), [POINTER, I64])


@dataclass(frozen=True)
class Layout:
    """Where CPython and NumPy keep things, in bytes: part of what code is made for.

    Attributes:
        items: from a tuple to its items.
        data: from an array to the pointer to its elements.
        flags: from an array to its flags.
    """

    items: int
    data: int
    flags: int


def product_spec(kernel: Product) -> MatmulSpec:
    """The matrix product that is done for each of a batch."""
    return MatmulSpec(
        kernel.dtype.name,
        kernel.rows,
        kernel.columns,
        kernel.inner,
        kernel.transpose_a,
        kernel.transpose_b,
        kernel.accumulate,
    )


def lower(
    phases: Sequence[Phase],
    plan: Plan,
    inputs: int,
    outputs: int,
    layout: Layout,
    *,
    counted: bool = False,
) -> tuple[Any, int]:
    """The module of a program, and how many bytes of scratch memory each core needs.

    Args:
        phases, plan: what it does, and where its temporaries lie.
        inputs, outputs: how many it has.
        layout: where the memory of an array is found.
        counted: whether each core adds the cycles of each call up, in 64-bit counters that are the
            last `counter_bytes` of its scratch memory.
    """
    writer = _ProgramWriter(phases, plan, inputs, outputs, layout, counted)
    return writer.write(), writer.scratch


def counter_bytes(calls: int) -> int:
    """The memory of the counters of so many calls."""
    return -(-8 * calls // ALIGNMENT) * ALIGNMENT


def cycles(builder: Any) -> Any:
    """The processor's count of cycles."""
    signature = ir.FunctionType(I64, [])
    counter = builder.module.declare_intrinsic("llvm.readcyclecounter", (), signature)
    return builder.call(counter, [])


def _scratch_of(kernel: Kernel) -> int:
    """How many bytes of its own a core needs for a kernel."""
    if isinstance(kernel, Product):
        return scratch_bytes(product_spec(kernel))
    if isinstance(kernel, Convolution) and kernel.part == "inputs":
        return inputs_scratch(kernel)
    return 0


_CONVOLUTIONS = {"forward": emit_forward, "inputs": emit_inputs, "weights": emit_weights}


class _ProgramWriter:
    def __init__(
        self,
        phases: Sequence[Phase],
        plan: Plan,
        inputs: int,
        outputs: int,
        layout: Layout,
        counted: bool,
    ) -> None:
        self._phases = phases
        self._plan = plan
        self._inputs = inputs
        self._arguments = inputs + outputs
        self._layout = layout
        self._module = ir.Module("glassbrook")
        self._kernels: dict[Kernel, Any] = {}
        # The context: pointers to the arguments, then these.
        first = self._arguments
        self._arena, self._blas, self._status, self._scratch, self._parts = range(first, first + 5)
        self.scratch = max(
            (
                -(-_scratch_of(call.kernel) // ALIGNMENT) * ALIGNMENT
                for phase in phases
                for call in phase.calls
            ),
            default=0,
        )
        self._counted = counted
        self._counter = self.scratch
        if counted:
            self.scratch += counter_bytes(sum(len(phase.calls) for phase in phases))

    def write(self) -> Any:
        """The finished module."""
        functions = [self._phase(number, phase) for number, phase in enumerate(self._phases)]
        self._entry(self._once(functions))
        return self._module

    # Kernels.

    def _function(self, call: Call) -> Any:
        kernel = call.kernel
        known = self._kernels.get(kernel)
        if known is None:
            name = f"kernel_{len(self._kernels)}"
            if isinstance(kernel, Loops):
                dtypes = [buffer.dtype for buffer in call.buffers]
                known = emit_loops(self._module, name, kernel, dtypes)
            elif isinstance(kernel, Product):
                known = matmul_function(self._module, product_spec(kernel))
            elif isinstance(kernel, Convolution):
                known = _CONVOLUTIONS[kernel.part](self._module, name, kernel)
            elif isinstance(kernel, Check):
                known = emit_check(self._module, name, kernel)
            elif isinstance(kernel, Random):
                known = emit_random(self._module, name, kernel)
            elif isinstance(kernel, Scan):
                known = emit_scan(self._module, name, kernel)
            else:
                known = emit_scatter(self._module, name, kernel)
            self._kernels[kernel] = known
        return known

    # Phases.

    def _phase(self, number: int, phase: Phase) -> Any:
        """``void phase(ptr context, i64 part)``: one core's share of a phase."""
        function = ir.Function(self._module, _PHASE, f"phase_{number}")
        function.linkage = "private"
        function.attributes.add("noinline")
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        frame = _Frame(builder, function.args[0])
        part = function.args[1]
        parts = frame.number(self._parts)
        for chain in phase.chains:
            shares = i64(chain.shares)
            begin = builder.sdiv(builder.mul(shares, part), parts)
            following = builder.add(part, i64(1))
            end = builder.sdiv(builder.mul(shares, following), parts)
            with builder.if_then(builder.icmp_signed("<", begin, end)):
                for call in chain.calls:
                    rows = i64(call.kernel.extent // chain.shares)
                    with self._counting(frame, part):
                        first, last = builder.mul(begin, rows), builder.mul(end, rows)
                        self._call(frame, call, part, first, last)
        builder.ret_void()
        return function

    @contextmanager
    def _counting(self, frame: _Frame, part: Any) -> Iterator[None]:
        """Add the cycles of the next call up, if they are to be counted."""
        if not self._counted:
            yield
            return
        builder = frame.builder
        before = cycles(builder)
        yield
        spent = builder.sub(cycles(builder), before)
        place = builder.add(builder.mul(part, i64(self.scratch)), i64(self._counter))
        self._counter += 8
        counter = builder.gep(frame.pointer(self._scratch), [place], source_etype=ir.IntType(8))
        builder.store(builder.add(builder.load(counter, typ=I64), spent), counter)

    def _call(self, frame: _Frame, call: Call, part: Any, begin: Any, end: Any) -> None:
        pointers = [self._pointer(frame, buffer) for buffer in call.buffers]
        function = self._function(call)
        kernel = call.kernel
        if isinstance(kernel, Product):
            self._product(frame, kernel, function, pointers, part, begin, end)
            return
        if isinstance(kernel, Convolution) and kernel.part == "inputs":
            pointers.append(self._own_scratch(frame, part))
        if isinstance(kernel, Check):
            pointers.append(frame.pointer(self._status))
        frame.builder.call(function, [*pointers, begin, end])

    def _own_scratch(self, frame: _Frame, part: Any) -> Any:
        """The scratch memory of this core."""
        return frame.builder.gep(
            frame.pointer(self._scratch),
            [frame.builder.mul(part, i64(self.scratch))],
            source_etype=ir.IntType(8),
        )

    def _product(
        self,
        frame: _Frame,
        kernel: Product,
        function: Any,
        pointers: Sequence[Any],
        part: Any,
        begin: Any,
        end: Any,
    ) -> None:
        builder = frame.builder
        kind = register_type(kernel.dtype)
        alpha = kind(1)
        if kernel.scale:
            alpha = builder.load(pointers[3], typ=kind)
            if kernel.scale == "-":
                alpha = builder.fneg(alpha)
        table = frame.pointer(self._blas)
        scratch = self._own_scratch(frame, part)
        a, b, c = pointers[:3]
        if kernel.batch == 1:
            builder.call(function, [table, a, b, c, alpha, begin, end, scratch])
            return
        element = memory_type(kernel.dtype)
        with loop(builder, begin, end, "matrix") as number:
            sides = [
                builder.gep(base, [builder.mul(number, i64(stride))], source_etype=element)
                for base, stride in (
                    (a, kernel.a_stride),
                    (b, kernel.b_stride),
                    (c, kernel.rows * kernel.columns),
                )
            ]
            rows = [i64(0), i64(kernel.rows)]
            builder.call(function, [table, *sides, alpha, *rows, scratch])

    def _pointer(self, frame: _Frame, buffer: Buffer) -> Any:
        if buffer.kind == "input":
            return frame.pointer(buffer.index)
        if buffer.kind == "output":
            return frame.pointer(self._inputs + buffer.index)
        return frame.builder.gep(
            frame.pointer(self._arena),
            [i64(self._plan.offsets[buffer])],
            source_etype=ir.IntType(8),
        )

    # The program.

    def _once(self, functions: Sequence[Any]) -> Any:
        """``i64 once(ptr context, ptr pool, i64 threads)``: all phases; the status in the end."""
        signature = ir.FunctionType(I64, [POINTER, POINTER, I64])
        function = ir.Function(self._module, signature, "once")
        function.linkage = "private"
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        context, pool, threads = function.args
        frame = _Frame(builder, context)
        for phase, code in zip(self._phases, functions, strict=True):
            if phase.is_shared:
                several = builder.icmp_signed(">", threads, i64(1))
                with builder.if_else(several) as (shared, alone):
                    with shared:
                        frame.set(self._parts, threads)
                        parallel(builder, pool, code, context, threads)
                    with alone:
                        frame.set(self._parts, i64(1))
                        builder.call(code, [context, i64(0)])
            else:
                frame.set(self._parts, i64(1))
                builder.call(code, [context, i64(0)])
            if any(call.fallible for call in phase.calls):
                status = builder.load(frame.pointer(self._status), typ=I64)
                with builder.if_then(builder.icmp_signed("!=", status, i64(0)), likely=False):
                    builder.ret(status)
        builder.ret(i64(0))
        return function

    def _entry(self, once: Any) -> None:
        signature = ir.FunctionType(
            I64, [POINTER, POINTER, POINTER, POINTER, I64, POINTER, I64, POINTER]
        )
        function = ir.Function(self._module, signature, ENTRY)
        arrays, arena, blas, pool, threads, strides, steps, go = function.args
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        context = local(builder, self._arguments + 5)
        status = local(builder, 1)
        builder.store(i64(0), status)
        frame = _Frame(builder, context)
        if self._arguments:
            self._find_memory(frame, arrays)
        byte = ir.IntType(8)
        temporaries = builder.gep(arena, [i64(ARENA_HEAD)], source_etype=byte)
        frame.set(self._arena, temporaries)
        frame.set(self._blas, blas)
        frame.set(self._status, status)
        frame.set(
            self._scratch, builder.gep(temporaries, [i64(self._plan.size)], source_etype=byte)
        )
        with loop(builder, i64(0), steps, "step") as step:
            failed = builder.call(once, [context, pool, threads])
            with builder.if_then(builder.icmp_signed("!=", failed, i64(0)), likely=False):
                builder.ret(builder.add(step, i64(1)))
            with builder.if_then(_is_given(builder, go)):
                goes_on = builder.load(go, typ=ir.IntType(8))
                stops = builder.icmp_unsigned("==", goes_on, ir.IntType(8)(0))
                with builder.if_then(stops):
                    builder.store(byte(1), arena)
                    builder.ret(i64(0))
            moves = _is_given(builder, strides)
            inputs = i64(self._inputs)
            with builder.if_then(moves), loop(builder, i64(0), inputs, "input") as number:
                stride = builder.load(builder.gep(strides, [number], source_etype=I64), typ=I64)
                slot = builder.gep(context, [number], source_etype=I64)
                builder.store(builder.add(builder.load(slot, typ=I64), stride), slot)
        builder.store(byte(1), arena)
        builder.ret(i64(0))

    def _find_memory(self, frame: _Frame, arrays: Any) -> None:
        """Put the addresses of the arrays' elements into the context."""
        builder = frame.builder
        byte = ir.IntType(8)
        with loop(builder, i64(0), i64(self._arguments), "argument") as number:
            offset = builder.add(builder.mul(number, i64(8)), i64(self._layout.items))
            array = builder.load(builder.gep(arrays, [offset], source_etype=byte), typ=POINTER)
            flags = builder.load(
                builder.gep(array, [i64(self._layout.flags)], source_etype=byte), typ=_I32
            )
            wanted = _I32(_CONTIGUOUS_AND_ALIGNED)
            bad = builder.icmp_unsigned("!=", builder.and_(flags, wanted), wanted)
            with builder.if_then(bad, likely=False):
                builder.ret(i64(BAD_LAYOUT))
            data = builder.load(
                builder.gep(array, [i64(self._layout.data)], source_etype=byte), typ=I64
            )
            builder.store(data, builder.gep(frame.context, [number], source_etype=I64))


def _is_given(builder: Any, pointer: Any) -> Any:
    return builder.icmp_unsigned("!=", builder.ptrtoint(pointer, I64), i64(0))


class _Frame:
    """The context of a running program, seen from a function."""

    def __init__(self, builder: Any, context: Any) -> None:
        self.builder = builder
        self.context = context

    def _slot(self, number: int) -> Any:
        return self.builder.gep(self.context, [i64(number)], source_etype=I64)

    def pointer(self, number: int) -> Any:
        """A pointer of the context."""
        return self.builder.load(self._slot(number), typ=POINTER)

    def number(self, number: int) -> Any:
        """A number of the context."""
        return self.builder.load(self._slot(number), typ=I64)

    def set(self, number: int, value: Any) -> None:
        """Write to the context."""
        self.builder.store(value, self._slot(number))
