"""What is known about the elements of a dataset before there are any: shapes and dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from glassbrook import dtypes
from glassbrook.data.structure import Form, map_leaves
from glassbrook.dtypes import DType, as_dtype
from glassbrook.tensor import Tensor, TensorShape, constant
from glassbrook.tensor.convert import has_node

__all__ = ["DatasetSpec", "TensorSpec", "batched", "common_spec", "unbatched"]


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
            raise ValueError(f"No TensorSpec is compatible with both {self} and {other}.")
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


class DatasetSpec:
    """The spec of a component that is itself a dataset, as `Dataset.window` makes them.

    Args:
        element_spec: the spec of that dataset's elements.
        dataset_shape: always ``()``: a single dataset.
    """

    __slots__ = ("dataset_shape", "element_spec")

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self.element_spec: Final = element_spec
        self.dataset_shape: Final = TensorShape(dataset_shape)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether `other` is a dataset, or the spec of one, with such elements."""
        if not isinstance(other, DatasetSpec) and not hasattr(other, "element_spec"):
            return False
        return common_spec(self.element_spec, other.element_spec) is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DatasetSpec) and self.element_spec == other.element_spec

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r}, {self.dataset_shape!r})"


def batched(spec: Any, size: int | None) -> Any:
    """The spec of elements that are stacked; `size` is `None` if batches differ in size."""

    def stacked(leaf: Any) -> Any:
        if not isinstance(leaf, TensorSpec):
            return leaf
        return TensorSpec(TensorShape([size]).concatenate(leaf.shape), leaf.dtype)

    return map_leaves(stacked, spec)


def unbatched(spec: Any) -> Any:
    """The spec of the rows of elements."""

    def row(leaf: Any) -> Any:
        known = isinstance(leaf, TensorSpec) and leaf.shape.rank
        return TensorSpec(leaf.shape[1:], leaf.dtype) if known else leaf

    return map_leaves(row, spec)


def common_spec(x: Any, y: Any) -> Any:
    """The narrowest spec that elements of both specs fit; `None` if there is none."""
    form = Form.of(x)
    others = form.leaves(y)
    if others is None:
        return None
    leaves: list[Any] = []
    for one, other in zip(form.leaves(x) or (), others, strict=True):
        if isinstance(one, DatasetSpec) and isinstance(other, DatasetSpec):
            inner = common_spec(one.element_spec, other.element_spec)
            leaves.append(None if inner is None else DatasetSpec(inner))
        elif isinstance(one, TensorSpec):
            leaves.append(one.most_specific_common_supertype([other]))
        else:
            leaves.append(None)
    return None if any(leaf is None for leaf in leaves) else form.pack(leaves)


def _common_shape(x: TensorShape, y: TensorShape) -> TensorShape:
    if x.rank is None or x.rank != y.rank:
        return TensorShape(None)
    return TensorShape([a if a == b else None for a, b in zip(x, y, strict=True)])
