"""How long each kernel of a compiled program takes: a variant of its code counts cycles.

Each core adds the cycles of a kernel call up in counters of its own, at the end of its scratch
memory. The calls stay as they are, so that what is measured is what runs otherwise.
"""

from __future__ import annotations

import ctypes
import platform
import time
from collections.abc import Callable, Sequence
from functools import cache
from statistics import median

import numpy as np
import numpy.typing as npt

from glassbrook.engine.compiler import llvm
from glassbrook.engine.compiler.arenas import Arena
from glassbrook.engine.compiler.llvm import ir
from glassbrook.engine.compiler.lower.blocks import I64
from glassbrook.engine.compiler.lower.program import ARENA_HEAD, counter_bytes, cycles
from glassbrook.engine.compiler.pipeline import compile_counted
from glassbrook.engine.compiler.program import CompiledProgram, Evaluate
from glassbrook.engine.compiler.threads import thread_count
from glassbrook.engine.compiler.unit import Unit
from glassbrook.errors import GlassbrookError
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Array, Node

__all__ = ["Times", "measure"]

_X86 = ("x86_64", "amd64", "i386", "i686")
_SECONDS = 0.5
_SAMPLE_SECONDS = 500e-6
_FEWEST_SAMPLES, _MOST_SAMPLES = 5, 400


class Times:
    """Nanoseconds of one run of a program, as medians over many runs.

    Nodes within loops count with all their turns.

    Attributes:
        run: the whole run, as it is seen from Python.
        kernels: for each kernel of each of the program's `units`, the time on the core that took
            longest; all its calls together, if it stands in a loop.
        interpreted: for each node that ran in the interpreter, on average.
        samples: of how many samples these are the medians.
    """

    def __init__(
        self,
        run: float,
        kernels: Sequence[tuple[float, ...]],
        interpreted: dict[Node, float],
        samples: int,
    ) -> None:
        self.run = run
        self.kernels = tuple(kernels)
        self.interpreted = interpreted
        self.samples = samples


def measure(
    graph: ClosedGraph, evaluate: Evaluate, arrays: Callable[[], Sequence[Array]]
) -> tuple[CompiledProgram, Times]:
    """Run a graph many times, for about half a second, and see where the time goes.

    Args:
        graph: what to run.
        evaluate: computes what the compiler does not know.
        arrays: gives fresh arrays for the inputs, which runs may change.

    Returns:
        The program, made anew, and its times.

    Raises:
        GlassbrookError: this processor's count of cycles cannot be read.
    """
    if platform.machine().lower() not in _X86:
        raise GlassbrookError(
            f"Times per kernel are measured on x86 processors only; this one is "
            f"{platform.machine()!r}, where programs may not read the count of cycles. "
            "Leave times=True out to see the program without times."
        )
    clock = _Clock()
    program = CompiledProgram(graph, clock.interpreting(evaluate))
    program.replace_units(_CountedUnit)
    units = [unit for unit in program.units if isinstance(unit, _CountedUnit)]
    repeats = _repeats(program, arrays)
    walls: list[float] = []
    samples: list[list[npt.NDArray[np.int64]]] = []
    clock.begin()
    while clock.goes_on(len(samples)):
        given = arrays()
        for unit in units:
            unit.reset()
        started = time.perf_counter()
        for _ in range(repeats):
            program.run(given)
        walls.append((time.perf_counter() - started) / repeats)
        samples.append([unit.counted() for unit in units])
    scale = clock.nanoseconds_per_cycle() / repeats
    kernels = [
        tuple(scale * np.median(np.stack(each), axis=0)) for each in zip(*samples, strict=True)
    ]
    interpreted = clock.interpreted(repeats * len(samples))
    return program, Times(1e9 * median(walls), kernels, interpreted, len(samples))


def _repeats(program: CompiledProgram, arrays: Callable[[], Sequence[Array]]) -> int:
    """How many runs make a sample long enough for the copies before it not to matter."""
    given = arrays()
    program.run(given)  # the first run starts threads and touches memory
    started = time.perf_counter()
    program.run(given)
    seconds = time.perf_counter() - started
    return max(1, round(_SAMPLE_SECONDS / max(seconds, 1e-7)))


class _CountedUnit(Unit):
    """A unit whose code counts the cycles of each kernel."""

    def __init__(self, graph: ClosedGraph) -> None:
        super().__init__(graph, compile_counted(graph))
        self._threads = thread_count()
        self._arena = super()._borrow(self._threads)
        self.reset()

    def _borrow(self, threads: int) -> Arena:
        return self._arena  # the counters are in it

    def _give_back(self, arena: Arena) -> None:
        """Keep it."""

    def _counters(self) -> npt.NDArray[np.int64]:
        """The counters: a row for each core, a column for each kernel."""
        code = self.code
        calls = len(code.kernels)
        start = ARENA_HEAD + code.arena_bytes
        scratch = self._arena.memory[start : start + self._threads * code.scratch_bytes]
        by_core = scratch.reshape(self._threads, code.scratch_bytes)
        first = code.scratch_bytes - counter_bytes(calls)
        return by_core[:, first : first + 8 * calls].view(np.int64)

    def reset(self) -> None:
        """Begin to count anew."""
        if self.code.kernels:
            self._counters()[...] = 0

    def counted(self) -> npt.NDArray[np.int64]:
        """The cycles of each kernel so far, on the core that took longest."""
        if not self.code.kernels:
            return np.zeros(0, np.int64)
        found: npt.NDArray[np.int64] = self._counters().max(axis=0)
        return found


class _Clock:
    """The count of cycles beside the time, and the time of what the interpreter does."""

    def __init__(self) -> None:
        self._spent: dict[Node, float] = {}
        self.begin()

    def begin(self) -> None:
        """Begin to measure."""
        self._spent.clear()
        self._cycles = _cycles_now()
        self._began = time.perf_counter()

    def goes_on(self, samples: int) -> bool:
        """Whether more samples are to follow."""
        if samples < _FEWEST_SAMPLES:
            return True
        return samples < _MOST_SAMPLES and time.perf_counter() - self._began < _SECONDS

    def nanoseconds_per_cycle(self) -> float:
        """How long a cycle of the count took since the beginning."""
        seconds = time.perf_counter() - self._began
        return 1e9 * seconds / max(1, _cycles_now() - self._cycles)

    def interpreting(self, evaluate: Evaluate) -> Evaluate:
        """The same, but the time is noted."""

        def evaluate_timed(node: Node, inputs: list[Array]) -> Array:
            started = time.perf_counter()
            result = evaluate(node, inputs)
            seconds = time.perf_counter() - started
            self._spent[node] = self._spent.get(node, 0.0) + seconds
            return result

        return evaluate_timed

    def interpreted(self, runs: int) -> dict[Node, float]:
        """For each node that the interpreter ran, nanoseconds per run."""
        return {node: 1e9 * spent / runs for node, spent in self._spent.items()}


def _cycles_now() -> int:
    return _counter()()


@cache
def _counter() -> Callable[[], int]:
    """The processor's count of cycles, as a function."""
    module = ir.Module("cycles")
    function = ir.Function(module, ir.FunctionType(I64, []), "count")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    builder.ret(cycles(builder))
    library = llvm.load_object(llvm.to_object(module), ["count"])
    count: Callable[[], int] = ctypes.CFUNCTYPE(ctypes.c_int64)(library.addresses["count"])
    _libraries.append(library)
    return count


_libraries: list[llvm.Library] = []
