"""`Replay`: a traced function as a program that is called again and again.

All that can be prepared is prepared when the function has been traced. A call gathers arrays, runs
the program, and wraps what comes out.

Variables that the function assigns are updated in place where nobody else holds their value. Such
a variable gets a new version, which has no value yet, before its old one is looked at: from then
on nobody can come to hold the old value, and who finds the new version waits for the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.engine import programs
from glassbrook.engine.lock import lock
from glassbrook.engine.tracing import Closing, Supply, Trace, known_value
from glassbrook.graph.closed import ClosedGraph, Program
from glassbrook.graph.node import Array, Node, leaf
from glassbrook.tensor import nest
from glassbrook.tensor.tensor import Tensor
from glassbrook.tensor.variable import Variable

__all__ = ["Replay"]


class _Updated:
    """A variable that a program updates.

    Attributes:
        place: the number of the program's input.
        variable: the variable.
        spare: the node of its next version, which has no value yet.
    """

    __slots__ = ("place", "spare", "variable")

    def __init__(self, place: int, variable: Variable) -> None:
        self.place = place
        self.variable = variable
        self.spare = _version(variable)


def _version(variable: Variable) -> Node:
    """The node of a new version; its value comes from a program."""
    like = variable.stored_node()
    return Node("variable", (), {}, like.shape, like.dtype)


def _references() -> tuple[int, int]:
    """What `sys.getrefcount` says in `Replay._own` of a node and an array that nobody else has."""
    node = Node("variable", (), {}, (), dtypes.float32)
    node.value = np.zeros(())
    array = node.value
    return getrefcount(node), getrefcount(array)


_NODE_REFERENCES, _ARRAY_REFERENCES = _references()


_NOTHING: list[Tensor] = []
_SMALL = 1e-3


class Replay:
    """A function that has been traced, as a program and all that its calls need.

    Args:
        trace: what the function did.
        result: what it returned: a structure of tensors, variables and other values.

    Attributes:
        graph: the function as a graph.
        program: the graph, ready to run.
        variables: the variables that it reads or assigns.
        supplies: what Python works out for each call.
    """

    __slots__ = (
        "_arguments",
        "_dtypes",
        "_effects",
        "_on_variables",
        "_pack",
        "_reads",
        "_run",
        "_structure",
        "_supplies",
        "_template",
        "_updates",
        "graph",
        "program",
    )

    def __init__(self, trace: Trace, result: Any) -> None:
        self._structure, outputs = _outputs_of(result)
        effects = [(each.function, len(each.nodes)) for each in trace.effects]
        asked = [*outputs, *(node for each in trace.effects for node in each.nodes)]
        closing = Closing(trace.start)
        results = closing.close(asked)
        updates = []
        for state in trace.states.values():
            if state.assigned:
                place = closing.input(state.input).attrs["index"]
                updates.append((place, closing.close([state.node])[0]))
        self.graph = ClosedGraph(tuple(closing.inputs), results, tuple(updates))
        self.program: Program = programs.make(self.graph)
        self._dtypes = [node.dtype for node in outputs]
        self._run = self.program.run
        self._effects = effects
        self._pack = _packer(self._structure, len(outputs))
        self._connect(trace, closing.sources)

    def _connect(self, trace: Trace, sources: Sequence[Node]) -> None:
        """Find out where each input of the program comes from."""
        places = {node: place for place, node in enumerate(sources)}
        self._template: list[Any] = [None] * len(sources)
        self._arguments = [
            (places.pop(node), position)
            for position, node in enumerate(trace.arguments)
            if node in places
        ]
        self._reads: list[tuple[int, Variable]] = []
        self._updates: list[_Updated] = []
        for state in trace.states.values():
            variable: Any = state.owner
            if state.input in places:
                place = places.pop(state.input)
                if state.assigned:
                    self._updates.append(_Updated(place, variable))
                else:
                    self._reads.append((place, variable))
        self._supplies: list[tuple[Supply, list[tuple[int, int]]]] = []
        for supply in trace.supplies:
            used = [(places.pop(n), i) for i, n in enumerate(supply.nodes) if n in places]
            # One that is not used is called too: the next seeds must not depend on its use.
            self._supplies.append((supply, used))
        for node, place in places.items():
            self._template[place] = known_value(node)
        self._on_variables = bool(self._reads or self._updates)

    @property
    def variables(self) -> list[Variable]:
        """The variables that the function reads or assigns."""
        return [
            *(variable for _, variable in self._reads),
            *(each.variable for each in self._updates),
        ]

    @property
    def captured(self) -> list[Any]:
        """The variables, and the arrays of tensors from outside of the function."""
        return [*self.variables, *(each for each in self._template if each is not None)]

    @property
    def structure(self) -> Any:
        """The structure of the results, with the number of the output in place of each tensor."""
        return self._structure

    def __call__(self, nodes: Sequence[Node]) -> Any:
        """Call the function.

        Args:
            nodes: those of the tensors among its arguments, in order.

        Returns:
            What the function returned when it was traced, with new tensors.
        """
        arrays = self._template.copy()
        for place, position in self._arguments:
            node = nodes[position]
            value = node.value
            arrays[place] = known_value(node) if value is None else value
        if self._on_variables:
            outputs = self._run_on_variables(arrays)
        else:
            if self._supplies:
                self._supply(arrays)
            outputs = self._run(arrays)
        if self._effects:
            self._do_effects(outputs[len(self._dtypes) :])
        if not self._dtypes:
            return self._pack(_NOTHING)
        return self._pack(
            [Tensor(leaf(array, dtype)) for array, dtype in zip(outputs, self._dtypes)]
        )

    def _supply(self, arrays: list[Any]) -> None:
        for supply, used in self._supplies:
            values = supply.function(0)
            for place, index in used:
                arrays[place] = values[index]

    def _run_on_variables(self, arrays: list[Any]) -> list[Array]:
        with lock:
            for place, variable in self._reads:
                value = variable._node.value
                if value is None:
                    variable.settle()
                    value = variable._node.value
                arrays[place] = value
            if self._supplies:
                self._supply(arrays)
            if not self._updates:
                return self._run(arrays)
            owned: list[tuple[Node, Array]] = []
            try:
                self._own(arrays, owned)
                return self._run(arrays)
            finally:
                for node, array in owned:
                    node.value = array

    def _own(self, arrays: list[Any], owned: list[tuple[Node, Array]]) -> None:
        """Put arrays that are nobody else's into the places of the variables to update."""
        for update in self._updates:
            variable = update.variable
            node = variable._node
            array: Any = node.value
            if array is None:
                variable.settle()
                node = variable._node
                array = node.value
            spare = update.spare
            variable._node = spare
            if (
                getrefcount(node) == _NODE_REFERENCES
                and getrefcount(array) == _ARRAY_REFERENCES
                and array.base is None
                and array.flags.carray
                and not node.inputs
            ):
                node.value = None
                update.spare = node
            else:
                array = array.copy()
                update.spare = _version(variable)
            owned.append((spare, array))
            arrays[update.place] = array

    def _do_effects(self, values: Sequence[Array]) -> None:
        start = 0
        for function, count in self._effects:
            function(*values[start : start + count])
            start += count

    def repeat(self, arguments: Sequence[Array], strides: Sequence[int], steps: int) -> Any:
        """Call the function `steps` times in one run of the program.

        Args:
            arguments: one array for each tensor among the arguments, in order; with a stride, it
                has a first axis of at least `steps` more.
            strides: for each of them, how many bytes further the next call's begins; 0 if all
                calls get the same.
            steps: how many calls, at least 1. Effects are left out; `has_effects` tells.

        Returns:
            What the last call returns.
        """
        arrays = self._template.copy()
        moves = [0] * len(arrays)
        for place, position in self._arguments:
            arrays[place] = arguments[position]
            moves[place] = strides[position]
        with lock:
            for place, variable in self._reads:
                variable.settle()
                arrays[place] = variable._node.value
            self._supply_ahead(arrays, moves, steps)
            owned: list[tuple[Node, Array]] = []
            try:
                self._own(arrays, owned)
                outputs = self.program.repeat(arrays, moves, steps)
            finally:
                for node, array in owned:
                    node.value = array
        return self._pack(
            [Tensor(leaf(array, dtype)) for array, dtype in zip(outputs, self._dtypes)]
        )

    def _supply_ahead(self, arrays: list[Any], moves: list[int], steps: int) -> None:
        """What is supplied to each of the next calls, stacked along a first axis."""
        per_step = [
            [supply.function(step) for supply, _ in self._supplies] for step in range(steps)
        ]
        for number, (_, used) in enumerate(self._supplies):
            for place, index in used:
                stacked = np.stack([values[number][index] for values in per_step])
                arrays[place] = stacked
                moves[place] = stacked.strides[0]

    def example(self, nodes: Sequence[Node]) -> list[Array]:
        """Arrays such as a call passes to the program, in memory of their own.

        What Python works out for each call, such as seeds, is not asked for, as that would count:
        small numbers take its place.

        Args:
            nodes: those of the tensors among the arguments, in order.
        """
        arrays = self._template.copy()
        for place, position in self._arguments:
            arrays[place] = known_value(nodes[position])
        states = [*self._reads, *((each.place, each.variable) for each in self._updates)]
        with lock:
            for place, variable in states:
                variable.settle()
                arrays[place] = variable._node.value
            return [
                np.full(node.shape, _SMALL, node.dtype.numpy)
                if array is None
                else np.array(array, order="C")
                for node, array in zip(self.graph.inputs, arrays, strict=True)
            ]

    @property
    def has_effects(self) -> bool:
        """Whether something is to be done after each call, such as printing."""
        return bool(self._effects)


