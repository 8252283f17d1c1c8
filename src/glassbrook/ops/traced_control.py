"""Branches and loops as parts of a graph, for conditions that are not known yet.

What a branch or the body of a loop does is traced on its own, and becomes a closed graph of what it
uses. Variables that it assigns are results of the branch, or are carried through the loop.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType
from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.engine.tracing import Closing, Trace, active, give_up
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph
from glassbrook.graph.node import Node
from glassbrook.tensor import Tensor, as_node, convert_to_tensor, nest, recording
from glassbrook.tensor.counting import close_counted_loop
from glassbrook.tensor.loops import assign_outside, close_loop, read_outside

__all__ = ["has_side_effects", "traced_cond", "traced_loop"]


class _Branch:
    """One branch, traced."""

    def __init__(self, function: Callable[[], Any], outer: Trace) -> None:
        self.trace = Trace.branch(outer)
        with self.trace.running():
            result = function()
            flat = [
                None if each is None else convert_to_tensor(each) for each in nest.flatten(result)
            ]
        self.result = nest.pack_like(result, flat)
        self.nodes = [each.node for each in flat if each is not None]


def traced_cond(
    condition: Node, true_fn: Callable[[], Any], false_fn: Callable[[], Any], outer: Trace
) -> Any:
    """`tf.cond` within a traced function.

    Raises:
        DTypeError: the branches return different structures or dtypes.
        NeedsValue: this cannot be part of a graph.
    """
    branches = (_Branch(true_fn, outer), _Branch(false_fn, outer))
    _check_alike(*branches)
    assigned = {
        key: state.owner
        for branch in branches
        for key, state in branch.trace.states.items()
        if state.assigned
    }
    results = [
        [*branch.nodes, *(branch.trace.state(owner).node for owner in assigned.values())]
        for branch in branches
    ]
    outputs = _select(condition, branches, results)
    count = len(branches[0].nodes)
    for owner, node in zip(assigned.values(), outputs[count:], strict=True):
        assign_outside(owner, node)
    tensors = iter([Tensor(node) for node in outputs[:count]])
    return nest.map_structure(
        lambda each: None if each is None else next(tensors), branches[0].result
    )


def _select(
    condition: Node, branches: Sequence[_Branch], results: Sequence[Sequence[Node]]
) -> list[Node]:
    """One output per result of the branches; those of equal dtype come from one node."""
    differentiable = bool(recording.recorders())
    found: dict[int, Node] = {}
    by_dtype: dict[DType, list[int]] = {}
    for place, node in enumerate(results[0]):
        by_dtype.setdefault(node.dtype, []).append(place)
    for places in by_dtype.values():
        closing = Closing(branches[0].trace.start, differentiable=differentiable)
        closed = [closing.close([nodes[place] for place in places]) for nodes in results]
        if closing.has_rules and differentiable:
            give_up("a gradient of the user's own, in a branch")
        graphs = [ClosedGraph(tuple(closing.inputs), (build.pack(each),)) for each in closed]
        packed = build.cond(condition, _outer_nodes(closing.sources, branches), *graphs)
        shapes = [results[0][place].shape for place in places]
        found.update(zip(places, build.unpack(packed, shapes), strict=True))
    return [found[place] for place in range(len(found))]


def _outer_nodes(sources: Sequence[Node], parts: Sequence[_Branch]) -> list[Node]:
    """What stands outside for the inputs of branches; reading a variable is noted."""
    states = {state.input: state for branch in parts for state in branch.trace.states.values()}
    return [read_outside(states[node]) if node in states else node for node in sources]


def _check_alike(true: _Branch, false: _Branch) -> None:
    alike = nest.same_form(true.result, false.result) and len(true.nodes) == len(false.nodes)
    if not alike or any(x.dtype is not y.dtype for x, y in zip(true.nodes, false.nodes)):
        raise DTypeError(
            "true_fn and false_fn arguments to tf.cond must have the same number, type, and "
            f"overall structure of return values: true_fn returned {_types(true)}, false_fn "
            f"returned {_types(false)}."
        )
    if any(x.shape != y.shape for x, y in zip(true.nodes, false.nodes)):
        give_up(f"to know which shape tf.cond gives: {_types(true)} or {_types(false)}")


def _types(branch: _Branch) -> str:
    return repr(nest.map_structure(_Type, branch.result))


class _Type:
    """Shows a tensor by its dtype and shape."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        if self._value is None:
            return "None"
        return f"{self._value.dtype.name}{list(self._value.shape)}"


