"""`Plan` describes a dataset; `Stream` produces its elements, once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

from glassbrook.data.blocks import Block, merge
from glassbrook.data.structure import Form

__all__ = [
    "INFINITE",
    "UNKNOWN",
    "ElementStream",
    "Plan",
    "Reader",
    "Stream",
    "Transformation",
    "collect",
]

INFINITE: Final = -1
UNKNOWN: Final = -2

_MOST_COLLECTED = 256


class Stream(ABC):
    """One iteration over a dataset."""

    @abstractmethod
    def pull(self, most: int) -> Block | None:
        """The next elements, at least one and at most `most`; `None` at the end, and ever after.

        Whoever asks for many gets them by few, large blocks; whoever asks for one makes no
        function run for more than that.
        """


class Plan(ABC):
    """An immutable description of a dataset."""

    shown_name: str
    """The name by which TensorFlow shows such a dataset."""

    inputs: tuple[Plan, ...] = ()
    """The datasets that it is made from."""

    _spec_found: Any = None

    @property
    def spec(self) -> Any:
        """The structure of specs of an element; this may have to try out functions."""
        if self._spec_found is None:
            self._spec_found = self.find_spec()
        return self._spec_found

    @abstractmethod
    def find_spec(self) -> Any:
        """Compute `spec`."""

    @property
    def spec_is_known(self) -> bool:
        """Whether `spec` can be told without trying out functions."""
        return self._spec_found is not None or all(plan.spec_is_known for plan in self.inputs)

    @property
    def form(self) -> Form:
        """How the components of an element are arranged."""
        return Form.of(self.spec)

    @abstractmethod
    def cardinality(self) -> int:
        """The number of elements, or `INFINITE`, or `UNKNOWN`."""

    @property
    def runs_functions(self) -> bool:
        """Whether Python functions of the user run to make the elements."""
        return any(plan.runs_functions for plan in self.inputs)

    @abstractmethod
    def stream(self) -> Stream:
        """Start a new iteration."""


class Transformation(Plan):
    """A dataset made from one other; spec and cardinality are the same, unless overridden."""

    def __init__(self, source: Plan) -> None:
        self.source: Final = source
        self.inputs = (source,)

    def find_spec(self) -> Any:
        """The spec of the source."""
        return self.source.spec

    def cardinality(self) -> int:
        """The cardinality of the source."""
        return self.source.cardinality()


class ElementStream(Stream):
    """A stream whose elements are made one by one."""

    @abstractmethod
    def next_element(self) -> tuple[Form, list[Any]] | None:
        """The next element; `None` at the end, and ever after."""

    def pull(self, most: int) -> Block | None:
        """Collect elements."""
        elements: list[tuple[Form, list[Any]]] = []
        while len(elements) < min(most, _MOST_COLLECTED):
            element = self.next_element()
            if element is None:
                break
            elements.append(element)
        return collect(elements)


def collect(elements: list[tuple[Form, list[Any]]]) -> Block | None:
    """One block of elements that were made one by one; `None` if there are none.

    Raises:
        InvalidArgumentError: the elements are arranged differently.
    """
    if not elements:
        return None
    form = elements[0][0]
    if all(each is form or each == form for each, _ in elements):
        return Block.of_elements(form, [components for _, components in elements])
    return merge([Block.of_elements(each, [components]) for each, components in elements])


class Reader:
    """Reads exact numbers of elements from a stream."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Stream) -> None:
        self._stream: Final = stream

    def read(self, count: int) -> Block | None:
        """The next `count` elements, fewer only at the end, `None` if there are no more."""
        block = self._stream.pull(count)
        if block is None or block.length == count:
            return block
        blocks = [block]
        missing = count - block.length
        while missing:
            block = self._stream.pull(missing)
            if block is None:
                break
            blocks.append(block)
            missing -= block.length
        return merge(blocks)
