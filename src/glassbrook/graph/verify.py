"""Check that a graph is what its nodes claim; run before every execution in debug mode."""

from __future__ import annotations

from collections.abc import Sequence, Set

from glassbrook.graph.node import INFER, Node
from glassbrook.graph.printer import topological_order

__all__ = ["verify"]


def verify(outputs: Sequence[Node], own: Set[str] = frozenset()) -> None:
    """Raise unless every node that `outputs` need is well formed.

    An operation must be known, attributes hashable, and shape and dtype must be the inferred ones;
    a leaf must hold an array of its shape and dtype.

    Args:
        outputs: what is looked at, with all that they need.
        own: operations that whoever asks has made for himself.

    Raises:
        RuntimeError: a node is malformed, which is a bug of whoever made it.
    """
    for node in topological_order(outputs):
        problem = None if node.op in own else _problem(node)
        if problem is not None:
            raise RuntimeError(f"Malformed node: {problem}, in\n{node!r}")


def _problem(node: Node) -> str | None:
    if node.op not in INFER:
        return f"no operation is called {node.op!r}"
    try:
        hash(tuple(node.attrs.items()))
    except TypeError:
        return f"an attribute of {node.op} is not hashable"
    if node.op == "data" or node.is_leaf:
        value = node.value
        if value is None:
            return "a data node without its array"
        if value.shape != node.shape or value.dtype != node.dtype.numpy:
            return f"it holds {value.dtype}{list(value.shape)}"
        return None
    inferred = INFER[node.op](node.inputs, node.attrs)
    if inferred != (node.shape, node.dtype):
        return f"{node.op} should give {inferred[1].name}{list(inferred[0])}"
    return None
