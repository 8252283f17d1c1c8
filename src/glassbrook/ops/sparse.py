"""`SparseTensor`: a tensor of which only some elements are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from glassbrook import dtypes
from glassbrook.dtypes import DType
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import integers_argument, node_value
from glassbrook.tensor import Tensor, TensorShape, as_node
from glassbrook.tensor.symbolic import SymbolicArgument, operation_name

__all__ = ["SparseArgument", "SparseTensor", "SparseTensorSpec", "as_sparse"]

Places = npt.NDArray[np.int64]


class SparseArgument(SymbolicArgument, DTypeError):  # noqa: N818
    """An operation was given a sparse tensor; those that work value by value take it."""


class SparseTensor:
    """The places and values of the elements that are not 0. Places are known, values may wait.

    Args:
        indices: the places, int64 of shape ``[count, rank]``, computed now.
        values: the value at each place.
        dense_shape: the shape of the whole tensor.

    Raises:
        ShapeError: the shapes do not fit together.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.SparseTensor(indices=[[0, 1], [1, 0]], values=[5, 7], dense_shape=[2, 2])
        >>> tf.sparse.to_dense(x).numpy()
        array([[0, 5],
               [7, 0]], dtype=int32)
    """

    tensor_like: ClassVar[bool] = True
    loop_value: ClassVar[bool] = True
    __slots__ = ("__weakref__", "_values", "places", "sizes")
    __array_priority__ = 100

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        places = np.asarray(node_value(as_node(indices)), np.int64)
        self.sizes = integers_argument("SparseTensor", "dense_shape", dense_shape)
        node = as_node(values)
        if places.size == 0:
            places = places.reshape(0, len(self.sizes))
        if node.rank != 1 or places.shape != (node.shape[0], len(self.sizes)):
            raise ShapeError(
                f"SparseTensor: indices of shape {list(places.shape)} and values of shape "
                f"{list(node.shape)} do not fit a dense shape of {len(self.sizes)} axes: expected "
                "[count, axes] and [count]."
            )
        self.places: Places = places
        self._values = Tensor(node)

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """The same as a sparse tensor: from a triple of indices, values and shape, or from one."""
        if isinstance(sparse_tensor_value, SparseTensor):
            return sparse_tensor_value
        return cls(*sparse_tensor_value)

    @property
    def indices(self) -> Tensor:
        """The places."""
        return Tensor(build.data(self.places, dtypes.int64))

    @property
    def values(self) -> Tensor:
        """The value at each place."""
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        """The shape of the whole tensor, as a tensor."""
        return Tensor(build.data(np.asarray(self.sizes, np.int64), dtypes.int64))

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole tensor."""
        return TensorShape(self.sizes)

    def get_shape(self) -> TensorShape:
        """The shape of the whole tensor."""
        return self.shape

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._values.dtype

    def with_values(self, new_values: Any) -> SparseTensor:
        """Other values at the same places."""
        return SparseTensor(self.places, new_values, self.sizes)

    def eval(self) -> SparseTensor:
        """The tensor itself."""
        return self

    def used_node(self) -> Node:
        """Refuse: there is no single array behind it.

        Raises:
            SparseArgument: always. Operations that take sparse tensors catch it.
        """
        raise SparseArgument(
            f"a sparse tensor of shape {self.shape} stands where a tensor is needed. "
            "tf.sparse.to_dense(x) makes one, and tf.sparse has operations that take it."
        )

    def __mul__(self, other: Any) -> SparseTensor:
        return self._beside(other, lambda x, y: x * y)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> SparseTensor:
        return self._beside(other, lambda x, y: x / y)

    def _beside(self, other: Any, combine: Callable[[Any, Any], Any]) -> SparseTensor:
        """Combined with the elements of a tensor that stand at the same places."""
        node = as_node(other, self.dtype) if not hasattr(other, "used_node") else as_node(other)
        if node.rank:
            broadcast = build.broadcast_to(node, self.sizes)
            node = build.gather_nd(broadcast, build.data(self.places, dtypes.int64))
        return self.with_values(combine(self._values, Tensor(node)))

    def __repr__(self) -> str:
        return (
            f"SparseTensor(indices={self.indices!s}, values={self.values!s}, "
            f"dense_shape={self.dense_shape!s})"
        )


