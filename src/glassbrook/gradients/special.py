"""Gradient rules of the gamma function and its kin.

Source:
    Abramowitz and Stegun, Handbook of Mathematical Functions, sections 6.4, 6.5, 9.6 and 26.5.
"""

from __future__ import annotations

from glassbrook.gradients.table import Grads, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@vjp("lgamma")
def _lgamma(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.digamma(x)),)


@vjp("digamma")
def _digamma(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.polygamma(build.constant_like(1, x), x)),)


@vjp("polygamma")
def _polygamma(node: Node, grad: Node) -> Grads:
    order, x = node.inputs
    above = build.add(order, build.constant_like(1, order))
    return None, build.mul(grad, build.polygamma(above, x))


@vjp("zeta")
def _zeta(node: Node, grad: Node) -> Grads:
    x, q = node.inputs
    above = build.add(x, build.constant_like(1, x))
    return None, build.mul(grad, build.neg(build.mul(x, build.zeta(above, q))))


def _gamma_density(a: Node, x: Node) -> Node:
    """xᵃ⁻¹ e⁻ˣ / Γ(a)."""
    power = build.mul(build.sub(a, build.constant_like(1, a)), build.log(x))
    return build.exp(build.sub(build.sub(power, x), build.lgamma(a)))


@vjp("igamma")
def _igamma(node: Node, grad: Node) -> Grads:
    a, x = node.inputs
    return (
        lambda: build.mul(grad, build.igamma_slope(a, x)),
        lambda: build.mul(grad, _gamma_density(a, x)),
    )


@vjp("igammac")
def _igammac(node: Node, grad: Node) -> Grads:
    a, x = node.inputs
    return (
        lambda: build.neg(build.mul(grad, build.igamma_slope(a, x))),
        lambda: build.neg(build.mul(grad, _gamma_density(a, x))),
    )


@vjp("betainc")
def _betainc(node: Node, grad: Node) -> Grads:
    a, b, x = node.inputs
    one = build.constant_like(1, x)
    powers = build.add(
        build.mul(build.sub(a, one), build.log(x)),
        build.mul(build.sub(b, one), build.log1p(build.neg(x))),
    )
    scale = build.sub(build.lgamma(build.add(a, b)), build.add(build.lgamma(a), build.lgamma(b)))
    return None, None, build.mul(grad, build.exp(build.add(powers, scale)))


@vjp("bessel_i0e")
def _bessel_i0e(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    slope = build.sub(build.bessel_i1e(x), build.mul(build.sign(x), node))
    return (build.mul(grad, slope),)


@vjp("bessel_i1e")
def _bessel_i1e(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    # I₁(x) / x is 1/2 at 0.
    zero = build.equal(x, build.constant_like(0, x))
    safe = build.select(zero, build.constant_like(1, x), x)
    ratio = build.select(zero, build.constant_like(0.5, x), build.div(node, safe))
    behind = build.add(build.mul(build.sign(x), node), ratio)
    return (build.mul(grad, build.sub(build.bessel_i0e(x), behind)),)


@vjp("nextafter")
def _nextafter(node: Node, grad: Node) -> Grads:
    _, y = node.inputs
    return grad, build.mul(grad, build.constant_like(0, y))
