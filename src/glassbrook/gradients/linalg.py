"""Gradient rules of linear algebra."""

from __future__ import annotations

from glassbrook.gradients.table import Formula, Grads, formula_by, vjp
from glassbrook.graph import build
from glassbrook.graph.node import Node


def _matmul_formula(node: Node) -> Formula:
    match node.attrs["transpose_x"], node.attrs["transpose_y"]:
        case False, False:
            texts = ("x @ y", "g @ T(y)", "T(x) @ g")
        case True, False:
            texts = ("T(x) @ y", "y @ T(g)", "x @ g")
        case False, True:
            texts = ("x @ T(y)", "g @ y", "T(g) @ x")
        case _:
            texts = ("T(x) @ T(y)", "T(y) @ T(g)", "T(g) @ T(x)")
    forward, *gradients = texts
    return Formula(forward, tuple(gradients), ("x", "y"))


@formula_by("matmul", _matmul_formula)
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
