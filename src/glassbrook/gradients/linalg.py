"""Gradient rules of linear algebra."""

from __future__ import annotations

from glassbrook.gradients.table import Grads, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


@vjp("matmul")
def _matmul(node: Node, grad: Node) -> Grads:
    x, y = node.inputs
    match node.attrs["transpose_x"], node.attrs["transpose_y"]:
        case False, False:  # x y
            return (
                lambda: build.matmul(grad, y, False, True),
                lambda: build.matmul(x, grad, True, False),
            )
        case True, False:  # xᵀ y
            return (lambda: build.matmul(y, grad, False, True)), (lambda: build.matmul(x, grad))
        case False, True:  # x yᵀ
            return (lambda: build.matmul(grad, y)), (lambda: build.matmul(grad, x, True, False))
        case _:  # xᵀ yᵀ
            return (
                lambda: build.matmul(y, grad, True, True),
                lambda: build.matmul(grad, x, True, True),
            )
