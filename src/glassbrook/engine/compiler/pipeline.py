"""From a closed graph to a program: the passes in order.

What the compiler does not know runs node by node between compiled parts. So a graph is first split
into stages; each compiled stage then goes through the passes and becomes a `Unit`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from glassbrook import config
from glassbrook.engine.compiler import cache, llvm
from glassbrook.engine.compiler.fuse import fuse
from glassbrook.engine.compiler.lower.program import lower
from glassbrook.engine.compiler.memory import Plan, plan_memory
from glassbrook.engine.compiler.report import kernel_reports, temporary_reports
from glassbrook.engine.compiler.schedule import Phase, schedule
from glassbrook.engine.compiler.simplify import simplify
from glassbrook.engine.compiler.unit import Code, Unit, layout
from glassbrook.engine.compiler.verify import verify_calls, verify_memory, verify_phases
from glassbrook.engine.compiler.windows import CONVOLUTIONS
from glassbrook.engine.statistics import statistics
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.verify import verify

__all__ = ["compile_counted", "compile_unit", "planned"]


class Pass(NamedTuple):
    """A pure function of what the pass before made, and the check of its result in debug mode."""

    run: Callable[[Any], Any]
    check: Callable[[Any, Any], None]


PASSES: Sequence[Pass] = (
    Pass(simplify, lambda graph, simplified: verify(simplified.results, CONVOLUTIONS)),
    Pass(fuse, lambda graph, calls: verify_calls(calls)),
    Pass(schedule, verify_phases),
)
"""From a graph to phases of kernel calls. `plan_memory` and `lower` take it from there."""


def planned(graph: ClosedGraph) -> tuple[list[Phase], Plan]:
    """The phases of a graph and the memory of its temporaries: every pass but the last."""
    made: Any = graph
    for step in PASSES:
        given, made = made, step.run(made)
        if config.debug:
            step.check(given, made)
    phases: list[Phase] = made
    plan = plan_memory(phases)
    if config.debug:
        verify_memory(phases, plan)
    return phases, plan


def compile_unit(graph: ClosedGraph) -> Unit:
    """Machine code for a graph of operations that are known; from the cache if it is there."""
    with statistics.making():
        unit = _loaded(graph)
        is_new = unit is None
        if unit is None:
            code = _compiled(graph)
            cache.save(cache.key_of(graph), code)
            unit = Unit(graph, code)
        statistics.note(is_new=is_new)
    return unit


def _loaded(graph: ClosedGraph) -> Unit | None:
    key = cache.key_of(graph)
    code = cache.load(key)
    if code is None:
        return None
    try:
        return Unit(graph, code)
    except RuntimeError:
        cache.discard(key)
        return None


def compile_counted(graph: ClosedGraph) -> Code:
    """Machine code that counts the cycles of each kernel: see `lower`. It is not kept on disk."""
    return _compiled(graph, counted=True)


def _compiled(graph: ClosedGraph, *, counted: bool = False) -> Code:
    phases, plan = planned(graph)
    module, scratch = lower(
        phases, plan, len(graph.inputs), len(graph.outputs), layout(), counted=counted
    )
    return Code(
        llvm.to_object(module),
        plan.size,
        scratch,
        kernel_reports(phases),
        temporary_reports(phases, plan),
    )
