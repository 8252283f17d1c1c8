"""The reference engine: NumPy, node by node.

It is what the compiler is checked against, and what runs a graph that is seen for the first time.
"""

from glassbrook.engine.interpreter import (
    elementwise,
    indexing,
    linalg,
    reduce,
    shape,
    strings,
)
from glassbrook.engine.interpreter.run import run
from glassbrook.engine.interpreter.table import EVALUATE

__all__ = [
    "EVALUATE",
    "elementwise",
    "indexing",
    "linalg",
    "reduce",
    "run",
    "shape",
    "strings",
]
