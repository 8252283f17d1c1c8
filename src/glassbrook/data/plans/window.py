"""Windows: stretches of a dataset, each of them a small dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from glassbrook.data.blocks import Block, ListColumn, merge
from glassbrook.data.plans.plan import Plan, Stream, Transformation
from glassbrook.data.plans.sources import MemoryPlan
from glassbrook.data.spec import DatasetSpec
from glassbrook.data.structure import ALONE, flatten, map_leaves

__all__ = ["WindowPlan"]


class WindowPlan(Transformation):
    """Windows over the elements.

    Args:
        source: the elements.
        size: elements per window.
        shift: by how many elements a window begins after the one before.
        stride: the distance between the elements of a window.
        drop_remainder: whether to leave out windows that are not full.
        nest: makes a dataset of a plan.
    """

    shown_name = "_WindowDataset"

    def __init__(
        self,
        source: Plan,
        size: int,
        shift: int,
        stride: int,
        drop_remainder: bool,
        nest: Callable[[Plan], Any],
    ) -> None:
        super().__init__(source)
        self.size: Final = size
        self.shift: Final = shift
        self.stride: Final = stride
        self.drop_remainder: Final = drop_remainder
        self.nest: Final = nest

    @property
    def span(self) -> int:
        """From the first element of a window to its last one."""
        return (self.size - 1) * self.stride + 1

    def find_spec(self) -> Any:
        """One dataset per component."""
        return map_leaves(DatasetSpec, self.source.spec)

    def cardinality(self) -> int:
        """How many windows begin, or fit, before the end."""
        elements = self.source.cardinality()
        if elements < 0:
            return elements
        last_start = elements - self.span if self.drop_remainder else elements - 1
        return max(0, last_start // self.shift + 1)

    def stream(self) -> Stream:
        """Move a window over the elements."""
        return _WindowStream(self)


class _WindowStream(Stream):
    def __init__(self, plan: WindowPlan) -> None:
        self._plan = plan
        self._source = plan.source.stream()
        self._buffer: Block | None = None
        self._to_skip = 0
        self._ended = False

    def pull(self, most: int) -> Block | None:
        plan = self._plan
        self._fill()
        buffer = self._buffer
        if buffer is None or (plan.drop_remainder and buffer.length < plan.span):
            self._buffer, self._ended = None, True
            return None
        window = buffer.select(range(0, min(buffer.length, plan.span), plan.stride))
        self._to_skip = max(0, plan.shift - buffer.length)
        start = min(plan.shift, buffer.length)
        rest = range(start, buffer.length)
        self._buffer = buffer.select(rest) if rest else None
        return Block(window.form, [ListColumn([each]) for each in self._datasets(window)])

    def _datasets(self, window: Block) -> list[Any]:
        """One dataset per component of a window."""
        source = self._plan.source

        def spec_of(position: int) -> Callable[[], Any]:
            return lambda: flatten(source.spec)[position]

        return [
            self._plan.nest(
                MemoryPlan(Block(ALONE, [column]), spec_of(position), "_VariantDataset")
            )
            for position, column in enumerate(window.columns)
        ]

    def _fill(self) -> None:
        """Read on until the buffer holds a whole window, or everything that is left."""
        blocks = [] if self._buffer is None else [self._buffer]
        missing = self._plan.span - sum(block.length for block in blocks)
        while not self._ended and missing > 0:
            block = self._source.pull(self._to_skip or missing)
            if block is None:
                self._ended = True
            elif self._to_skip:
                self._to_skip -= block.length
            else:
                blocks.append(block)
                missing -= block.length
        self._buffer = merge(blocks) if blocks else None