def as_sparse(op: str, value: Any) -> SparseTensor:
    """A sparse tensor as it is.

    Raises:
        DTypeError: it is something else.
    """
    if not isinstance(value, SparseTensor):
        raise DTypeError(
            f"sparse.{op}: Input must be a SparseTensor, got {type(value).__name__}: "
            "tf.sparse.from_dense(x) makes one."
        )
    return value


def checked_places(x: SparseTensor, in_order: bool) -> None:
    """Raise an `InvalidArgumentError` for places outside, out of order or repeated."""
    sizes = np.asarray(x.sizes, np.int64)
    outside = np.argwhere(np.any((x.places < 0) | (x.places >= sizes), axis=1))
    if len(outside):
        number = int(outside[0, 0])
        raise InvalidArgumentError(
            f"indices[{number}] = {x.places[number].tolist()} is out of bounds: need 0 <= index < "
            f"{list(x.sizes)}."
        )
    if in_order and len(x.places) > 1:
        flat = np.ravel_multi_index(tuple(x.places.T), x.sizes) if x.sizes else np.zeros(1)
        wrong = np.flatnonzero(np.diff(flat) <= 0)
        if len(wrong):
            number = int(wrong[0]) + 1
            fault = "is repeated" if flat[number] == flat[number - 1] else "is out of order"
            raise InvalidArgumentError(
                f"indices[{number}] = {x.places[number].tolist()} {fault}. tf.sparse.reorder puts "
                "places in order."
            )


_BY_VALUE = ("ops.elementwise", "ops.trigonometry")
_NAMES = ("cast", "identity", "saturate_cast", "zeros_like")


def _dispatch(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Operations that keep 0 at 0 are taken value by value."""
    place, _, name = operation_name(function).rpartition(".")
    if name == "is_tensor":
        return True
    if args and isinstance(args[0], SparseTensor) and (place in _BY_VALUE or name in _NAMES):
        x = args[0]
        return x.with_values(function(x.values, *args[1:], **kwargs))
    raise DTypeError(
        f"{name} does not take sparse tensors. tf.sparse.to_dense(x) makes a tensor; tf.sparse has "
        "operations that take them, such as tf.sparse.sparse_dense_matmul."
    )


SparseArgument.record = staticmethod(_dispatch)


class SparseTensorSpec:
    """What is known about a sparse tensor before there is one.

    Args:
        shape: sizes of the axes, `None` for one that is not known.
        dtype: the type of the elements.

    Example:
        >>> import glassbrook as tf
        >>> tf.SparseTensorSpec([None, 3], tf.int32)
        SparseTensorSpec(TensorShape([None, 3]), tf.int32)
    """

    def __init__(self, shape: Any = None, dtype: Any = dtypes.float32) -> None:
        self.shape = TensorShape(shape)
        self.dtype = dtypes.as_dtype(dtype)

    @classmethod
    def from_value(cls, value: SparseTensor) -> SparseTensorSpec:
        """The spec that describes a sparse tensor."""
        return cls(value.shape, value.dtype)

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or something of another spec, could be of this spec."""
        return (
            isinstance(spec_or_value, SparseTensor | SparseTensorSpec)
            and spec_or_value.dtype is self.dtype
            and self.shape.is_compatible_with(spec_or_value.shape)
        )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, SparseTensorSpec)
            and self.shape == other.shape
            and self.dtype is other.dtype
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype.name))

    def __repr__(self) -> str:
        return f"SparseTensorSpec({self.shape!r}, {self.dtype!r})"
