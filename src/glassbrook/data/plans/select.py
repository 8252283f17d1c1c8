"""Which elements, and in which order: take, skip, shard, repeat, concatenate, zip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from glassbrook.data.blocks import Block
from glassbrook.data.plans.plan import INFINITE, UNKNOWN, Plan, Reader, Stream, Transformation
from glassbrook.data.spec import common_spec
from glassbrook.data.structure import Form
from glassbrook.errors import DTypeError, InvalidArgumentError

__all__ = [
    "AssertCardinalityPlan",
    "ConcatenatePlan",
    "OptionsPlan",
    "RepeatPlan",
    "ShardPlan",
    "SkipPlan",
    "TakePlan",
    "ZipPlan",
]


class TakePlan(Transformation):
    """The first elements; all of them if `count` is negative."""

    shown_name = "_TakeDataset"

    def __init__(self, source: Plan, count: int) -> None:
        super().__init__(source)
        self.count: Final = count

    def cardinality(self) -> int:
        """At most `count`."""
        size = self.source.cardinality()
        if self.count < 0 or size == UNKNOWN:
            return size
        return self.count if size == INFINITE else min(size, self.count)

    def stream(self) -> Stream:
        """Stop after `count` elements."""
        stream = self.source.stream()
        return stream if self.count < 0 else _TakeStream(stream, self.count)


class _TakeStream(Stream):
    def __init__(self, source: Stream, count: int) -> None:
        self._source = source
        self._left = count

    def pull(self, most: int) -> Block | None:
        if not self._left:
            return None
        block = self._source.pull(min(most, self._left))
        self._left = 0 if block is None else self._left - block.length
        return block


class SkipPlan(Transformation):
    """All but the first elements; none if `count` is negative."""

    shown_name = "_SkipDataset"

    def __init__(self, source: Plan, count: int) -> None:
        super().__init__(source)
        self.count: Final = count

    def cardinality(self) -> int:
        """What `count` leaves."""
        size = self.source.cardinality()
        if self.count < 0:
            return 0
        return size if size < 0 else max(0, size - self.count)

    def stream(self) -> Stream:
        """Pass over `count` elements when the first one is asked for."""
        return _SkipStream(self.source.stream(), self.count)


class _SkipStream(Stream):
    def __init__(self, source: Stream, count: int) -> None:
        self._source = source
        self._left = count

    def pull(self, most: int) -> Block | None:
        if self._left < 0:
            return None
        while self._left:
            block = self._source.pull(self._left)
            if block is None:
                return None
            self._left -= block.length
        return self._source.pull(most)


class ShardPlan(Transformation):
    """Every n-th element, beginning with number `index`."""

    shown_name = "_ShardDataset"

    def __init__(self, source: Plan, shards: int, index: int) -> None:
        super().__init__(source)
        self.shards: Final = shards
        self.index: Final = index

    def cardinality(self) -> int:
        """The elements divided by the shards, rounded up for the first ones."""
        size = self.source.cardinality()
        return size if size < 0 else len(range(self.index, size, self.shards))

    def stream(self) -> Stream:
        """Pass over the elements of the other shards."""
        return _ShardStream(self.source.stream(), self.shards, self.index)


class _ShardStream(Stream):
    def __init__(self, source: Stream, shards: int, index: int) -> None:
        self._source = source
        self._shards = shards
        self._until_next = index

    def pull(self, most: int) -> Block | None:
        while True:
            block = self._source.pull(self._until_next + 1 + (most - 1) * self._shards)
            if block is None:
                return None
            chosen = range(self._until_next, block.length, self._shards)
            self._until_next += len(chosen) * self._shards - block.length
            if chosen:
                return block.select(chosen)


class RepeatPlan(Transformation):
    """All elements several times; without end if `count` is `None`."""

    shown_name = "_RepeatDataset"

    def __init__(self, source: Plan, count: int | None) -> None:
        super().__init__(source)
        self.count: Final = count

    def cardinality(self) -> int:
        """The product."""
        size = self.source.cardinality()
        if size == 0 or self.count == 0:
            return 0
        if self.count is None or size == INFINITE:
            return INFINITE
        return size if size == UNKNOWN else size * self.count

    def stream(self) -> Stream:
        """Start the source again whenever it ends."""
        return _RepeatStream(self.source, self.count)


class _RepeatStream(Stream):
    def __init__(self, source: Plan, count: int | None) -> None:
        self._source = source
        self._left = count
        self._stream: Stream | None = None
        self._is_empty = False

    def pull(self, most: int) -> Block | None:
        while self._left is None or self._left > 0:
            if self._stream is None:
                self._stream = self._source.stream()
                self._is_empty = True
            block = self._stream.pull(most)
            if block is not None:
                self._is_empty = False
                return block
            self._stream = None
            # A source without elements would be started again and again, for nothing.
            self._left = 0 if self._is_empty else None if self._left is None else self._left - 1
        return None


class ConcatenatePlan(Plan):
    """The elements of one dataset, then those of another one."""

    shown_name = "_ConcatenateDataset"

    def __init__(self, first: Plan, second: Plan) -> None:
        self.inputs = (first, second)
        if self.spec_is_known:
            self.spec  # noqa: B018  (raises for what does not fit)

    def find_spec(self) -> Any:
        """What both have in common.

        Raises:
            DTypeError: elements of the two cannot stand in one dataset.
        """
        first, second = (plan.spec for plan in self.inputs)
        common = common_spec(first, second)
        if common is None:
            raise DTypeError(
                f"Dataset.concatenate: Incompatible dataset elements:\n  {first} vs.   {second}. "
                "Structures and dtypes have to agree: convert one side with Dataset.map."
            )
        return common

    def cardinality(self) -> int:
        """The sum."""
        sizes = [plan.cardinality() for plan in self.inputs]
        if INFINITE in sizes:
            return INFINITE
        return UNKNOWN if UNKNOWN in sizes else sum(sizes)

    def stream(self) -> Stream:
        """Read one, then the other."""
        return _ConcatenateStream(self.inputs)


class _ConcatenateStream(Stream):
    def __init__(self, plans: Sequence[Plan]) -> None:
        self._waiting = list(reversed(plans))
        self._stream: Stream | None = None

    def pull(self, most: int) -> Block | None:
        while True:
            if self._stream is None:
                if not self._waiting:
                    return None
                self._stream = self._waiting.pop().stream()
            block = self._stream.pull(most)
            if block is not None:
                return block
            self._stream = None


class ZipPlan(Plan):
    """Elements of several datasets side by side, until one of them ends."""

    shown_name = "_ZipDataset"

    def __init__(self, form: Form, plans: Sequence[Plan]) -> None:
        self.inputs = tuple(plans)
        self._outer = form

    def find_spec(self) -> Any:
        """The structure of all specs."""
        return self._outer.pack([plan.spec for plan in self.inputs])

    def cardinality(self) -> int:
        """That of the shortest."""
        sizes = [plan.cardinality() for plan in self.inputs]
        if UNKNOWN in sizes:
            return UNKNOWN
        return min((size for size in sizes if size != INFINITE), default=INFINITE)

    def stream(self) -> Stream:
        """Read all in step."""
        return _ZipStream(self._outer, [plan.stream() for plan in self.inputs])


class _ZipStream(Stream):
    def __init__(self, form: Form, streams: Sequence[Stream]) -> None:
        self._outer = form
        self._first = streams[0]
        self._others = [Reader(stream) for stream in streams[1:]]
        self._forms: list[Form] = []
        self._form = form
        self._ended = False

    def pull(self, most: int) -> Block | None:
        if self._ended:
            return None
        blocks = [self._first.pull(most)]
        for reader in self._others:
            last = blocks[-1]
            blocks.append(None if last is None else reader.read(last.length))
        last = blocks[-1]
        self._ended = last is None or any(
            block is not None and block.length != last.length for block in blocks
        )
        if last is None:
            return None
        parts = [block.select(range(last.length)) for block in blocks if block is not None]
        columns = [column for part in parts for column in part.columns]
        return Block(self._form_of(parts), columns)

    def _form_of(self, parts: Sequence[Block]) -> Form:
        forms = [part.form for part in parts]
        if forms != self._forms:
            self._forms = forms
            self._form = Form(self._outer.pack([form.template for form in forms]))
        return self._form


class OptionsPlan(Transformation):
    """The same elements; options are only remembered."""

    shown_name = "_OptionsDataset"

    def __init__(self, source: Plan, options: Any) -> None:
        super().__init__(source)
        self.options: Final = options

    def stream(self) -> Stream:
        """Change nothing."""
        return self.source.stream()


class AssertCardinalityPlan(Transformation):
    """The same elements, whose number is claimed, and checked when they have all been seen."""

    shown_name = "_AssertCardinalityDataset"

    def __init__(self, source: Plan, expected: int) -> None:
        super().__init__(source)
        self.expected: Final = expected

    def cardinality(self) -> int:
        """What was claimed."""
        return self.expected

    def stream(self) -> Stream:
        """Count along."""
        return _AssertCardinalityStream(self.source.stream(), self.expected)


class _AssertCardinalityStream(Stream):
    def __init__(self, source: Stream, expected: int) -> None:
        self._source = source
        self._expected = expected
        self._seen = 0

    def pull(self, most: int) -> Block | None:
        block = self._source.pull(most)
        self._seen += 0 if block is None else block.length
        if self._expected < 0 and (self._expected == UNKNOWN or block is not None):
            return block
        wrong = self._seen != self._expected if block is None else self._seen > self._expected
        if wrong:
            found = "at least " if block is not None else ""
            expected = "no end" if self._expected < 0 else f"{self._expected}"
            raise InvalidArgumentError(
                f"assert_cardinality: the dataset was expected to have {expected} elements but "
                f"has {found}{self._seen}."
            )
        return block
