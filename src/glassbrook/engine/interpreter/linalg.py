"""Linear algebra on NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.engine.interpreter.threads import matmul_threads
from glassbrook.graph.node import Node


@evaluates("matmul")
def _matmul(node: Node, x: Array, y: Array) -> Any:
    left = np.swapaxes(x, -1, -2) if node.attrs["transpose_x"] else x
    right = np.swapaxes(y, -1, -2) if node.attrs["transpose_y"] else y
    with matmul_threads():
        return np.matmul(left, right)