def traced_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    values: Any,
    limit: Node | None,
    *,
    varies: bool,
    strict: bool = False,
) -> Any:
    """`tf.while_loop` as a part of a graph.

    Args:
        cond: the condition, a function of the loop variables.
        body: gives the next values of the loop variables.
        values: the first ones, a structure of tensors.
        limit: the greatest number of turns, an int32 scalar.
        varies: whether shapes may change from turn to turn.
        strict: whether the body must not keep tensors elsewhere, such as in a list.

    Raises:
        DTypeError, ShapeError: the type of a loop variable changes.
        NeedsValue: this cannot be part of a graph.
    """
    flat = nest.flatten(values)
    initial = [each.node for each in flat]
    trace = Trace.loop(active.trace)
    arguments = [trace.argument(node.shape, node.dtype) for node in initial]
    with trace.running():
        tensors = nest.pack_like(values, [Tensor(node) for node in arguments])
        condition = build.reshape(_truth(cond(*tensors)), ())
        if any(state.assigned for state in trace.states.values()):
            give_up("a condition of tf.while_loop that assigns a variable")
        following = _next_values(body(*tensors), values)
        for before, after in zip(initial, following, strict=True):
            _check_type(before, after, varies)
        if limit is not None:
            condition = build.logical_and(build.less(trace.turn(), limit), condition)
        if trace.counts_turns:
            initial.append(build.constant(0, dtypes.int32))
            following.append(build.add(trace.turn(), build.constant(1, dtypes.int32)))
    del tensors
    if strict and trace.survivors():
        give_up("tensors that the body of tf.while_loop keeps elsewhere")
    close = close_counted_loop if recording.thread.active else close_loop
    outputs = close(trace, initial, condition, following)
    return nest.pack_like(values, [Tensor(node) for node in outputs[: len(flat)]])


def _truth(value: Any) -> Node:
    node = as_node(value)
    if node.size != 1:
        raise InvalidArgumentError(
            f"while_loop: a condition must be a single truth value, not a tensor of shape "
            f"{list(node.shape)}. Use tf.reduce_any(x) or tf.reduce_all(x)."
        )
    return node if node.dtype.is_bool else build.not_equal(node, build.zeros((), node.dtype))


def _next_values(following: Any, values: Any) -> list[Node]:
    if len(values) == 1 and not isinstance(following, list | tuple):
        following = [following]
    as_list = list(following) if isinstance(following, list | tuple) else following
    if not nest.same_form(list(values), as_list):
        raise InvalidArgumentError(
            "while_loop: body must return the loop variables in the structure in which it got "
            f"them: {len(values)} values, but it returned {following!r:.200}."
        )
    return [
        as_node(new) if hasattr(new, "used_node") else as_node(new, old.dtype)
        for new, old in zip(nest.flatten(as_list), nest.flatten(values), strict=True)
    ]


def _check_type(before: Node, after: Node, varies: bool) -> None:
    if before.dtype is not after.dtype:
        raise DTypeError(
            f"while_loop: a loop variable enters the loop with dtype {before.dtype.name}, but has "
            f"dtype {after.dtype.name} after one turn. Convert it in the body: tf.cast(x, "
            f"tf.{before.dtype.name})."
        )
    if before.shape != after.shape:
        if varies:
            give_up("a loop variable of tf.while_loop whose shape changes")
        raise ShapeError(
            f"while_loop: a loop variable enters the loop with shape {list(before.shape)}, but has "
            f"shape {list(after.shape)} after one turn. Its shape must stay, unless "
            "shape_invariants= says otherwise."
        )


_STORES_ELSEWHERE = frozenset(
    "STORE_GLOBAL DELETE_GLOBAL STORE_ATTR DELETE_ATTR STORE_SUBSCR DELETE_SUBSCR".split()
)
_ACTS_ELSEWHERE = frozenset(
    "print append extend insert pop remove clear setdefault write input next sleep time".split()
)


def has_side_effects(function: Callable[..., Any]) -> bool:
    """Whether calling a Python function seems to do more than to compute what it returns.

    It is found out from its code, and that of the user's functions which it names.
    """
    return _has_side_effects(function, set())


def _has_side_effects(function: Any, seen: set[Any]) -> bool:
    if type(function) is not FunctionType:
        return True
    if function in seen:
        return False
    seen.add(function)
    if _acts(function.__code__):
        return True
    for value in _named_values(function):
        if isinstance(getattr(value, "__self__", None), list | dict | set):
            return True
        is_users = isinstance(value, FunctionType) and not str(value.__module__).startswith(_OURS)
        if is_users and _has_side_effects(value, seen):
            return True
    return False


_OURS = __name__.partition(".")[0] + "."


def _named_values(function: FunctionType) -> list[Any]:
    """The values of the global and outer names that a function uses, as far as they are set."""
    names = function.__code__.co_names
    values = [function.__globals__[name] for name in names if name in function.__globals__]
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:
            pass  # not set yet
    return values


def _acts(code: CodeType) -> bool:
    if not _ACTS_ELSEWHERE.isdisjoint(code.co_names):
        return True
    for instruction in dis.get_instructions(code):
        if instruction.opname in _STORES_ELSEWHERE:
            return True
        if instruction.opname == "STORE_DEREF" and instruction.argval in code.co_freevars:
            return True
    return any(_acts(each) for each in code.co_consts if isinstance(each, CodeType))
