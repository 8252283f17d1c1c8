"""The gradient of a scan: another scan, in the other direction.

Its turn takes the gradients of what the forward turn carried on, and gives those of what the
forward turn was handed. What it needs to know of the forward turn is stacked by the forward scan,
as further outputs. Sums over all turns, such as the gradients of weights, are taken out of the
loop where they are sums over rows already: one product over all turns in place of many.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from glassbrook.dtypes import DType
from glassbrook.gradients.placing import joined
from glassbrook.gradients.table import Formula, Grads, floating, formula_by, numbered, vjp
from glassbrook.gradients.walker import gradients
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, shared
from glassbrook.graph.infer.control import SCANNED
from glassbrook.graph.node import Node, Shape, emit
from glassbrook.graph.printer import topological_order

__all__ = ["substituted", "with_residuals"]

# Their values are so easily had from those of their inputs that they are never stacked.
_VIEWS = frozenset("identity stop_gradient reshape transpose broadcast_to slice cast".split())
_MADE = frozenset({"constant", "iota"})
# Operations f with f(Σ xₜ) = Σ f(xₜ).
_LINEAR = frozenset("add sub neg reshape transpose concat unslice".split())


@dataclass(frozen=True)
class _Plan:
    """How to differentiate a body with respect to some of its outputs.

    Attributes:
        residuals: nodes of the body whose values the way back needs, of every turn.
        known: the inputs of the body, but the carried ones, whose values it needs.
        carried: the numbers of the carried values that have gradients.
        seeds: for each output with a gradient, what stands for that.
        body: the turn of the way back. It carries the gradients of `carried` and then the sums of
            `accumulated`; its sequences are the gradients of outputs, `residuals` and the known
            slices; it captures what is known besides.
        accumulated: the captured values whose gradients are added up turn by turn.
        stacked: what each turn of the way back gives, in order.
        slices: for each sequence, the gradient of a turn's slice.
        totals: for captured values, what of each turn adds up to the gradient.
    """

    residuals: tuple[Node, ...]
    known: tuple[Node, ...]
    carried: tuple[int, ...]
    seeds: tuple[Node, ...]
    body: ClosedGraph
    accumulated: tuple[int, ...]
    stacked: tuple[Node, ...]
    slices: tuple[Node | None, ...]
    totals: dict[int, Node]


_plans: weakref.WeakKeyDictionary[ClosedGraph, dict[tuple[int, ...], _Plan]]
_plans = weakref.WeakKeyDictionary()
_extended: weakref.WeakKeyDictionary[ClosedGraph, ClosedGraph] = weakref.WeakKeyDictionary()


def with_residuals(body: ClosedGraph, carried: int, sequences: int) -> ClosedGraph:
    """The body of a scan, with further outputs for all that a gradient will need of its turns."""
    found = _extended.get(body)
    if found is None:
        outputs = range(carried, len(body.outputs))
        floating = tuple(each for each in outputs if body.outputs[each].dtype.is_floating)
        found = _extended_by(body, _plan(body, carried, sequences, floating).residuals, carried)
        if found is not body:
            _extended[body] = found
    return found


def _extended_by(body: ClosedGraph, residuals: Iterable[Node], carried: int) -> ClosedGraph:
    new = [each for each in residuals if each not in body.outputs[carried:]]
    return shared(ClosedGraph(body.inputs, (*body.outputs, *new))) if new else body


def _item_formula(node: Node) -> Formula:
    return Formula(f"item(x, {node.attrs['index'] + 1})", ("bundle(g)",), ("x",))


@formula_by("item", _item_formula)
@vjp("item")
def _item(node: Node, grad: Node) -> Grads:
    return (Node("bundle", (grad,), {"indices": (node.attrs["index"],)}, (), SCANNED),)


def _scan_formula(node: Node) -> Formula:
    names = numbered(node.inputs)
    gradients = floating(node.inputs, "scan_back(g, {})")
    return Formula(f"scan({', '.join(names)})", gradients, names)


@formula_by("scan", _scan_formula)
@vjp("scan")
def _scan(node: Node, grad: Node) -> Grads:
    body, carried = node.attrs["body"], node.attrs["carried"]
    given: dict[int, Node] = {}
    for index, part in zip(grad.attrs["indices"], grad.inputs, strict=True):
        given[index] = build.add(given[index], part) if index in given else part
    outputs = tuple(sorted(index for index in given if index >= carried))
    plan = _plan(body, carried, node.attrs["sequences"], outputs)
    return _Backward(node, plan, given, outputs).gradients()


# The plan of the way back.


def _plan(body: ClosedGraph, carried: int, sequences: int, outputs: tuple[int, ...]) -> _Plan:
    plans = _plans.setdefault(body, {})
    plan = plans.get(outputs)
    if plan is None:
        plan = plans[outputs] = _planned(body, carried, sequences, outputs)
    return plan


def _planned(body: ClosedGraph, carried: int, sequences: int, outputs: tuple[int, ...]) -> _Plan:
    floating = tuple(place for place in range(carried) if body.inputs[place].dtype.is_floating)
    nexts = [_stand_in(body.outputs[place]) for place in floating]
    seeds = [_stand_in(body.outputs[place]) for place in outputs]
    targets = [body.outputs[place] for place in (*floating, *outputs)]
    found = gradients(targets, [*nexts, *seeds], body.inputs, lambda node: True)
    wanted = [place for place, each in enumerate(found) if each is not None]
    tidy = iter(joined([each for each in found if each is not None]))
    grads = [next(tidy) if place in wanted else None for place in range(len(found))]
    forward = set(topological_order((*body.inputs, *body.outputs)))
    first = carried + sequences
    captured = {place - first: each for place, each in enumerate(grads) if place >= first and each}
    fixed_inputs = set(body.inputs[first:])
    totals = {
        place: each for place, each in captured.items() if _adds_up(each, forward, fixed_inputs)
    }
    accumulated = tuple(place for place in captured if place not in totals)
    sums = [_stand_in(body.inputs[first + place]) for place in accumulated]
    results = [grads[place] or _zeros(body.inputs[place]) for place in floating]
    results += [build.add(total, captured[place]) for total, place in zip(sums, accumulated)]
    slices = tuple(grads[carried:first])
    wanted_stacks = _stacked([each for each in slices if each], totals.values(), seeds)
    residuals, known = _needed([*results, *wanted_stacks], forward, body.inputs, carried)
    stacked = [each for each in wanted_stacks if each not in residuals and each not in known]
    moving = [*seeds, *residuals, *(each for each in known if each in body.inputs[:first])]
    fixed = [each for each in known if each not in body.inputs[:first]]
    taken = [*nexts, *sums, *moving, *fixed]
    inputs = [_input(place, each.shape, each.dtype) for place, each in enumerate(taken)]
    copies = substituted([*results, *stacked], dict(zip(taken, inputs, strict=True)))
    return _Plan(
        tuple(residuals),
        tuple(known),
        floating,
        tuple(seeds),
        shared(ClosedGraph(tuple(inputs), tuple(copies))),
        accumulated,
        tuple(stacked),
        slices,
        totals,
    )


def _input(index: int, shape: Shape, dtype: DType) -> Node:
    return Node("input", (), {"index": index, "shape": shape, "dtype": dtype}, shape, dtype)


def _stand_in(like: Node) -> Node:
    """What stands for the gradient of a node."""
    return _input(-1, like.shape, like.dtype)


def _zeros(like: Node) -> Node:
    return build.zeros(like.shape, like.dtype)


def substituted(results: Sequence[Node], new: dict[Node, Node]) -> list[Node]:
    """Copies of nodes in which some others are replaced; `new` gets all copies."""
    stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(results)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            inputs = tuple([new[each] for each in node.inputs])
            new[node] = Node(node.op, inputs, node.attrs, node.shape, node.dtype)
        elif node not in new:
            stack.append((node, True))
            stack.extend((each, False) for each in reversed(node.inputs))
    return [new[node] for node in results]


def _needed(
    results: Sequence[Node], forward: set[Node], inputs: Sequence[Node], carried: int
) -> tuple[list[Node], list[Node]]:
    """The nodes of the forward turn that `results` need: those to be stacked, and its inputs."""
    residuals: list[Node] = []
    known: list[Node] = []
    free = set(inputs[carried:])
    seen: set[Node] = set()
    stack = list(reversed(results))
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in free:
            known.append(node)
        elif node in forward and node.op not in _VIEWS and node.op not in _MADE:
            residuals.append(node)
        else:
            stack.extend(reversed(node.inputs))
    return residuals, known


# Sums over all turns.


def _adds_up(node: Node, forward: set[Node], fixed: set[Node]) -> bool:
    """Whether the sum of a node over all turns is had from stacks of what it is made of."""
    if node in forward or not fixed.isdisjoint(node.inputs):
        return False
    if node.op == "matmul":
        return node.rank == 2 and all(each.rank == 2 for each in node.inputs)
    if node.op == "sum":
        return True
    if node.op in ("add", "sub") and any(each.shape != node.shape for each in node.inputs):
        return False
    return node.op in _LINEAR and all(_adds_up(each, forward, fixed) for each in node.inputs)


def _summands(node: Node) -> list[Node]:
    """What must be stacked for the sum of a node over all turns."""
    if node.op in ("matmul", "sum"):
        return list(node.inputs)
    return [leaf for each in node.inputs for leaf in _summands(each)]


def _stacked(slices: Sequence[Node], totals: Iterable[Node], seeds: Sequence[Node]) -> list[Node]:
    """What the turns of the way back have to stack, each once."""
    found = dict.fromkeys(slices)
    for total in totals:
        found.update(dict.fromkeys(_summands(total)))
    return [each for each in found if each not in seeds]


def _total(node: Node, stack: Callable[[Node], Node]) -> Node:
    """The sum of a node over all turns."""
    match node.op:
        case "matmul":
            return _product_over_turns(node, *map(stack, node.inputs))
        case "sum":
            (x,) = node.inputs
            axes = tuple(axis + 1 for axis in node.attrs["axes"])
            return build.reshape(build.sum(stack(x), (0, *axes)), node.shape)
    inputs = tuple([_total(each, stack) for each in node.inputs])
    return emit(node.op, inputs, node.attrs)


def _product_over_turns(node: Node, x: Node, y: Node) -> Node:
    """``Σₜ xₜ @ yₜ`` as one product, whose inner axis runs over all turns."""
    x_inner = 1 if node.attrs["transpose_x"] else 2
    y_inner = 2 if node.attrs["transpose_y"] else 1
    if x_inner == 2:
        x = build.transpose(x, (0, 2, 1))
    if y_inner == 2:
        y = build.transpose(y, (0, 2, 1))
    rows = x.shape[0] * x.shape[1]
    flat_x, flat_y = (build.reshape(each, (rows, each.shape[2])) for each in (x, y))
    return build.matmul(flat_x, flat_y, True, False)


class _Backward:
    """The gradients of one scan.

    Args:
        node: the scan.
        plan: that of its body.
        given: the gradients of its results, by their numbers.
        outputs: the numbers of the outputs among them.
    """

    def __init__(
        self, node: Node, plan: _Plan, given: dict[int, Node], outputs: Sequence[int]
    ) -> None:
        self._node = node
        self._plan = plan
        self._body: ClosedGraph = node.attrs["body"]
        self._carried: int = node.attrs["carried"]
        self._first = self._carried + node.attrs["sequences"]
        self._sequences: dict[Node, Node] = dict(
            zip(plan.seeds, (given[index] for index in outputs), strict=True)
        )
        self._sequences.update(self._residuals())
        places = {each: place for place, each in enumerate(self._body.inputs)}
        self._captured: list[Node] = []
        for each in plan.known:
            outer = node.inputs[places[each]]
            if places[each] < self._first:
                self._sequences[each] = outer
            else:
                self._captured.append(outer)
        self._scan = build.scan(
            [*(self._initial(given, place) for place in plan.carried), *self._zeros()],
            list(self._sequences.values()),
            self._captured,
            plan.body,
            node.attrs["length"],
            not node.attrs["reverse"],
        )

    def _residuals(self) -> dict[Node, Node]:
        """The stacks of what the way back needs of the forward turns."""
        plan, node = self._plan, self._node
        extended = _extended_by(self._body, plan.residuals, self._carried)
        if extended is not self._body:
            first = node.inputs[: self._first]
            node = build.scan(
                first[: self._carried],
                first[self._carried :],
                node.inputs[self._first :],
                extended,
                node.attrs["length"],
                node.attrs["reverse"],
            )
        places = {
            each: place
            for place, each in enumerate((*self._body.outputs, *self._new(plan)))
            if place >= self._carried
        }
        return {each: build.scanned(node, places[each]) for each in plan.residuals}

    def _new(self, plan: _Plan) -> list[Node]:
        outputs = self._body.outputs[self._carried :]
        return [each for each in plan.residuals if each not in outputs]

    def _initial(self, given: dict[int, Node], place: int) -> Node:
        return given[place] if place in given else _zeros(self._node.inputs[place])

    def _zeros(self) -> list[Node]:
        inputs = self._node.inputs[self._first :]
        return [_zeros(inputs[place]) for place in self._plan.accumulated]

    def gradients(self) -> Grads:
        """One gradient per input of the scan."""
        plan = self._plan
        results: list[Node | Callable[[], Node] | None] = [None] * len(self._node.inputs)
        for index, place in enumerate(plan.carried):
            results[place] = build.scanned(self._scan, index)
        for place, each in enumerate(plan.slices):
            if each is not None:
                results[self._carried + place] = self._stack(each)
        for number, place in enumerate(plan.accumulated):
            results[self._first + place] = build.scanned(self._scan, len(plan.carried) + number)
        for place, each in plan.totals.items():
            results[self._first + place] = self._summed(each)
        return results

    def _summed(self, node: Node) -> Callable[[], Node]:
        return lambda: _total(node, self._stack)

    def _stack(self, node: Node) -> Node:
        """The values of all turns."""
        known = self._sequences.get(node)
        if known is not None:
            return known
        first = len(self._plan.carried) + len(self._plan.accumulated)
        return build.scanned(self._scan, first + self._plan.stacked.index(node))
