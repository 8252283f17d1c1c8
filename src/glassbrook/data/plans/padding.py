"""Batches of elements that differ in shape: the shorter ones are filled up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.data.arguments import integer
from glassbrook.data.blocks import Block
from glassbrook.data.plans.batch import BatchPlan
from glassbrook.data.plans.plan import Plan
from glassbrook.data.spec import TensorSpec, batched
from glassbrook.data.structure import Form
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.tensor import TensorShape
from glassbrook.tensor.convert import as_array, has_node

__all__ = ["PaddedBatchPlan", "shapes_to_pad_to", "values_to_pad_with"]

Array = npt.NDArray[Any]


class PaddedBatchPlan(BatchPlan):
    """Consecutive elements stacked along a new first axis after filling up the shorter ones.

    Args:
        source: the elements.
        size: elements per batch.
        shapes: one shape per component; `None` as a size means that of the batch's longest.
        values: one value per component, to fill up with.
        drop_remainder: whether to leave out a last batch that is too small.
    """

    def __init__(
        self,
        source: Plan,
        size: int,
        shapes: Sequence[TensorShape],
        values: Sequence[Any],
        drop_remainder: bool,
    ) -> None:
        super().__init__(source, size, drop_remainder, "_PaddedBatchDataset")
        self._shapes = list(shapes)
        self._values = list(values)

    def find_spec(self) -> Any:
        """The padded shapes with a new first axis."""
        form = self.source.form
        leaves = form.leaves(self.source.spec) or []
        padded = [
            TensorSpec(shape, leaf.dtype) for shape, leaf in zip(self._shapes, leaves, strict=True)
        ]
        return batched(form.pack(padded), self.size if self.drop_remainder else None)

    def assemble(self, block: Block) -> Sequence[Array]:
        """The components of one batch, filled up."""
        return [
            _padded(column.items(), shape, value, name)
            for column, shape, value, name in zip(
                block.columns, self._shapes, self._values, block.form.names(), strict=True
            )
        ]


def _padded(items: list[Array], shape: TensorShape, value: Any, name: str) -> Array:
    sizes = _batch_shape(items, shape, name)
    result = np.full((len(items), *sizes), value, items[0].dtype)
    for position, item in enumerate(items):
        place: tuple[Any, ...] = (position, *map(slice, item.shape))
        result[place] = item[()] if item.ndim == 0 else item
    return result


def _batch_shape(items: list[Array], shape: TensorShape, name: str) -> list[int]:
    """The shape to which all items are padded."""
    for position, item in enumerate(items):
        if item.ndim != shape.rank:
            raise ShapeError(
                f"Dataset.padded_batch: all elements in a batch must have the same rank as the "
                f"padded shape {shape} for {name}, but element {position} of a batch had shape "
                f"{list(item.shape)}."
            )
    longest = np.max([item.shape for item in items], axis=0).astype(np.int64).tolist()
    sizes = []
    for axis, size in enumerate(shape):
        sizes.append(longest[axis] if size is None else int(size))
        if longest[axis] > sizes[-1]:
            raise ShapeError(
                f"Dataset.padded_batch: Attempted to pad to a smaller size than the input element: "
                f"{name} is to become {shape}, but an element has size {longest[axis]} along axis "
                f"{axis}. Give a larger size in padded_shapes, or None for the longest element's."
            )
    return sizes


def shapes_to_pad_to(form: Form, spec: Any, shapes: Any) -> list[TensorShape]:
    """The shape to pad each component to, from what the user gave.

    Raises:
        InvalidArgumentError: shapes are missing where they are needed, or have another structure.
        ShapeError: a shape does not fit its component.
    """
    leaves = form.leaves(spec) or []
    given = [None] * len(leaves) if shapes is None else form.parts(shapes)
    if given is None:
        raise InvalidArgumentError(
            f"Dataset.padded_batch: padded_shapes {shapes!r} does not have the structure of the "
            f"elements, {form.template}. Give one shape per component: ([None], [])."
        )
    zipped = zip(given, leaves, form.names(), strict=True)
    return [_padding_shape(shape, leaf, name) for shape, leaf, name in zipped]


def _padding_shape(given: Any, spec: Any, name: str) -> TensorShape:
    if not isinstance(spec, TensorSpec):
        raise InvalidArgumentError(f"Dataset.padded_batch: {name} is no tensor, but {spec}.")
    shape = spec.shape
    if given is None:
        if shape.rank is None:
            raise InvalidArgumentError(
                "Dataset.padded_batch: You must provide `padded_shapes` argument because "
                f"{name} has unknown rank: padded_shapes=[None] for vectors."
            )
        return shape
    padded = _unknown_for_minus_one(given)
    if shape.rank is None:
        return padded
    if shape.rank != padded.rank or any(
        size is not None and own is not None and own > size
        for size, own in zip(padded, shape, strict=True)
    ):
        raise ShapeError(
            f"Dataset.padded_batch: The padded shape {padded} is not compatible with the "
            f"shape {shape} of the corresponding input {name}."
        )
    return padded


def _unknown_for_minus_one(shape: Any) -> TensorShape:
    sizes = [shape] if isinstance(shape, int) else shape
    numbers = [None if size is None else integer("padded_batch", "a size", size) for size in sizes]
    return TensorShape([None if size == -1 else size for size in numbers])


def values_to_pad_with(form: Form, spec: Any, values: Any) -> list[Any]:
    """The value to fill up each component with, from what the user gave.

    Raises:
        InvalidArgumentError: the values have another structure than the elements.
        DTypeError: a value is of another kind than its component.
    """
    leaves = form.leaves(spec) or []
    is_one_for_all = not isinstance(values, tuple | Mapping)
    given = [values] * len(leaves) if is_one_for_all else form.parts(values)
    if given is None:
        raise InvalidArgumentError(
            f"Dataset.padded_batch: padding_values {values!r} does not have the structure of the "
            f"elements, {form.template}. Give one value per component, or one for all."
        )
    return [_padding_value(value, leaf) for value, leaf in zip(given, leaves, strict=True)]


def _padding_value(value: Any, spec: TensorSpec) -> Any:
    if value is None:
        return b"" if spec.dtype is dtypes.string else spec.dtype.numpy.type(0)
    if has_node(value):
        value = value.numpy()
    array = as_array(value, spec.dtype)
    if array.ndim:
        raise ShapeError(
            f"Dataset.padded_batch: a padding value has to be a scalar, got {value!r}."
        )
    return array[()]
