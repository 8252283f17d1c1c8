"""Gradient rules of reading and writing at computed positions: each is the other's adjoint."""

from __future__ import annotations

from glassbrook.gradients.table import Grads, formula, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@formula("gather", "gather(x, i)", "scatter_add(g, i)", None, inputs="x i")
@vjp("gather")
def _gather(node: Node, grad: Node) -> Grads:
    x, indices = node.inputs
    axis, batch_dims = node.attrs["axis"], node.attrs["batch_dims"]
    return build.scatter_add(indices, grad, x.shape, axis, batch_dims), None


@formula("scatter_add", "scatter_add(x, i)", None, "gather(g, i)", inputs="i x")
@vjp("scatter_add")
def _scatter_add(node: Node, grad: Node) -> Grads:
    indices, _ = node.inputs
    return None, build.gather(grad, indices, node.attrs["axis"], node.attrs["batch_dims"])


@formula("take_along", "take_along(x, i)", "put_along_add(g, i)", None, inputs="x i")
@vjp("take_along")
def _take_along(node: Node, grad: Node) -> Grads:
    x, indices = node.inputs
    return build.put_along_add(indices, grad, x.shape, node.attrs["axis"]), None


@formula("put_along_add", "put_along_add(x, i)", None, "take_along(g, i)", inputs="i x")
@vjp("put_along_add")
def _put_along_add(node: Node, grad: Node) -> Grads:
    indices, _ = node.inputs
    return None, build.take_along(grad, indices, node.attrs["axis"])


@formula("gather_nd", "gather_nd(x, i)", "scatter_nd(g, i)", None, inputs="x i")
@vjp("gather_nd")
def _gather_nd(node: Node, grad: Node) -> Grads:
    x, indices = node.inputs
    return build.scatter_nd(indices, grad, x.shape), None


@formula("scatter_nd", "scatter_nd(x, i)", None, "gather_nd(g, i)", inputs="i x")
@vjp("scatter_nd")
def _scatter_nd(node: Node, grad: Node) -> Grads:
    indices, _ = node.inputs
    return None, build.gather_nd(grad, indices)
