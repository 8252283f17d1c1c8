"""Which dtype the operands of `tf.keras.ops` meet in: integers become floats beside floats."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph import build
from glassbrook.keras import backend
from glassbrook.tensor import Tensor, TensorValue, as_node, convert_to_tensor
from glassbrook.tensor.symbolic import operation

__all__ = ["as_float", "binary", "common", "floatx", "named", "result_type", "tensor", "unary"]

_SIGNED = (dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64)
_UNSIGNED = (dtypes.uint8, dtypes.uint16, dtypes.uint32, dtypes.uint64)
_Function = Callable[..., Any]


def floatx() -> DType:
    """The dtype that whole numbers become where fractions come out."""
    return as_dtype(backend.floatx())


def tensor(x: Any, dtype: Any = None) -> Tensor:
    """A value as a tensor, of a dtype if one is given."""
    found = x if isinstance(x, Tensor) else convert_to_tensor(x)
    if dtype is not None and found.dtype is not as_dtype(dtype):
        return Tensor(build.cast(found.used_node(), as_dtype(dtype)))
    return found


def as_float(x: Any) -> Tensor:
    """A value as a tensor of floats."""
    found = tensor(x)
    return found if found.dtype.is_floating else tensor(found, floatx())


def result_type(x: DType, y: DType) -> DType:
    """The dtype in which two dtypes meet.

    Example:
        >>> result_type(dtypes.int64, dtypes.float16), result_type(dtypes.uint8, dtypes.int8)
        (tf.float16, tf.int16)
    """
    if x is y:
        return x
    if dtypes.string in (x, y):
        raise DTypeError(f"There is no common dtype of {x.name} and {y.name}.")
    if x.is_bool or y.is_bool:
        return y if x.is_bool else x
    if x.is_floating and y.is_floating:
        if x.size == y.size:  # float16 and bfloat16
            return dtypes.float32
        return x if x.size > y.size else y
    if x.is_floating or y.is_floating:
        return x if x.is_floating else y
    return _common_integer(x, y)


def _common_integer(x: DType, y: DType) -> DType:
    if (x in _SIGNED) == (y in _SIGNED):
        return x if x.size > y.size else y
    signed, unsigned = (x, y) if x in _SIGNED else (y, x)
    if signed.size > unsigned.size:
        return signed
    wider = _UNSIGNED.index(unsigned) + 1
    return _SIGNED[wider] if wider < len(_SIGNED) else floatx()


def common(*values: Any) -> list[Tensor]:
    """Values as tensors of the dtype in which they meet; Python numbers take that of the others."""
    if not values:
        raise InvalidArgumentError(
            "Expected a list of at least one tensor, got an empty list: such as [x, y]."
        )
    strong = [
        each.dtype if isinstance(each, TensorValue) else tensor(each).dtype
        for each in values
        if not _is_number(each)
    ]
    numbers = [each for each in values if _is_number(each)]
    if strong:
        dtype = functools.reduce(result_type, strong)
        for each in numbers:
            dtype = _beside_number(dtype, each)
    else:
        kinds = [tensor(each).dtype for each in numbers]
        kinds = [floatx() if kind.is_floating else kind for kind in kinds]
        dtype = functools.reduce(result_type, kinds)
    return [
        Tensor(as_node(each, dtype))
        if _is_number(each) and not dtype.is_bool
        else tensor(each, dtype)
        for each in values
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float)


def _beside_number(dtype: DType, number: Any) -> DType:
    """The dtype of tensors beside a Python number, which says but which kind it is."""
    if isinstance(number, bool):
        return dtype
    if isinstance(number, float):
        return dtype if dtype.is_floating else floatx()
    return dtypes.int32 if dtype.is_bool else dtype


def named(function: _Function, name: str, module: str, doc: str) -> Any:
    """A function of another one, as a public operation of a name."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__doc__ = doc
    return operation(function)


def unary(
    module: str, name: str, function: _Function, doc: str, floats: bool = True
) -> Callable[[Any], Any]:
    """An operation on one tensor.

    Args:
        module: where it is.
        name: its name.
        function: what it does to a tensor.
        doc: what it does, in words.
        floats: whether whole numbers become floats first.
    """
    convert = as_float if floats else tensor

    def run(x: Any) -> Any:
        return function(convert(x))

    made: Callable[[Any], Any] = named(run, name, module, doc)
    return made


def binary(
    module: str, name: str, function: _Function, doc: str, floats: bool = False
) -> Callable[[Any, Any], Any]:
    """An operation on two tensors, in the dtype in which they meet; see `unary`."""

    def run(x1: Any, x2: Any) -> Any:
        x, y = common(x1, x2)
        if floats and not x.dtype.is_floating:
            x, y = tensor(x, floatx()), tensor(y, floatx())
        return function(x, y)

    made: Callable[[Any, Any], Any] = named(run, name, module, doc)
    return made
