"""What is remembered of a call of a layer or an operation on placeholders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import nest

__all__ = ["Arguments", "Call", "map_leaves", "placeholders_in"]


class Arguments(NamedTuple):
    """What a layer or an operation was called with."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Call:
    """One call of a layer or an operation on placeholders: a node of a functional model.

    Args:
        operation: what was called; the call is added to its `_inbound_nodes`.
        args: the positional arguments: nested structures with placeholders and anything else.
        kwargs: the arguments by name.
        outputs: what came out, a structure of placeholders that no other call has made.

    Attributes:
        operation: what was called.
        arguments: what it was called with.
        outputs: what came out.
        input_tensors: the placeholders among the arguments, in order.
        output_tensors: the placeholders that came out, in order.
        index: which of the calls of the operation it is.
    """

    def __init__(
        self, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any
    ) -> None:
        self.operation = operation
        self.arguments = Arguments(args, kwargs)
        self.outputs = outputs
        self.input_tensors = placeholders_in([list(args), kwargs])
        self.output_tensors: list[KerasTensor] = nest.flatten(outputs)
        calls: list[Call] = operation._inbound_nodes
        self.index = len(calls)
        calls.append(self)
        for position, each in enumerate(self.output_tensors):
            each._call, each._position = self, position

    @property
    def is_input(self) -> bool:
        """Whether it takes nothing: the place where data enter a model."""
        return not self.input_tensors

    @property
    def parent_nodes(self) -> list[Call]:
        """The calls that its inputs come from, each once."""
        found = [each._call for each in self.input_tensors if each._call is not None]
        return list({id(each): each for each in found}.values())

    def __repr__(self) -> str:
        return f"<Call {self.index} of {self.operation.name}>"


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    """`function` of all leaves of a structure, also of those within slices."""

    def apply(leaf: Any) -> Any:
        if isinstance(leaf, slice):
            return slice(*(function(each) for each in (leaf.start, leaf.stop, leaf.step)))
        return function(leaf)

    return nest.map_structure(apply, structure)


def placeholders_in(structure: Any) -> list[KerasTensor]:
    """The placeholders in a structure, in order; one that is there twice counts twice."""
    found: list[KerasTensor] = []

    def note(leaf: Any) -> Any:
        if isinstance(leaf, KerasTensor):
            found.append(leaf)
        return leaf

    map_leaves(note, structure)
    return found
