"""The gradient of a branch: a branch between the gradients of both."""

from __future__ import annotations

from glassbrook.dtypes import DType
from glassbrook.gradients.table import Formula, Grads, floating, formula_by, numbered, vjp
from glassbrook.gradients.walker import gradients
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node


def _cond_formula(node: Node) -> Formula:
    _, *captured = node.inputs
    names = numbered(captured)
    given = ", ".join(names)
    gradients = floating(captured, "where(c, then_back(g, {0}), else_back(g, {0}))")
    return Formula(
        f"where(c, then({given}), otherwise({given}))", (None, *gradients), ("c", *names)
    )


@formula_by("cond", _cond_formula)
@vjp("cond")
def _cond(node: Node, grad: Node) -> Grads:
    condition, *captured = node.inputs
    branches: list[ClosedGraph] = [node.attrs["true"], node.attrs["false"]]
    seed = Node("input", (), _input_attrs(len(captured), grad), grad.shape, grad.dtype)
    found = [
        gradients(branch.outputs, [seed], branch.inputs, lambda node: True) for branch in branches
    ]
    results: list[Node | None] = [None] * len(node.inputs)
    for dtype in {each.dtype for each in captured if each.dtype.is_floating}:
        wanted = [
            place
            for place, each in enumerate(captured)
            if each.dtype is dtype and any(grads[place] is not None for grads in found)
        ]
        if wanted:
            parts = [
                [_or_zeros(grads[place], captured[place]) for place in wanted] for grads in found
            ]
            graphs = [
                ClosedGraph((*branch.inputs, seed), (build.pack(part),))
                for branch, part in zip(branches, parts, strict=True)
            ]
            packed = build.cond(condition, [*captured, grad], *graphs)
            shapes = [captured[place].shape for place in wanted]
            for place, part in zip(wanted, build.unpack(packed, shapes), strict=True):
                results[place + 1] = part
    return results


def _input_attrs(index: int, like: Node) -> dict[str, int | tuple[int, ...] | DType]:
    return {"index": index, "shape": like.shape, "dtype": like.dtype}


def _or_zeros(grad: Node | None, like: Node) -> Node:
    return build.zeros(like.shape, like.dtype) if grad is None else grad
