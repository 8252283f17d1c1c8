"""Shape and dtype inference: one rule per operation, run when a node is made.

A rule takes the inputs and attributes and returns the result's shape and dtype. What does not
fit raises a `ShapeError` or a `DTypeError` there and then, at the line that wrote it.
"""

from glassbrook.graph.infer import (
    control,
    convolution,
    elementwise,
    indexing,
    leaves,
    linalg,
    reduce,
    shape,
    special,
    strings,
)
from glassbrook.graph.node import INFER

__all__ = [
    "INFER",
    "control",
    "convolution",
    "elementwise",
    "indexing",
    "leaves",
    "linalg",
    "reduce",
    "shape",
    "special",
    "strings",
]
