"""Rewrite a closed graph into a simpler one that computes the same.

Nodes are made anew from the inputs on, each after a look at a small table of rules, so that
constants fold, neutral elements go, transposes become flags of matrix products, and what is equal
is written once. What no result needs is never reached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook.engine.compiler import windows
from glassbrook.engine.compiler.rewriting import RULES, Rewriter, rule, scalar_value
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node
from glassbrook.graph.printer import topological_order

__all__ = ["simplify", "windows"]

_LONGEST_SERIAL_SUM = 4096


def simplify(graph: ClosedGraph) -> ClosedGraph:
    """The simplified graph; its inputs are those of `graph`, used or not."""
    rewriter = Rewriter()
    new: dict[Node, Node] = {node: node for node in graph.inputs}
    for node in topological_order(graph.results):
        if node not in new:
            new[node] = rewriter.emit(node.op, *(new[each] for each in node.inputs), **node.attrs)
    return ClosedGraph(
        graph.inputs,
        tuple(new[node] for node in graph.outputs),
        tuple((index, new[node]) for index, node in graph.updates),
    )


def _is(node: Node, number: float) -> bool:
    value = scalar_value(node)
    return value is not None and value == number and (number != 0 or not np.signbit(value))


# What changes nothing.


@rule("identity", "stop_gradient", "variable", "custom_gradient")
def _pass_on(rewriter: Rewriter, node: Node) -> Node:
    return node.inputs[0]


@rule("constant")
def _scalar_constant(rewriter: Rewriter, node: Node) -> Node | None:
    if not node.shape:
        return None
    scalar = rewriter.constant(node.attrs["value"], node)
    return rewriter.emit("broadcast_to", scalar, shape=node.shape)


@rule("add")
def _add_zero(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    if node.dtype.is_floating:
        return None  # -0.0 + 0.0 is 0.0
    if _is(y, 0) or _is(x, 0):
        return rewriter.stretched(x if _is(y, 0) else y, node)
    return None


@rule("sub")
def _sub_zero(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    return rewriter.stretched(x, node) if _is(y, 0) else None


@rule("mul")
def _mul_one(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    if _is(y, 1) or _is(x, 1):
        return rewriter.stretched(x if _is(y, 1) else y, node)
    return None


@rule("div")
def _div_one(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    return rewriter.stretched(x, node) if _is(y, 1) else None


@rule("neg")
def _double_negation(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    return x.inputs[0] if x.op == "neg" else None


@rule("add")
def _add_negated(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    if y.op == "neg":
        return rewriter.emit("sub", x, y.inputs[0])
    if x.op == "neg":
        return rewriter.emit("sub", y, x.inputs[0])
    return None


@rule("sub")
def _sub_negated(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    return rewriter.emit("add", x, y.inputs[0]) if y.op == "neg" else None


@rule("pow")
def _known_power(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    if _is(y, 1):
        return rewriter.stretched(x, node)
    if _is(y, 2):
        return rewriter.stretched(rewriter.emit("square", x), node)
    return None


@rule("cast")
def _cast_to_same(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    return x if x.dtype is node.dtype else None


# Numbers that are known.

_FOLDED: dict[str, Callable[..., Any]] = {
    "neg": np.negative,
    "square": np.square,
    "sqrt": np.sqrt,
    "reciprocal": np.reciprocal,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
}


def _fold(rewriter: Rewriter, node: Node) -> Node | None:
    values = [scalar_value(each) for each in node.inputs]
    if any(value is None for value in values):
        return None
    kind = node.dtype.numpy
    with np.errstate(all="ignore"):
        result = _FOLDED[node.op](*(np.asarray(value, kind) for value in values))
    folded = rewriter.constant(np.asarray(result, kind).item(), node)
    return rewriter.stretched(folded, node)


for _op in _FOLDED:
    RULES.setdefault(_op, []).insert(0, _fold)


@rule("cast")
def _fold_cast(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    value = scalar_value(x)
    if value is None or not np.isfinite(value):
        return None
    number = np.asarray(value, x.dtype.numpy).astype(node.dtype.numpy).item()
    return rewriter.stretched(rewriter.constant(number, node), node)


# Moving elements.


@rule("broadcast_to")
def _broadcast_twice(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    if x.shape == node.shape:
        return x
    if x.op == "broadcast_to":
        return rewriter.emit("broadcast_to", x.inputs[0], shape=node.shape)
    return None


@rule("reshape")
def _reshape_twice(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    if x.shape == node.shape:
        return x
    if x.op == "reshape":
        return rewriter.emit("reshape", x.inputs[0], shape=node.shape)
    if scalar_value(x) is not None:
        scalar = rewriter.constant(scalar_value(x), x)
        return rewriter.emit("broadcast_to", scalar, shape=node.shape)
    return None


@rule("transpose")
def _transpose_twice(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    permutation = node.attrs["permutation"]
    if permutation == tuple(range(node.rank)):
        return x
    if x.op == "transpose":
        inner = x.attrs["permutation"]
        combined = tuple(inner[axis] for axis in permutation)
        return rewriter.emit("transpose", x.inputs[0], permutation=combined)
    return None


# Matrix products.


@rule("matmul")
def _fold_transposes(rewriter: Rewriter, node: Node) -> Node | None:
    x, y = node.inputs
    attrs = dict(node.attrs)
    inputs = [x, y]
    for position, name in enumerate(("transpose_x", "transpose_y")):
        side = inputs[position]
        if side.op == "transpose" and _swaps_last(side.attrs["permutation"]):
            inputs[position] = side.inputs[0]
            attrs[name] = not attrs[name]
    return rewriter.emit("matmul", *inputs, **attrs) if inputs != [x, y] else None


def _swaps_last(permutation: tuple[int, ...]) -> bool:
    rank = len(permutation)
    return permutation == (*range(rank - 2), rank - 1, rank - 2)


@rule("matmul")
def _flatten_batch(rewriter: Rewriter, node: Node) -> Node | None:
    """Many matrices times one are one matrix times one."""
    x, y = node.inputs
    if x.rank <= 2 or node.attrs["transpose_x"] or node.size == 0:
        return None
    if y.rank > 2 and y.size != y.shape[-1] * y.shape[-2]:
        return None
    rows = x.size // x.shape[-1] if x.shape[-1] else 0
    flat = rewriter.emit("reshape", x, shape=(rows, x.shape[-1]))
    matrix = rewriter.emit("reshape", y, shape=y.shape[-2:])
    product = rewriter.emit("matmul", flat, matrix, **node.attrs)
    return rewriter.emit("reshape", product, shape=node.shape)


# Written out in simpler operations.


@rule("softmax", "log_softmax")
def _softmax(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    if node.size == 0:
        return None
    last = {"axes": (node.rank - 1,), "keepdims": True}
    shifted = rewriter.emit("sub", x, rewriter.emit("max", x, **last))
    weights = rewriter.emit("exp", shifted)
    total = rewriter.emit("sum", weights, **last)
    if node.op == "softmax":
        return rewriter.emit("div", weights, total)
    return rewriter.emit("sub", shifted, rewriter.emit("log", total))


@rule("sum", "prod", "max", "min", "any", "all")
def _fold_nothing(rewriter: Rewriter, node: Node) -> Node | None:
    (x,) = node.inputs
    if all(x.shape[axis] == 1 for axis in node.attrs["axes"]):
        return rewriter.emit("reshape", x, shape=node.shape)
    return None


@rule("sum", "prod", "max", "min")
def _fold_in_two_steps(rewriter: Rewriter, node: Node) -> Node | None:
    """Fold rows first, so that cores can share them, then what is left of each row."""
    (x,) = node.inputs
    axes = node.attrs["axes"]
    if len(axes) != x.rank or x.size == 0:
        return None
    if x.rank > 1 and x.shape[0] > 1:
        rows = rewriter.emit(node.op, x, axes=tuple(range(1, x.rank)), keepdims=False)
    elif x.size > _LONGEST_SERIAL_SUM and (length := _row_length(x.size)):
        matrix = rewriter.emit("reshape", x, shape=(x.size // length, length))
        rows = rewriter.emit(node.op, matrix, axes=(1,), keepdims=False)
    else:
        return None
    total = rewriter.emit(node.op, rows, axes=(0,), keepdims=False)
    return rewriter.emit("reshape", total, shape=node.shape)


def _row_length(size: int) -> int:
    """How to cut a long vector into equal rows; 0 if it cannot be cut well."""
    for length in (1024, 1000, 512, 500, 256, 250, 128, 100, 64, 50, 32):
        if size % length == 0 and size // length > 1:
            return length
    return 0


@rule("matmul")
def _equal_batches(rewriter: Rewriter, node: Node) -> Node | None:
    """Stretch a side whose batch axes are neither the result's nor a single matrix."""
    batch = node.shape[:-2]
    sides = [
        rewriter.emit("broadcast_to", side, shape=(*batch, *side.shape[-2:]))
        if side.shape[:-2] != batch and side.size != side.shape[-1] * side.shape[-2]
        else side
        for side in node.inputs
    ]
    return rewriter.emit("matmul", *sides, **node.attrs) if sides != [*node.inputs] else None
