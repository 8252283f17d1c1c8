"""Common mistakes that a graph shows by its shapes and operations, without any value.

Every check begins with a comparison that nearly all programs fail, so that it costs nothing.
"""

from __future__ import annotations

from glassbrook.engine.tracing import active
from glassbrook.graph.node import Node
from glassbrook.mistakes import warn_of_mistake
from glassbrook.tensor import recording

__all__ = ["check_columns", "check_scores", "is_variable", "without_layout"]

_LAYOUT = frozenset({"cast", "identity", "reshape", "stop_gradient", "transpose"})
_GIVEN = frozenset({"constant", "data", "input", "variable"})
_ERRORS = frozenset({"mul", "sub"})
_COMPARISONS = frozenset({"equal", "not_equal"})
# What leads from a difference to the mean of its squares, or from a product to a cross-entropy.
_ELEMENTWISE = frozenset(
    {"abs", "add", "cast", "div", "log", "logical_not", "mul", "neg", "pow", "select", "sqrt"}
    | {"square", "sub"}
)
_MOST_NODES = 64


def without_layout(node: Node) -> Node:
    """What stands behind reshapes and casts, which leave the numbers as they are."""
    while node.op in _LAYOUT and node.inputs:
        node = node.inputs[0]
    return node


def check_columns(what: str, x: Node, axes: tuple[int, ...]) -> None:
    """Warn if the square `x`, which is folded, is every label against every prediction.

    A shape of (n, 1) against (n,) gives (n, n). On purpose, people write ``a[:, None] - b``, and
    then the column is made by a reshape, or by a sum that keeps its axis; or both sides are the
    same numbers; or one side is itself what is learned.

    Args:
        what: the operation that folds.
        x: what it folds, of shape (n, n).
        axes: over which axes.
    """
    met = _column_against_row(x)
    if met is None or (len(axes) < 2 and met.op != "sub"):
        return
    if met.op in _ERRORS and not recording.thread.active:
        return
    rows = x.shape[0]
    warn_of_mistake(
        "column against row",
        f"{what}: shape ({rows}, 1) met shape ({rows},) in {met.op!r}, which gave ({rows}, {rows}):"
        " every prediction against every label, not each against its own. Give both one shape: "
        "tf.squeeze(predictions, -1), or labels[:, tf.newaxis].",
    )


def _column_against_row(x: Node) -> Node | None:
    """The node that stretched a column and a row to the shape of `x`, by mistake."""
    seen, stack = {x}, [x]
    while stack and len(seen) < _MOST_NODES:
        node = stack.pop()
        if node.op in _ERRORS or node.op in _COMPARISONS:
            shapes = {each.shape for each in node.inputs}
            if shapes == {(x.shape[0], 1), (x.shape[0],)} and _is_mistaken(node):
                return node
        if node.op in _ELEMENTWISE:
            for each in node.inputs:
                if each.shape == x.shape and each not in seen:
                    seen.add(each)
                    stack.append(each)
    return None


def _is_mistaken(node: Node) -> bool:
    column, row = sorted(node.inputs, key=lambda each: -each.rank)
    if column.op in _GIVEN and row.op in _GIVEN:
        return False
    if is_variable(column) or is_variable(row) or without_layout(column) is without_layout(row):
        return False
    if column.op == "reshape":
        return bool(column.inputs) and column.inputs[0].rank > 1
    return not column.attrs.get("keepdims")


def is_variable(node: Node) -> bool:
    """Whether a node is a variable as it stands, in eager code or in a trace."""
    if node.op == "variable":
        return True
    trace = active.trace
    return (
        node.op == "input"
        and trace is not None
        and any(state.input is node for state in trace.states.values())
    )


def check_scores(what: str, scores: Node, op: str) -> None:
    """Warn if `scores`, of which `what` takes the `op`, have been through a softmax or sigmoid.

    Args:
        what: the function.
        scores: what it takes for logits.
        op: ``"softmax"`` or ``"sigmoid"``.
    """
    found = without_layout(scores).op
    if found in ("sigmoid", "softmax"):
        warn_of_mistake(
            "applied twice",
            f"{what} takes logits, and applies {op} by itself, but these are the result of a "
            f"{found}: they would go through both. Leave out the {found}.",
        )
