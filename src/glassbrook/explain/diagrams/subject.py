"""What is drawn of a computation: the nodes of a tensor or function, and those of its gradients."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glassbrook.engine.tracing import NeedsValue, active
from glassbrook.errors import InvalidArgumentError
from glassbrook.explain.diagrams.words import is_given, is_number
from glassbrook.gradients.walker import gradients
from glassbrook.graph import build
from glassbrook.graph.node import Node, told_nodes
from glassbrook.graph.printer import format_type, topological_order
from glassbrook.tensor import Tensor, Variable, nest
from glassbrook.tensor.convert import as_node, has_node
from glassbrook.tensor.function import BoundFunction, Function, trace
from glassbrook.tensor.naming import names_in_users_code, variable_name
from glassbrook.tensor.signature import Signature

__all__ = ["Backward", "Subject", "backward_of", "subject_of"]


@dataclass
class Subject:
    """What is to be drawn.

    Attributes:
        name: what it is called.
        targets: the nodes that are computed.
        sources: those that the gradient is taken with respect to.
        names: what the user calls nodes.
        variables: which of them hold the values of variables.
        updates: whether variables get new values.
    """

    name: str
    targets: list[Node]
    sources: list[Node]
    names: dict[Node, str]
    variables: set[Node] = field(default_factory=set)
    updates: bool = False

    def nodes(self) -> list[Node]:
        """All nodes, each after what it takes; how variables came to be does not count."""
        order: list[Node] = []
        seen: set[Node] = set()
        stack = [(node, False) for node in reversed(self.targets)]
        while stack:
            node, is_done = stack.pop()
            if is_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                if not is_given(node):
                    stack += [(each, False) for each in reversed(node.inputs)]
        return order

    def shown(self) -> list[Node]:
        """Those that have a box: all but numbers without a name."""
        wanted = {*self.sources, *self.variables, *self.targets}
        return [
            each
            for each in self.nodes()
            if each in wanted or not is_number(each) or (each in self.names and each.op == "data")
        ]


@dataclass
class Backward:
    """The nodes of a gradient.

    Attributes:
        nodes: all of them, each after what it takes.
        gradient_of: for a node that is the gradient with respect to other nodes, these, the one
            that it is made for first. Those that follow pass it on as it is, as a sum does.
        meetings: the sums in which the gradients of several ways meet.
        starts: the gradients of the targets with respect to themselves, which are 1.
    """

    nodes: list[Node] = field(default_factory=list)
    gradient_of: dict[Node, list[Node]] = field(default_factory=dict)
    meetings: set[Node] = field(default_factory=set)
    starts: set[Node] = field(default_factory=set)


def subject_of(target: Any, arguments: Sequence[Any], sources: Any) -> Subject:
    """What is to be drawn for a tensor, or for a function and its arguments.

    Raises:
        InvalidArgumentError: nobody knows how the target is computed.
    """
    if active.trace is not None:
        raise InvalidArgumentError(
            "draw_graph: inside of a tf.function the graph is not finished. Call it outside: "
            "tf.explain.draw_graph(function, *arguments)."
        )
    if isinstance(target, Tensor | Variable):
        return _of_tensor(target, [*arguments, *nest.flatten([] if sources is None else sources)])
    if not callable(target):
        raise InvalidArgumentError(
            f"draw_graph: the target is {type(target).__name__} {target!r:.60}, expected a tensor "
            "that is not computed yet, or a function and its arguments."
        )
    return _of_function(target, arguments, sources)


def _of_tensor(target: Tensor | Variable, sources: Sequence[Any]) -> Subject:
    node = target.node
    if is_given(node):
        raise InvalidArgumentError(
            f"draw_graph: it is not known how this tensor ({format_type(node)}) is computed: it "
            "was made from values, or was looked at, which lets its history go. Draw it before "
            "it is printed or converted, or give the function: draw_graph(function, *arguments)."
        )
    names = names_in_users_code()
    variables = {each for each in topological_order([node]) if each.op == "variable"}
    found = [_source_node(each) for each in sources]
    for each in sources:
        if isinstance(each, Variable):
            names.setdefault(each.node, variable_name(each))
    subject = Subject(names.get(node, "result"), [node], found, names, variables)
    if not found:
        subject.sources = _usual_sources(subject)
    return subject


def _source_node(source: Any) -> Node:
    if not isinstance(source, Tensor | Variable):
        raise InvalidArgumentError(
            f"draw_graph: a source is {type(source).__name__} {source!r:.60}, expected tensors and "
            "variables behind the target."
        )
    return source.node


def _usual_sources(subject: Subject) -> list[Node]:
    """Variables; if there are none, arrays; if there are none, numbers."""
    leaves = [
        each
        for each in subject.nodes()
        if is_given(each) and each.dtype.is_floating and each.op not in ("constant", "iota")
    ]
    variables = [each for each in leaves if each in subject.variables]
    return variables or [each for each in leaves if each.shape] or leaves


def _of_function(function: Callable[..., Any], arguments: Sequence[Any], sources: Any) -> Subject:
    plain = _plain(function)
    name = str(
        getattr(function, "name", None)
        or getattr(function, "__name__", None)
        or type(function).__name__
    )
    call = Signature(plain).bind(tuple(arguments), {})
    try:
        traced, result = trace(plain, call)
        if traced.created:
            # The first run made variables; the second finds them.
            traced, result = trace(plain, call, may_create=False)
    except NeedsValue as need:
        where = "" if need.place is None else f", at {need.place}"
        raise InvalidArgumentError(
            f"draw_graph: {name!r} has no graph: Python needs {need.reason}{where}. Use tf.where, "
            "tf.cond or tf.while_loop in place of if and while, and leave .numpy() to the caller."
        ) from None
    outputs = [each.node for each in nest.flatten(result) if has_node(each)]
    named = dict(zip(traced.arguments, _argument_names(plain, call.args)))
    states = list(traced.states.values())
    known = names_in_users_code()
    owned = {
        state.input: known.get(as_node(state.owner)) or variable_name(state.owner)
        for state in states
    }
    new = {state.node: f"new {owned[state.input]}" for state in states if state.assigned}
    targets = list(dict.fromkeys([*outputs, *new]))
    if not targets:
        raise InvalidArgumentError(f"draw_graph: {name!r} computes no tensor; return one.")
    if len(outputs) == 1:
        named.setdefault(outputs[0], "result")
    trained = [
        state.input
        for state in states
        if getattr(state.owner, "trainable", False) and state.input.dtype.is_floating
    ]
    wanted = _positions(sources, states) or trained
    subject = Subject(name, targets, wanted, {**new, **named, **owned}, set(owned), bool(new))
    if not wanted:
        subject.sources = _usual_sources(subject)
    return subject


def _positions(sources: Any, states: Sequence[Any]) -> list[Node]:
    """The inputs that stand for the variables that were asked for."""
    if sources is None:
        return []
    inputs = {id(state.owner): state.input for state in states}
    found = []
    for each in nest.flatten(sources):
        if id(each) not in inputs:
            raise InvalidArgumentError(
                f"draw_graph: the function does not use the source {each!r:.60}. Sources of a "
                "function are variables that it reads."
            )
        found.append(inputs[id(each)])
    return found


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function as it was written, with a signature that can be read."""
    if isinstance(function, Function):
        return function.python_function
    if isinstance(function, BoundFunction):
        bound: Callable[..., Any] = function.__wrapped__
        return bound
    if inspect.isroutine(function):
        return function

    def call(inputs: Any, *others: Any) -> Any:
        return function(inputs, *others)

    return call


