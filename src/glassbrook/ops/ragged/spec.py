"""What is known about a ragged tensor before there is one: its shape and dtype."""

from __future__ import annotations

from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import as_dtype
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import TensorShape

__all__ = ["RaggedTensorSpec"]


class RaggedTensorSpec:
    """What is known about a ragged tensor before there is one.

    Args:
        shape: sizes of the axes, `None` for ragged and unknown ones.
        dtype: the type of the elements.
        ragged_rank: how many axes are ragged; all but the first by default.
        row_splits_dtype: int32 or int64.

    Example:
        >>> import glassbrook as tf
        >>> tf.RaggedTensorSpec([None, None], tf.int32)
        RaggedTensorSpec(TensorShape([None, None]), tf.int32, 1, tf.int64)
    """

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        ragged_rank: int | None = None,
        row_splits_dtype: Any = dtypes.int64,
    ) -> None:
        self.shape = TensorShape(shape)
        self.dtype = as_dtype(dtype)
        rank = self.shape.rank
        self.ragged_rank = (rank or 1) - 1 if ragged_rank is None else ragged_rank
        self.row_splits_dtype = as_dtype(row_splits_dtype)

    @classmethod
    def from_value(cls, value: RaggedTensor) -> RaggedTensorSpec:
        """The spec that describes a ragged tensor."""
        return cls(value.shape, value.dtype, value.ragged_rank, value.index)

    @property
    def value_type(self) -> type[RaggedTensor]:
        """The class of what is described."""
        return RaggedTensor

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or something of another spec, could be of this spec."""
        other = spec_or_value
        if isinstance(other, RaggedTensor):
            other = RaggedTensorSpec.from_value(other)
        return (
            isinstance(other, RaggedTensorSpec)
            and self.shape.is_compatible_with(other.shape)
            and self._rest() == other._rest()
        )

    def _rest(self) -> tuple[Any, ...]:
        return self.dtype.name, self.ragged_rank, self.row_splits_dtype.name

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RaggedTensorSpec)
            and self.shape == other.shape
            and self._rest() == other._rest()
        )

    def __hash__(self) -> int:
        return hash((self.shape, *self._rest()))

    def __repr__(self) -> str:
        return (
            f"RaggedTensorSpec({self.shape!r}, {self.dtype!r}, {self.ragged_rank}, "
            f"{self.row_splits_dtype!r})"
        )
