"""The reference engine: NumPy, node by node.

It is what the compiler is checked against, and what runs a graph that is seen for the first time.
"""

from glassbrook.engine.interpreter import (
    control,
    convolution,
    elementwise,
    gamma,
    indexing,
    linalg,
    random,
    reduce,
    rejection,
    shape,
    strings,
)
from glassbrook.engine.interpreter.run import compute
from glassbrook.engine.interpreter.table import EVALUATE

__all__ = [
    "EVALUATE",
    "compute",
    "control",
    "convolution",
    "elementwise",
    "gamma",
    "indexing",
    "linalg",
    "random",
    "reduce",
    "rejection",
    "shape",
    "strings",
]
