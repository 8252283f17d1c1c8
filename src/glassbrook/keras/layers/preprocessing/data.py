"""What layers that learn from data beforehand, by `adapt`, have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError, shortened
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.symbolic.tensor import KerasTensor
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, TensorValue, convert_to_tensor

__all__ = ["DataLayer", "batches_of", "encoded"]


class DataLayer(Layer):
    """A layer whose inputs are not floats to compute with: they come as they are."""

    _without_variables = True
    # Whether a call needs its inputs' values, so that it cannot be part of a program.
    _looks_at_values = False

    def _converted(self, inputs: Any) -> Any:
        if isinstance(inputs, TensorValue | RaggedTensor):
            return inputs
        if isinstance(inputs, list | tuple) and any(hasattr(each, "node") for each in inputs):
            return [self._converted(each) for each in inputs]
        return convert_to_tensor(inputs)

    def _output_dtype(self) -> DType:
        return self._compute_dtype

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """A placeholder of the shape that `compute_output_shape` gives."""
        first = args[0]
        shape: Any
        if isinstance(first, list | tuple):
            shape = [tuple(each.shape) for each in first]
        else:
            shape = tuple(first.shape)
        self.built = True
        return KerasTensor(self.compute_output_shape(shape), self._output_dtype())


def batches_of(data: Any, steps: int | None = None) -> Iterator[Any]:
    """The batches of a dataset or generator; an array or a list as it is.

    Args:
        data: the data.
        steps: how many batches to take of a dataset; all by default.
    """
    whole = isinstance(data, list | tuple | np.ndarray | TensorValue | RaggedTensor)
    if whole or not hasattr(data, "__iter__"):
        yield data
        return
    for number, batch in enumerate(data):
        if steps is not None and number >= steps:
            return
        yield batch


def encoded(
    indices: Node, mode: str, depth: int, dtype: DType, weights: Node | None = None
) -> Tensor:
    """Indices as vectors with a place for each: a one there, or how often each occurs.

    Args:
        indices: whole numbers; those outside of [0, depth) have no place.
        mode: ``"one_hot"`` for one vector per index, ``"multi_hot"`` for ones where any index of a
            sample has its place, ``"count"`` for how many have it there.
        depth: how many places there are.
        dtype: the dtype of the vectors.
        weights: for ``"count"``, what each index counts.
    """
    if not indices.rank:
        indices = build.reshape(indices, (1,))
    if mode == "one_hot":
        if indices.rank > 1 and indices.shape[-1] == 1:
            indices = build.reshape(indices, indices.shape[:-1])
        return Tensor(build.one_hot(indices, depth, dtype))
    kind = dtype if weights is None else weights.dtype
    vectors = build.one_hot(indices, depth, kind)
    if weights is not None:
        vectors = build.mul(vectors, build.expand_dims(weights, weights.rank))
    last = vectors.rank - 2
    if not indices.shape[-1]:
        return Tensor(build.zeros((*indices.shape[:-1], depth), kind))
    return Tensor(
        build.max(vectors, (last,)) if mode == "multi_hot" else build.sum(vectors, (last,))
    )


def numbers_of(value: Any) -> Any:
    """A value as an array of numbers."""
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind not in "biuf":
        raise DTypeError(
            f"Expected numbers, got {shortened(value)}. StringLookup and TextVectorization adapt "
            "to text."
        )
    return array


def integers(values: Any) -> Tensor:
    """An array as a tensor of int64."""
    return Tensor(build.data(np.asarray(values, np.int64), dtypes.int64))
