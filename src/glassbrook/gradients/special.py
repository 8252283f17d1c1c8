"""Gradient rules of the gamma function and its kin.

Source:
    Abramowitz and Stegun, Handbook of Mathematical Functions, sections 6.4, 6.5, 9.6 and 26.5.
"""

from __future__ import annotations

from glassbrook.gradients.table import Grads, formula, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@formula("lgamma", "log(abs(gamma(x)))", "g * digamma(x)")
@vjp("lgamma")
def _lgamma(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.digamma(x)),)


@formula("digamma", "digamma(x)", "g * polygamma(1, x)")
@vjp("digamma")
def _digamma(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    return (build.mul(grad, build.polygamma(build.constant_like(1, x), x)),)


@formula("polygamma", "polygamma(n, x)", None, "g * polygamma(n + 1, x)", inputs="n x")
@vjp("polygamma")
def _polygamma(node: Node, grad: Node) -> Grads:
    order, x = node.inputs
    above = build.add(order, build.constant_like(1, order))
    return None, build.mul(grad, build.polygamma(above, x))


@formula("zeta", "zeta(s, q)", None, "-g * s * zeta(s + 1, q)", inputs="s q")
@vjp("zeta")
def _zeta(node: Node, grad: Node) -> Grads:
    x, q = node.inputs
    above = build.add(x, build.constant_like(1, x))
    return None, build.mul(grad, build.neg(build.mul(x, build.zeta(above, q))))


def _gamma_density(a: Node, x: Node) -> Node:
    """xᵃ⁻¹ e⁻ˣ / Γ(a)."""
    power = build.mul(build.sub(a, build.constant_like(1, a)), build.log(x))
    return build.exp(build.sub(build.sub(power, x), build.lgamma(a)))


@formula(
    "igamma",
    "igamma(a, x)",
    "g * igamma_slope(a, x)",
    "g * x**(a - 1) * exp(-x) / gamma(a)",
    inputs="a x",
)
@vjp("igamma")
def _igamma(node: Node, grad: Node) -> Grads:
    a, x = node.inputs
    return (
        lambda: build.mul(grad, build.igamma_slope(a, x)),
        lambda: build.mul(grad, _gamma_density(a, x)),
    )


@formula(
    "igammac",
    "igammac(a, x)",
    "-g * igamma_slope(a, x)",
    "-g * x**(a - 1) * exp(-x) / gamma(a)",
    inputs="a x",
)
@vjp("igammac")
def _igammac(node: Node, grad: Node) -> Grads:
    a, x = node.inputs
    return (
        lambda: build.neg(build.mul(grad, build.igamma_slope(a, x))),
        lambda: build.neg(build.mul(grad, _gamma_density(a, x))),
    )


@formula(
    "betainc",
    "betainc(a, b, x)",
    None,
    None,
    "g * x**(a - 1) * (1 - x)**(b - 1) / beta(a, b)",
    inputs="a b x",
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


@formula("bessel_i0e", "bessel_i0e(x)", "g * (bessel_i1e(x) - sign(x) * o)")
@vjp("bessel_i0e")
def _bessel_i0e(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    slope = build.sub(build.bessel_i1e(x), build.mul(build.sign(x), node))
    return (build.mul(grad, slope),)


@formula("bessel_i1e", "bessel_i1e(x)", "g * (bessel_i0e(x) - (sign(x) + 1 / x) * o)")
@vjp("bessel_i1e")
def _bessel_i1e(node: Node, grad: Node) -> Grads:
    (x,) = node.inputs
    # I₁(x) / x is 1/2 at 0.
    zero = build.equal(x, build.constant_like(0, x))
    safe = build.select(zero, build.constant_like(1, x), x)
    ratio = build.select(zero, build.constant_like(0.5, x), build.div(node, safe))
    behind = build.add(build.mul(build.sign(x), node), ratio)
    return (build.mul(grad, build.sub(build.bessel_i0e(x), behind)),)


@formula("nextafter", "nextafter(x, y)", "g", "0")
@vjp("nextafter")
def _nextafter(node: Node, grad: Node) -> Grads:
    _, y = node.inputs
    return grad, build.mul(grad, build.constant_like(0, y))
