"""Shape and dtype inference: one rule per operation, run when a node is made.

A rule takes the inputs and attributes and returns the result's shape and dtype. What does not
fit raises a `ShapeError` or a `DTypeError` there and then, at the line that wrote it.
"""

from glassbrook.graph.infer import (
    control,
    elementwise,
    indexing,
    leaves,
    linalg,
    reduce,
    shape,
    strings,
)
from glassbrook.graph.node import INFER

__all__ = [
    "INFER",
    "control",
    "elementwise",
    "indexing",
    "leaves",
    "linalg",
    "reduce",
    "shape",
    "strings",
]
