"""The element types of tensors: `float32`, `int64`, `bool`, `string` and their kin.

A `DType` is a singleton: inside the project types are compared with `is`. Users may also
compare one with its name or with a NumPy type: ``tf.float32 == "float32"``.
"""

from __future__ import annotations

import builtins
import importlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from glassbrook.errors import DTypeError, UsageError, shortened

__all__ = [
    "DType",
    "as_dtype",
    "bool",
    "double",
    "float16",
    "float32",
    "float64",
    "half",
    "int8",
    "int16",
    "int32",
    "int64",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]


class DType:
    """The type of a tensor's elements.

    Attributes:
        name: TensorFlow's name of the type, such as ``"float32"``.
        numpy: the NumPy dtype that holds the elements; strings are arrays of `bytes` objects.
        is_floating: whether it is a floating-point type, the only kind that has gradients.
        is_integer: whether it is a signed or unsigned integer type.
        is_unsigned: whether it is an unsigned integer type.
        is_bool: whether it is the type of truth values.
        is_numeric: whether arithmetic is defined on it: floating or integer.
        size: bytes per element.

    Example:
        >>> import glassbrook as tf
        >>> tf.float32.size, tf.float32 == "float32", tf.double is tf.float64
        (4, True, True)
    """

    __slots__ = (
        "is_bool",
        "is_floating",
        "is_integer",
        "is_numeric",
        "is_unsigned",
        "name",
        "numpy",
        "size",
    )

    def __init__(self, name: str, numpy_type: type) -> None:
        self.name: Final = name
        self.numpy: Final = np.dtype(numpy_type)
        self.is_floating: Final = self.numpy.kind == "f"
        self.is_integer: Final = self.numpy.kind in "iu"
        self.is_unsigned: Final = self.numpy.kind == "u"
        self.is_bool: Final = self.numpy.kind == "b"
        self.is_numeric: Final = self.is_floating or self.is_integer
        self.size: Final = self.numpy.itemsize

    @property
    def as_numpy_dtype(self) -> type:
        """The NumPy scalar type of the elements: ``tf.float32.as_numpy_dtype is np.float32``."""
        return self.numpy.type

    @property
    def is_complex(self) -> builtins.bool:
        """Always false: there are no complex tensors here."""
        return False

    @property
    def base_dtype(self) -> DType:
        """The type itself; TensorFlow distinguishes reference types here."""
        return self

    @property
    def min(self) -> Any:
        """The lowest finite value of the type.

        Raises:
            TypeError: the type has no order, as strings have none.
        """
        return self._limit("min")

    @property
    def max(self) -> Any:
        """The highest finite value of the type.

        Raises:
            TypeError: the type has no order, as strings have none.
        """
        return self._limit("max")

    def _limit(self, which: str) -> Any:
        kind: Any = self.numpy
        if self.is_floating:
            return getattr(np.finfo(kind), which)
        if self.is_integer:
            return getattr(np.iinfo(kind), which)
        if self.is_bool:
            return which == "max"
        raise UsageError(f"Cannot find {which}imum value of {self!r}: it has no order.")

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Whether `other` names this same type."""
        return self is as_dtype(other)

    def __eq__(self, other: object) -> builtins.bool:
        if self is other:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    # Types are looked up in sets for every node that is made: no Python code may run for it.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)


bool = DType("bool", np.bool_)
int8 = DType("int8", np.int8)
int16 = DType("int16", np.int16)
int32 = DType("int32", np.int32)
int64 = DType("int64", np.int64)
uint8 = DType("uint8", np.uint8)
uint16 = DType("uint16", np.uint16)
uint32 = DType("uint32", np.uint32)
uint64 = DType("uint64", np.uint64)
float16 = half = DType("float16", np.float16)
float32 = DType("float32", np.float32)
float64 = double = DType("float64", np.float64)
string = DType("string", np.object_)

ALL: Final = (
    bool,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float16,
    float32,
    float64,
    string,
)

_LOOKUP: dict[Any, DType] = {dtype: dtype for dtype in ALL}
_LOOKUP |= {dtype.name: dtype for dtype in ALL}
_LOOKUP |= {dtype.numpy: dtype for dtype in ALL}
_LOOKUP |= {dtype.numpy.type: dtype for dtype in ALL}
_LOOKUP |= {
    "half": float16,
    "float": float32,
    "double": float64,
    builtins.float: float32,
    builtins.int: int32,
    builtins.bool: bool,
    builtins.str: string,
    builtins.bytes: string,
    object: string,
}


def as_dtype(value: Any) -> DType:
    """The `DType` that `value` names: a `DType`, a name, a NumPy dtype or a Python type.

    Raises:
        TypeError: `value` names no type that tensors have.

    Example:
        >>> import glassbrook as tf
        >>> tf.as_dtype("float16"), tf.as_dtype(float)
        (tf.float16, tf.float32)
    """
    try:
        return _LOOKUP[value]
    except (KeyError, TypeError):
        pass
    if value is None or value in (list, tuple, dict):  # NumPy would take None for float64
        raise _unknown(value)
    try:
        numpy_dtype = np.dtype(getattr(value, "dtype", value))
    except TypeError:
        numpy_dtype = None
    if numpy_dtype is not None:
        if numpy_dtype.kind in "SU":
            return string
        if numpy_dtype in _LOOKUP:
            return _LOOKUP[numpy_dtype]
    raise _unknown(value)


def _unknown(value: Any) -> DTypeError:
    known = ", ".join(dtype.name for dtype in ALL)
    return DTypeError(
        f"Cannot convert {shortened(value)} to a dtype. Known dtypes: {known}; such as tf.float32, "
        "or 'float32'."
    )


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # TensorFlow lists these two operations with the types. They stand far above this module, so
        # they are looked up when they are asked for.
        if name in ("cast", "saturate_cast"):
            return getattr(importlib.import_module("glassbrook.ops.properties"), name)
        raise AttributeError(f"module 'glassbrook.dtypes' has no attribute {name!r}")
