"""Which operations the compiler knows, and for which dtypes."""

from __future__ import annotations

from glassbrook import dtypes
from glassbrook.engine.compiler.fuse import FOLDS, PLACED, SCANS, SCATTERS
from glassbrook.engine.compiler.lower.scalars import supports
from glassbrook.graph.node import Node

__all__ = ["supported"]

_NUMBERS = frozenset(dtype for dtype in dtypes.ALL if dtype not in (dtypes.string, dtypes.float16))
_MOVED = frozenset(
    "constant iota identity stop_gradient variable custom_gradient broadcast_to transpose slice "
    "reshape one_hot cast patches max_patches argmax_patches".split()
)
_READ_AT_PLACES = frozenset("gather take_along gather_nd".split())
_NORMALIZED = frozenset("softmax log_softmax".split())
_PRODUCTS = frozenset({dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64})


def supported(node: Node) -> bool:
    """Whether the compiler can compute a node; if not, the interpreter does."""
    if not _NUMBERS.issuperset((node.dtype, *(each.dtype for each in node.inputs))):
        return False
    if node.size == 0 or any(each.size == 0 for each in node.inputs):
        return False
    op = node.op
    if op == "random_uniform":
        return True
    if op == "random_normal":
        return node.dtype is dtypes.float32
    if op == "matmul":
        return node.dtype in _PRODUCTS
    if op in SCATTERS or op in SCANS:
        return not node.dtype.is_bool
    if op in _MOVED or op in _READ_AT_PLACES or op in PLACED or op in FOLDS:
        return True
    if op in _NORMALIZED:
        return node.dtype.is_floating
    return supports(op, [each.dtype for each in node.inputs], node.dtype)
