"""What strings of bytes hold: numbers, columns of text, base 64, packed data."""

from __future__ import annotations

import base64
import binascii
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Array
from glassbrook.ops.arguments import node_value
from glassbrook.tensor import Tensor, as_node

__all__ = ["decode_base64", "decode_compressed", "decode_csv", "decode_raw", "encode_base64"]

_MOST_UNPACKED = 2**31


def string_array(op: str, value: Any) -> Array:
    """The strings of a tensor.

    Raises:
        DTypeError: it holds something else.
    """
    node = as_node(value)
    if node.dtype is not dtypes.string:
        raise DTypeError(f"io.{op}: expected strings, got {node.dtype.name}.")
    return node_value(node)


def _mapped(op: str, value: Any, function: Callable[[bytes], bytes]) -> Tensor:
    strings = string_array(op, value)
    result = np.empty(strings.shape, object)
    for place in np.ndindex(strings.shape):
        result[place] = function(bytes(strings[place]))
    return Tensor(build.data(result, dtypes.string))


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Tensor:
    """Strings in base 64, with ``-`` and ``_`` as in addresses of the web.

    Args:
        input: strings.
        pad: whether to fill up with ``=``.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.encode_base64("hi?").numpy()
        b'aGk_'
    """

    def encode(value: bytes) -> bytes:
        encoded = base64.urlsafe_b64encode(value)
        return encoded if pad else encoded.rstrip(b"=")

    return _mapped("encode_base64", input, encode)


def decode_base64(input: Any, name: str | None = None) -> Tensor:
    """What `encode_base64` was given.

    Args:
        input: strings in base 64, filled up or not.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a string is not in base 64.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.decode_base64("aGk_").numpy()
        b'hi?'
    """

    def decode(value: bytes) -> bytes:
        try:
            bare = value.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            if value.translate(None, b"+/") != value:
                raise binascii.Error("a character of the other alphabet")
            return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidArgumentError(
                f"io.decode_base64: {value[:40]!r} is not in base 64: {error}."
            ) from None

    return _mapped("decode_base64", input, decode)


def decode_compressed(bytes: Any, compression_type: str = "", name: str | None = None) -> Tensor:
    """Strings, unpacked.

    Args:
        bytes: strings.
        compression_type: ``""``, ``"GZIP"`` or ``"ZLIB"``.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a string cannot be unpacked, or there is no such compression.

    Example:
        >>> import glassbrook as tf, zlib
        >>> tf.io.decode_compressed(zlib.compress(b"hello"), "ZLIB").numpy()
        b'hello'
    """
    if compression_type not in ("", "GZIP", "ZLIB"):
        raise InvalidArgumentError(
            f"io.decode_compressed: {compression_type!r} is not '', 'GZIP' or 'ZLIB'."
        )

    def unpack(value: Any) -> Any:
        if not compression_type:
            return value
        try:
            unpacker = zlib.decompressobj(31 if compression_type == "GZIP" else 15)
            found = unpacker.decompress(value, _MOST_UNPACKED)
            if not unpacker.eof:
                raise zlib.error("it is cut off, or larger than 2 GiB")
            return found
        except (zlib.error, gzip.BadGzipFile) as error:
            raise InvalidArgumentError(f"io.decode_compressed: {error}.") from None

    return _mapped("decode_compressed", bytes, unpack)


