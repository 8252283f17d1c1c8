"""Run a graph node by node, letting go of every intermediate array after its last use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

import numpy as np

from glassbrook import config
from glassbrook.engine.interpreter.table import EVALUATE, Array
from glassbrook.errors import ResourceExhaustedError
from glassbrook.graph.node import Node

__all__ = ["pending_order", "run"]


def pending_order(outputs: Iterable[Node]) -> list[Node]:
    """Every node without a value that `outputs` need, each after its inputs."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[Node | None] = list(outputs)
    waiting: list[Node] = []
    while stack:
        node = stack.pop()
        if node is None:
            order.append(waiting.pop())
        elif node.value is None and node not in seen:
            seen.add(node)
            waiting.append(node)
            stack.append(None)
            stack.extend(node.inputs)
    return order


def run(order: Sequence[Node], kept: Set[Node]) -> None:
    """Compute the nodes of `order`, each of which comes after its inputs.

    Args:
        order: pending nodes; all their other inputs have values.
        kept: those whose result stays, as their `value`.

    Raises:
        ResourceExhaustedError: a tensor does not fit into memory.
    """
    values: dict[Node, Array] = {}
    uses: dict[Node, int] = {}
    for node in order:
        for each in node.inputs:
            uses[each] = uses.get(each, 0) + 1
    with np.errstate(all="ignore"):
        for node in order:
            sources = node.inputs
            if node.value is not None:
                # Another thread was quicker; `sources` may be empty, as the node may forget.
                values[node] = node.value
                continue
            inputs = [values[each] if each.value is None else each.value for each in sources]
            values[node] = _evaluate(node, inputs)
            for each in sources:
                uses[each] -= 1
                if not uses[each] and each not in kept:
                    values.pop(each, None)
    for node in order:
        if node in kept:
            node.value = values[node]


def _evaluate(node: Node, inputs: list[Array]) -> Array:
    try:
        result = EVALUATE[node.op](node, *inputs)
    except MemoryError as error:
        raise ResourceExhaustedError(
            f"{node.op}: a tensor of shape {list(node.shape)} and dtype {node.dtype.name} "
            f"({node.size * node.dtype.size:,} bytes) does not fit into memory."
        ) from error
    array = np.asarray(result, node.dtype.numpy)
    if config.debug and array.shape != node.shape:
        raise RuntimeError(f"{node.op} gave shape {array.shape}, inferred was {node.shape}.")
    return array
