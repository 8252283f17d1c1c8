"""What the inference rules share: registration, and checks of dtypes."""

from __future__ import annotations

from collections.abc import Callable

from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError
from glassbrook.graph.node import INFER, Infer, Node

__all__ = ["infer", "require_floating", "require_integer", "require_same", "require_type"]


def infer(*ops: str) -> Callable[[Infer], Infer]:
    """Enter a rule into `INFER` for each of `ops`."""

    def register(rule: Infer) -> Infer:
        for op in ops:
            INFER[op] = rule
        return rule

    return register


def require_same(op: str, x: Node, y: Node) -> None:
    """Raise a `DTypeError` unless both nodes have the same dtype."""
    if x.dtype is not y.dtype:
        raise DTypeError(
            f"{op}: both sides need the same dtype, but the left one is {x.dtype.name} "
            f"{list(x.shape)} and the right one is {y.dtype.name} {list(y.shape)}. "
            f"Convert one of them: tf.cast(x, tf.{_wider(x.dtype, y.dtype).name})."
        )


def _wider(x: DType, y: DType) -> DType:
    if x.is_floating != y.is_floating:
        return x if x.is_floating else y
    return x if x.size >= y.size else y


def require_type(op: str, node: Node, allowed: Callable[[DType], bool], expected: str) -> None:
    """Raise a `DTypeError` unless the node's dtype is allowed."""
    if not allowed(node.dtype):
        raise DTypeError(
            f"{op}: got a tensor of dtype {node.dtype.name} and shape {list(node.shape)}, "
            f"expected {expected}. tf.cast converts one dtype to another."
        )


def require_floating(op: str, node: Node) -> None:
    """Raise a `DTypeError` unless the node holds floating-point numbers."""
    if not node.dtype.is_floating:
        require_type(op, node, lambda dtype: dtype.is_floating, "a floating-point dtype")


def require_integer(op: str, node: Node) -> None:
    """Raise a `DTypeError` unless the node holds integers."""
    if not node.dtype.is_integer:
        require_type(op, node, lambda dtype: dtype.is_integer, "an integer dtype")
