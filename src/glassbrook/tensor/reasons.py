"""Why a gradient is `None`: find the place where the way from target to source is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from glassbrook.gradients import NON_DIFFERENTIABLE
from glassbrook.graph.node import Node
from glassbrook.graph.printer import format_type
from glassbrook.tensor.variable import Variable

__all__ = ["Evidence", "explain_none"]


_FROM_THE_BEGINNING = frozenset({"constant", "data", "input", "variable"})
_UPDATED = (
    " If it was a variable before: `w = w - …` makes a tensor of it, w.assign_sub(…) keeps it one."
)


@dataclass(frozen=True)
class Evidence:
    """What a tape knows: when it recorded, what it watched, and what became a NumPy array."""

    recorded: Callable[[Node], bool]
    watched: frozenset[Node]
    source_nodes: tuple[Node, ...]
    numpy_exits: tuple[Node, ...]
    watches_variables: bool = True


def explain_none(targets: Sequence[Node], source: Any, evidence: Evidence) -> str:
    """One sentence on why no gradient flows from `targets` to `source`."""
    node: Node = source.node
    if not node.dtype.is_floating:
        return (
            f"integer: the source has dtype {node.dtype.name}; only floating-point tensors have "
            "gradients. Make it a float: tf.cast(x, tf.float32), or tf.constant(3.0)."
        )
    for target in targets:
        if not target.dtype.is_floating:
            return (
                f"integer: the target has dtype {target.dtype.name}; only floating-point tensors "
                "can be differentiated."
            )
    nodes = evidence.source_nodes or (node,)
    path = _path(targets, nodes)
    if path is None and (left := _exit_to_numpy(nodes, evidence)) is not None:
        return (
            f"left the graph: a value that depends on the source ({format_type(left)}) became "
            "a NumPy array or a Python number inside of the tape; what is computed from that "
            "is a constant to the tape. Use tf functions all the way."
        )
    unseen = _why_not_a_source(targets, source, evidence)
    if unseen is not None:
        return unseen
    if path is None:
        return _why_apart(targets, node, evidence)
    return _why_cut(path, evidence)


def _why_apart(targets: Sequence[Node], source: Node, evidence: Evidence) -> str:
    """The reason if there is no way at all from the targets to a source that is watched."""
    for target in targets:
        if not (target.inputs or target.op in _FROM_THE_BEGINNING or evidence.recorded(target)):
            return (
                f"outside: the target, {target.op} ({format_type(target)}), was computed while "
                "the tape did not record. Move it into `with tf.GradientTape()`."
            )
    for each in evidence.watched:
        if each is not source and _path([source], [each]) and _path(targets, [each]):
            return (
                f"recomputed: the source, {source.op} ({format_type(source)}), is a later value "
                "than the one that the target was computed from. Differentiate with respect to "
                "the earlier one: give the later one another name."
            )
    return (
        "disconnected: the target was not computed from the source while the tape recorded. "
        "If the source was assigned or computed anew in between, differentiate with respect "
        "to the value that was used."
    )


def _why_not_a_source(targets: Sequence[Node], source: Any, evidence: Evidence) -> str | None:
    node: Node = source.node
    if evidence.source_nodes:
        return None
    if isinstance(source, Variable):
        if not source.trainable:
            return (
                f"not watched: the variable {source.path!r} is not trainable, so the tape does not "
                "watch it by itself. Call tape.watch(variable) inside of the tape."
            )
        if not evidence.watches_variables:
            return (
                "not watched: the tape was made with watch_accessed_variables=False. Call "
                f"tape.watch(variable) inside of the tape, before computing with {source.path!r}."
            )
        if _path(targets, [node]) is not None:
            return (
                f"outside: the variable {source.path!r} was read while the tape did not record. "
                "Compute with it inside of `with tf.GradientTape()`."
            )
        return (
            f"disconnected: the variable {source.path!r} was not read while the tape recorded. "
            "Compute with it inside of `with tf.GradientTape()`."
        )
    if node.is_leaf or not evidence.recorded(node):
        return (
            "not watched: the source is a plain tensor, and the tape watches those only on "
            "request. Call tape.watch(x) inside of the tape, before computing with x."
            f"{_UPDATED if node.op in ('add', 'sub') else ''}"
        )
    return (
        "not watched: the source was computed inside of the tape, but from nothing that the tape "
        "watches. Call tape.watch(x) right after computing x."
    )


def _path(targets: Sequence[Node], sources: Sequence[Node]) -> list[Node] | None:
    """Any way from a target to a source, whether gradients can take it or not."""
    came_from: dict[Node, Node | None] = dict.fromkeys(targets)
    stack = list(targets)
    while stack:
        node = stack.pop()
        if node in sources:
            path: list[Node] = [node]
            while (user := came_from[path[-1]]) is not None:
                path.append(user)
            return path[::-1]
        for each in node.inputs:
            if each not in came_from:
                came_from[each] = node
                stack.append(each)
    return None


def _why_cut(path: Sequence[Node], evidence: Evidence) -> str:
    """The reason at the first place, from the target, where a gradient cannot go on."""
    for node in path[:-1]:
        if node.op == "variable":
            return (
                "assigned: the value went into a variable by an assignment, through which no "
                "gradient flows. Compute with the assigned tensor itself."
            )
        if not evidence.recorded(node):
            return (
                f"outside: {node.op} ({format_type(node)}), on the way to the target, was computed "
                "while the tape did not record, or before the source was watched. Move it into "
                "`with tf.GradientTape()`, after tape.watch."
            )
        if node.op in NON_DIFFERENTIABLE:
            return (
                f"no gradient: {node.op} ({format_type(node)}) is on the way to the target, and "
                f"{NON_DIFFERENTIABLE[node.op]}."
            )
        if not node.dtype.is_floating:
            return (
                f"integer: {node.op} on the way to the target gives {format_type(node)}; only "
                "floating-point tensors have gradients."
            )
    return (
        "watched too late: the target was computed from the source before the tape watched it. "
        "Call tape.watch(x) before computing with x."
    )


def _exit_to_numpy(sources: Sequence[Node], evidence: Evidence) -> Node | None:
    """A node that depends on a source and was handed out as a NumPy array."""
    for left in evidence.numpy_exits:
        if left in sources or _path([left], sources) is not None:
            return left
    return None
