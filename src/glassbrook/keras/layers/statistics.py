"""Means and variances along axes of a node."""

from __future__ import annotations

import math

from glassbrook.graph import build
from glassbrook.graph.build import Axes
from glassbrook.graph.node import Node

__all__ = ["mean_of", "moments_of"]


def mean_of(x: Node, axes: Axes, keepdims: bool = False) -> Node:
    """The mean along axes; of nothing, it is NaN."""
    count = math.prod(x.shape[axis] for axis in axes)
    total = build.sum(x, axes, keepdims)
    return build.div(total, build.constant_like(count, total))


def moments_of(x: Node, axes: Axes) -> tuple[Node, Node]:
    """The mean and the variance along axes, which stay as axes of size 1."""
    mean = mean_of(x, axes, True)
    difference = build.sub(x, mean)
    return mean, mean_of(build.mul(difference, difference), axes, True)
