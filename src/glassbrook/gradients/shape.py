"""Gradient rules of operations that move elements: the gradient moves back."""

from __future__ import annotations

from glassbrook.gradients.table import Grads, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@vjp("reshape")
def _reshape(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.reshape(grad, x.shape),)


@vjp("transpose")
def _transpose(node: Node, grad: Node) -> Grads:
    permutation = node.attrs["permutation"]
    inverse = tuple(permutation.index(axis) for axis in range(len(permutation)))
    return (build.transpose(grad, inverse),)


@vjp("broadcast_to")
def _broadcast_to(node: Node, grad: Node) -> Grads:
    # The walker sums over the stretched axes.
    return (grad,)


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


@vjp("pad")
def _pad(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.slice(grad, tuple(before for before, _ in node.attrs["paddings"]), x.shape),)


@vjp("slice")
def _slice(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.unslice(grad, x.shape, node.attrs["begin"], node.attrs["strides"]),)


@vjp("unslice")
def _unslice(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.slice(grad, node.attrs["begin"], x.shape, node.attrs["strides"]),)
