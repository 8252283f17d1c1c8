"""`tf.program`: a function or model as the machine code that the compiler makes of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from glassbrook import config
from glassbrook.engine.compiler import CompiledProgram
from glassbrook.engine.compiler.blas import blas_name
from glassbrook.engine.compiler.lower.program import counter_bytes
from glassbrook.engine.compiler.memory import padded
from glassbrook.engine.compiler.program import CompiledLoop
from glassbrook.engine.compiler.report import KernelReport, TemporaryReport
from glassbrook.engine.compiler.timing import Times, measure
from glassbrook.engine.compiler.unit import Unit
from glassbrook.engine.interpreter.run import evaluate
from glassbrook.errors import InvalidArgumentError
from glassbrook.explain.amounts import counted, in_bytes, in_time, scaled
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node
from glassbrook.tensor.function import BoundFunction, Function
from glassbrook.tensor.replay import Replay

if TYPE_CHECKING:
    from glassbrook.keras.utils.plotting.picture import Picture

__all__ = [
    "CompiledPart",
    "InterpretedPart",
    "LoopPart",
    "Part",
    "ProgramReport",
    "program",
]

_UNSAID = frozenset({"constant", "iota", "item"})
_MOST_LABEL = 48


@dataclass(frozen=True)
class CompiledPart:
    """Machine code that runs as a whole.

    Attributes:
        kernels: what it does, in order.
        arena_bytes: the memory of its temporaries.
        scratch_bytes: the memory that each core needs besides, to pack matrices into.
        nanoseconds: the time of each kernel; empty if it was not measured.
        temporaries: what lies in the arena, and when.
    """

    kernels: tuple[KernelReport, ...]
    arena_bytes: int
    scratch_bytes: int
    nanoseconds: tuple[float, ...] = ()
    temporaries: tuple[TemporaryReport, ...] = ()

    @property
    def unshared_bytes(self) -> int:
        """The memory that temporaries would need if none took the place of another."""
        return sum(padded(each.bytes) for each in self.temporaries)

    @property
    def phases(self) -> tuple[tuple[KernelReport, ...], ...]:
        """The kernels by phase; between phases cores wait for each other."""
        return tuple(tuple(each) for _, each in groupby(self.kernels, attrgetter("phase")))


@dataclass(frozen=True)
class InterpretedPart:
    """Operations that run in the interpreter, as the compiler does not know them.

    Attributes:
        operations: in order, each with the dtype and shape of its result.
        nanoseconds: their time; 0 if it was not measured.
    """

    operations: tuple[str, ...]
    nanoseconds: float = 0.0


@dataclass(frozen=True)
class LoopPart:
    """A `while` or a `scan`: what one turn does, the test whether to go on included."""

    parts: tuple[Part, ...]
    operation: str = "while"


Part = CompiledPart | InterpretedPart | LoopPart


@dataclass(frozen=True)
class ProgramReport:
    """What a program does; `str` gives it as a table.

    What stands in a loop counts once, as the number of turns is not known; times count all turns.

    Attributes:
        name: whose program it is.
        parts: what runs, in order.
        inputs, outputs: how many arrays it takes and gives.
        updated: how many of the inputs are variables that it updates.
        threads: how many threads share its work.
        blas: the library that multiplies large matrices.
        nanoseconds: the time of a run, as it is seen from Python; 0 if it was not measured.
    """

    name: str
    parts: tuple[Part, ...]
    inputs: int
    outputs: int
    updated: int
    threads: int
    blas: str
    nanoseconds: float = field(default=0.0)

    @property
    def compiled(self) -> tuple[CompiledPart, ...]:
        """The compiled parts, those within loops included."""
        return tuple(part for part in _flat(self.parts) if isinstance(part, CompiledPart))

    @property
    def kernels(self) -> tuple[KernelReport, ...]:
        """All kernels."""
        return tuple(kernel for part in self.compiled for kernel in part.kernels)

    @property
    def phases(self) -> tuple[tuple[KernelReport, ...], ...]:
        """The kernels of each phase."""
        return tuple(phase for part in self.compiled for phase in part.phases)

    @property
    def flops(self) -> int:
        """Arithmetic operations; a matrix product counts two per multiplication."""
        return sum(kernel.flops for kernel in self.kernels)

    @property
    def bytes(self) -> int:
        """What kernels read and write."""
        return sum(kernel.bytes for kernel in self.kernels)

    @property
    def arena_bytes(self) -> int:
        """The memory of temporaries."""
        return sum(part.arena_bytes for part in self.compiled)

    @property
    def scratch_bytes(self) -> int:
        """The memory that each core needs to pack matrices into."""
        return sum(part.scratch_bytes for part in self.compiled)

    @property
    def interpreted(self) -> tuple[str, ...]:
        """The operations that run in the interpreter, between compiled parts."""
        return tuple(
            operation
            for part in _flat(self.parts)
            if isinstance(part, InterpretedPart)
            for operation in part.operations
        )

    def picture(self, to_file: str | os.PathLike[str] | None = None) -> Picture:
        """The program as a picture: its kernels, and its temporaries over time.

        Args:
            to_file: a file to write to, which ends in .svg, .html or .png; `None` for none.

        Raises:
            InvalidArgumentError, NotFoundError: the file cannot be written.
        """
        from glassbrook.explain.diagrams.program import picture_of_program

        return picture_of_program(self, to_file=to_file)

    def _repr_html_(self) -> str:
        return self.picture()._repr_html_()

    def __repr__(self) -> str:
        return (
            f"<program of {self.name}: {counted(len(self.kernels), 'kernel')} in "
            f"{counted(len(self.phases), 'phase')}, {counted(len(self.interpreted), 'operation')} "
            "interpreted>"
        )

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def program(
    function: Callable[..., Any],
    *inputs: Any,
    times: bool = False,
    print_fn: Callable[[str], object] | None = print,
) -> ProgramReport:
    """Compile a function for some inputs and show what the machine code does.

    Each line is a *kernel*: a nest of loops with several operations fused into it, a matrix
    product, a scatter, or a check of indices. Kernels of one *phase* follow each other without
    cores having to wait; a phase is shared by all cores if it is worth it.

    The function is traced, not run: no variable changes. It is run on copies with `times`.

    Args:
        function: a function, a `tf.function`, a layer or model, or a step such as
            ``model.train_step``.
        inputs: its arguments.
        times: whether to run it for half a second and show how long each kernel takes. The shares
            are of the time in kernels; where cores share a kernel, the slowest one counts. Counting
            adds some 10 ns to each.
        print_fn: gets the text; `None` prints nothing.

    Returns:
        A `ProgramReport`.

    Raises:
        InvalidArgumentError: there is no program, since Python needs values while it runs.
        GlassbrookError: times were asked for, but not on an x86 processor.

    Example:
        >>> import glassbrook as tf
        >>> weights = tf.Variable(tf.ones([3, 2]))
        >>> def layer(x):
        ...     return tf.reduce_sum(tf.tanh(x @ weights) + 1.0)
        >>> report = tf.program(layer, tf.ones([4, 3]), print_fn=None)
        >>> report.interpreted
        ()
        >>> sum(kernel.flops for kernel in report.kernels if kernel.kind == "product")
        48
    """
    replay, nodes = _traced(function, inputs)
    graph = replay.graph
    if times:
        compiled, measured = measure(graph, evaluate, lambda: replay.example(nodes))
        report = _report(_name(function), graph, compiled, measured)
    else:
        report = _report(_name(function), graph, CompiledProgram(graph, evaluate), None)
    if print_fn is not None:
        print_fn(str(report))
    return report


# Tracing.


def _traced(function: Callable[..., Any], inputs: Sequence[Any]) -> tuple[Replay, list[Node]]:
    if not callable(function):
        raise InvalidArgumentError(
            f"program: expected a function, a layer or a model, got {function!r}."
        )
    traceable: Any = function
    if not isinstance(function, Function | BoundFunction):

        def call(*args: Any) -> Any:
            return function(*args)

        call.__name__ = _name(function)
        traceable = Function(call)
    replay, nodes = traceable.example_for(*inputs)
    if replay is None:
        raise InvalidArgumentError(
            f"program: {_name(function)!r} is no program: Python needs values while it runs; the "
            "warning says where. Use tf.where, tf.cond or tf.while_loop in place of if and while."
        )
    return replay, nodes


def _name(function: Callable[..., Any]) -> str:
    name = getattr(function, "name", None) or getattr(function, "__name__", None)
    return str(name or type(function).__name__)


# From a program to a report.


def _report(
    name: str, graph: ClosedGraph, compiled: CompiledProgram, times: Times | None
) -> ProgramReport:
    by_unit: dict[Unit, tuple[float, ...]] = {}
    interpreted: Mapping[Node, float] = {}
    if times is not None:
        by_unit = dict(zip(compiled.units, times.kernels, strict=True))
        interpreted = times.interpreted
    return ProgramReport(
        name=name,
        parts=tuple(_parts(compiled, by_unit, interpreted)),
        inputs=len(graph.inputs),
        outputs=len(graph.outputs),
        updated=len(graph.updates),
        threads=config.threads,
        blas=blas_name(),
        nanoseconds=0.0 if times is None else times.run,
    )


def _parts(
    compiled: CompiledProgram,
    by_unit: Mapping[Unit, tuple[float, ...]],
    interpreted: Mapping[Node, float],
) -> Iterator[Part]:
    for stage in compiled.stages:
        if isinstance(stage, Unit):
            code = stage.code
            times = by_unit.get(stage, ())
            scratch = code.scratch_bytes - (counter_bytes(len(times)) if times else 0)
            if code.kernels:
                yield CompiledPart(code.kernels, code.arena_bytes, scratch, times, code.temporaries)
            continue
        for is_loop, group in groupby(stage, lambda each: isinstance(each, CompiledLoop)):
            members = list(group)
            if is_loop:
                for loop in members:
                    assert isinstance(loop, CompiledLoop)
                    yield LoopPart(tuple(_parts(loop.step, by_unit, interpreted)), loop.operation)
                continue
            nodes = [each for each in members if isinstance(each, Node) and each.op not in _UNSAID]
            if nodes:
                spent = sum(interpreted.get(node, 0.0) for node in nodes)
                yield InterpretedPart(tuple(map(_described, nodes)), spent)


def _described(node: Node) -> str:
    sizes = ", ".join(map(str, node.shape))
    return f"{node.op} {node.dtype.name}[{sizes}]"


def _flat(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, LoopPart):
            yield from _flat(part.parts)


# From a report to text.

_TITLES = ("phase", "", "kernel", "operations", "loops", "FLOPs", "bytes")
_NUMBERS = frozenset({"FLOPs", "bytes", "time", "share"})


def _lines(report: ProgramReport) -> Iterator[str]:
    yield (
        f"{report.name}: {counted(report.inputs, 'input')}, {counted(report.outputs, 'output')}, "
        f"{counted(report.updated, 'variable')} updated; {counted(report.threads, 'thread')}, "
        f"{report.blas}"
    )
    timed = report.nanoseconds > 0
    in_kernels = sum(sum(part.nanoseconds) for part in report.compiled)
    titles = (*_TITLES, "time", "share") if timed else _TITLES
    rows = list(_rows(report.parts, in_kernels, ""))
    total = ["total", "", "", "", "", scaled(report.flops), in_bytes(report.bytes)]
    if timed:
        total += [in_time(in_kernels), ""]
    table = [titles, *(row for row in rows if not isinstance(row, str)), total]
    widths = [max(len(row[i]) for row in table if i < len(row)) for i in range(len(titles))]
    for row in (titles, *rows, total):
        yield row if isinstance(row, str) else _aligned(row, widths, titles)
    yield (
        f"arena {in_bytes(report.arena_bytes)}, scratch {in_bytes(report.scratch_bytes)} per core"
    )
    if timed:
        yield f"a run, as seen from Python: {in_time(report.nanoseconds)}"
    if report.interpreted:
        operations = dict.fromkeys(each.partition(" ")[0] for each in report.interpreted)
        yield f"in the interpreter: {', '.join(operations)}"


def _rows(parts: Sequence[Part], total: float, indent: str) -> Iterator[str | list[str]]:
    """Lines of text, and rows of the table."""
    for part in parts:
        if isinstance(part, LoopPart):
            yield f"{indent}{part.operation}: each turn"
            yield from _rows(part.parts, total, indent + "  ")
        elif isinstance(part, InterpretedPart):
            time = f"  {in_time(part.nanoseconds)}" if part.nanoseconds else ""
            yield f"{indent}interpreter: {', '.join(part.operations)}{time}"
        else:
            yield from _kernel_rows(part, total, indent)


def _kernel_rows(part: CompiledPart, total: float, indent: str) -> Iterator[list[str]]:
    last = -1
    for number, kernel in enumerate(part.kernels):
        is_first = kernel.phase != last
        last = kernel.phase
        row = [
            f"{indent}{kernel.phase + 1}" if is_first else "",
            ("shared" if kernel.shared else "one core") if is_first else "",
            kernel.kind,
            _shortened(kernel.operations),
            "×".join(map(str, kernel.space)) or "1",
            scaled(kernel.flops),
            in_bytes(kernel.bytes),
        ]
        if part.nanoseconds:
            spent = part.nanoseconds[number]
            row += [in_time(spent), f"{spent / max(total, 1e-9):.1%}"]
        yield row


def _aligned(row: Sequence[str], widths: Sequence[int], titles: Sequence[str]) -> str:
    cells = [
        f"{cell:>{width}}" if title in _NUMBERS else f"{cell:<{width}}"
        for cell, width, title in zip(row, widths, titles)
    ]
    return "  ".join(cells).rstrip()


def _shortened(label: str) -> str:
    return label if len(label) <= _MOST_LABEL else f"{label[: _MOST_LABEL - 1]}…"
