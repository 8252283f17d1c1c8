"""Python's operators on placeholders: what they do once there are tensors.

As in Keras, operands of several dtypes meet in one that holds both, which plain tensors do not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from glassbrook.keras.promotion import as_float, common, tensor
from glassbrook.tensor import Tensor

__all__ = ["OPERATORS"]

_Function = Callable[..., Any]


def _met(name: str, function: _Function, floats: bool = False) -> _Function:
    """An operator whose operands meet in one dtype first."""

    def run(x: Any, y: Any) -> Any:
        if type(x) is Tensor and type(y) is Tensor and x.dtype is y.dtype and not floats:
            return function(x, y)
        x, y = common(x, y)
        if floats and not x.dtype.is_floating:
            x, y = as_float(x), as_float(y)
        return function(x, y)

    run.__name__ = run.__qualname__ = name
    return run


def _single(name: str, function: _Function) -> _Function:
    def run(x: Any) -> Any:
        return function(tensor(x))

    run.__name__ = run.__qualname__ = name
    return run


def get_item(x: Any, key: Any) -> Any:
    """``x[key]``."""
    return x[tuple(key) if isinstance(key, list) else key]


# By the names of Keras's classes, which model files use.
OPERATORS: dict[str, tuple[_Function, _Function]] = {
    "Add": (operator.add, _met("add", operator.add)),
    "Subtract": (operator.sub, _met("subtract", operator.sub)),
    "Multiply": (operator.mul, _met("multiply", operator.mul)),
    "TrueDivide": (operator.truediv, _met("true_divide", operator.truediv, floats=True)),
    "FloorDivide": (operator.floordiv, _met("floor_divide", operator.floordiv)),
    "Mod": (operator.mod, _met("mod", operator.mod)),
    "Power": (operator.pow, _met("power", operator.pow)),
    "Matmul": (operator.matmul, _met("matmul", operator.matmul)),
    "LogicalAnd": (operator.and_, _met("logical_and", operator.and_)),
    "LogicalOr": (operator.or_, _met("logical_or", operator.or_)),
    "LogicalXor": (operator.xor, _met("logical_xor", operator.xor)),
    "LogicalNot": (operator.invert, _single("logical_not", operator.invert)),
    "Less": (operator.lt, _met("less", operator.lt)),
    "LessEqual": (operator.le, _met("less_equal", operator.le)),
    "Greater": (operator.gt, _met("greater", operator.gt)),
    "GreaterEqual": (operator.ge, _met("greater_equal", operator.ge)),
    "NotEqual": (operator.ne, _met("not_equal", operator.ne)),
    "Negative": (operator.neg, _single("negative", operator.neg)),
    "Positive": (operator.pos, _single("positive", operator.pos)),
    "Absolute": (operator.abs, _single("absolute", operator.abs)),
    "GetItem": (operator.getitem, get_item),
}
