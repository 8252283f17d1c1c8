"""What need not be done turn by turn is done before a loop.

Of the body of a scan, what depends on captured values alone is computed once; and the product of
slices with such a matrix is one product for all turns.
"""

from __future__ import annotations

from collections.abc import Sequence

from glassbrook.gradients.scan import substituted
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node, emit
from glassbrook.graph.printer import topological_order

__all__ = ["hoisted"]

_ELEMENTWISE = frozenset(
    "add sub mul div maximum minimum neg abs square sqrt exp log tanh sigmoid relu cast select "
    "equal not_equal less less_equal greater greater_equal logical_not logical_and logical_or "
    "identity stop_gradient".split()
)


def hoisted(
    body: ClosedGraph, carried: int, sequences: Sequence[Node], captured: Sequence[Node]
) -> tuple[ClosedGraph, list[Node], list[Node]]:
    """The body without what can be done before the loop, and what it then takes.

    Args:
        body: takes carried values, slices, captured values.
        carried: how many values are carried.
        sequences: the tensors of the slices.
        captured: the captured values.

    Returns:
        The new body, its sequences and its captured values; what is not used is left out.
    """
    mover = _Mover(body, carried, sequences, captured)
    moved = mover.moved()
    slices = [each for each in moved if each in mover.rows]
    fixed = [each for each in moved if each not in mover.rows]
    states = body.inputs[:carried]
    taken = [*states, *slices, *fixed]
    new: dict[Node, Node] = {}
    for index, each in enumerate(taken):
        attrs = {"index": index, "shape": each.shape, "dtype": each.dtype}
        new[each] = Node("input", (), attrs, each.shape, each.dtype)
    inputs = tuple(new.values())
    outputs = tuple(substituted(body.outputs, new))
    graph = ClosedGraph(inputs, outputs)
    return graph, [mover.outside(each) for each in slices], [mover.outside(each) for each in fixed]


class _Mover:
    """Finds what can be done outside of a body, and does it there.

    Attributes:
        rows: the nodes of the body that differ from turn to turn, but can be computed outside.
    """

    def __init__(
        self, body: ClosedGraph, carried: int, sequences: Sequence[Node], captured: Sequence[Node]
    ) -> None:
        self._body = body
        last = carried + len(sequences)
        self.rows = set(body.inputs[carried:last])
        self._fixed = set(body.inputs[last:])
        self._made: set[Node] = set()  # of constants alone
        self._outside = dict(zip(body.inputs[carried:], (*sequences, *captured), strict=True))
        self._length = sequences[0].shape[0]
        for node in topological_order(body.outputs):
            if node.op != "input":
                self._sort(node)

    def _sort(self, node: Node) -> None:
        """Note whether a node depends on captured values alone, or can be made for all turns."""
        if self._made.issuperset(node.inputs):
            self._made.add(node)
            self._fixed.add(node)
        elif self._fixed.issuperset(node.inputs):
            self._fixed.add(node)
        elif all(each in self.rows or each in self._fixed for each in node.inputs) and (
            _is_row_product(node, self._fixed) or node.op in _ELEMENTWISE
        ):
            self.rows.add(node)

    def moved(self) -> list[Node]:
        """The nodes that become inputs of the body, or stay ones."""
        found: dict[Node, None] = {}
        seen: set[Node] = set()
        stack = list(reversed(self._body.outputs))
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if self._is_moved(node):
                found[node] = None
            else:
                stack.extend(reversed(node.inputs))
        return list(found)

    def _is_moved(self, node: Node) -> bool:
        if node.op == "input":
            return node in self.rows or node in self._fixed
        if node in self._fixed:
            return node.op != "broadcast_to" and node not in self._made
        return node in self.rows and node.op == "matmul"

    def outside(self, node: Node) -> Node:
        """The node's value outside of the loop; of a row, those of all turns stacked."""
        found = self._outside.get(node)
        if found is None:
            inputs = [self.outside(each) for each in node.inputs]
            if node not in self.rows:
                found = emit(node.op, tuple(inputs), node.attrs)
            elif node.op == "matmul":
                found = self._product(node, inputs)
            else:
                found = emit(node.op, tuple(self._aligned(node, inputs)), node.attrs)
            self._outside[node] = found
        return found

    def _product(self, node: Node, inputs: Sequence[Node]) -> Node:
        x, y = inputs
        rows = build.reshape(x, (x.shape[0] * x.shape[1], x.shape[2]))
        product = build.matmul(rows, y, False, node.attrs["transpose_y"])
        return build.reshape(product, (self._length, *node.shape))

    def _aligned(self, node: Node, inputs: Sequence[Node]) -> list[Node]:
        """Operands in which the axis of turns comes before all axes of the result."""
        return [
            build.reshape(outer, (self._length, *(1,) * (node.rank - inner.rank), *inner.shape))
            if inner in self.rows and inner.rank < node.rank
            else outer
            for inner, outer in zip(node.inputs, inputs, strict=True)
        ]


def _is_row_product(node: Node, fixed: set[Node]) -> bool:
    """Whether rows of slices are multiplied by a matrix that does not change."""
    return (
        node.op == "matmul"
        and not node.attrs["transpose_x"]
        and node.rank == 2
        and node.inputs[0].rank == 2
        and node.inputs[1].rank == 2
        and node.inputs[1] in fixed
    )