class _Output(int):
    """Stands in a structure for an output of the program: its number."""


def _outputs_of(result: Any) -> tuple[Any, list[Node]]:
    """A result with the number of an output in place of each tensor, and the outputs' nodes."""
    nodes: list[Node] = []
    leaves: list[Any] = []
    for each in nest.flatten(result):
        if isinstance(each, Tensor | Variable):
            leaves.append(_Output(len(nodes)))
            nodes.append(each.node)
        else:
            leaves.append(each)
    return nest.pack_like(result, leaves), nodes


def _packer(structure: Any, count: int) -> Callable[[list[Tensor]], Any]:
    """The function that puts tensors into the places of a structure."""
    if structure is None:
        return lambda tensors: None
    if isinstance(structure, _Output):
        return lambda tensors: tensors[0]
    leaves = nest.flatten(structure)
    if len(leaves) == count and all(isinstance(each, _Output) for each in leaves):
        flat = not any(map(nest.is_nested, structure))
        if flat and type(structure) is tuple:
            return tuple
        if flat and type(structure) is list:
            return lambda tensors: tensors
        return lambda tensors: nest.pack_like(structure, tensors)

    def pack(tensors: list[Tensor]) -> Any:
        filled = [tensors[each] if isinstance(each, _Output) else each for each in leaves]
        return nest.pack_like(structure, filled)

    return pack
