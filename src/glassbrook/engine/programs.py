"""Programs from closed graphs: the one place that knows which engine makes them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from glassbrook import config
from glassbrook.engine.interpreter.closed import Steps
from glassbrook.engine.interpreter.run import evaluate
from glassbrook.engine.interpreter.threads import limit_threads
from glassbrook.engine.statistics import statistics
from glassbrook.graph.closed import ClosedGraph, Program
from glassbrook.graph.node import Array

__all__ = ["compiled", "compiling", "make"]

compiling = threading.RLock()
"""Held while something is compiled: a process must not fork meanwhile."""


def make(graph: ClosedGraph) -> Program:
    """A program for a graph, by the engine that `config.engine` asks for."""
    return _Interpreted(graph) if config.engine == "interpreter" else compiled(graph)


def compiled(graph: ClosedGraph) -> Program:
    """A compiled program for a graph. The compiler is imported when it is first needed."""
    with compiling:
        from glassbrook.engine.compiler import compile_graph

        limit_threads()

        return compile_graph(graph, statistics.watched(evaluate))


class _Interpreted:
    """A closed graph that is run node by node."""

    def __init__(self, graph: ClosedGraph) -> None:
        self.graph = graph
        self._steps = Steps(graph)
        self._count = len(graph.outputs)

    def run(self, arrays: Sequence[Array]) -> list[Array]:
        """Compute the outputs and update inputs; see `Program`."""
        results = self._steps.results(arrays)
        outputs = results[: self._count]
        if self.graph.updates:
            updated = [arrays[index] for index, _ in self.graph.updates]
            # All new values are there before the first input changes.
            news = [
                new.copy() if any(np.may_share_memory(new, each) for each in updated) else new
                for new in results[self._count :]
            ]
            outputs = [
                each.copy() if any(np.may_share_memory(each, old) for old in updated) else each
                for each in outputs
            ]
            for old, new in zip(updated, news, strict=True):
                np.copyto(old, new)
        return outputs

    def repeat(self, arrays: Sequence[Array], strides: Sequence[int], steps: int) -> list[Array]:
        """Run several times; see `Program`."""
        outputs: list[Array] = []
        for step in range(steps):
            present = [
                array[step, ...] if stride else array for array, stride in zip(arrays, strides)
            ]
            outputs = self.run(present)
        return outputs