def decode_raw(
    input_bytes: Any,
    out_type: Any,
    little_endian: bool = True,
    fixed_length: int | None = None,
    name: str | None = None,
) -> Tensor:
    r"""The numbers whose bytes strings hold, in a new last axis.

    Args:
        input_bytes: strings, all equally long unless `fixed_length` is given.
        out_type: the dtype of the numbers.
        little_endian: whether the lowest byte comes first.
        fixed_length: how many bytes to take of each string; shorter ones are filled with zeros.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the lengths differ, or make no whole number of elements.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.decode_raw([b"\x01\x00", b"\x02\x01"], tf.int16).numpy().tolist()
        [[1], [258]]
    """
    strings = string_array("decode_raw", input_bytes)
    dtype = as_dtype(out_type)
    if dtype is dtypes.string:
        raise DTypeError("io.decode_raw: out_type must be a type of numbers.")
    rows = [bytes(each) for each in strings.ravel()]
    length = fixed_length if fixed_length is not None else len(rows[0]) if rows else 0
    if fixed_length is not None:
        rows = [row[:length].ljust(length, b"\0") for row in rows]
    if any(len(row) != length for row in rows):
        raise InvalidArgumentError(
            "io.decode_raw requires input strings to all be the same size, but got sizes "
            f"{sorted({len(row) for row in rows})}. Give fixed_length to fill up."
        )
    if length % dtype.size:
        raise InvalidArgumentError(
            f"io.decode_raw: {length} bytes make no whole number of {dtype.name}, of {dtype.size} "
            "bytes each."
        )
    order = dtype.numpy.newbyteorder("<" if little_endian else ">")
    flat = np.frombuffer(b"".join(rows), order).astype(dtype.numpy)
    return Tensor(build.data(flat.reshape(*strings.shape, length // dtype.size)))


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
    name: str | None = None,
) -> list[Tensor]:
    """Lines of text with separators, as one tensor for each column.

    Args:
        records: strings, each a line.
        record_defaults: for each column what stands for an empty field, as a list of one item; an
            empty tensor of a dtype if a field is required.
        field_delim: the separator.
        use_quote_delim: whether ``"`` keeps separators within a field.
        na_value: what else counts as empty.
        select_cols: numbers of the columns that are wanted, in ascending order.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: a line has another number of fields, a required field is empty, or a
            field is no number.

    Example:
        >>> import glassbrook as tf
        >>> numbers, names = tf.io.decode_csv(["1,a", ",b"], [[0], ["?"]])
        >>> numbers.numpy(), names.numpy()
        (array([1, 0], dtype=int32), array([b'a', b'b'], dtype=object))
    """
    lines = string_array("decode_csv", records)
    defaults = [as_node(each) for each in record_defaults]
    columns: list[list[Any]] = [[] for _ in defaults]
    for number, line in enumerate(lines.ravel()):
        row = _fields(bytes(line), field_delim, use_quote_delim)
        if select_cols is not None:
            row = [row[each] for each in select_cols if each < len(row)]
        if len(row) != len(defaults):
            raise InvalidArgumentError(
                f"decode_csv: Expect {len(defaults)} fields but have {len(row)} in record {number}"
            )
        for place, (field, default) in enumerate(zip(row, defaults)):
            is_missing = field in ("", na_value)
            if not is_missing:
                columns[place].append(_number(field, default.dtype, place, number))
            elif default.size:
                columns[place].append(node_value(default).ravel()[0])
            else:
                raise InvalidArgumentError(
                    f"decode_csv: Field {place} is required but missing in record {number}!"
                )
    return [
        Tensor(build.data(_column(column, default.dtype).reshape(lines.shape), default.dtype))
        for column, default in zip(columns, defaults)
    ]


def _column(values: list[Any], dtype: DType) -> Array:
    array = np.empty(len(values), dtype.numpy)
    array[:] = values
    return array


def _fields(line: bytes, delimiter: str, quotes: bool) -> list[str]:
    # Latin-1 keeps every byte as it is, whatever the text's encoding.
    text = line.decode("latin-1")
    if not quotes:
        return text.split(delimiter)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidArgumentError(f"decode_csv: {text[:80]!r}: {error}.") from None
    return rows[0] if rows else [""]


def _number(field: str, dtype: DType, place: int, record: int) -> Any:
    if dtype is dtypes.string:
        return field.encode("latin-1")
    try:
        value = int(field) if dtype.is_integer else float(field)
        if dtype.is_integer and not int(dtype.min) <= value <= int(dtype.max):
            raise ValueError
    except ValueError:
        raise InvalidArgumentError(
            f"decode_csv: Field {place} in record {record} is not a valid {dtype.name}: {field!r}."
        ) from None
    return value
