"""Datasets made from several: one per element, or several that take turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from glassbrook.data.blocks import Block
from glassbrook.data.functions import ElementFunction, plan_of
from glassbrook.data.plans.mapping import FunctionPlan, Nest
from glassbrook.data.plans.plan import INFINITE, UNKNOWN, Plan, Stream
from glassbrook.data.plans.sources import rows_of_arrays
from glassbrook.data.probing import result_spec
from glassbrook.data.seeds import Seeds, Words
from glassbrook.data.spec import DatasetSpec, common_spec
from glassbrook.data.structure import ALONE
from glassbrook.engine.box_muller import uniform_float64
from glassbrook.engine.philox import scrambled_blocks
from glassbrook.errors import DTypeError, OutOfRangeError

__all__ = ["ChoicePlan", "FlatMapPlan", "InterleavePlan", "SamplePlan"]


class FlatMapPlan(FunctionPlan):
    """The elements of the datasets that a function returns, one dataset after the other."""

    method = "flat_map"
    shown_name = "_FlatMapDataset"

    def __init__(self, source: Plan, function: Callable[..., Any], nest: Nest) -> None:
        super().__init__(source, function)
        self.nest: Final = nest

    @property
    def spec_is_known(self) -> bool:
        """Only after the function was tried out."""
        return self._spec_found is not None

    def find_spec(self) -> Any:
        """Try the function out.

        Raises:
            TypeError: it does not return datasets.
        """
        spec = result_spec(self.source, self.function, self.method, self.nest)
        if not isinstance(spec, DatasetSpec):
            raise TypeError(
                f"Dataset.{self.method}: the function has to return a `Dataset` object, but it "
                f"returned {spec}. Use Dataset.map for functions that return tensors."
            )
        return spec.element_spec

    def cardinality(self) -> int:
        """Not known."""
        return UNKNOWN

    def stream(self) -> Stream:
        """Call the function whenever a dataset has ended."""
        return _FlatMapStream(_Datasets(self))


class _Datasets:
    """The streams of the datasets that a function returns."""

    def __init__(self, plan: FlatMapPlan) -> None:
        self._source = plan.source.stream()
        self._function: ElementFunction = plan.function

    def next(self) -> Stream | None:
        block = self._source.pull(1)
        if block is None:
            return None
        result = self._function.of(block.form, block.elements()[0])
        return plan_of(result, self._function.method).stream()


class _FlatMapStream(Stream):
    def __init__(self, datasets: _Datasets) -> None:
        self._datasets = datasets
        self._inner: Stream | None = None
        self._ended = False

    def pull(self, most: int) -> Block | None:
        while not self._ended:
            if self._inner is None:
                self._inner = self._datasets.next()
                self._ended = self._inner is None
                continue
            block = self._inner.pull(most)
            if block is not None:
                return block
            self._inner = None
        return None


class InterleavePlan(FlatMapPlan):
    """The elements of the datasets that a function returns, several datasets taking turns.

    Args:
        source: what the function is called with.
        function: returns a dataset.
        nest: makes a dataset of a plan.
        cycle_length: how many datasets are open at a time.
        block_length: how many elements one gives before it is the next one's turn.
        shown_name: how to show the dataset.
    """

    method = "interleave"

    def __init__(
        self,
        source: Plan,
        function: Callable[..., Any],
        nest: Nest,
        cycle_length: int,
        block_length: int,
        shown_name: str,
    ) -> None:
        super().__init__(source, function, nest)
        self.cycle_length: Final = cycle_length
        self.block_length: Final = block_length
        self.shown_name = shown_name

    def stream(self) -> Stream:
        """Open the first datasets when elements are asked for."""
        return _InterleaveStream(self)


class _InterleaveStream(Stream):
    def __init__(self, plan: InterleavePlan) -> None:
        self._datasets = _Datasets(plan)
        self._block_length = plan.block_length
        self._open: list[Stream | None] = [None] * plan.cycle_length
        self._turn = 0
        self._given = 0
        self._ended = False

    def pull(self, most: int) -> Block | None:
        while not self._ended or any(self._open):
            inner = self._open[self._turn]
            if inner is None and not self._ended:
                inner = self._open[self._turn] = self._datasets.next()
                self._ended = inner is None
            if inner is None:
                self._next_turn()
                continue
            block = inner.pull(min(most, self._block_length - self._given))
            if block is None:
                self._open[self._turn] = None
                self._next_turn()
                continue
            self._given += block.length
            if self._given == self._block_length:
                self._next_turn()
            return block
        return None

    def _next_turn(self) -> None:
        self._turn = (self._turn + 1) % len(self._open)
        self._given = 0


class ChoicePlan(Plan):
    """Elements of several datasets, in an order that another dataset of numbers gives.

    Args:
        choices: which dataset the next element is taken from.
        plans: the datasets.
        stop_on_empty: whether the end of one of them is the end of all.
    """

    shown_name = "_DirectedInterleaveDataset"

    def __init__(self, choices: Plan, plans: Sequence[Plan], stop_on_empty: bool) -> None:
        self.choices: Final = choices
        self.plans: Final = tuple(plans)
        self.stop_on_empty: Final = stop_on_empty
        self.inputs = (choices, *plans)

    def find_spec(self) -> Any:
        """What all have in common.

        Raises:
            DTypeError: they cannot stand in one dataset.
        """
        return _spec_of_all(self.plans)

    def cardinality(self) -> int:
        """Not known."""
        return UNKNOWN

    def stream(self) -> Stream:
        """Read from all."""
        return _ChoiceStream(self)


def _spec_of_all(plans: Sequence[Plan]) -> Any:
    common = plans[0].spec
    for plan in plans[1:]:
        common = common_spec(common, plan.spec)
        if common is None:
            raise DTypeError(
                "The elements of the datasets to choose from do not fit together: "
                f"{plans[0].spec} and {plan.spec}. Convert them with Dataset.map."
            )
    return common


class _ChoiceStream(Stream):
    def __init__(self, plan: ChoicePlan) -> None:
        self._choices = plan.choices.stream()
        self._streams: list[Stream | None] = [each.stream() for each in plan.plans]
        self._stop_on_empty = plan.stop_on_empty
        self._ended = False

    def pull(self, most: int) -> Block | None:
        while not self._ended and any(self._streams):
            block = self._choices.pull(1)
            if block is None:
                break
            number = int(block.elements()[0][0])
            if not 0 <= number < len(self._streams):
                raise OutOfRangeError(
                    f"Dataset.choose_from_datasets: the choice {number} is not the number of one "
                    f"of the {len(self._streams)} datasets, which are numbered from 0."
                )
            stream = self._streams[number]
            block = None if stream is None else stream.pull(1)
            if block is not None:
                return block
            self._streams[number] = None
            self._ended = self._stop_on_empty
        self._ended = True
        return None


class SamplePlan(ChoicePlan):
    """Elements of several datasets, chosen at random.

    Args:
        weights: how often to choose each dataset; only their proportions matter.
        plans: the datasets.
        stop_on_empty: whether the end of one of them is the end of all.
        seeds: random numbers for each iteration.
    """

    def __init__(
        self, weights: Sequence[float], plans: Sequence[Plan], stop_on_empty: bool, seeds: Seeds
    ) -> None:
        # One that is never chosen would never end.
        chosen = [place for place, weight in enumerate(weights) if weight > 0]
        choices = _RandomChoices([weights[place] for place in chosen], seeds)
        super().__init__(choices, [plans[place] for place in chosen], stop_on_empty)


class _RandomChoices(Plan):
    """Endless random numbers from 0 to the number of weights, without it."""

    shown_name = "_RandomDataset"

    def __init__(self, weights: Sequence[float], seeds: Seeds) -> None:
        # As TensorFlow rounds them: the logarithms in float32, what they stand for in float64.
        logarithms = np.full(len(weights), -np.inf, np.float32)
        np.log(np.array(weights, np.float32), out=logarithms, where=np.array(weights) > 0)
        self._limits = np.cumsum(np.exp(logarithms.astype(np.float64) - logarithms.max()))
        self._seeds = seeds

    def find_spec(self) -> Any:
        """A scalar."""
        raise NotImplementedError("Nobody asks for the spec of random choices.")

    @property
    def spec_is_known(self) -> bool:
        """It does not matter to anyone."""
        return True

    def cardinality(self) -> int:
        """Endless."""
        return INFINITE

    def stream(self) -> Stream:
        """Begin with new random numbers."""
        return _RandomChoiceStream(self._limits, self._seeds.words())


class _RandomChoiceStream(Stream):
    def __init__(self, limits: Any, words: Words) -> None:
        self._limits = limits
        self._words = words

    def pull(self, most: int) -> Block | None:
        # Two words are the seed of a choice.
        seeds = self._words.take(2 * most).astype(np.uint64)
        drawn = uniform_float64(scrambled_blocks(seeds[0::2], seeds[1::2]).reshape(-1))[0::2]
        chosen = np.searchsorted(self._limits, drawn * self._limits[-1], "right")
        return rows_of_arrays(ALONE, [chosen])
