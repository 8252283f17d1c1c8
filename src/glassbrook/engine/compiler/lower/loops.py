"""Loop nests in LLVM's terms.

A nest becomes a function of its arrays and of the share of its shared loop that it is to do. The
arrays do not overlap, and the function says so: that is what lets LLVM turn the innermost loop into
vector code without looking at addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from glassbrook.dtypes import DType
from glassbrook.engine.compiler.kernels import Fold, Loops, Step
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import I64, POINTER, i64, load, loop, place_of, store
from glassbrook.engine.compiler.lower.scalars import (
    emit_scalar,
    memory_type,
    number,
    register_type,
)

__all__ = ["emit_loops", "kernel_function"]


def kernel_function(module: Any, name: str, slots: int) -> tuple[Any, Any]:
    """A function ``void(ptr slot…, i64 begin, i64 end)`` whose arrays do not overlap."""
    signature = ir.FunctionType(ir.VoidType(), [POINTER] * slots + [I64, I64])
    function = ir.Function(module, signature, name)
    function.linkage = "private"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    for argument in function.args[:slots]:
        argument.add_attribute("noalias")
    return function, ir.IRBuilder(function.append_basic_block("entry"))


def emit_loops(module: Any, name: str, kernel: Loops, dtypes: Sequence[DType]) -> Any:
    """The function of a loop nest.

    Args:
        module: where to write it.
        name: its name.
        kernel: what it does.
        dtypes: for each slot, the type of the elements.
    """
    function, builder = kernel_function(module, name, len(dtypes))
    _LoopsWriter(builder, kernel, dtypes, function.args).write()
    builder.ret_void()
    return function


class _LoopsWriter:
    def __init__(
        self, builder: Any, kernel: Loops, dtypes: Sequence[DType], arguments: Sequence[Any]
    ) -> None:
        self._builder = builder
        self._kernel = kernel
        self._dtypes = dtypes
        self._slots = arguments[: len(dtypes)]
        self._begin, self._end = arguments[len(dtypes) :]
        count = len(kernel.space)
        positions = any(fold.op.startswith("arg") for fold in kernel.folds)
        kept = [axis for axis in range(count) if not kernel.reduced[axis]]
        folded = [axis for axis in range(count) if kernel.reduced[axis]]
        # A position is gathered in registers, so its loop must be innermost.
        self._order = kept + folded if positions else list(range(count))
        inner = 0
        while inner < count and kernel.reduced[self._order[count - 1 - inner]]:
            inner += 1
        self._inner = inner if kernel.folds else 0
        self._in_memory = bool(kernel.folds) and len(folded) > self._inner
        self._counters: list[Any] = [None] * count

    def write(self) -> None:
        """Emit everything."""
        if self._in_memory:
            with ExitStack() as stack:
                for axis in self._order:
                    if not self._kernel.reduced[axis]:
                        self._enter(stack, axis)
                    else:
                        self._counters[axis] = i64(0)
                self._guarded(stack)
                for fold in self._kernel.folds:
                    self._write(fold, self._neutral(fold))
        outer = self._order[: len(self._order) - self._inner]
        with ExitStack() as stack:
            for axis in outer:
                self._enter(stack, axis)
            self._guarded(stack)
            self._body()

    def _guarded(self, stack: ExitStack) -> None:
        """With no loop to share, do it all in the one share that there is."""
        if self._kernel.shared < 0:
            stack.enter_context(loop(self._builder, self._begin, self._end, "once"))

    def _enter(self, stack: ExitStack, axis: int) -> None:
        shared = axis == self._kernel.shared
        begin = self._begin if shared else i64(0)
        end = self._end if shared else i64(self._kernel.space[axis])
        self._counters[axis] = stack.enter_context(loop(self._builder, begin, end, f"i{axis}"))

    def _body(self) -> None:
        folds = self._kernel.folds
        if not self._inner:
            values = self._values()
            self._stores(values)
            for fold in folds:
                self._gather(fold, values[fold.step])
            return
        totals = [self._accumulators(fold) for fold in folds]
        with ExitStack() as stack:
            for axis in self._order[len(self._order) - self._inner :]:
                self._enter(stack, axis)
            values = self._values()
            self._stores(values)
            for fold, total in zip(folds, totals, strict=True):
                self._accumulate(fold, total, values[fold.step])
        for fold, total in zip(folds, totals, strict=True):
            kind = register_type(self._fold_dtype(fold))
            self._gather(
                fold,
                self._builder.load(total[-1], typ=total[1] if fold.op.startswith("arg") else kind),
            )

    # Steps.

    def _values(self) -> list[Any]:
        values: list[Any] = []
        for step in self._kernel.steps:
            values.append(self._value(step, values))
        return values

    def _value(self, step: Step, values: list[Any]) -> Any:
        builder = self._builder
        if step.op == "constant":
            return number(step.dtype, step.detail[0])
        if step.op == "index":
            assert step.place is not None
            return place_of(builder, step.place, self._counters)
        if step.op in ("load", "load_at"):
            assert step.place is not None
            place = place_of(builder, step.place, self._counters)
            for argument, stride in zip(step.arguments, step.detail):
                moved = builder.mul(values[argument], i64(int(stride)), flags=("nsw",))
                place = builder.add(place, moved, flags=("nsw",))
            return load(builder, self._slots[step.slot], place, step.dtype)
        operands = [self._kernel.steps[each].dtype for each in step.arguments]
        return emit_scalar(
            builder, step.op, [values[each] for each in step.arguments], operands, step.dtype
        )

    def _stores(self, values: list[Any]) -> None:
        for each in self._kernel.stores:
            place = place_of(self._builder, each.place, self._counters)
            dtype = self._dtypes[each.slot]
            store(self._builder, self._slots[each.slot], place, dtype, values[each.step])

    # Folds.

    def _fold_dtype(self, fold: Fold) -> DType:
        """The type of what is compared or added up."""
        return self._kernel.steps[fold.step].dtype

    def _neutral(self, fold: Fold) -> Any:
        dtype = self._fold_dtype(fold)
        if fold.op in ("max", "argmax", "min", "argmin"):
            lowest = fold.op.endswith("max")
            if dtype.is_floating:
                return number(dtype, "-inf" if lowest else "inf")
            return number(dtype, str(int(dtype.min if lowest else dtype.max)))
        return number(dtype, "1" if fold.op in ("prod", "all") else "0")

    def _combine(self, fold: Fold, total: Any, value: Any) -> Any:
        builder, dtype = self._builder, self._fold_dtype(fold)
        if fold.op in ("any", "all"):
            return (builder.or_ if fold.op == "any" else builder.and_)(total, value)
        if not dtype.is_floating:
            name = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum"}[fold.op]
            return emit_scalar(builder, name, [total, value], [dtype, dtype], dtype)
        if fold.op == "sum":
            return builder.fadd(total, value, flags=("reassoc",))
        if fold.op == "prod":
            return builder.fmul(total, value, flags=("reassoc",))
        kind = register_type(dtype)
        full = f"llvm.{fold.op}imum.f{8 * dtype.size}"
        declared = builder.module.globals.get(full) or ir.Function(
            builder.module, ir.FunctionType(kind, [kind, kind]), full
        )
        return builder.call(declared, [total, value])

    def _accumulators(self, fold: Fold) -> tuple[Any, Any, Any]:
        """Registers for a fold: the best or total so far, the type and place of the result."""
        builder = self._builder
        neutral = self._neutral(fold)
        with builder.goto_entry_block():
            total = builder.alloca(neutral.type)
            position = builder.alloca(I64) if fold.op.startswith("arg") else total
        builder.store(neutral, total)
        if position is not total:
            builder.store(i64(0), position)
        return total, I64, position

    def _accumulate(self, fold: Fold, accumulators: tuple[Any, Any, Any], value: Any) -> None:
        builder = self._builder
        total, _, position = accumulators
        before = builder.load(total, typ=value.type)
        if not fold.op.startswith("arg"):
            builder.store(self._combine(fold, before, value), total)
            return
        op = "greater" if fold.op == "argmax" else "less"
        dtype = self._fold_dtype(fold)
        # NaN is never better than anything.
        better = emit_scalar(builder, op, [value, before], [dtype, dtype], dtype)
        builder.store(builder.select(better, value, before), total)
        axis = self._order[-1]
        old = builder.load(position, typ=I64)
        builder.store(builder.select(better, self._counters[axis], old), position)

    def _gather(self, fold: Fold, value: Any) -> None:
        """Take what was folded in registers into the result."""
        if fold.op.startswith("arg"):
            if not self._inner:
                value = i64(0)
            kind = memory_type(fold.dtype)
            narrow = value if kind.width == 64 else self._builder.trunc(value, kind)
            self._write(fold, narrow)
            return
        if self._in_memory:
            place = place_of(self._builder, fold.place, self._counters)
            before = load(self._builder, self._slots[fold.slot], place, fold.dtype)
            value = self._combine(fold, before, value)
        self._write(fold, value)

    def _write(self, fold: Fold, value: Any) -> None:
        counters = [i64(0) if counter is None else counter for counter in self._counters]
        place = place_of(self._builder, fold.place, counters)
        store(self._builder, self._slots[fold.slot], place, fold.dtype, value)
