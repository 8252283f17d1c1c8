"""Run a graph node by node, letting go of every intermediate array after its last use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

import numpy as np

from glassbrook import config
from glassbrook.engine.interpreter.table import EVALUATE, Array
from glassbrook.errors import InvalidArgumentError, ResourceExhaustedError
from glassbrook.graph.node import Node

__all__ = ["compute", "evaluate"]


def compute(
    order: Sequence[Node], made: Iterable[Node], values: dict[Node, Array], kept: Set[Node]
) -> dict[Node, Array]:
    """Compute the nodes of `order`, each of which comes after its inputs.

    Args:
        order: pending nodes.
        made: the nodes without inputs among theirs that hold no array.
        values: the arrays of all their other inputs; this dictionary is used up.
        kept: whose values are asked for.

    Returns:
        The values of `kept`, and of some others.

    Raises:
        ResourceExhaustedError: a tensor does not fit into memory.
    """
    uses: dict[Node, int] = {}
    for node in order:
        for each in node.inputs:
            uses[each] = uses.get(each, 0) + 1
    for node in made:
        values[node] = evaluate(node, []) if node.value is None else node.value
    with np.errstate(all="ignore"):
        for node in order:
            sources = node.inputs
            if node.value is not None:
                # Another thread was quicker; `sources` may be empty, as the node may forget.
                values[node] = node.value
                continue
            values[node] = evaluate(node, [values[each] for each in sources])
            for each in sources:
                uses[each] -= 1
                if not uses[each] and each not in kept:
                    del values[each]
    return values


def evaluate(node: Node, inputs: list[Array]) -> Array:
    """The value of one node for the values of its inputs.

    Raises:
        ResourceExhaustedError: it does not fit into memory.
        InvalidArgumentError: it is not finite, and `config.check_numerics` asks for that.
    """
    try:
        result = EVALUATE[node.op](node, *inputs)
    except (MemoryError, ValueError) as error:
        if isinstance(error, ValueError) and "too big" not in str(error):
            raise
        raise ResourceExhaustedError(
            f"{node.op}: a tensor of shape {list(node.shape)} and dtype {node.dtype.name} "
            f"({node.size * node.dtype.size:,} bytes) does not fit into memory."
        ) from error
    array = np.asarray(result, node.dtype.numpy)
    if config.debug and array.shape != node.shape:
        raise RuntimeError(f"{node.op} gave shape {array.shape}, inferred was {node.shape}.")
    if config.check_numerics and array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InvalidArgumentError(_detected(node, array, inputs))
    return array


def _detected(node: Node, array: Array, inputs: list[Array]) -> str:
    """What the check of numbers says."""
    from glassbrook.engine.nonfinite import described

    return (
        f"{node.op}: detected NaN or infinity in its result, of shape {list(node.shape)} and "
        f"dtype {node.dtype.name}: {described(node, array, inputs)}. "
        "tf.debugging.disable_check_numerics() lets such values pass."
    )
