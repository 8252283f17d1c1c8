"""The interpreter's table: for every operation, the NumPy function that computes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.graph.node import Node

__all__ = ["EVALUATE", "Array", "Evaluate", "evaluates"]

Array = npt.NDArray[Any]
Evaluate = Callable[..., Any]

EVALUATE: dict[str, Evaluate] = {}
"""``EVALUATE[op](node, *inputs)`` is the node's value; the arrays must not be changed."""


def evaluates(*ops: str) -> Callable[[Evaluate], Evaluate]:
    """Enter a function into `EVALUATE` for each of `ops`."""

    def register(function: Evaluate) -> Evaluate:
        for op in ops:
            EVALUATE[op] = function
        return function

    return register


def as_result(value: Any, node: Node) -> Array:
    """A computed value as an array of the node's dtype."""
    return np.asarray(value, node.dtype.numpy)
