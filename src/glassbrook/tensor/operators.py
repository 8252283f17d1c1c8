"""The operators that tensors and variables share: arithmetic, comparison, logic, indexing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glassbrook import dtypes
from glassbrook.errors import DTypeError, GlassbrookError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.tensor.convert import as_node, as_nodes_alike

if TYPE_CHECKING:
    from glassbrook.tensor.tensor import Tensor

__all__ = ["TensorOperators", "true_divide"]

_NARROW = frozenset({dtypes.int8, dtypes.uint8, dtypes.int16, dtypes.uint16})


def true_divide(x: Node, y: Node) -> Node:
    """x / y; integers become float64 first, or float32 if they have at most 16 bits."""
    if x.dtype.is_integer and x.dtype is y.dtype:
        wide = dtypes.float32 if x.dtype in _NARROW else dtypes.float64
        x, y = build.cast(x, wide), build.cast(y, wide)
    return build.div(x, y)


def bitwise_or_logical(logical: Build, bitwise: Build) -> Build:
    """An operation that is logic on truth values and works bit by bit on integers."""

    def combine(x: Node, y: Node) -> Node:
        return logical(x, y) if x.dtype.is_bool else bitwise(x, y)

    return combine


def invert(x: Node) -> Node:
    """~x: logic on truth values, bit by bit on integers."""
    return build.logical_not(x) if x.dtype.is_bool else build.bitwise_not(x)


def multiply(x: Node, y: Node) -> Node:
    """x * y; of truth values, whether both hold."""
    return build.logical_and(x, y) if x.dtype.is_bool else build.mul(x, y)


def matmul(x: Node, y: Node) -> Node:
    """x @ y."""
    return build.matmul(x, y)


def add(x: Node, y: Node) -> Node:
    """x + y; of strings, one after the other."""
    return build.string_join((x, y), "") if x.dtype is dtypes.string else build.add(x, y)


Build = Callable[[Node, Node], Node]

bit_and = bitwise_or_logical(build.logical_and, build.bitwise_and)
bit_or = bitwise_or_logical(build.logical_or, build.bitwise_or)
bit_xor = bitwise_or_logical(build.logical_xor, build.bitwise_xor)


class TensorOperators:
    """Operators, by way of one node each; a subclass says which node it stands for."""

    __slots__ = ()

    if TYPE_CHECKING:

        def used_node(self) -> Node:
            """The node that stands for the value now."""

    def _wrap(self, node: Node) -> Tensor:
        raise RuntimeError("TensorOperators is completed by Tensor.")

    def __add__(self, other: Any) -> Tensor:
        return self._wrap(add(*as_nodes_alike(self, other)))

    def __radd__(self, other: Any) -> Tensor:
        return self._wrap(add(*as_nodes_alike(other, self)))

    def __sub__(self, other: Any) -> Tensor:
        return self._wrap(build.sub(*as_nodes_alike(self, other)))

    def __rsub__(self, other: Any) -> Tensor:
        return self._wrap(build.sub(*as_nodes_alike(other, self)))

    def __mul__(self, other: Any) -> Tensor:
        return self._wrap(multiply(*as_nodes_alike(self, other)))

    def __rmul__(self, other: Any) -> Tensor:
        return self._wrap(multiply(*as_nodes_alike(other, self)))

    def __truediv__(self, other: Any) -> Tensor:
        return self._wrap(true_divide(*as_nodes_alike(self, other)))

    def __rtruediv__(self, other: Any) -> Tensor:
        return self._wrap(true_divide(*as_nodes_alike(other, self)))

    def __floordiv__(self, other: Any) -> Tensor:
        return self._wrap(build.floordiv(*as_nodes_alike(self, other)))

    def __rfloordiv__(self, other: Any) -> Tensor:
        return self._wrap(build.floordiv(*as_nodes_alike(other, self)))

    def __mod__(self, other: Any) -> Tensor:
        return self._wrap(build.mod(*as_nodes_alike(self, other)))

    def __rmod__(self, other: Any) -> Tensor:
        return self._wrap(build.mod(*as_nodes_alike(other, self)))

    def __pow__(self, other: Any) -> Tensor:
        return self._wrap(build.pow(*as_nodes_alike(self, other)))

    def __rpow__(self, other: Any) -> Tensor:
        return self._wrap(build.pow(*as_nodes_alike(other, self)))

    def __matmul__(self, other: Any) -> Tensor:
        return self._wrap(matmul(*as_nodes_alike(self, other)))

    def __rmatmul__(self, other: Any) -> Tensor:
        return self._wrap(matmul(*as_nodes_alike(other, self)))

    def __and__(self, other: Any) -> Tensor:
        return self._wrap(bit_and(*as_nodes_alike(self, other)))

    def __rand__(self, other: Any) -> Tensor:
        return self._wrap(bit_and(*as_nodes_alike(other, self)))

    def __or__(self, other: Any) -> Tensor:
        return self._wrap(bit_or(*as_nodes_alike(self, other)))

    def __ror__(self, other: Any) -> Tensor:
        return self._wrap(bit_or(*as_nodes_alike(other, self)))

    def __xor__(self, other: Any) -> Tensor:
        return self._wrap(bit_xor(*as_nodes_alike(self, other)))

    def __rxor__(self, other: Any) -> Tensor:
        return self._wrap(bit_xor(*as_nodes_alike(other, self)))

    def __lt__(self, other: Any) -> Tensor:
        return self._wrap(build.less(*as_nodes_alike(self, other)))

    def __le__(self, other: Any) -> Tensor:
        return self._wrap(build.less_equal(*as_nodes_alike(self, other)))

    def __gt__(self, other: Any) -> Tensor:
        return self._wrap(build.greater(*as_nodes_alike(self, other)))

    def __ge__(self, other: Any) -> Tensor:
        return self._wrap(build.greater_equal(*as_nodes_alike(self, other)))

    def __eq__(self, other: Any) -> Any:
        return _compare(self, other, build.equal, False)

    def __ne__(self, other: Any) -> Any:
        return _compare(self, other, build.not_equal, True)

    def __hash__(self) -> int:
        raise TypeError(
            f"{type(self).__name__} is unhashable, as == compares elements. "
            "Use x.ref() as the key instead."
        )

    def __neg__(self) -> Tensor:
        return self._wrap(build.neg(as_node(self)))

    def __pos__(self) -> Tensor:
        return self._wrap(build.identity(as_node(self)))

    def __abs__(self) -> Tensor:
        return self._wrap(build.abs(as_node(self)))

    def __invert__(self) -> Tensor:
        return self._wrap(invert(as_node(self)))


def _compare(x: TensorOperators, y: Any, build_comparison: Build, unlike: bool) -> Any:
    """Elementwise comparison; what cannot be compared at all is simply not equal."""
    if y is None:
        return unlike
    try:
        left, right = as_nodes_alike(x, y)
    except DTypeError:
        raise
    except GlassbrookError:
        return unlike
    try:
        return x._wrap(build_comparison(left, right))
    except ShapeError:
        return x._wrap(build.constant(unlike, dtypes.bool))
