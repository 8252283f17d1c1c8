"""Batches of elements of different lengths, as ragged tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from glassbrook.data.blocks import Block
from glassbrook.data.plans.batch import BatchPlan
from glassbrook.data.plans.plan import Plan
from glassbrook.data.spec import TensorSpec, batched
from glassbrook.data.structure import map_leaves
from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError
from glassbrook.ops.ragged.spec import RaggedTensorSpec
from glassbrook.ops.ragged.tensor import RaggedTensor

__all__ = ["RaggedBatchPlan"]


class RaggedBatchPlan(BatchPlan):
    """Consecutive elements as ragged tensors, where their sizes are not known."""

    def __init__(self, source: Plan, size: int, drop_remainder: bool, index: DType) -> None:
        super().__init__(source, size, drop_remainder, "_DenseToRaggedDataset")
        self.index: Final = index

    def find_spec(self) -> Any:
        """Ragged tensors for components of unknown size, tensors for the others."""
        size = self.size if self.drop_remainder else None
        specs = batched(self.source.spec, size)
        return map_leaves(self._ragged_spec, specs)

    def _ragged_spec(self, spec: Any) -> Any:
        rank = _ragged_rank(spec)
        return RaggedTensorSpec(spec.shape, spec.dtype, rank, self.index) if rank else spec

    def assemble(self, block: Block) -> Sequence[Any]:
        """The components of one batch."""
        specs = block.form.leaves(batched(self.source.spec, None)) or []
        return [
            self._joined(column.items(), _ragged_rank(spec))
            if _ragged_rank(spec)
            else column.stacked(block.form, number)
            for number, (column, spec) in enumerate(zip(block.columns, specs, strict=True))
        ]

    def _joined(self, items: Sequence[Any], rank: int) -> RaggedTensor:
        """One ragged tensor of arrays whose first `rank` axes differ."""
        lengths = []
        for axis in range(rank):
            each = [np.full(int(np.prod(x.shape[:axis])), x.shape[axis]) for x in items]
            lengths.append(np.concatenate(each).astype(self.index.numpy))
        values = np.concatenate([x.reshape(-1, *x.shape[rank:]) for x in items])
        joined: RaggedTensor = RaggedTensor.from_nested_row_lengths(values, lengths)
        return joined


def _ragged_rank(spec: Any) -> int:
    """How many axes of an element, from the first one on, have to be ragged.

    Raises:
        InvalidArgumentError: the number of axes is not known.
    """
    if not isinstance(spec, TensorSpec):
        return 0
    if spec.shape.rank is None:
        raise InvalidArgumentError(
            "Dataset.ragged_batch: the number of axes of the elements is not known. Set it in the "
            "function that makes them: tf.ensure_shape(x, [None])."
        )
    sizes = spec.shape.as_list()[1:]
    return max((axis + 1 for axis, size in enumerate(sizes) if size is None), default=0)
