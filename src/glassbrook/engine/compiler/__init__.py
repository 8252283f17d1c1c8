"""The compiler: closed graphs become machine code, whole programs at a time.

It knows nothing of the interpreter: what it cannot compile it hands to an evaluator that it gets.
"""

from __future__ import annotations

from glassbrook.engine.compiler.program import CompiledProgram, Evaluate
from glassbrook.graph.closed import ClosedGraph

__all__ = ["CompiledProgram", "compile_graph"]


def compile_graph(graph: ClosedGraph, evaluate: Evaluate) -> CompiledProgram:
    """Compile a graph.

    Args:
        graph: what to compile.
        evaluate: computes the value of a node that the compiler does not know.
    """
    return CompiledProgram(graph, evaluate)
