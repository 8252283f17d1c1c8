"""The intermediate representation: typed, immutable nodes, and nothing that runs them.

`node` defines them, `infer` types them, `build` makes them, `verify` checks them and `printer`
shows them.
"""

from glassbrook.graph import build, infer
from glassbrook.graph.infer import INFER
from glassbrook.graph.node import Node, emit, interned_count, leaf, next_serial, unique_nodes
from glassbrook.graph.printer import format_graph, topological_order
from glassbrook.graph.verify import verify

__all__ = [
    "INFER",
    "Node",
    "build",
    "emit",
    "format_graph",
    "infer",
    "interned_count",
    "leaf",
    "next_serial",
    "topological_order",
    "unique_nodes",
    "verify",
]
