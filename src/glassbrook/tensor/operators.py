"""The operators that tensors and variables share: arithmetic, comparison, logic, indexing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glassbrook import dtypes
from glassbrook.errors import DTypeError, GlassbrookError, ShapeError, UsageError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.tensor.convert import as_node, as_nodes_alike
from glassbrook.tensor.symbolic import SymbolicArgument

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


_Operator = Callable[["TensorOperators", Any], "Tensor"]


def _binary(combine: Build) -> tuple[_Operator, _Operator]:
    """A binary operator with a tensor on its left, and the one with a tensor on its right."""

    def forward(self: TensorOperators, other: Any) -> Any:
        try:
            return self._wrap(combine(*as_nodes_alike(self, other)))
        except SymbolicArgument:
            return NotImplemented  # a placeholder on the other side has its turn

    def reflected(self: TensorOperators, other: Any) -> Tensor:
        return self._wrap(combine(*as_nodes_alike(other, self)))

    return forward, reflected


class TensorOperators:
    """Operators, by way of one node each; a subclass says which node it stands for."""

    __slots__ = ()

    if TYPE_CHECKING:

        def used_node(self) -> Node:
            """The node that stands for the value now."""

    def _wrap(self, node: Node) -> Tensor:
        raise RuntimeError("TensorOperators is completed by Tensor.")

    __add__, __radd__ = _binary(add)
    __sub__, __rsub__ = _binary(build.sub)
    __mul__, __rmul__ = _binary(multiply)
    __truediv__, __rtruediv__ = _binary(true_divide)
    __floordiv__, __rfloordiv__ = _binary(build.floordiv)
    __mod__, __rmod__ = _binary(build.mod)
    __pow__, __rpow__ = _binary(build.pow)
    __matmul__, __rmatmul__ = _binary(matmul)
    __and__, __rand__ = _binary(bit_and)
    __or__, __ror__ = _binary(bit_or)
    __xor__, __rxor__ = _binary(bit_xor)
    __lt__, __gt__ = _binary(build.less)[0], _binary(build.greater)[0]
    __le__, __ge__ = _binary(build.less_equal)[0], _binary(build.greater_equal)[0]

    def __eq__(self, other: Any) -> Any:
        return _compare(self, other, build.equal, False)

    def __ne__(self, other: Any) -> Any:
        return _compare(self, other, build.not_equal, True)

    def __hash__(self) -> int:
        raise UsageError(
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
    except SymbolicArgument:
        return NotImplemented
    except DTypeError:
        raise
    except GlassbrookError:
        return unlike
    try:
        return x._wrap(build_comparison(left, right))
    except ShapeError:
        return x._wrap(build.constant(unlike, dtypes.bool))
