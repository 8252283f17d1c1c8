"""The operators of ragged tensors: those of tensors, value by value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

__all__ = ["RaggedOperators"]

_Operator = Callable[["RaggedOperators", Any], Any]


def _both(combine: Callable[[Any, Any], Any]) -> tuple[_Operator, _Operator]:
    def forward(self: RaggedOperators, other: Any) -> Any:
        return _combined(combine, self, other)

    def reflected(self: RaggedOperators, other: Any) -> Any:
        return _combined(combine, other, self)

    return forward, reflected


def _combined(combine: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
    # Imported here: it is written with the class that this completes.
    from glassbrook.ops.ragged.elementwise import elementwise

    return elementwise(combine, (x, y), {})


class RaggedOperators:
    """Operators, value by value; what stands beside is stretched to the rows."""

    __slots__ = ()

    __add__, __radd__ = _both(operator.add)
    __sub__, __rsub__ = _both(operator.sub)
    __mul__, __rmul__ = _both(operator.mul)
    __truediv__, __rtruediv__ = _both(operator.truediv)
    __floordiv__, __rfloordiv__ = _both(operator.floordiv)
    __mod__, __rmod__ = _both(operator.mod)
    __pow__, __rpow__ = _both(operator.pow)
    __and__, __rand__ = _both(operator.and_)
    __or__, __ror__ = _both(operator.or_)
    __xor__, __rxor__ = _both(operator.xor)
    __lt__, __gt__ = _both(operator.lt)  # x > y is y < x
    __le__, __ge__ = _both(operator.le)

    def __eq__(self, other: Any) -> Any:
        return False if other is None else _combined(operator.eq, self, other)

    def __ne__(self, other: Any) -> Any:
        return True if other is None else _combined(operator.ne, self, other)

    def __neg__(self) -> Any:
        return _mapped(operator.neg, self)

    def __abs__(self) -> Any:
        return _mapped(operator.abs, self)

    def __invert__(self) -> Any:
        return _mapped(operator.invert, self)


def _mapped(function: Callable[[Any], Any], x: Any) -> Any:
    return x.with_flat_values(function(x.flat_values))
