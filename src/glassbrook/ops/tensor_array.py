"""`TensorArray`: a list of tensors that loops write to and read from."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError, out_of_memory
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integer_argument, integers_argument
from glassbrook.ops.operands import unstacked
from glassbrook.tensor import Tensor, TensorShape, as_node

__all__ = ["TensorArray"]


class TensorArray:
    """A list of tensors of one dtype, through which gradients flow.

    Places are computed when they are used, so a loop that counts with tensors runs as Python.

    Args:
        dtype: the dtype of the tensors.
        size: how many there are.
        dynamic_size: let the list grow when something is written behind its end.
        clear_after_read: forget a tensor once it was read; true by default.
        tensor_array_name: accepted for TensorFlow's sake, without effect.
        handle: accepted for TensorFlow's sake, without effect.
        flow: accepted for TensorFlow's sake, without effect.
        infer_shape: let the first tensor decide about the shape of all.
        element_shape: the shape of all tensors, `None` for sizes that may differ.
        colocate_with_first_write_call: accepted for TensorFlow's sake, without effect.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no size.

    Example:
        >>> import glassbrook as tf
        >>> squares = tf.TensorArray(tf.int32, size=3)
        >>> for i in tf.range(3):
        ...     squares = squares.write(i, i * i)
        >>> squares.stack().numpy()
        array([0, 1, 4], dtype=int32)
    """

    loop_value: ClassVar[bool] = True

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if size is None:
            raise InvalidArgumentError("Size must be declared for TensorArrays: size=10.")
        self._dtype = as_dtype(dtype)
        count = integer_argument("TensorArray", "size", size)
        try:
            self._parts: list[Node | None] = [None] * count
        except (MemoryError, OverflowError) as error:
            raise out_of_memory("TensorArray", error) from None
        self._cleared: set[int] = set()
        self._dynamic = bool(dynamic_size)
        self._clears = clear_after_read is None or bool(clear_after_read)
        self._infers = infer_shape
        self._shape = TensorShape(element_shape)

    @property
    def dtype(self) -> DType:
        """The dtype of the tensors."""
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        """Whether the list grows."""
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        """The shape of the tensors, as far as it is known."""
        return self._shape

    @property
    def flow(self) -> Tensor:
        """A scalar that stands for what was written."""
        return Tensor(build.constant(0.0, dtypes.float32))

    @property
    def handle(self) -> None:
        """Nothing: the list is a Python object."""
        return None

    def size(self, name: str | None = None) -> Tensor:
        """How many tensors there are, as int32."""
        return Tensor(build.data(len(self._parts), dtypes.int32))

    def identity(self) -> TensorArray:
        """The list itself."""
        return self

    def close(self, name: str | None = None) -> None:
        """Forget all tensors."""
        self._parts.clear()

    def __copy__(self) -> TensorArray:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> TensorArray:
        return self

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Put a tensor at a place, and give back the list.

        Raises:
            OutOfRangeError: the place is behind the end, and the list does not grow.
            DTypeError: the tensor has another dtype.
            ShapeError: it has another shape.
        """
        place = integer_argument("TensorArray.write", "index", index)
        if place < 0 or (place >= len(self._parts) and not self._dynamic):
            raise OutOfRangeError(
                f"Tried to write to index {place} but array is not resizeable and size is: "
                f"{len(self._parts)}. dynamic_size=True lets it grow."
            )
        node = as_node(value, self._dtype)
        if not self._shape.is_compatible_with(node.shape):
            raise ShapeError(
                f"Incompatible shape for value ({node.shape}), expected ({self._shape}). With "
                "infer_shape=False, shapes may differ."
            )
        if self._infers and not self._shape.is_fully_defined():
            self._shape = TensorShape(node.shape)
        self._parts += [None] * (place + 1 - len(self._parts))
        self._parts[place] = node
        self._cleared.discard(place)
        return self

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The tensor at a place; zeros if none was written there.

        Raises:
            OutOfRangeError: the place is behind the end.
            InvalidArgumentError: it was read before, or nothing was written and no shape is known.
        """
        place = integer_argument("TensorArray.read", "index", index)
        if not 0 <= place < len(self._parts):
            raise OutOfRangeError(
                f"Tried to read from index {place} but array size is: {len(self._parts)}."
            )
        if place in self._cleared:
            raise InvalidArgumentError(
                f"Could not read index {place} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)"
            )
        node = self._part(place)
        if self._clears:
            self._parts[place] = None
            self._cleared.add(place)
        return Tensor(node)

    def _part(self, place: int) -> Node:
        node = self._parts[place]
        if node is not None:
            return node
        shape = self._shape
        if not shape.is_fully_defined():
            raise InvalidArgumentError(
                f"TensorArray: nothing was written to index {place}, and the shape of the tensors "
                f"is not known: {shape}. Write there, or give element_shape."
            )
        return build.zeros(tuple(shape), self._dtype)

    def stack(self, name: str | None = None) -> Tensor:
        """All tensors along a new first axis."""
        return self._stacked(range(len(self._parts)))

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The tensors at some places along a new first axis."""
        return self._stacked(integers_argument("TensorArray.gather", "indices", indices))

    def _stacked(self, places: Any) -> Tensor:
        parts = [self._part(place) for place in places]
        if not parts:
            shape = [size or 0 for size in self._shape] if self._shape.rank is not None else []
            return Tensor(build.zeros((0, *shape), self._dtype))
        _require_equal(parts, "stack")
        return Tensor(build.concat([build.expand_dims(each, 0) for each in parts], 0))

    def concat(self, name: str | None = None) -> Tensor:
        """All tensors one after the other along their first axis."""
        parts = [self._part(place) for place in range(len(self._parts))]
        if not parts:
            return Tensor(build.zeros((0,), self._dtype))
        return Tensor(build.concat(parts, 0))

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Write the rows of a tensor to the first places, and give back the list.

        Raises:
            OutOfRangeError: there are more rows than places, and the list does not grow.
        """
        rows = unstacked(as_node(value, self._dtype), 0)
        if len(rows) > len(self._parts) and not self._dynamic:
            raise OutOfRangeError(
                f"TensorArray.unstack: {len(rows)} rows do not fit a list of {len(self._parts)}. "
                "dynamic_size=True lets it grow."
            )
        return self._write_all(range(len(rows)), rows)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Write the rows of a tensor to some places, and give back the list."""
        places = integers_argument("TensorArray.scatter", "indices", indices)
        return self._write_all(places, unstacked(as_node(value, self._dtype), 0))

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Write parts of a tensor, of these lengths along the first axis, to the first places.

        Raises:
            ShapeError: the lengths do not add up to the size of the axis.
        """
        node = as_node(value, self._dtype)
        sizes = integers_argument("TensorArray.split", "lengths", lengths)
        if not node.rank or sum(sizes) != node.shape[0]:
            raise ShapeError(
                f"TensorArray.split: lengths {list(sizes)} do not add up to the first axis of "
                f"shape {list(node.shape)}."
            )
        rest = node.shape[1:]
        begins = np.cumsum([0, *sizes])
        parts = [
            build.slice(node, (int(begin), *(0,) * len(rest)), (size, *rest))
            for begin, size in zip(begins, sizes)
        ]
        self._infers = self._infers and len(set(sizes)) == 1
        return self._write_all(range(len(parts)), parts)

    def _write_all(self, places: Any, nodes: list[Node]) -> TensorArray:
        for place, node in zip(places, nodes, strict=True):
            self.write(place, Tensor(node))
        return self

    def __repr__(self) -> str:
        return f"<tf.TensorArray size={len(self._parts)}, dtype={self._dtype.name}>"


def _require_equal(parts: list[Node], what: str) -> None:
    for place, part in enumerate(parts):
        if part.shape != parts[0].shape:
            raise ShapeError(
                f"TensorArray.{what}: tensors 0 and {place} have shapes {list(parts[0].shape)} and "
                f"{list(part.shape)}: they must be equal."
            )
