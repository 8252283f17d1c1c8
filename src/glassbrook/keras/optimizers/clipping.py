"""Limits on gradients, so that one bad batch cannot throw the parameters far away."""

from __future__ import annotations

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node

__all__ = ["Clipping"]


class Clipping:
    """At most one of three limits on gradients g, as nodes.

    Args:
        norm: c, where every gradient becomes ``g · c / max(|g|, c)``.
        value: c, where every element is limited to [-c, c].
        global_norm: c, where all gradients are scaled by ``c / max(n, c)``, n the length of all of
            them together.

    Raises:
        InvalidArgumentError: several limits are given, or one is negative.
    """

    def __init__(self, norm: float | None, value: float | None, global_norm: float | None) -> None:
        limits = {"clipnorm": norm, "clipvalue": value, "global_clipnorm": global_norm}
        given = {name: limit for name, limit in limits.items() if limit is not None}
        if len(given) > 1:
            raise InvalidArgumentError(
                f"Only one of clipnorm, clipvalue and global_clipnorm can be set, not {given}."
            )
        if any(limit < 0 for limit in given.values()):
            raise InvalidArgumentError(f"A limit on gradients cannot be negative: {given}.")
        self.norm, self.value, self.global_norm = norm, value, global_norm
        self.active = any(given.values())

    def clip(self, gradients: list[Node]) -> list[Node]:
        """The gradients within the limit."""
        if self.norm:
            return [_within_norm(each, self.norm) for each in gradients]
        if self.value:
            return [_within_value(each, self.value) for each in gradients]
        if self.global_norm:
            return _within_global_norm(gradients, self.global_norm)
        return gradients


def _limit(value: float, like: Node) -> Node:
    return build.data(value, like.dtype)


def _within_norm(gradient: Node, limit: float) -> Node:
    bound = _limit(limit, gradient)
    length = build.sqrt(build.sum(build.square(gradient)))
    return build.div(build.mul(gradient, bound), build.maximum(length, bound))


def _within_value(gradient: Node, limit: float) -> Node:
    below = build.minimum(gradient, _limit(limit, gradient))
    return build.maximum(below, _limit(-limit, gradient))


def _within_global_norm(gradients: list[Node], limit: float) -> list[Node]:
    total: Node | None = None
    for each in gradients:
        square = build.sum(build.square(each))
        total = square if total is None else build.add(total, build.cast(square, total.dtype))
    if total is None:
        return gradients
    length = build.sqrt(total)
    bound = _limit(limit, length)
    scale = build.div(bound, build.maximum(length, bound))
    # An infinite length must show up as NaN, not as gradients that are silently zero.
    scale = build.add(scale, build.sub(length, length))
    return [build.mul(each, build.cast(scale, each.dtype)) for each in gradients]
