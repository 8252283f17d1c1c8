"""Elements made or chosen by functions of the user: map, filter, take_while, scan, and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from glassbrook.data.blocks import Block
from glassbrook.data.functions import (
    ElementFunction,
    as_value,
    components_of,
    compute,
    element_value,
)
from glassbrook.data.plans.plan import UNKNOWN, ElementStream, Plan, Stream, Transformation, collect
from glassbrook.data.probing import result_spec
from glassbrook.data.structure import Form
from glassbrook.engine.repeats import Repeats
from glassbrook.errors import DTypeError, InvalidArgumentError

__all__ = ["FilterPlan", "FunctionPlan", "MapPlan", "ScanPlan", "TakeWhilePlan", "UniquePlan"]

_MOST_CALLS = 64
"""How many elements to compute together."""

Nest = Callable[[Plan], Any]


class FunctionPlan(Transformation):
    """What a function makes of the elements of another dataset."""

    method: str

    def __init__(self, source: Plan, function: Callable[..., Any]) -> None:
        super().__init__(source)
        form = source.form if source.spec_is_known else None
        self.function: Final = ElementFunction(self.method, function, form)

    @property
    def runs_functions(self) -> bool:
        """The function runs."""
        return True


class MapPlan(FunctionPlan):
    """The results of a function.

    Args:
        source: what to call it with.
        function: the function.
        nest: makes a dataset of a plan.
        shown_name: how to show the dataset.
        spec: what the function returns, if that is known; else it is tried out.
    """

    method = "map"

    def __init__(
        self,
        source: Plan,
        function: Callable[..., Any],
        nest: Nest,
        shown_name: str = "_MapDataset",
        spec: Any = None,
    ) -> None:
        super().__init__(source, function)
        self.nest: Final = nest
        self.shown_name = shown_name
        self._spec_found = spec

    @property
    def spec_is_known(self) -> bool:
        """Only after the function was tried out."""
        return self._spec_found is not None

    def find_spec(self) -> Any:
        """Try the function out."""
        return result_spec(self.source, self.function, self.method, self.nest)

    def stream(self) -> Stream:
        """Call the function for every element that is asked for."""
        return _MapStream(self.source.stream(), self.function)


class _MapStream(Stream):
    def __init__(self, source: Stream, function: ElementFunction) -> None:
        self._source = source
        self._function = function
        self._repeats = Repeats()

    def pull(self, most: int) -> Block | None:
        block = self._source.pull(min(most, _MOST_CALLS))
        if block is None:
            return None
        results = []
        for element in block.elements():
            # What the function draws depends on the iteration alone, wherever it runs.
            with self._repeats.running():
                results.append(self._function.components(block.form, element))
        # All together: one run of the engine computes what all calls left pending.
        values = iter(compute([each for _, components in results for each in components]))
        return collect([(form, [next(values) for _ in components]) for form, components in results])


class FilterPlan(FunctionPlan):
    """The elements for which a function returns true."""

    method = "filter"
    shown_name = "_FilterDataset"

    def cardinality(self) -> int:
        """Not known."""
        return UNKNOWN

    def stream(self) -> Stream:
        """Ask the function about every element."""
        return _FilterStream(self.source.stream(), self.function, self.method)


class TakeWhilePlan(FilterPlan):
    """The elements before the first one for which a function returns false."""

    method = "take_while"
    shown_name = "_TakeWhileDataset"

    def stream(self) -> Stream:
        """Ask the function until it says no."""
        return _TakeWhileStream(self.source.stream(), self.function, self.method)


class _FilterStream(Stream):
    def __init__(self, source: Stream, function: ElementFunction, method: str) -> None:
        self._source = source
        self._function = function
        self._method = method
        self._ended = False

    def pull(self, most: int) -> Block | None:
        while not self._ended:
            block = self._source.pull(min(most, _MOST_CALLS))
            if block is None:
                return None
            chosen = self._choose(self._verdicts(block))
            if len(chosen):
                return block.select(chosen)
        return None

    def _verdicts(self, block: Block) -> list[bool]:
        nodes = []
        for element in block.elements():
            result = self._function.of(block.form, element)
            form, components = components_of(result, self._method)
            node = components[0]
            if form.count != 1 or form.unpacks or node.shape or not node.dtype.is_bool:
                raise DTypeError(
                    f"Dataset.{self._method}: Invalid `predicate`. `predicate` must return a "
                    f"`tf.bool` scalar tensor, but it returned {result!r:.200}. Compare: "
                    "lambda x: x > 0, or reduce several answers to one: tf.reduce_all(x > 0)."
                )
            nodes.append(node)
        return [bool(verdict) for verdict in compute(nodes)]

    def _choose(self, verdicts: list[bool]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.flatnonzero(verdicts)


class _TakeWhileStream(_FilterStream):
    def _choose(self, verdicts: list[bool]) -> np.ndarray[Any, np.dtype[np.int64]]:
        self._ended = False in verdicts
        return np.arange(verdicts.index(False) if self._ended else len(verdicts))


class ScanPlan(Transformation):
    """The outputs of a function of a running state and an element."""

    shown_name = "_ScanDataset"

    def __init__(self, source: Plan, state: Any, function: Callable[..., Any], nest: Nest) -> None:
        super().__init__(source)
        self.state: Final = state
        self.function: Final = ElementFunction("scan", function, _PAIR)
        self.nest: Final = nest

    @property
    def runs_functions(self) -> bool:
        """The function runs."""
        return True

    @property
    def spec_is_known(self) -> bool:
        """Only after the function was tried out."""
        return self._spec_found is not None

    def find_spec(self) -> Any:
        """Try the function out with the first state."""

        def call(value: Any, form: Form) -> Any:
            return self.step(self.state, value)[1]

        return result_spec(self.source, call, "scan", self.nest)

    def step(self, state: Any, value: Any) -> tuple[Any, Any]:
        """The next state, and the output, for one element."""
        result = self.function((state, value), _PAIR)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise InvalidArgumentError(
                "Dataset.scan: the function has to return two things, the new state and the "
                f"output, but it returned {result!r:.200}."
            )
        return result[0], result[1]

    def stream(self) -> Stream:
        """Begin with the initial state."""
        return _ScanStream(self)


_PAIR: Final = Form.of((0, 0))


class _ScanStream(ElementStream):
    def __init__(self, plan: ScanPlan) -> None:
        self._plan = plan
        self._source = plan.source.stream()
        self._state = plan.state

    def next_element(self) -> tuple[Form, list[Any]] | None:
        block = self._source.pull(1)
        if block is None:
            return None
        value = element_value(block.form, block.elements()[0])
        state, output = self._plan.step(self._state, value)
        state_form, states = components_of(state, "scan")
        form, components = components_of(output, "scan")
        computed = compute([*states, *components])
        self._state = state_form.pack(map(as_value, computed[: len(states)]))
        return form, computed[len(states) :]


class UniquePlan(Transformation):
    """Every element the first time it appears."""

    shown_name = "_UniqueDataset"

    def cardinality(self) -> int:
        """Not known."""
        return UNKNOWN

    def stream(self) -> Stream:
        """Remember what was seen."""
        return _UniqueStream(self.source.stream())


class _UniqueStream(Stream):
    def __init__(self, source: Stream) -> None:
        self._source = source
        self._seen: set[Any] = set()

    def pull(self, most: int) -> Block | None:
        while (block := self._source.pull(most)) is not None:
            new = [n for n, each in enumerate(block.elements()) if self._is_new(each)]
            if new:
                return block.select(np.asarray(new))
        return None

    def _is_new(self, element: tuple[Any, ...]) -> bool:
        key = tuple((each.shape, tuple(each.ravel().tolist())) for each in element)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new
