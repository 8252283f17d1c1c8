"""Strings cut into parts, and put together from code points.

One string gives a vector of its parts, several give a ragged tensor with one more axis. As the
numbers of parts depend on values, strings are computed for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.interpreter import regex
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import node_value
from glassbrook.ops.ragged.rows import splits_of_lengths
from glassbrook.ops.ragged.tensor import RaggedTensor
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "bytes_split",
    "joined_rows",
    "split",
    "strings_argument",
    "text_argument",
    "text_tensor",
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_encode",
    "unicode_split",
    "unicode_split_with_offsets",
]


def strings_argument(op: str, value: Any) -> Node:
    """The node of strings.

    Raises:
        DTypeError: the value is something else.
    """
    node = as_node(value)
    if node.dtype is dtypes.string:
        return node
    if not node.size and not has_node(value):
        return build.data(np.empty(node.shape, object), dtypes.string)
    raise DTypeError(
        f"strings.{op}: expected strings, got dtype {node.dtype.name}. "
        "tf.strings.as_string writes numbers as text."
    )


def text_argument(op: str, what: str, value: Any) -> str:
    """An argument that is one string."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return regex.decode(value)
    node = strings_argument(op, value)
    if node.shape:
        raise ShapeError(f"strings.{op}: {what} must be one string, not {list(node.shape)}.")
    return regex.decode(node_value(node).item())


def text_tensor(texts: Sequence[bytes]) -> Tensor:
    """A vector of strings."""
    array = np.empty(len(texts), object)
    array[:] = texts
    return Tensor(build.data(array, dtypes.string))


def _vector(parts: Sequence[Any], dtype: dtypes.DType) -> Tensor:
    if dtype is dtypes.string:
        return text_tensor(parts)
    return Tensor(build.data(np.asarray(parts, dtype.numpy), dtype))


def _in_rows(parts: Sequence[Sequence[Any]], dtype: dtypes.DType) -> RaggedTensor:
    flat = [part for each in parts for part in each]
    lengths = np.asarray([len(each) for each in parts], np.int64)
    return RaggedTensor(_vector(flat, dtype), splits_of_lengths(lengths))


def _taken_apart(
    op: str, value: Any, parts_of: Callable[[bytes], Sequence[Any]], dtype: dtypes.DType
) -> Any:
    """The parts of every string along a new last axis."""
    if isinstance(value, RaggedTensor):
        return value.with_flat_values(_taken_apart(op, value.flat_values, parts_of, dtype))
    node = strings_argument(op, value)
    parts = [list(parts_of(text)) for text in node_value(node).ravel()]
    if not node.shape:
        return _vector(parts[0], dtype)
    result = _in_rows(parts, dtype)
    for axis in range(node.rank - 1, 0, -1):
        count, size = math.prod(node.shape[:axis]), node.shape[axis]
        result = RaggedTensor(result, np.arange(count + 1) * size, size)
    return result


@operation
def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """Strings cut where a separator stands.

    Args:
        input: strings, which are computed for it.
        sep: the separator; two in a row have an empty string between them. By default strings
            are cut at any amount of white space, and none is left at the ends.
        maxsplit: the largest number of cuts; -1 for all.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The parts of one string as a vector, those of several as a `tf.RaggedTensor`.

    Raises:
        DTypeError: `input` does not hold strings.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.split("a b  c").numpy()
        array([b'a', b'b', b'c'], dtype=object)
        >>> tf.strings.split(["a,b", "c"], sep=",")
        <tf.RaggedTensor [[b'a', b'b'], [b'c']]>
    """
    separator = None if sep is None else regex.encode(text_argument("split", "sep", sep)) or None
    return _taken_apart("split", input, lambda text: text.split(separator, maxsplit), dtypes.string)


@operation
def bytes_split(input: Any, name: str | None = None) -> Any:
    """Strings cut into their bytes.

    Args:
        input: strings, which are computed for it.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The bytes of one string as a vector, those of several as a `tf.RaggedTensor`.

    Raises:
        DTypeError: `input` does not hold strings.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.bytes_split("abc").numpy()
        array([b'a', b'b', b'c'], dtype=object)
    """
    return _taken_apart(
        "bytes_split",
        input,
        lambda text: [text[i : i + 1] for i in range(len(text))],
        dtypes.string,
    )


def _check_utf8(op: str, encoding: str) -> None:
    if encoding.upper() not in ("UTF-8", "UTF8"):
        raise InvalidArgumentError(f'strings.{op}: encoding must be "UTF-8", not {encoding!r}.')


@operation
def unicode_split(
    input: Any, input_encoding: str = "UTF-8", errors: str = "replace", name: str | None = None
) -> Any:
    r"""Strings cut into their characters.

    Args:
        input: strings in UTF-8, which are computed for it.
        input_encoding: ``"UTF-8"``.
        errors: what to do with bytes that are not UTF-8: "replace", "ignore" or "strict".
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The characters of one string as a vector, those of several as a `tf.RaggedTensor`.

    Raises:
        InvalidArgumentError: there is no such encoding, or `errors` is "strict" and there are some.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unicode_split("né", "UTF-8").numpy()
        array([b'n', b'\xc3\xa9'], dtype=object)
    """
    _check_utf8("unicode_split", input_encoding)
    return _taken_apart("unicode_split", input, _splitter("unicode_split", errors), dtypes.string)


def _splitter(op: str, errors: str) -> Callable[[bytes], list[bytes]]:
    return lambda text: [char.encode() for char in _characters(op, text, errors)]


