"""What is known about a tensor before there is one: its shape and dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.shape import TensorShape
from glassbrook.tensor.tensor import Tensor, constant

__all__ = ["TensorSpec"]


class TensorSpec:
    """The shape and dtype that a tensor has or is going to have.

    Args:
        shape: sizes of the axes, `None` for one that is not known, or `None` for an unknown rank.
        dtype: the type of the elements.
        name: a name for printing.

    Example:
        >>> import glassbrook as tf
        >>> tf.TensorSpec([None, 784], tf.float32)
        TensorSpec(shape=(None, 784), dtype=tf.float32, name=None)
        >>> tf.TensorSpec([None, 2]).is_compatible_with(tf.zeros([5, 2]))
        True
    """

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> None:
        self.shape: Final = TensorShape(shape)
        self.dtype: Final[DType] = as_dtype(dtype)
        self.name: Final = name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The spec that exactly describes a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec: TensorSpec, name: str | None = None) -> TensorSpec:
        """A copy of a spec under another name."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @property
    def value_type(self) -> type[Tensor]:
        """The class of what is described."""
        return Tensor

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or something of another spec, could be of this spec."""
        other = spec_or_value
        if not isinstance(other, TensorSpec) and not has_node(other):
            try:
                other = constant(other, self.dtype)
            except (TypeError, ValueError):
                return False
        return bool(other.dtype is self.dtype and self.shape.is_compatible_with(other.shape))

    def is_subtype_of(self, other: Any) -> bool:
        """Whether everything that fits this spec fits the other one too."""
        return isinstance(other, TensorSpec) and self.most_specific_common_supertype(
            [other]
        ) == TensorSpec(other.shape, other.dtype, self.name)

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TensorSpec | None:
        """The narrowest spec that all of these fit; `None` if dtypes differ."""
        shape = self.shape
        for other in others:
            if not isinstance(other, TensorSpec) or other.dtype is not self.dtype:
                return None
            shape = _common_shape(shape, other.shape)
        return TensorSpec(shape, self.dtype, self.name)

    def most_specific_compatible_type(self, other: TensorSpec) -> TensorSpec:
        """The narrowest spec that both fit.

        Raises:
            ValueError: the dtypes differ.
        """
        common = self.most_specific_common_supertype([other])
        if common is None:
            raise InvalidArgumentError(f"No TensorSpec is compatible with both {self} and {other}.")
        return common

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorSpec)
            and self.shape == other.shape
            and self.dtype is other.dtype
            and self.name == other.name
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


def _common_shape(x: TensorShape, y: TensorShape) -> TensorShape:
    if x.rank is None or x.rank != y.rank:
        return TensorShape(None)
    return TensorShape([a if a == b else None for a, b in zip(x, y, strict=True)])
