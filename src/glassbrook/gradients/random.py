"""The rule of random numbers that depend on a parameter smoothly."""

from __future__ import annotations

from glassbrook.gradients.table import Grads, formula, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@formula(
    "random_gamma",
    "random_gamma(a)",
    None,
    "-g * igamma_slope(a, o) * gamma(a) * exp(o) / o**(a - 1)",
    inputs="s a",
)
@vjp("random_gamma")
def _random_gamma(node: Node, grad: Node) -> Grads:
    """With F the distribution function and f its density, dx/dα = -(∂F/∂α) / f at the sample x.

    Source: Figurnov et al., "Implicit reparameterization gradients", 2018.
    """
    alpha = build.broadcast_to(node.inputs[1], node.shape)
    one = build.constant_like(1, node)
    exponent = build.sub(build.mul(build.sub(alpha, one), build.log(node)), node)
    density = build.exp(build.sub(exponent, build.lgamma(alpha)))
    slope = build.div(build.igamma_slope(alpha, node), density)
    return None, build.neg(build.mul(grad, slope))
