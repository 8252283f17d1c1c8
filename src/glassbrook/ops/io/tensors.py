"""Tensors as strings, in TensorFlow's `TensorProto` encoding."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Array
from glassbrook.ops.arguments import node_value
from glassbrook.ops.io import wire
from glassbrook.ops.io.files import string_tensor
from glassbrook.ops.io.strings import string_array
from glassbrook.tensor import Tensor, as_node

__all__ = ["NUMBERS", "pack_shape", "pack_tensor", "parse_tensor", "serialize_tensor"]
__all__ += ["unpack_shape", "unpack_tensor"]

NUMBERS: dict[DType, int] = {
    dtypes.float32: 1,
    dtypes.float64: 2,
    dtypes.int32: 3,
    dtypes.uint8: 4,
    dtypes.int16: 5,
    dtypes.int8: 6,
    dtypes.string: 7,
    dtypes.int64: 9,
    dtypes.bool: 10,
    dtypes.uint16: 17,
    dtypes.float16: 19,
    dtypes.uint32: 22,
    dtypes.uint64: 23,
}
"""The numbers that stand for dtypes in files."""

_MOST_ELEMENTS = 2**40


def pack_shape(shape: tuple[int, ...]) -> bytes:
    """A `TensorShapeProto`."""
    sizes = (wire.varint_field(1, size) if size else b"" for size in shape)
    return b"".join(wire.length_field(2, each) for each in sizes)


def unpack_shape(data: Any) -> tuple[int, ...]:
    """The sizes in a `TensorShapeProto`.

    Raises:
        WireError: it is none, or a size is not known.
    """
    sizes = []
    for number, kind, value in wire.fields(data):
        if number == 2 and kind == 2:
            size = 0
            for inner, inner_kind, item in wire.fields(value):
                if inner == 1 and inner_kind == 0:
                    size = wire.signed(item)
            sizes.append(size)
    if any(size < 0 for size in sizes) or math.prod(sizes) > _MOST_ELEMENTS:
        raise wire.WireError(f"the shape {sizes} is none")
    return tuple(sizes)


def pack_tensor(array: Array, dtype: DType) -> bytes:
    """A `TensorProto`."""
    parts = [wire.varint_field(1, NUMBERS[dtype]), wire.length_field(2, pack_shape(array.shape))]
    if dtype is dtypes.string:
        parts += [wire.length_field(8, each) for each in array.ravel()]
    elif array.size:
        little = np.ascontiguousarray(array, dtype.numpy.newbyteorder("<"))
        parts.append(wire.length_field(4, little.tobytes()))
    return b"".join(parts)


# Where values stand that are written one by one, by the numbers of the fields.
_VALUE_FIELDS = {
    "float32": 5,
    "float64": 6,
    "int32": 7,
    "uint8": 7,
    "int16": 7,
    "int8": 7,
    "uint16": 7,
    "int64": 10,
    "bool": 11,
    "float16": 13,
    "uint32": 16,
    "uint64": 17,
}


def unpack_tensor(data: Any) -> Array:
    """The array in a `TensorProto`.

    Raises:
        WireError: it is none, or holds what does not exist here.
    """
    shape: tuple[int, ...] = ()
    dtype: DType | None = None
    content: Any = b""
    strings: list[bytes] = []
    listed: list[tuple[int, int, Any]] = []
    for number, kind, value in wire.fields(data):
        if number == 1 and kind == 0:
            dtype = next((each for each, own in NUMBERS.items() if own == value), None)
            if dtype is None:
                raise wire.WireError(f"the type number {value} is unknown")
        elif number == 2 and kind == 2:
            shape = unpack_shape(value)
        elif number == 4 and kind == 2:
            content = value
        elif number == 8 and kind == 2:
            strings.append(bytes(value))
        else:
            listed.append((number, kind, value))
    if dtype is None:
        raise wire.WireError("no type is given")
    if dtype is dtypes.string:
        values = np.empty(len(strings), object)
        values[:] = strings
    elif len(content):
        if len(content) % dtype.size:
            raise wire.WireError(f"{len(content)} bytes make no {dtype.name}")
        values = np.frombuffer(content, dtype.numpy.newbyteorder("<")).astype(dtype.numpy)
        if len(values) != math.prod(shape):
            raise wire.WireError(f"{len(values)} values do not make the shape {list(shape)}")
    else:
        values = _listed(listed, dtype)
    return _filled(values, shape)


def _listed(listed: list[tuple[int, int, Any]], dtype: DType) -> Array:
    found: list[Any] = []
    for number, kind, value in listed:
        if number == _VALUE_FIELDS[dtype.name]:
            if dtype is dtypes.float32:
                found += wire.read_floats(kind, value)
            elif dtype is dtypes.float64:
                raw = value.to_bytes(8, "little") if kind == 1 else value
                found += np.frombuffer(raw, "<f8").tolist()
            else:
                found += wire.read_varints(kind, value)
    if dtype is dtypes.float16:
        return np.array(found, np.uint16).view(np.float16)
    if dtype in (dtypes.uint32, dtypes.uint64):
        return np.array([each & 0xFFFFFFFFFFFFFFFF for each in found], dtype.numpy)
    try:
        return np.array(found, dtype.numpy)
    except OverflowError:
        raise wire.WireError(f"a value does not fit {dtype.name}") from None


def _filled(values: Array, shape: tuple[int, ...]) -> Array:
    """The values in a shape, of which the last one may be left out where it repeats."""
    count = math.prod(shape)
    if len(values) > count or (not len(values) and values.dtype == object and count):
        raise wire.WireError(f"{len(values)} values do not make the shape {list(shape)}")
    if len(values) < count:
        if len(values) > 1:
            raise wire.WireError(f"{len(values)} values do not make the shape {list(shape)}")
        # A broadcast costs no memory, however large a shape a damaged string claims.
        value = values[0] if len(values) else values.dtype.type(0)
        return np.broadcast_to(np.asarray(value, values.dtype), shape)
    return values.reshape(shape)


def serialize_tensor(tensor: Any, name: str | None = None) -> Tensor:
    """A tensor as one string, which TensorFlow's `parse_tensor` reads too.

    Args:
        tensor: a tensor of any dtype.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> text = tf.io.serialize_tensor(tf.constant([1, 2]))
        >>> tf.io.parse_tensor(text, tf.int32).numpy()
        array([1, 2], dtype=int32)
    """
    node = as_node(tensor)
    return string_tensor(pack_tensor(node_value(node), node.dtype))


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Tensor:
    """The tensor in a string that `serialize_tensor` made.

    Args:
        serialized: one string.
        out_type: its dtype.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the string holds no tensor, or one of another dtype.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.parse_tensor(tf.io.serialize_tensor([[1.5]]), tf.float32).numpy()
        array([[1.5]], dtype=float32)
    """
    strings, wanted = string_array("parse_tensor", serialized), as_dtype(out_type)
    if strings.ndim:
        raise InvalidArgumentError(
            f"io.parse_tensor: expected one string, got shape {list(strings.shape)}."
        )
    try:
        array = unpack_tensor(strings[()])
    except ValueError as error:
        raise InvalidArgumentError(
            f"io.parse_tensor: could not parse serialized as TensorProto: {error}."
        ) from None
    found = as_dtype(array.dtype)
    if found is not wanted:
        raise InvalidArgumentError(
            f"io.parse_tensor: Type mismatch between parsed tensor ({found.name}) and dtype "
            f"({wanted.name})"
        )
    if array.nbytes > 2**34:
        raise InvalidArgumentError(f"io.parse_tensor: {array.nbytes:,} bytes are too many.")
    return Tensor(build.data(np.ascontiguousarray(array).reshape(array.shape), found))