def _offsets(op: str, input: Any, errors: str) -> Any:
    """The place of the first byte of every character."""

    def starts(text: bytes) -> list[int]:
        sizes = [len(char.encode()) for char in _characters(op, text, errors)]
        return np.cumsum([0, *sizes[:-1]]).tolist() if sizes else []

    return _taken_apart(op, input, starts, dtypes.int64)


@operation
def unicode_split_with_offsets(
    input: Any, input_encoding: str = "UTF-8", errors: str = "replace", name: str | None = None
) -> tuple[Any, Any]:
    """Strings cut into their characters, and the byte at which each character begins.

    Args:
        input: strings in UTF-8, which are computed for it.
        input_encoding: ``"UTF-8"``.
        errors: what to do with bytes that are not UTF-8: "replace", "ignore" or "strict".
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such encoding, or `errors` is "strict" and there are some.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unicode_split_with_offsets("éa", "UTF-8")[1].numpy()
        array([0, 2])
    """
    op = "unicode_split_with_offsets"
    _check_utf8(op, input_encoding)
    characters = _taken_apart(op, input, _splitter(op, errors), dtypes.string)
    return characters, _offsets(op, input, errors)


def _characters(op: str, text: bytes, errors: str) -> str:
    try:
        return text.decode("utf-8", errors)
    except (UnicodeDecodeError, LookupError) as error:
        raise InvalidArgumentError(f"strings.{op}: {text!r}: {error}.") from None


@operation
def unicode_decode(
    input: Any,
    input_encoding: str = "UTF-8",
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """The code points of strings, as int32.

    Args:
        input: strings in UTF-8, which are computed for it.
        input_encoding: ``"UTF-8"``.
        errors: what to do with bytes that are not UTF-8: "replace", "ignore" or "strict".
        replacement_char: the code point that stands for them.
        replace_control_characters: replace code points below 32 as well.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The code points of one string as a vector, those of several as a `tf.RaggedTensor`.

    Raises:
        InvalidArgumentError: there is no such encoding, or `errors` is "strict" and there are some.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unicode_decode("né", "UTF-8").numpy()
        array([110, 233], dtype=int32)
    """
    _check_utf8("unicode_decode", input_encoding)

    def points(text: bytes) -> list[int]:
        found = map(ord, _characters("unicode_decode", text, errors))
        return [
            replacement_char
            if point == 0xFFFD or (replace_control_characters and point < 32)
            else point
            for point in found
        ]

    return _taken_apart("unicode_decode", input, points, dtypes.int32)


@operation
def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str = "UTF-8",
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The code points of strings, and the byte at which each character begins.

    Args:
        input: strings in UTF-8, which are computed for it.
        input_encoding: ``"UTF-8"``.
        errors: what to do with bytes that are not UTF-8: "replace", "ignore" or "strict".
        replacement_char: the code point that stands for them.
        replace_control_characters: replace code points below 32 as well.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such encoding, or `errors` is "strict" and there are some.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unicode_decode_with_offsets(["éa"], "UTF-8")
        (<tf.RaggedTensor [[233, 97]]>, <tf.RaggedTensor [[0, 2]]>)
    """
    points = unicode_decode(
        input, input_encoding, errors, replacement_char, replace_control_characters
    )
    return points, _offsets("unicode_decode_with_offsets", input, errors)


@operation
def unicode_encode(
    input: Any,
    output_encoding: str = "UTF-8",
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> Any:
    r"""Strings made of code points.

    Args:
        input: integers, which are computed for it; the last axis makes up a string.
        output_encoding: ``"UTF-8"``, ``"UTF-16-BE"`` or ``"UTF-32-BE"``.
        errors: what to do with integers that are no code points: "replace", "ignore" or "strict".
        replacement_char: the code point that stands for them.
        name: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such encoding, or `errors` is "strict" and there are some.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unicode_encode([110, 233], "UTF-8").numpy()
        b'n\xc3\xa9'
    """
    if output_encoding not in ("UTF-8", "UTF-16-BE", "UTF-32-BE"):
        raise InvalidArgumentError(
            "strings.unicode_encode: encoding must be UTF-8, UTF-16-BE or UTF-32-BE, not "
            f"{output_encoding!r}."
        )
    replacement = chr(replacement_char)

    def text(points: Sequence[int]) -> bytes:
        characters = [_character(point, errors, replacement) for point in points]
        return "".join(characters).encode(output_encoding)

    if isinstance(input, RaggedTensor):
        return _rows_joined(input, text)
    node = as_node(input)
    if not node.dtype.is_integer or not node.rank:
        raise InvalidArgumentError(
            "strings.unicode_encode: expected a vector or a batch of vectors of integers, got "
            f"dtype {node.dtype.name} and shape {list(node.shape)}."
        )
    result = np.empty(node.shape[:-1], object)
    for position in np.ndindex(result.shape):
        result[position] = text(node_value(node)[position].tolist())
    return Tensor(build.data(result, dtypes.string))


def _character(point: int, errors: str, replacement: str) -> str:
    if 0 <= point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF:
        return chr(point)
    if errors == "strict":
        raise InvalidArgumentError(f"strings.unicode_encode: {point} is no code point.")
    return "" if errors == "ignore" else replacement


def _rows_joined(rows: RaggedTensor, join: Callable[[Sequence[Any]], bytes]) -> Any:
    """Every innermost row made to one string."""
    if isinstance(rows.values, RaggedTensor):
        return rows.with_values(_rows_joined(rows.values, join))
    return text_tensor([join(row) for row in rows.to_list()])


def joined_rows(rows: RaggedTensor, separator: Any) -> Any:
    """The strings of every innermost row in one."""
    between = regex.encode(text_argument("reduce_join", "separator", separator))
    return _rows_joined(rows, between.join)
