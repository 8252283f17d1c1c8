"""Gradient rules of operations that move elements: the gradient moves back."""

from __future__ import annotations

from glassbrook.gradients.table import Formula, Grads, formula, formula_by, numbered, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@formula("reshape", "reshape(x)", "reshape(g)")
@vjp("reshape")
def _reshape(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.reshape(grad, x.shape),)


def _transpose_formula(node: Node) -> Formula:
    *others, row, column = node.attrs["permutation"] if node.rank > 1 else (0, 0)
    if (*others, column, row) == tuple(range(node.rank)):
        return Formula("T(x)", ("T(g)",), ("x",))
    return Formula("transpose(x)", ("transpose_back(g)",), ("x",))


@formula_by("transpose", _transpose_formula)
@vjp("transpose")
def _transpose(node: Node, grad: Node) -> Grads:
    permutation = node.attrs["permutation"]
    inverse = tuple(permutation.index(axis) for axis in range(len(permutation)))
    return (build.transpose(grad, inverse),)


@formula("broadcast_to", "expand(x)", "g")
@vjp("broadcast_to")
def _broadcast_to(node: Node, grad: Node) -> Grads:
    # The walker sums over the stretched axes.
    return (grad,)


def _concat_formula(node: Node) -> Formula:
    names = numbered(node.inputs)
    parts = (f"part(g, {place})" for place in range(1, len(names) + 1))
    return Formula(f"concat({', '.join(names)})", tuple(parts), names)


@formula_by("concat", _concat_formula)
@vjp("concat")
def _concat(node: Node, grad: Node) -> Grads:
    axis = node.attrs["axis"]
    parts: list[Node] = []
    offset = 0
    for x in node.inputs:
        begin = tuple(offset if each == axis else 0 for each in range(x.rank))
        parts.append(build.slice(grad, begin, x.shape))
        offset += x.shape[axis]
    return parts


@formula("pad", "pad(x)", "crop(g)")
@vjp("pad")
def _pad(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.slice(grad, tuple(before for before, _ in node.attrs["paddings"]), x.shape),)


@formula("slice", "slice(x)", "place(g)")
@vjp("slice")
def _slice(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.unslice(grad, x.shape, node.attrs["begin"], node.attrs["strides"]),)


@formula("unslice", "place(x)", "slice(g)")
@vjp("unslice")
def _unslice(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.slice(grad, node.attrs["begin"], x.shape, node.attrs["strides"]),)