def _argument_names(function: Callable[..., Any], arguments: Sequence[Any]) -> list[str]:
    """A name for each tensor among the arguments, in order."""
    try:
        bound = inspect.signature(function).bind(*arguments).arguments
    except (TypeError, ValueError):
        bound = {f"argument {number}": each for number, each in enumerate(arguments)}
    names = []
    for name, value in bound.items():
        count = sum(hasattr(each, "shape") for each in nest.flatten(value))
        names += [name] if count == 1 else [f"{name}[{number}]" for number in range(count)]
    return names


def backward_of(subject: Subject) -> Backward:
    """The nodes of the gradient of the targets; none of them is computed.

    They are made anew, of the rules that a tape would use, and belong to nobody but the picture.
    """
    targets = [each for each in subject.targets if each.dtype.is_floating]
    made: list[Node] = []
    came_in: dict[Node, Node] = {}
    ways: dict[Node, int] = {}

    def witness(node: Node, position: int, grad: Node, given: Node, part: Node) -> None:
        came_in[node] = grad
        each = node.inputs[position]
        ways[each] = ways.get(each, 0) + 1

    with told_nodes(made.append):
        seeds = [build.ones(each.shape, each.dtype) for each in targets]
        results = gradients(targets, seeds, subject.sources, lambda node: True, witness=witness)
    found = {s: grad for s, grad in zip(subject.sources, results, strict=True) if grad is not None}
    if not found:
        return Backward()
    own = set(made)
    nodes = [each for each in topological_order(found.values()) if each in own]
    gradient_of = _receivers({**came_in, **found}, own)
    meetings = _meetings({**came_in, **found}, ways, own)
    return Backward(nodes, gradient_of, meetings, own.intersection(seeds))


def _receivers(grads: Mapping[Node, Node], own: set[Node]) -> dict[Node, list[Node]]:
    """For each gradient the nodes that it belongs to, from the result back."""
    found: dict[Node, list[Node]] = {}
    for node in sorted(grads, key=lambda each: -each.serial):
        if grads[node] in own:
            found.setdefault(grads[node], []).append(node)
    return found


def _meetings(grads: Mapping[Node, Node], ways: Mapping[Node, int], own: set[Node]) -> set[Node]:
    found: set[Node] = set()
    for node, count in ways.items():
        grad = grads.get(node)
        for _ in range(count - 1):
            if grad is None or grad.op != "add" or grad not in own:
                break
            found.add(grad)
            grad = grad.inputs[0]
    return found
