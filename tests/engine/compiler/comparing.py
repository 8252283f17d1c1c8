"""Run a closed graph with both engines and compare what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.compiler import CompiledProgram, compile_graph
from glassbrook.engine.interpreter.run import evaluate
from glassbrook.engine.programs import _Interpreted
from glassbrook.graph import Node
from glassbrook.graph.closed import ClosedGraph, input_node

Array = np.ndarray


def inputs_like(arrays: Sequence[Array]) -> list[Node]:
    """An input node for each array."""
    return [
        input_node(index, array.shape, dtypes.as_dtype(array.dtype))
        for index, array in enumerate(arrays)
    ]


def closed(make: Callable[..., Node | Sequence[Node]], arrays: Sequence[Array]) -> ClosedGraph:
    """The graph of a function of nodes."""
    nodes = inputs_like(arrays)
    made = make(*nodes)
    return ClosedGraph(tuple(nodes), (made,) if isinstance(made, Node) else tuple(made))


def compiled(graph: ClosedGraph) -> CompiledProgram:
    """The graph as machine code."""
    return compile_graph(graph, evaluate)


def copies(arrays: Sequence[Array]) -> list[Array]:
    """The arrays again, each in memory of its own."""
    return [np.array(array, order="C", copy=True) for array in arrays]


def assert_close(
    found: Array, expected: Array, ulps: float, where: str = "", least: float = 0
) -> None:
    """Equal shapes and dtypes, and values that differ by so many units in the last place.

    A unit is relative to the element, but for elements much smaller than the largest one, or than
    `least`: sums and products cancel.
    """
    assert found.shape == expected.shape, where
    assert found.dtype == expected.dtype, where
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(found, expected, err_msg=where)
        return
    finite = np.isfinite(expected)
    scale = float(np.max(np.abs(expected[finite]), initial=least))
    unit = float(np.finfo(expected.dtype).eps)
    smallest = float(np.finfo(expected.dtype).smallest_normal)
    np.testing.assert_allclose(
        found, expected, rtol=ulps * unit, atol=ulps * (unit * scale + smallest), err_msg=where
    )


def assert_agrees(
    graph: ClosedGraph,
    arrays: Sequence[Array],
    ulps: float = 8,
    least: float = 0,
    program: CompiledProgram | None = None,
) -> CompiledProgram:
    """Both engines give the same outputs, and leave the same in the inputs."""
    if program is None:
        program = compiled(graph)
    theirs, ours = copies(arrays), copies(arrays)
    expected = _Interpreted(graph).run(theirs)
    found = program.run(ours)
    assert len(found) == len(expected)
    for number, (ours_, theirs_) in enumerate(zip(found, expected, strict=True)):
        assert_close(ours_, theirs_, ulps, f"output {number}", least)
    for number, (ours_, theirs_) in enumerate(zip(ours, theirs, strict=True)):
        assert_close(ours_, theirs_, ulps, f"input {number}, afterwards", least)
    return program
