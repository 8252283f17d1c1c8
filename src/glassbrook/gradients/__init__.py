"""Differentiation of graphs: one rule per operation, and the walker that applies them.

Rules emit nodes and never run them, so a gradient is a graph like any other: it can be printed,
compiled, and differentiated again.
"""

from glassbrook.gradients import (
    control,
    convolution,
    elementwise,
    indexing,
    linalg,
    random,
    reduce,
    scan,
    shape,
    special,
)
from glassbrook.gradients.table import FORMULAS, NON_DIFFERENTIABLE, VJP, Formula, formula_of
from glassbrook.gradients.walker import gradients, nodes_between

__all__ = [
    "FORMULAS",
    "NON_DIFFERENTIABLE",
    "VJP",
    "Formula",
    "control",
    "convolution",
    "elementwise",
    "formula_of",
    "gradients",
    "indexing",
    "linalg",
    "nodes_between",
    "random",
    "reduce",
    "scan",
    "shape",
    "special",
]
