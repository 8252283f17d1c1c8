"""Elements kept in files: those of a cache, and those of a saved dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from glassbrook.data.blocks import Block
from glassbrook.data.element_files import ElementReader, ElementWriter
from glassbrook.data.plans.plan import UNKNOWN, Plan, Reader, Stream, Transformation
from glassbrook.errors import DataError

__all__ = ["FileCachePlan", "StoredPlan", "write_elements"]

_CHUNK = 256


class FileCachePlan(Transformation):
    """Reads elements from a file, which the first complete iteration writes.

    A file that is damaged counts as absent, and is written again.
    """

    shown_name = "CacheDataset"

    def __init__(self, source: Plan, path: Path, compress: bool = False) -> None:
        super().__init__(source)
        self.path: Final = path
        self.compress: Final = compress

    @property
    def runs_functions(self) -> bool:
        """Reading takes its time, so prefetching is worth it."""
        return True

    def stream(self) -> Stream:
        """Read the file; or write it while the elements come by."""
        try:
            return _FileStream(ElementReader(self.path).blocks())
        except (DataError, OSError):
            return _WritingStream(self)


class StoredPlan(Plan):
    """The elements of a file.

    Raises:
        DataError: it is no file of elements, or damaged.
    """

    shown_name = "_LoadDataset"

    def __init__(self, path: Path) -> None:
        self._reader = ElementReader(path)

    def find_spec(self) -> Any:
        """The spec that stands in the file."""
        return self._reader.spec

    def cardinality(self) -> int:
        """Not known before the file has been read."""
        return UNKNOWN

    @property
    def runs_functions(self) -> bool:
        """Reading takes its time, so prefetching is worth it."""
        return True

    def stream(self) -> Stream:
        """Read the file."""
        return _FileStream(self._reader.blocks())


class _FileStream(Stream):
    def __init__(self, blocks: Iterator[Block]) -> None:
        self._blocks = blocks
        self._block: Block | None = None
        self._position = 0

    def pull(self, most: int) -> Block | None:
        while self._block is None or self._position >= self._block.length:
            self._block, self._position = next(self._blocks, None), 0
            if self._block is None:
                return None
        start = self._position
        self._position = stop = min(start + most, self._block.length)
        return self._block.select(range(start, stop))


class _WritingStream(Stream):
    def __init__(self, plan: FileCachePlan) -> None:
        self._plan = plan
        self._source = plan.source.stream()
        self._writer: ElementWriter | None = None
        self._ended = False

    def pull(self, most: int) -> Block | None:
        if self._ended:
            return None
        if self._writer is None:
            plan = self._plan
            self._writer = ElementWriter(plan.path, plan.source.spec, plan.compress)
        block = self._source.pull(most)
        if block is None:
            self._ended = True
            self._writer.finish()
        else:
            self._writer.add(block)
        return block


def write_elements(plan: Plan, path: Path, compress: bool) -> None:
    """Write all elements of a dataset to a file."""
    writer = ElementWriter(path, plan.spec, compress)
    reader = Reader(plan.stream())
    try:
        while (block := reader.read(_CHUNK)) is not None:
            writer.add(block)
        writer.finish()
    finally:
        writer.abandon()
