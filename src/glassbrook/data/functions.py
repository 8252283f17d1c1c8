"""Calling the user's functions with elements, and computing what they return."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from glassbrook.data.plans.plan import Plan
from glassbrook.data.structure import ALONE, Form, map_leaves
from glassbrook.dtypes import as_dtype
from glassbrook.engine import realize
from glassbrook.errors import InvalidArgumentError, StateError, UsageError
from glassbrook.graph.node import Node, leaf
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, Variable, as_node

__all__ = [
    "ElementFunction",
    "as_value",
    "components_of",
    "compute",
    "element_value",
    "is_dataset",
    "plan_of",
]


def is_dataset(value: Any) -> bool:
    """Whether `value` is a dataset, which may be a component of an element."""
    return isinstance(getattr(value, "plan", None), Plan)


def as_value(component: Any) -> Any:
    """A component as users see it: a tensor, or a dataset."""
    if isinstance(component, np.ndarray):
        return Tensor(leaf(component, as_dtype(component.dtype)))
    return component


def element_value(form: Form, components: Sequence[Any]) -> Any:
    """An element as users see it."""
    return form.pack([as_value(component) for component in components])


class ElementFunction:
    """A function of the user's that takes elements.

    An element that is a plain tuple arrives as several arguments, any other as a single one.

    Args:
        method: the method of `Dataset` it was given to, for messages.
        function: the function.
        form: the form of the elements, if it is known already.
    """

    def __init__(self, method: str, function: Callable[..., Any], form: Form | None = None) -> None:
        if not callable(function):
            raise InvalidArgumentError(
                f"Dataset.{method}: expected a function, got {function!r} of type "
                f"{type(function).__name__}. Write: dataset.{method}(lambda x: ...)."
            )
        self.method: Final = method
        self.function: Final = function
        self._checked: Form | None = None
        self._result_form = ALONE
        if form is not None:
            self._check(form)

    def __call__(self, value: Any, form: Form) -> Any:
        """The function's result for one element.

        Raises:
            TypeError: the function does not take as many arguments as elements have parts.
        """
        if form is not self._checked and form != self._checked:
            self._check(form)
        try:
            return self.function(*value) if form.unpacks else self.function(value)
        except StopIteration as error:
            # It would end the iteration over the dataset, as if there were no more elements.
            raise StateError(
                f"The function given to Dataset.{self.method} raised StopIteration: an iterator "
                "that it reads from has ended."
            ) from error

    def of(self, form: Form, components: Sequence[Any]) -> Any:
        """The function's result for the components of an element; a failure tells which one."""
        value = element_value(form, components)
        try:
            return self(value, form)
        except Exception as error:
            described = map_leaves(_Described, value)
            error.add_note(
                f"in the function given to Dataset.{self.method}, called with {described}"
            )
            raise

    def components(self, form: Form, components: Sequence[Any]) -> tuple[Form, list[Any]]:
        """The function's result for an element, as nodes and datasets."""
        result = self.of(form, components)
        found = components_of(result, self.method, self._result_form)
        self._result_form = found[0]
        return found

    def _check(self, form: Form) -> None:
        """Raise a clear error if elements of this form do not fit the function's parameters."""
        try:
            signature = inspect.signature(self.function)
        except (ValueError, TypeError):
            signature = None  # written in C: it will speak for itself
        if signature is not None:
            count = len(form.template) if form.unpacks else 1
            try:
                signature.bind(*range(count))
            except TypeError as error:
                raise UsageError(self._arity_message(form, count, signature, error)) from None
        self._checked = form

    def _arity_message(self, form: Form, count: int, signature: Any, error: TypeError) -> str:
        name = getattr(self.function, "__name__", type(self.function).__name__)
        if form.unpacks:
            arrives = (
                f"are tuples of {count} parts, which arrive as {count} arguments: "
                f"lambda {', '.join('abcdefghijklmnopqrstuvwxyz'[:count])}: ..."
            )
        else:
            arrives = "are not tuples, so each arrives as one argument: lambda x: ..."
        return (
            f"Dataset.{self.method}: {name}{signature} does not fit: {error}. "
            f"The elements of this dataset {arrives}"
        )


class _Described:
    """Stands for a component in a message."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        if is_dataset(self._value):
            return "a dataset"
        return f"{self._value.dtype.name} of shape {self._value.shape}"


def plan_of(value: Any, method: str) -> Plan:
    """The plan of a dataset that a function returned.

    Raises:
        TypeError: it returned something else.
    """
    if not is_dataset(value):
        raise UsageError(
            f"Dataset.{method}: the function has to return a `Dataset` object, but it returned "
            f"{value!r:.200}. Use Dataset.map for functions that return tensors."
        )
    plan: Plan = value.plan
    return plan


def components_of(value: Any, method: str, expected: Form = ALONE) -> tuple[Form, list[Any]]:
    """What a function returned, as nodes and datasets.

    A list at the top is taken for a tuple; lists further inside become tensors.

    Args:
        value: what it returned.
        method: the method of `Dataset` it was given to, for messages.
        expected: the form that the result probably has; if it does, no new one is made.

    Raises:
        InvalidArgumentError: there is nothing in it, or something that is no tensor.
    """
    if isinstance(value, list):
        value = tuple(value)
    form, leaves = expected, expected.leaves(value)
    if leaves is None:
        form = Form.of(value)
        leaves = form.leaves(value)
    if not leaves:
        raise InvalidArgumentError(
            f"Dataset.{method}: the function returned {value!r}, which holds no tensor. Let it "
            "`return` the new element."
        )
    return form, [_component(each) for each in leaves]


def _component(value: Any) -> Any:
    if is_dataset(value) or isinstance(value, RaggedTensor):
        return value
    node = as_node(value)
    if isinstance(value, Variable) and node.value is not None:
        return leaf(node.value.copy(), node.dtype)  # a variable's array may be written to
    return node


def compute(components: Sequence[Any]) -> list[Any]:
    """The arrays of nodes, computed together; datasets stay what they are."""
    realize([each for each in components if isinstance(each, Node)])
    return [each.value if isinstance(each, Node) else each for each in components]
