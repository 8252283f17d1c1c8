"""A function whose gradients are checked: called again and again, from the same state."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from glassbrook.dtypes import DType
from glassbrook.engine import realize
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph.node import Array, Node
from glassbrook.ops.arguments import node_value
from glassbrook.ops.wide_graph import WideGraph
from glassbrook.tensor import Tensor, Variable, constant, nest, recording
from glassbrook.tensor.convert import has_node

__all__ = ["CheckedFunction", "Outputs", "Source", "values_of"]

Outputs = Callable[[Sequence[Any]], list[Tensor]]
"""The results that can be differentiated, of the leaves of all arguments."""


def values_of(tensors: Sequence[Tensor]) -> list[Array]:
    """The values of tensors, computed together."""
    realize([each.node for each in tensors])
    return [node_value(each.node) for each in tensors]


@dataclass(frozen=True)
class Source:
    """An input, or a variable, whose gradient is checked.

    Attributes:
        name: how to call it in a report.
        value: its value.
        dtype: its dtype.
        place: which leaf of the arguments it is; `None` for a variable that is no argument.
        variable: the variable, if it is one.
    """

    name: str
    value: Array
    dtype: DType
    place: int | None = None
    variable: Variable | None = None


class _Reads:
    """A recorder that notes variables that are read, and what was in them."""

    def __init__(self) -> None:
        self.versions: dict[int, tuple[Variable, Node]] = {}

    def variable_read(self, variable: Variable, node: Node) -> None:
        self.note(variable)

    def left_graph(self, node: Node) -> None:
        """Values may leave: tapes tell what that does to gradients."""

    def note(self, variable: Variable) -> None:
        self.versions.setdefault(id(variable), (variable, variable.stored_node()))


class CheckedFunction:
    """A function with its arguments; entered, it puts all variables back at the end.

    Args:
        function: what is checked.
        inputs: a list or tuple of arguments, or the only argument.
        variables: the variables to check; `None` finds them.

    Attributes:
        leaves: the tensors and variables of all arguments.
        sources: what can be checked.
        integers: the inputs that cannot, as they are not floating.
    """

    def __init__(
        self, function: Callable[..., Any], inputs: Any, variables: Sequence[Variable] | None
    ) -> None:
        self._call = function
        arguments = _arguments_of(function, inputs)
        self._arguments = arguments
        self.leaves = [
            each if isinstance(each, Variable) else constant(each)
            for each in nest.flatten(arguments)
        ]
        self._given = variables
        self._reads = _Reads()
        self._narrowest: dict[int, float] = {}
        names = _names(function, arguments)
        inputs_found = [
            _source(name, leaf, place) for place, (name, leaf) in enumerate(zip(names, self.leaves))
        ]
        self.sources = [each for each in inputs_found if each.dtype.is_floating]
        self.integers = [each for each in inputs_found if not each.dtype.is_floating]

    def __enter__(self) -> Self:
        for variable in self._held_variables():
            self._reads.note(variable)
        try:
            self._begin()
        except BaseException:
            self.restore()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.restore()

    def _held_variables(self) -> list[Variable]:
        held = [each for each in self.leaves if isinstance(each, Variable)]
        held += getattr(self._call, "variables", None) or ()
        return [*held, *(self._given or ())]

    def _begin(self) -> None:
        """Call the function once, so that layers make their weights; find variables."""
        results = self._called(self.leaves)
        known = {id(each.variable) for each in self.sources}
        read = [variable for variable, _ in self._reads.versions.values() if variable.trainable]
        found = [*(getattr(self._call, "trainable_variables", None) or ()), *read]
        for variable in found if self._given is None else self._given:
            if id(variable) not in known and variable.dtype.is_floating:
                known.add(id(variable))
                self._reads.note(variable)
                self.sources.append(_source(variable.path, variable, None))
        self._require_sources()
        values = values_of(_floating(results))
        self.restore()
        self._note_precision()
        _require_finite(values)
        self.restore()
        self._require_same(values, values_of(self.outputs(self.leaves)))
        self.restore()

    def _require_sources(self) -> None:
        if not self.sources:
            names = ", ".join(f"{each.name} of {each.dtype.name}" for each in self.integers)
            raise DTypeError(
                f"check_gradients: got {names or 'no input'}, and no trainable variable; expected "
                "something of a floating-point dtype to differentiate by. Make it a float: "
                "tf.constant(3.0), or tf.cast(x, tf.float32)."
            )

    def graph(self, outputs: Outputs) -> WideGraph:
        """The graph of some results, from which they can be computed in float64."""

        def nodes() -> list[Node]:
            return [
                each.stored_node() if isinstance(each, Variable) else each.node
                for each in self.held(self.leaves)
            ]

        return WideGraph(lambda: outputs(self.leaves), nodes)

    def _note_precision(self) -> None:
        """Find the coarsest floating type between each source and the results."""
        graph = self.graph(self.outputs)
        for source, node in zip(self.sources, graph.sources, strict=True):
            types = {source.dtype, *(each.dtype for each in graph.results)}
            types |= {each.dtype for each in graph.between(node) if each.dtype.numpy.kind == "f"}
            self._narrowest[id(source)] = max(map(_epsilon, types))

    def _require_same(self, first: Sequence[Array], second: Sequence[Array]) -> None:
        for place, (one, other) in enumerate(zip(first, second, strict=True)):
            # The engines may differ in the last bits.
            slack = 1000 * np.finfo(one.dtype).eps * (np.abs(one).max() if one.size else 0.0)
            if one.shape != other.shape or (np.abs(one - other) > slack).any():
                raise InvalidArgumentError(
                    f"check_gradients: fn gives different values for equal inputs (result {place} "
                    "differs from one call to the next), so differences mean nothing. Dropout and "
                    "random numbers do that: call layers with training=False, or draw with "
                    "tf.random.stateless_uniform(shape, seed=(1, 2))."
                )

    def outputs(self, leaves: Sequence[Any]) -> list[Tensor]:
        """The floating-point results of a call.

        Raises:
            InvalidArgumentError: there are none.
        """
        return _floating(self._called(leaves))

    def _called(self, leaves: Sequence[Any]) -> list[Any]:
        """All leaves of what a call returns."""
        recording.start(self._reads)
        try:
            return nest.flatten(self._call(*nest.pack_like(self._arguments, leaves)))
        finally:
            recording.stop(self._reads)

    def held(self, leaves: Sequence[Any]) -> list[Any]:
        """The tensors and variables among `leaves`, and besides, that are checked."""
        return [
            source.variable if source.place is None else leaves[source.place]
            for source in self.sources
        ]

    def epsilon(self, source: Source) -> float:
        """The relative rounding error of what is computed from a source."""
        return self._narrowest[id(source)]

    def results(self, outputs: Outputs, source: Source, moved: Array) -> list[Array]:
        """The values of some results with another value of one source, in float64."""
        leaves = list(self.leaves)
        try:
            if source.variable is not None:
                source.variable.assign(moved)
            else:
                assert source.place is not None
                leaves[source.place] = constant(moved)
            return [each.astype(np.float64) for each in values_of(outputs(leaves))]
        except Exception as error:
            error.add_note(f"while check_gradients called fn with {source.name} moved a little")
            raise
        finally:
            self.restore()

    def restore(self) -> None:
        """Put back into all variables what was in them."""
        for variable, node in self._reads.versions.values():
            if variable.stored_node() is not node:
                variable.store_node(node)


def _floating(results: Sequence[Any]) -> list[Tensor]:
    """The floating-point tensors among results; there must be one."""
    found = [
        each if isinstance(each, Tensor) else each.value()
        for each in results
        if has_node(each) and each.dtype.is_floating
    ]
    if not found:
        kinds = ", ".join(
            f"a tensor of {each.dtype.name}" if has_node(each) else type(each).__name__
            for each in results
        )
        raise InvalidArgumentError(
            f"check_gradients: fn returned {kinds or 'an empty structure'}, expected a tensor "
            "of a floating-point dtype, or a structure of them. Arrays and Python numbers have "
            "no gradient: compute with tf functions, and return what they give."
        )
    return found


def _require_finite(values: Sequence[Array]) -> None:
    for place, value in enumerate(values):
        if not np.isfinite(value).all():
            index = tuple(int(each) for each in np.argwhere(~np.isfinite(value))[0])
            raise InvalidArgumentError(
                f"check_gradients: result {place} of fn is {value[index]} at {index}, so it has no "
                "slope there. Give inputs at which fn is finite; tf.debugging.enable_check_numerics"
                "() names the operation that made it."
            )


def _epsilon(dtype: DType) -> float:
    return float(np.finfo(dtype.numpy).eps)


def _source(name: str, leaf: Any, place: int | None) -> Source:
    variable = leaf if isinstance(leaf, Variable) else None
    if variable is not None:
        variable.settle()
        node = variable.stored_node()
    else:
        node = leaf.node
    value = node_value(node)
    if value.size == 0:
        raise InvalidArgumentError(
            f"check_gradients: {name} has shape {value.shape}, without a single element. Give "
            "every axis at least one."
        )
    return Source(name, value.copy(), node.dtype, place, variable)


def _arguments_of(function: Callable[..., Any], inputs: Any) -> list[Any]:
    """The arguments: of a function of one, bare numbers in a list are the elements of that one."""
    if not isinstance(inputs, list | tuple):
        return [inputs]
    needed = [each for each in _parameters(function) if each.default is each.empty]
    if len(inputs) > len(needed) == 1 and all(isinstance(each, int | float) for each in inputs):
        return [constant(inputs)]
    return list(inputs)


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    # What is called of a layer takes anything; its `call` names the inputs.
    called = getattr(function, "call", function)
    try:
        found = inspect.signature(called).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        each for each in found if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]


def _names(function: Callable[..., Any], arguments: Sequence[Any]) -> list[str]:
    """The name of each leaf: that of the parameter, and the place inside of the argument."""
    parameters = [each.name for each in _parameters(function)]
    names: list[str] = []
    for place, argument in enumerate(arguments):
        name = parameters[place] if place < len(parameters) else f"inputs[{place}]"
        names += _names_inside(name, argument)
    return names


def _names_inside(name: str, argument: Any) -> list[str]:
    if isinstance(argument, Variable):
        return [argument.path]
    if not nest.is_nested(argument):
        return [name]
    keys: list[Any] = list(range(len(argument)))
    if isinstance(argument, Mapping):
        found = {id(value): key for key, value in argument.items()}
        keys = [found[id(each)] for each in nest.children(argument)]
    return [
        leaf
        for key, child in zip(keys, nest.children(argument))
        for leaf in _names_inside(f"{name}[{key!r}]", child)
    ]
