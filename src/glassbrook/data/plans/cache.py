"""Elements kept in memory after the first complete iteration."""

from __future__ import annotations

import numpy as np

from glassbrook.data.blocks import ArraySource, Block, Column, ListColumn, RowColumn, merge
from glassbrook.data.plans.plan import Plan, Stream, Transformation
from glassbrook.data.plans.sources import BlockStream
from glassbrook.data.structure import Form

__all__ = ["CachePlan"]


class CachePlan(Transformation):
    """Makes every element once, however often the dataset is iterated over."""

    shown_name = "CacheDataset"

    def __init__(self, source: Plan) -> None:
        super().__init__(source)
        self.kept: Block | None = None

    def stream(self) -> Stream:
        """What is kept, or else the source, keeping what it gives."""
        return _CacheStream(self) if self.kept is None else BlockStream(self.kept)


class _CacheStream(Stream):
    def __init__(self, plan: CachePlan) -> None:
        self._plan = plan
        self._source = plan.source.stream()
        self._blocks: list[Block] = []

    def pull(self, most: int) -> Block | None:
        block = self._source.pull(most)
        if block is not None:
            self._blocks.append(block)
        elif self._blocks:
            self._plan.kept = _compact(merge(self._blocks))
            self._blocks = []
        return block


def _compact(block: Block) -> Block:
    """The same elements; values of one shape and dtype become the rows of one array."""
    return Block(
        block.form,
        [_compact_column(column, block.form, n) for n, column in enumerate(block.columns)],
    )


def _compact_column(column: Column, form: Form, number: int) -> Column:
    if not isinstance(column, ListColumn) or not isinstance(column.values[0], np.ndarray):
        return column
    first = column.values[0]
    if any(each.shape != first.shape or each.dtype != first.dtype for each in column.values):
        return column
    return RowColumn(ArraySource(column.stacked(form, number)), range(len(column)))
