"""`Network`: the calls of a functional model, in an order in which they can be run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from glassbrook.keras.layers.base import Layer
from glassbrook.keras.symbolic.calls import Call
from glassbrook.keras.symbolic.order import ordered
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.tensor import nest

__all__ = ["Network"]

_Reader = Callable[[list[Any]], Any]


class _Step:
    """One call: where its arguments are found, and where its outputs go.

    Attributes:
        operation: what is called.
        source: the place of its only argument, if that is a tensor; else `None`.
        target: the place of its only output, if that is no structure; else `None`.
        spent: places of values that nobody needs afterwards.
    """

    __slots__ = (
        "args",
        "kwargs",
        "operation",
        "source",
        "spent",
        "takes_training",
        "target",
        "targets",
    )

    def __init__(self, call: Call, places: Mapping[int, int]) -> None:
        self.operation = call.operation
        args, kwargs = call.arguments
        lone = len(args) == 1 and not kwargs and isinstance(args[0], KerasTensor)
        self.source = places[id(args[0])] if lone else None
        self.args = [_reader(each, places) for each in args]
        self.kwargs = {key: _reader(each, places) for key, each in kwargs.items()}
        # What was said when the model was made holds, whatever is said when it is called.
        self.takes_training = isinstance(call.operation, Layer) and kwargs.get("training") is None
        self.targets = [places[id(each)] for each in call.output_tensors]
        self.target = None if nest.is_nested(call.outputs) else self.targets[0]
        self.spent: tuple[int, ...] = ()

    def run(self, values: list[Any], training: Any) -> None:
        """Make the call."""
        if self.source is not None:
            if self.takes_training:
                result = self.operation(values[self.source], training=training)
            else:
                result = self.operation(values[self.source])
        else:
            args = [read(values) for read in self.args]
            kwargs = {key: read(values) for key, read in self.kwargs.items()}
            if self.takes_training:
                kwargs["training"] = training
            result = self.operation(*args, **kwargs)
        if self.target is not None:
            values[self.target] = result
        else:
            for place, value in zip(self.targets, nest.flatten(result), strict=True):
                values[place] = value
        for place in self.spent:
            values[place] = None


def _reader(structure: Any, places: Mapping[int, int]) -> _Reader:
    """What gives an argument, in which placeholders are replaced by values."""
    if isinstance(structure, KerasTensor):
        place = places[id(structure)]
        return lambda values: values[place]
    if isinstance(structure, slice):
        bounds = [
            _reader(each, places) for each in (structure.start, structure.stop, structure.step)
        ]
        return lambda values: slice(*(read(values) for read in bounds))
    if isinstance(structure, Mapping):
        entries = {key: _reader(each, places) for key, each in structure.items()}
        return lambda values: {key: read(values) for key, read in entries.items()}
    if isinstance(structure, list | tuple):
        items = [_reader(each, places) for each in structure]
        if isinstance(structure, list):
            return lambda values: [read(values) for read in items]
        if hasattr(structure, "_fields"):
            return lambda values: type(structure)(*(read(values) for read in items))
        return lambda values: tuple([read(values) for read in items])
    return lambda values: structure


class Network:
    """What lies between the inputs and the outputs of a functional model.

    Args:
        inputs: the placeholders to begin at.
        outputs: the placeholders to end at.

    Attributes:
        by_depth: the calls by how many others follow them, greatest first.
        operations: the layers and operations, in the order of summaries.
        calls: all calls, each after those that it depends on.

    Raises:
        InvalidArgumentError: an output depends on something that is no input.
    """

    def __init__(self, inputs: list[KerasTensor], outputs: list[KerasTensor]) -> None:
        self.inputs, self.outputs = inputs, outputs
        found = ordered(inputs, outputs)
        self.by_depth, self.operations, self.calls = found.by_depth, found.operations, found.calls
        places: dict[int, int] = {}
        for each in inputs:
            places.setdefault(id(each), len(places))
        steps = []
        for call in self.calls:
            if call.is_input:
                continue
            for each in call.output_tensors:
                places.setdefault(id(each), len(places))
            steps.append(_Step(call, places))
        self._count = len(places)
        self._input_places = [places[id(each)] for each in inputs]
        self._output_places = [places[id(each)] for each in outputs]
        self._steps = steps
        self._forget_early(places)

    def _forget_early(self, places: Mapping[int, int]) -> None:
        """Let every step drop what no later one needs: a value that is held has to be computed."""
        kept = set(self._output_places)
        calls = [call for call in self.calls if not call.is_input]
        for call, step in zip(reversed(calls), reversed(self._steps), strict=True):
            used = {places[id(each)] for each in (*call.input_tensors, *call.output_tensors)}
            step.spent = tuple(used - kept)
            kept |= used

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order of summaries."""
        return [each for each in self.operations if isinstance(each, Layer)]

    def run(self, inputs: list[Any], training: Any = None) -> list[Any]:
        """The outputs for inputs: all calls, made anew with tensors."""
        values: list[Any] = [None] * self._count
        for place, value in zip(self._input_places, inputs, strict=True):
            values[place] = value
        for step in self._steps:
            step.run(values, training)
        return [values[place] for place in self._output_places]
