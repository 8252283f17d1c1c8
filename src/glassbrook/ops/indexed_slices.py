"""`IndexedSlices`: rows of a tensor and where they stand, as TensorFlow writes sparse gradients."""

from __future__ import annotations

from typing import Any

from glassbrook.dtypes import DType
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integers_argument
from glassbrook.tensor import Tensor, TensorShape, as_node

__all__ = ["IndexedSlices"]


class IndexedSlices:
    """Rows of a tensor whose other rows are 0; rows at equal places add up.

    Wherever a tensor is needed, the whole tensor takes its place, so optimizers and operations take
    it. Gradients of lookups are whole tensors here from the start.

    Args:
        values: the rows.
        indices: the place of each row.
        dense_shape: the shape of the whole tensor.

    Raises:
        ShapeError: there are not as many places as rows.

    Example:
        >>> import glassbrook as tf
        >>> rows = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([1, 1]), [3, 1])
        >>> tf.convert_to_tensor(rows).numpy()
        array([[0.],
               [3.],
               [0.]], dtype=float32)
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self._values, self._indices = Tensor(as_node(values)), Tensor(as_node(indices))
        if self._values.shape[:1] != self._indices.shape:
            raise ShapeError(
                f"IndexedSlices: {self._indices.shape} places for rows of shape "
                f"{self._values.shape}: there must be one for each row."
            )
        self._sizes = None
        if dense_shape is not None:
            self._sizes = integers_argument("IndexedSlices", "dense_shape", dense_shape)

    @property
    def values(self) -> Tensor:
        """The rows."""
        return self._values

    @property
    def indices(self) -> Tensor:
        """The place of each row."""
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        """The shape of the whole tensor, if it is known."""
        return None if self._sizes is None else Tensor(as_node(self._sizes))

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole tensor, as far as it is known."""
        if self._sizes is None:
            return TensorShape([None, *self._values.shape[1:]])
        return TensorShape(self._sizes)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._values.dtype

    def used_node(self) -> Node:
        """The whole tensor.

        Raises:
            InvalidArgumentError: its shape is not known.
        """
        if self._sizes is None:
            raise InvalidArgumentError(
                "IndexedSlices: the whole tensor is needed, but dense_shape was not given."
            )
        return build.scatter_add(as_node(self._indices), as_node(self._values), self._sizes)

    @property
    def node(self) -> Node:
        """The whole tensor."""
        return self.used_node()

    def numpy(self) -> Any:
        """The whole tensor as an array."""
        return Tensor(self.used_node()).numpy()

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self._values, self._indices, self._sizes)

    def __repr__(self) -> str:
        return (
            f"IndexedSlices(indices={self._indices!s}, values={self._values!s}, "
            f"dense_shape={self.dense_shape!s})"
        )
