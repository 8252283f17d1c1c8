"""Gradient rules of operations that fold, scan or normalize an axis."""

from __future__ import annotations

from glassbrook.gradients.table import Grads, formula, vjp
from glassbrook.graph import build
from glassbrook.graph.build import constant_like
from glassbrook.graph.node import Node
from glassbrook.graph.shapes import element_count


def _restore(folded: Node, node: Node) -> Node:
    """A folded tensor with its folded axes back, stretched to the shape before folding."""
    (x,) = node.inputs
    axes = node.attrs["axes"]
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    if folded.shape != kept and folded.shape:  # a scalar stretches as it is
        folded = build.reshape(folded, kept)
    return folded if folded.shape == x.shape else build.broadcast_to(folded, x.shape)


@formula("sum", "sum(x)", "expand(g)")
@vjp("sum")
def _sum(node: Node, grad: Node) -> Grads:
    return (_restore(grad, node),)


@formula("max", "max(x)", "expand(g / sum(x == expand(o))) * (x == expand(o))")
@formula("min", "min(x)", "expand(g / sum(x == expand(o))) * (x == expand(o))")
@vjp("max", "min")
def _extreme(node: Node, grad: Node) -> Grads:
    # Elements that share the extreme share the gradient.
    (x,) = node.inputs
    chosen = build.cast(build.equal(x, _restore(node, node)), x.dtype)
    ties = build.sum(chosen, node.attrs["axes"], node.attrs["keepdims"])
    return (build.mul(chosen, _restore(build.div(grad, ties), node)),)


@formula("prod", "prod(x)", "expand(g) * product_of_others(x)")
@vjp("prod")
def _prod(node: Node, grad: Node) -> Grads:
    # The product of all others is what comes before times what comes after: no division by zero.
    (x,) = node.inputs
    folded = node.attrs["axes"]
    kept = tuple(axis for axis in range(x.rank) if axis not in folded)
    permutation = (*kept, *folded)
    moved = build.transpose(x, permutation)
    count = element_count(x.shape[axis] for axis in folded)
    flat = build.reshape(moved, (*(x.shape[axis] for axis in kept), count))
    axis = len(kept)
    before = build.cumprod(flat, axis, exclusive=True)
    after = build.cumprod(flat, axis, exclusive=True, reverse=True)
    others = build.reshape(build.mul(before, after), moved.shape)
    inverse = tuple(permutation.index(axis) for axis in range(x.rank))
    return (build.mul(_restore(grad, node), build.transpose(others, inverse)),)


@formula("cumsum", "cumsum(x)", "cumsum_back(g)")
@vjp("cumsum")
def _cumsum(node: Node, grad: Node) -> Grads:
    attrs = node.attrs
    return (build.cumsum(grad, attrs["axis"], attrs["exclusive"], not attrs["reverse"]),)


@formula("cumprod", "cumprod(x)", "cumsum_back(g * o) / x")
@vjp("cumprod")
def _cumprod(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    attrs = node.attrs
    weighted = build.mul(node, grad)
    total = build.cumsum(weighted, attrs["axis"], attrs["exclusive"], not attrs["reverse"])
    # As TensorFlow does, take 0 where an element is 0: there the quotient says nothing.
    zero = build.equal(x, constant_like(0, x))
    safe_x = build.select(zero, constant_like(1, x), x)
    return (build.select(zero, constant_like(0, x), build.div(total, safe_x)),)


@formula("softmax", "softmax(x)", "o * (g - row_sum(g * o))")
@vjp("softmax")
def _softmax(node: Node, grad: Node) -> Grads:
    mean = build.sum(build.mul(grad, node), (node.rank - 1,), keepdims=True)
    return (build.mul(node, build.sub(grad, mean)),)


@formula("log_softmax", "log(softmax(x))", "g - softmax(x) * row_sum(g)")
@vjp("log_softmax")
def _log_softmax(node: Node, grad: Node) -> Grads:
    total = build.sum(grad, (node.rank - 1,), keepdims=True)
    return (build.sub(grad, build.mul(build.exp(node), total)),)
