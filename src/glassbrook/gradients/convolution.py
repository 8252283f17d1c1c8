"""Gradient rules of sliding windows: taking windows and adding them up are each other's adjoint."""

from __future__ import annotations

import math

from glassbrook import dtypes
from glassbrook.gradients.table import Grads, formula, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@formula("patches", "patches(x)", "unpatches(g)")
@vjp("patches")
def _patches(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    spatial = x.shape[1:-1]
    return (build.unpatches(grad, spatial, node.attrs["strides"], node.attrs["dilations"]),)


@formula("unpatches", "unpatches(x)", "patches(g)")
@vjp("unpatches")
def _unpatches(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    window = x.shape[1 + len(node.attrs["spatial"]) : -1]
    return (build.patches(grad, window, node.attrs["strides"], node.attrs["dilations"]),)


@formula("max_patches", "max_pool(x)", "max_unpool(g, x)")
@vjp("max_patches")
def _max_patches(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    window, strides, dilations = (node.attrs[key] for key in ("window", "strides", "dilations"))
    first, *outputs, last = node.shape
    places = math.prod(window)
    position = build.argmax_patches(x, window, strides, dilations)
    number = build.reshape(build.iota(places, dtypes.int32), (*window, 1))
    one_each = (first, *outputs, *(1,) * len(window), last)
    chosen = build.equal(build.reshape(position, one_each), number)
    windows = build.select(chosen, build.reshape(grad, one_each), build.constant_like(0, grad))
    return (build.unpatches(windows, x.shape[1:-1], strides, dilations),)
