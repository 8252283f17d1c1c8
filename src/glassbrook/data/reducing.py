"""All elements of a dataset made into one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassbrook.data.functions import ElementFunction, as_value, components_of, element_value
from glassbrook.data.plans.plan import Plan
from glassbrook.data.structure import Form
from glassbrook.engine import realize
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph.node import Node
from glassbrook.tensor import Tensor

__all__ = ["reduce_elements", "single_element"]

_PAIR = Form.of((0, 0))
_MOST_PENDING = 64


def reduce_elements(plan: Plan, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
    """The state after `reduce_func` was called with every element.

    Raises:
        DTypeError: a new state has another structure or dtype than the one before.
    """
    function = ElementFunction("reduce", reduce_func, _PAIR)
    form, state = components_of(initial_state, "reduce")
    stream = plan.stream()
    pending = 0
    while (block := stream.pull(1 if plan.runs_functions else _MOST_PENDING)) is not None:
        for element in block.elements():
            value = form.pack([_as_user_value(component) for component in state])
            result = function((value, element_value(block.form, element)), _PAIR)
            state = _next_state(form, state, result)
        pending += block.length
        if pending >= _MOST_PENDING:
            realize([component for component in state if isinstance(component, Node)])
            pending = 0
    return form.pack([_as_user_value(component) for component in state])


def _as_user_value(component: Any) -> Any:
    return Tensor(component) if isinstance(component, Node) else as_value(component)


def _next_state(form: Form, state: list[Any], result: Any) -> list[Any]:
    new_form, new_state = components_of(result, "reduce")
    if new_form != form:
        raise DTypeError(
            "Dataset.reduce: The structure of the new state must match the initial state. Expected "
            f"{form.template} but got {new_form.template}."
        )
    for old, new in zip(state, new_state, strict=True):
        if old.dtype is not new.dtype:
            raise DTypeError(
                "Dataset.reduce: The element types for the new state must match the initial "
                f"state. Expected {old.dtype} but got {new.dtype}. Write the initial state in "
                f"that dtype: tf.constant(0, tf.{new.dtype.name}), or convert: tf.cast."
            )
    return new_state


def single_element(plan: Plan) -> Any:
    """The only element of a dataset.

    Raises:
        InvalidArgumentError: there is none, or more than one.
    """
    stream = plan.stream()
    block = stream.pull(1)
    if block is None:
        raise InvalidArgumentError(
            "Dataset.get_single_element: Dataset was empty, expected exactly one element."
        )
    if stream.pull(1) is not None:
        raise InvalidArgumentError(
            "Dataset.get_single_element: Dataset had more than one element. Make them one with "
            "batch, or keep the first one with take(1)."
        )
    return element_value(block.form, block.elements()[0])
