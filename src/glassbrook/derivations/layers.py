"""Finds the dense layers on a gradient's way: products with a weight, a bias, an activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glassbrook.derivations.account import Account, Contribution, Step
from glassbrook.graph.node import Node

__all__ = ["DenseLayer", "dense_layers", "squared_error_factor"]

_ACTIVATIONS = frozenset(
    {"relu", "sigmoid", "tanh", "softplus", "softmax", "exp", "sin", "erf", "identity"}
)
_FOLDS_ALL = frozenset({"sum", "reshape"})


@dataclass(frozen=True, slots=True)
class DenseLayer:
    """One layer: ``output = activation(inputs @ kernel + bias)``.

    Attributes:
        inputs: what it takes, [samples, in].
        kernel: its weights, [in, out].
        bias: what it adds, if anything, [out].
        weighted: the step of what its activation takes, z.
        output: the step of what it gives; that of z if it has no activation.
        slope: how the activation was differentiated; `None` without one.
        gradient: the gradient with respect to its kernel; `None` if that is not known.
    """

    inputs: Node
    kernel: Node
    bias: Node | None
    weighted: Step
    output: Step
    slope: Contribution | None
    gradient: Node | None


def dense_layers(account: Account) -> list[DenseLayer]:
    """The layers from the one that the source is a weight or a bias of, up to the last.

    Returns:
        Nothing if the source belongs to no dense layer.
    """
    steps = {step.node: step for step in account.steps}
    found: list[DenseLayer] = []
    product = _product_of_source(account, steps)
    while product is not None:
        layer = _layer_of(product, steps, account)
        found.append(layer)
        following = _only_user(layer.output)
        product = None
        if following is not None and _is_product_of(steps[following], layer.output.node):
            product = steps[following]
    return found


def squared_error_factor(output: Step, account: Account) -> tuple[float, Node] | None:
    """If the target is c · Σ (o - t)² of an output o: the factor 2c, and t."""
    steps = {step.node: step for step in account.steps}
    user = _only_user(output)
    if user is None or user.op != "sub" or steps[user].inputs[0] is not output.node:
        return None
    wanted = steps[user].inputs[1]
    squared = _only_user(steps[user])
    if squared is None or not _is_square(steps[squared]):
        return None
    factor, node = 2.0, squared
    while node is not account.target:
        user = _only_user(steps[node])
        if user is None:
            return None
        number = _constant_beside(steps[user], node)
        if user.op == "mul" and number is not None:
            factor *= number
        elif user.op == "div" and number is not None and steps[user].inputs[0] is node:
            factor /= number
        elif user.op not in _FOLDS_ALL:
            return None
        node = user
    return (factor, wanted) if account.target.rank == 0 else None


def _product_of_source(account: Account, steps: dict[Node, Step]) -> Step | None:
    """The product that the source is a factor of, or the one that it is added to."""
    user = _only_user(account.steps[-1])
    if user is None:
        return None
    step = steps[user]
    if step.inputs[-1] is not account.source:
        return None
    if user.op == "matmul":
        return step if _is_plain(step) else None
    if user.op == "add" and step.inputs[0] in account.products:
        # A bias: the product itself need not be on the way.
        return step
    return None


def _layer_of(first: Step, steps: dict[Node, Step], account: Account) -> DenseLayer:
    """The layer that begins with a product, or with the addition of a bias to one."""
    bias: Node | None
    gradient = first.weight_gradient
    if first.node.op == "add":
        product, bias = first.inputs
        weighted = first
        inputs, kernel = account.products[product]
    else:
        inputs, kernel = first.inputs
        bias, weighted = _bias_added(first, steps)
        if kernel is account.source:
            gradient = account.gradient
    user = _only_user(weighted)
    if user is None or user.op not in _ACTIVATIONS:
        return DenseLayer(inputs, kernel, bias, weighted, weighted, None, gradient)
    output = steps[user]
    return DenseLayer(inputs, kernel, bias, weighted, output, output.leaving[0], gradient)


def _bias_added(product: Step, steps: dict[Node, Step]) -> tuple[Node | None, Step]:
    user = _only_user(product)
    if user is not None and user.op == "add":
        step = steps[user]
        others = [each for each in step.inputs if each is not product.node]
        if len(others) == 1 and others[0].rank <= 1:
            return others[0], step
    return None, product


def _is_product_of(step: Step, left: Node) -> bool:
    return step.node.op == "matmul" and step.inputs[0] is left and _is_plain(step)


def _is_plain(step: Step) -> bool:
    attrs = step.node.attrs
    return not attrs["transpose_x"] and not attrs["transpose_y"] and step.node.rank == 2


def _is_square(step: Step) -> bool:
    if step.node.op == "square":
        return True
    return step.node.op == "pow" and _value(step.inputs[1]) == 2.0


def _constant_beside(step: Step, node: Node) -> float | None:
    others: Sequence[Node] = [each for each in step.inputs if each is not node]
    return _value(others[0]) if len(others) == 1 else None


def _value(node: Node) -> float | None:
    if node.value is None or node.inputs or node.value.size < 1:
        return None
    return float(node.value.reshape(-1)[0]) if node.rank == 0 or node.op == "constant" else None


def _only_user(step: Step) -> Node | None:
    users = {contribution.user: None for contribution in step.arriving}
    return next(iter(users)) if len(step.arriving) == 1 else None
