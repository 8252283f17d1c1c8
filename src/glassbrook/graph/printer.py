"""Print a graph as a small program, one line per node, inputs before the nodes that use them.

%0 = data                                 float32[2, 3]
%1 = constant(value=2.0)                  float32[]
%2 = mul(%0, %1)                          float32[2, 3]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glassbrook.graph.node import Node

__all__ = ["format_graph", "format_type", "topological_order"]

_LONGEST_PROGRAM = 200
# These attributes repeat what the type at the end of the line already says.
_SHOWN_BY_TYPE = frozenset({"shape", "dtype"})
# Leaves that say more than that they hold a value.
_MADE_OF_ATTRIBUTES = frozenset({"constant", "iota"})


def topological_order(outputs: Iterable[Node]) -> list[Node]:
    """Every node that `outputs` need, each after its inputs, in a fixed order."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(list(outputs))]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((each, False) for each in reversed(node.inputs) if each not in seen)
    return order


def format_type(node: Node) -> str:
    """The node's type: ``float32[128, 10]``."""
    return f"{node.dtype.name}[{', '.join(map(str, node.shape))}]"


def format_graph(outputs: Sequence[Node]) -> str:
    """The program that computes `outputs`, as text; a very long one is shortened in the middle."""
    order = topological_order(outputs)
    names = {node: f"%{index}" for index, node in enumerate(order)}
    calls = [(f"{names[node]} = {_format_call(node, names)}", format_type(node)) for node in order]
    if len(calls) > _LONGEST_PROGRAM:
        half = _LONGEST_PROGRAM // 2
        left_out = (f"… {len(calls) - 2 * half} more …", "")
        calls = [*calls[:half], left_out, *calls[-half:]]
    width = max(len(call) for call, _ in calls)
    return "\n".join(f"{call:<{width}}  {kind}".rstrip() for call, kind in calls)


def _format_call(node: Node, names: dict[Node, str]) -> str:
    if node.is_leaf and node.op not in _MADE_OF_ATTRIBUTES:
        return "data"
    arguments = [names[each] for each in node.inputs]
    arguments += [
        f"{name}={value}" for name, value in node.attrs.items() if name not in _SHOWN_BY_TYPE
    ]
    return f"{node.op}({', '.join(arguments)})" if arguments else node.op
