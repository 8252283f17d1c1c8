"""Elements put into groups by a key, and what a function makes of each group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from glassbrook.data.blocks import Block
from glassbrook.data.functions import ElementFunction, compute, element_value, plan_of
from glassbrook.data.plans.mapping import Nest
from glassbrook.data.plans.plan import UNKNOWN, Plan, Stream, Transformation
from glassbrook.data.plans.sources import MemoryPlan
from glassbrook.data.probing import result_spec
from glassbrook.data.spec import DatasetSpec, TensorSpec
from glassbrook.data.structure import ALONE, Form
from glassbrook.dtypes import int64
from glassbrook.errors import InvalidArgumentError, UsageError
from glassbrook.tensor import constant

__all__ = ["GroupPlan", "scalar_of"]

METHOD = "group_by_window"
_PAIR = Form.of((0, 0))


def scalar_of(function: ElementFunction, form: Form, element: Any) -> int:
    """The integer that a function of an element returns.

    Raises:
        InvalidArgumentError: it returns something else.
    """
    found, components = function.components(form, element)
    (value,) = compute(components) if found.count == 1 else [None]
    if value is None or getattr(value, "shape", None) != () or value.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"Dataset.{function.method}: the function has to return one integer for each element, "
            f"such as tf.cast(key, tf.int64), but it returned {value!r:.200}."
        )
    return int(value)


class GroupPlan(Transformation):
    """The elements of the datasets that a function makes of windows of elements of one key.

    Args:
        source: the elements.
        key: the key of an element, an integer.
        reduce: makes a dataset of a key and a dataset of elements.
        size: how many elements of a key are collected before `reduce` is called.
        nest: makes a dataset of a plan.
    """

    shown_name = "_GroupByWindowDataset"

    def __init__(
        self,
        source: Plan,
        key: Callable[..., Any],
        reduce: Callable[..., Any],
        size: Callable[[int], int],
        nest: Nest,
    ) -> None:
        super().__init__(source)
        form = source.form if source.spec_is_known else None
        self.key: Final = ElementFunction(METHOD, key, form)
        self.reduce: Final = ElementFunction(METHOD, reduce, _PAIR)
        self.size: Final = size
        self.nest: Final = nest

    @property
    def runs_functions(self) -> bool:
        """The functions run."""
        return True

    @property
    def spec_is_known(self) -> bool:
        """Only after the function was tried out."""
        return self._spec_found is not None

    def cardinality(self) -> int:
        """Not known."""
        return UNKNOWN

    def find_spec(self) -> Any:
        """Try `reduce` out.

        Raises:
            TypeError: it does not return datasets.
        """
        spec = result_spec(_FirstGroup(self), self.reduce, METHOD, self.nest)
        if not isinstance(spec, DatasetSpec):
            raise UsageError(
                f"Dataset.{METHOD}: reduce_func has to return a `Dataset` object, but it returned "
                f"{spec}. Write, say: lambda key, window: window.batch(4)."
            )
        return spec.element_spec

    def stream(self) -> Stream:
        """Read on until a window is full."""
        return _GroupStream(self)

    def window(self, form: Form, elements: list[Any]) -> Any:
        """The dataset of some elements."""
        block = Block.of_elements(form, elements)
        return self.nest(MemoryPlan(block, lambda: self.source.spec, "_VariantDataset"))


class _FirstGroup(Plan):
    """A key and a dataset of elements: what `reduce` is called with."""

    shown_name = "_VariantDataset"

    def __init__(self, plan: GroupPlan) -> None:
        self._plan = plan

    def find_spec(self) -> Any:
        return TensorSpec((), int64), DatasetSpec(self._plan.source.spec)

    def cardinality(self) -> int:
        return 1

    def stream(self) -> Stream:
        return _FirstGroupStream(self._plan)


class _FirstGroupStream(Stream):
    def __init__(self, plan: GroupPlan) -> None:
        self._plan = plan

    def pull(self, most: int) -> Block | None:
        block = self._plan.source.stream().pull(1)
        if block is None:
            return None
        (element,) = block.elements()
        key = scalar_of(self._plan.key, block.form, element)
        window = self._plan.window(block.form, [element])
        return Block.of_elements(_PAIR, [(constant(key, int64).numpy(), window)])


class _GroupStream(Stream):
    def __init__(self, plan: GroupPlan) -> None:
        self._plan = plan
        self._source = plan.source.stream()
        self._form = ALONE
        self._groups: dict[int, list[Any]] = {}
        self._sizes: dict[int, int] = {}
        self._inner: Stream | None = None
        self._ended = False

    def pull(self, most: int) -> Block | None:
        while True:
            if self._inner is not None:
                block = self._inner.pull(most)
                if block is not None:
                    return block
                self._inner = None
            if not self._next_group():
                return None

    def _next_group(self) -> bool:
        """Open the dataset of the next window; whether there is one."""
        while not self._ended:
            block = self._source.pull(1)
            if block is None:
                self._ended = True
                break
            (element,) = block.elements()
            self._form = block.form
            key = scalar_of(self._plan.key, block.form, element)
            group = self._groups.setdefault(key, [])
            group.append(element)
            if len(group) >= self._size(key):
                self._open(key)
                return True
        if not self._groups:
            return False
        self._open(min(self._groups))
        return True

    def _size(self, key: int) -> int:
        if key not in self._sizes:
            self._sizes[key] = self._plan.size(key)
        return self._sizes[key]

    def _open(self, key: int) -> None:
        window = self._plan.window(self._form, self._groups.pop(key))
        value = element_value(_PAIR, (constant(key, int64).numpy(), window))
        self._inner = plan_of(self._plan.reduce(value, _PAIR), METHOD).stream()
