"""What is known about the elements of a dataset before there are any: shapes and dtypes."""

from __future__ import annotations

from typing import Any, Final

from glassbrook.data.structure import Form, map_leaves
from glassbrook.tensor import TensorShape, TensorSpec

__all__ = ["DatasetSpec", "TensorSpec", "batched", "common_spec", "unbatched"]


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
