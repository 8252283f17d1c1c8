"""What the walker did: every use of a rule on the way from a target back to a source, with numbers.

Nothing is computed here but by the engine: the account asks it for the nodes that the walk met and
for those that the rules made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from glassbrook.derivations.expression import ONE, Expression, parse, simplify, substitute
from glassbrook.derivations.region import is_elementwise
from glassbrook.engine import realize
from glassbrook.gradients import VJP, Formula, formula_of, gradients
from glassbrook.graph import build
from glassbrook.graph.node import Node, Shape

__all__ = ["Account", "Contribution", "Step", "account_of", "has_numbers"]

_WITHOUT_NUMBERS = frozenset({"bundle", "scan"})


@dataclass(slots=True)
class Contribution:
    """What one input of a node gets from it: one use of a rule.

    Attributes:
        user: the node whose rule was used.
        position: which of its inputs gets the gradient.
        input: that input.
        given: what the rule gave.
        part: the same, summed over the axes along which the input was stretched.
        rule: the formula that was used.
        local: for an operation on single elements, the derivative of the result by the input.
        local_rule: the formula of that derivative.
        shapes: those of the factors, if the rule gave a product of matrices.
    """

    user: Node
    position: int
    input: Node
    given: Node
    part: Node
    rule: Expression | None = None
    local: Node | None = None
    local_rule: Expression | None = None
    shapes: tuple[Shape, ...] = ()

    @property
    def stretched(self) -> tuple[int, ...]:
        """The axes of the result over which the input was repeated."""
        added = len(self.given.shape) - len(self.input.shape)
        return (
            *range(added),
            *(
                axis + added
                for axis, size in enumerate(self.input.shape)
                if size == 1 and self.given.shape[axis + added] != 1
            ),
        )


@dataclass(slots=True)
class Step:
    """One node on the way, seen from the target: where its gradient comes from, and goes to.

    Attributes:
        node: the node.
        inputs: what it is made of; the node itself may forget it.
        formula: how it is written, if its operation has a formula.
        grad: the gradient of the target with respect to it.
        arriving: what adds up to `grad`; empty for the target.
        leaving: what its inputs get.
        weight_gradient: of a product of matrices whose left factor is on the way, the gradient
            with respect to the right one.
    """

    node: Node
    inputs: tuple[Node, ...]
    formula: Formula | None
    grad: Node
    arriving: list[Contribution] = field(default_factory=list)
    leaving: list[Contribution] = field(default_factory=list)
    weight_gradient: Node | None = None


@dataclass(slots=True)
class Account:
    """The way from a target back to a source.

    Attributes:
        target: what was differentiated.
        source: with respect to what.
        gradient: the gradient; `None` if there is none.
        steps: every node between them, from the target on; the last is the source.
        paths: how many ways lead from the source to the target.
        products: the factors of matrix products that steps take, on the way or beside it.
    """

    target: Node
    source: Node
    gradient: Node | None
    steps: list[Step]
    paths: int
    products: dict[Node, tuple[Node, ...]] = field(default_factory=dict)


def account_of(
    target: Node,
    source: Node,
    recorded: Callable[[Node], bool],
    shown: int,
) -> Account:
    """Differentiate `target` with respect to `source`, and write down how.

    Args:
        target: what to differentiate; its elements are summed up.
        source: with respect to what.
        recorded: whether a node may be walked through.
        shown: of how many steps, from either end, the local derivatives are wanted.
    """
    met: list[tuple[Contribution, Node]] = []

    def note(user: Node, position: int, grad: Node, given: Node, part: Node) -> None:
        shapes = _shapes_of_factors(given) if user.op == given.op == "matmul" else ()
        found = Contribution(user, position, user.inputs[position], given, part, shapes=shapes)
        met.append((found, grad))

    seed = build.ones(target.shape, target.dtype)
    (gradient,) = gradients([target], [seed], [source], recorded, witness=note)
    steps = _steps(target, source, seed, gradient, met)
    for step in [*steps[:shown], *steps[max(shown, len(steps) - shown) :]]:
        for contribution in step.leaving:
            _add_rules(contribution, step.formula)
        if step.node.op == "matmul" and [each.position for each in step.leaving] == [0]:
            of_weight = VJP["matmul"](step.node, step.grad)[1]
            step.weight_gradient = of_weight() if callable(of_weight) else of_weight
    products = {
        each: each.inputs
        for step in steps
        for each in step.inputs
        if each.op == "matmul" and each.inputs
    }
    _compute(steps, products)
    return Account(target, source, gradient, steps, _count_paths(steps), products)


def _steps(
    target: Node,
    source: Node,
    seed: Node,
    gradient: Node | None,
    met: Sequence[tuple[Contribution, Node]],
) -> list[Step]:
    """The steps in the order of the walk; without those that lead elsewhere than to the source."""
    if gradient is None:
        return []
    steps = {target: Step(target, target.inputs, formula_of(target), seed)}
    for contribution, grad in met:
        user = contribution.user
        steps[user].grad = grad
        steps[user].leaving.append(contribution)
        given_to = contribution.input
        if given_to not in steps:
            formula = formula_of(given_to)
            steps[given_to] = Step(given_to, given_to.inputs, formula, contribution.part)
        steps[given_to].arriving.append(contribution)
    if source is not target:
        steps[source].grad = gradient
    # The walk goes by serials, newest first; the source comes last, whatever else it is made of.
    order = sorted(steps.values(), key=lambda step: -step.node.serial)
    order.remove(steps[source])
    return [*order, steps[source]]


def _shapes_of_factors(product: Node) -> tuple[Shape, ...]:
    """The shapes of both factors, as they are multiplied."""
    turned = (product.attrs["transpose_x"], product.attrs["transpose_y"])
    return tuple(
        (*each.shape[:-2], *(each.shape[-2:][::-1] if transposed else each.shape[-2:]))
        for each, transposed in zip(product.inputs, turned, strict=True)
    )


def _add_rules(contribution: Contribution, formula: Formula | None) -> None:
    text = None if formula is None else _at(formula.gradients, contribution.position)
    if text is None:
        return
    user = contribution.user
    if user.op == "sum" and contribution.input.size == user.size:
        text = text.replace("expand", "reshape")  # nothing was added up
    contribution.rule = simplify(parse(text))
    if is_elementwise(user.op):
        ones = build.ones(user.shape, user.dtype)
        slope = VJP[user.op](user, ones)[contribution.position]
        if slope is not None:
            contribution.local = slope if isinstance(slope, Node) else slope()
            # A rule is linear in the gradient, so its factor is what it gives for 1.
            contribution.local_rule = simplify(substitute(parse(text), {"g": ONE}))


def _at(formulas: Sequence[str | None], position: int) -> str | None:
    return formulas[position] if position < len(formulas) else None


def _compute(steps: Sequence[Step], products: Mapping[Node, tuple[Node, ...]]) -> None:
    wanted = dict.fromkeys(each for factors in products.values() for each in factors)
    for step in steps:
        wanted.update(dict.fromkeys((step.node, step.grad, *step.inputs)))
        if step.weight_gradient is not None:
            wanted[step.weight_gradient] = None
        for contribution in step.leaving:
            wanted.update(dict.fromkeys((contribution.given, contribution.part)))
            if contribution.local is not None:
                wanted[contribution.local] = None
    realize([node for node in wanted if node.value is None and has_numbers(node)])


def has_numbers(node: Node) -> bool:
    """Whether a node has one array of values; a loop over time has several results."""
    return node.op not in _WITHOUT_NUMBERS


def _count_paths(steps: Sequence[Step]) -> int:
    """The number of ways from the target to the source, which may be astronomical."""
    if not steps:
        return 0
    ways: dict[Node, int] = {steps[0].node: 1}
    for step in steps:
        for contribution in step.leaving:
            given_to = contribution.input
            ways[given_to] = ways.get(given_to, 0) + ways[step.node]
    return ways[steps[-1].node]
