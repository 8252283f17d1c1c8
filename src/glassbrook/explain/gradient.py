"""`tf.explain`: the chain rule of a gradient, told step by step."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from glassbrook.derivations import Derivation, derive
from glassbrook.engine import pin_history, unpin_history
from glassbrook.engine.tracing import active
from glassbrook.errors import InvalidArgumentError
from glassbrook.gradients import VJP
from glassbrook.graph.node import Node
from glassbrook.graph.printer import format_type, topological_order
from glassbrook.graph.provenance import noting
from glassbrook.tensor import GradientTape, Tensor, Variable
from glassbrook.tensor.naming import names_in_users_code
from glassbrook.tensor.reasons import Evidence, explain_none

__all__ = ["explain"]


def explain(target: Any, source: Any, index: Any = None, shown: int = 20) -> Derivation:
    """How the gradient of `target` with respect to `source` comes about, step by step.

    The chain rule of this very computation: the rule of every operation on the way, as a formula
    and with the numbers that the engine computed. No tape is needed as long as the target has not
    been looked at (printed, converted), for then its way is still known; else use `tape.explain`,
    or give a function, whose lines are named then.

    Args:
        target: a tensor, or a function without arguments that computes one; several elements are
            summed up.
        source: a tensor or variable.
        index: one element of the source to follow, such as ``(3, 7)``.
        shown: how many steps of a long way are told, from either end.

    Returns:
        The derivation: printed as text, shown by notebooks, and with methods `markdown`, `latex`,
        `html` and `textbook`.

    Raises:
        InvalidArgumentError: the target or the source is no tensor; the way to the target is not
            known any more.
        OutOfRangeError: `index` is outside of the source.

    Example:
        >>> import glassbrook as tf
        >>> w = tf.Variable([1.0, 2.0])
        >>> derivation = tf.explain(lambda: tf.reduce_sum(w**2), w)
        >>> derivation.gradient
        array([2., 4.], dtype=float32)
        >>> "∂u₁/∂w = 2w = [2, 4]" in str(derivation)
        True
    """
    if active.trace is not None:
        raise InvalidArgumentError(
            "explain: inside of a tf.function there are no numbers to show yet. Call tf.explain "
            "outside of it, on what it returns, or take the decorator away."
        )
    if not isinstance(source, Tensor | Variable):
        raise InvalidArgumentError(
            f"explain: the source is {type(source).__name__} {source!r:.80}, expected one tensor "
            "or variable."
        )
    if callable(target) and not isinstance(target, Tensor | Variable):
        return _of_function(target, source, index, shown)
    if not isinstance(target, Tensor | Variable):
        raise InvalidArgumentError(
            f"explain: the target is {type(target).__name__} {target!r:.80}, expected a tensor, "
            "such as a loss, or a function that computes one."
        )
    names = names_in_users_code()
    node, source_node = target.node, source.node
    if node is not source_node and not node.inputs:
        raise InvalidArgumentError(
            f"explain: it is not known any more how the target ({format_type(node)}) was computed: "
            "its value was looked at, which lets its history go. Compute it within a "
            "tf.GradientTape and call tape.explain, or give a function: "
            "tf.explain(lambda: loss_fn(y, model(x)), w)."
        )
    _keep_history(target)
    return derive(
        node,
        source_node,
        lambda each: True,
        names,
        index=index,
        shown=shown,
        why_none=lambda: _reason(node, source),
    )


def _of_function(
    target: Callable[[], Any], source: Tensor | Variable, index: Any, shown: int
) -> Derivation:
    with GradientTape(persistent=True) as tape, noting():
        tape.watch(source)
        result = target()
    if not isinstance(result, Tensor | Variable):
        raise InvalidArgumentError(
            f"explain: the function returned {type(result).__name__} {result!r:.80}, expected a "
            "tensor, such as a loss."
        )
    return tape.explain(result, source, index, shown)


def _keep_history(target: Tensor | Variable) -> None:
    """Let the way to a target be known as long as it lives: one may ask for another source."""
    node = target.node
    pin = -1 - node.serial  # tapes use their ids, which are positive
    first = min(each.serial for each in topological_order([node]))
    pin_history(pin, [[first - 0.5, node.serial + 0.5]])
    # The node, not the tensor: another tensor of the same computation may share it.
    weakref.finalize(node, unpin_history, pin)


def _reason(target: Node, source: Tensor | Variable) -> str:
    evidence = Evidence(
        recorded=lambda node: True,
        watched=frozenset({source.node}),
        source_nodes=(source.node,),
        numpy_exits=(),
    )
    reason = explain_none([target], source, evidence)
    computed = next((each for each in topological_order([target]) if _has_forgotten(each)), None)
    if computed is None:
        return reason
    return (
        f"{reason} Or the way goes through a value that was computed before ({computed.op}, "
        f"{format_type(computed)}), and its history was let go: compute the target within a "
        "tf.GradientTape and call tape.explain, or give a function that computes it."
    )


def _has_forgotten(node: Node) -> bool:
    """Whether a node is the result of an operation of which only the value is left."""
    return node.is_leaf and node.op in VJP
