"""Elements put together, or taken apart again: batch, unbatch, rebatch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from glassbrook.data.blocks import Block, ListColumn
from glassbrook.data.plans.plan import UNKNOWN, Plan, Reader, Stream, Transformation
from glassbrook.data.plans.sources import rows_of_arrays
from glassbrook.data.spec import TensorSpec, batched, unbatched
from glassbrook.errors import ShapeError
from glassbrook.tensor import TensorShape

__all__ = ["BatchPlan", "RebatchPlan", "UnbatchPlan"]

Array = npt.NDArray[Any]


class BatchPlan(Transformation):
    """Consecutive elements stacked along a new first axis."""

    def __init__(
        self,
        source: Plan,
        size: int,
        drop_remainder: bool,
        shown_name: str = "_BatchDataset",
    ) -> None:
        super().__init__(source)
        self.size: Final = size
        self.drop_remainder: Final = drop_remainder
        self.shown_name = shown_name

    def find_spec(self) -> Any:
        """The same with a new first axis."""
        return batched(self.source.spec, self.size if self.drop_remainder else None)

    def cardinality(self) -> int:
        """The elements divided by the size, rounded up unless the remainder is dropped."""
        elements = self.source.cardinality()
        if elements < 0:
            return elements
        return elements // self.size if self.drop_remainder else -(-elements // self.size)

    def stream(self) -> Stream:
        """Read as many elements at a time as a batch has."""
        return _BatchStream(self)

    def assemble(self, block: Block) -> Sequence[Array]:
        """The components of one batch."""
        return block.stacked()


class _BatchStream(Stream):
    def __init__(self, plan: BatchPlan) -> None:
        self._plan = plan
        self._reader = Reader(plan.source.stream())

    def pull(self, most: int) -> Block | None:
        plan = self._plan
        block = self._reader.read(plan.size)
        if block is None or (plan.drop_remainder and block.length < plan.size):
            return None
        return Block(block.form, [ListColumn([array]) for array in plan.assemble(block)])


class UnbatchPlan(Transformation):
    """The rows of elements as elements of their own."""

    shown_name = "_UnbatchDataset"

    def __init__(self, source: Plan) -> None:
        super().__init__(source)
        if source.spec_is_known:
            self.spec  # noqa: B018  (raises for what has no rows)

    def find_spec(self) -> Any:
        """The same without the first axis.

        Raises:
            ShapeError: a component is a scalar, or the first axes differ.
        """
        _first_size(self.source)
        return unbatched(self.source.spec)

    def cardinality(self) -> int:
        """The product, where the number of rows is known."""
        elements = self.source.cardinality()
        if elements <= 0:
            return elements
        size = _first_size(self.source) if self.source.spec_is_known else None
        return UNKNOWN if size is None else elements * size

    def stream(self) -> Stream:
        """Take the elements apart."""
        return _UnbatchStream(self.source.stream())


def _first_size(source: Plan) -> int | None:
    """The size of the first axis of all components, if it is known."""
    sizes = set()
    for leaf in source.form.leaves(source.spec) or []:
        shape = leaf.shape if isinstance(leaf, TensorSpec) else TensorShape(None)
        if shape.rank == 0:
            raise ShapeError(
                "Dataset.unbatch: Cannot unbatch an input with scalar components. Its elements "
                f"are {source.spec}; batch them first, or leave unbatch() out."
            )
        if shape.rank is not None and shape[0] is not None:
            sizes.add(int(shape[0]))
    if len(sizes) > 1:
        raise ShapeError(
            "Dataset.unbatch: `unbatch()` is only supported for datasets of elements whose "
            f"components have a matching leading dimension. Encountered {sorted(sizes)} in "
            f"{source.spec}."
        )
    return sizes.pop() if sizes else None


class _UnbatchStream(Stream):
    def __init__(self, source: Stream) -> None:
        self._source = source
        self._rows: Block | None = None
        self._position = 0

    def pull(self, most: int) -> Block | None:
        while self._rows is None or self._position >= self._rows.length:
            block = self._source.pull(1)
            if block is None:
                return None
            self._rows, self._position = _rows_of(block), 0
        start = self._position
        self._position = stop = min(start + most, self._rows.length)
        return self._rows.select(range(start, stop))


def _rows_of(block: Block) -> Block:
    """The rows of the only element of a block."""
    (components,) = block.elements()
    sizes = []
    for array, name in zip(components, block.form.names(), strict=True):
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            raise ShapeError(
                f"Dataset.unbatch: {name} of an element is a scalar, which has no rows. Batch the "
                "dataset first, or leave unbatch() out."
            )
        sizes.append(len(array))
    if len(set(sizes)) > 1:
        raise ShapeError(
            f"Dataset.unbatch: Input element must have the same batch size in each component, but "
            f"the components have {sizes} rows."
        )
    return rows_of_arrays(block.form, components)


class RebatchPlan(BatchPlan):
    """Batches of one size made into batches of another one."""

    def __init__(self, source: Plan, size: int, drop_remainder: bool) -> None:
        super().__init__(UnbatchPlan(source), size, drop_remainder, "_RebatchDataset")
