"""Strings cut into parts, and put together from code points.

There are no ragged tensors here. These functions return a tensor with one more axis, and so need
equally many parts for every string; one string at a time always works.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.interpreter import regex
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.ops.arguments import node_value
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node
from glassbrook.tensor.symbolic import operation

__all__ = [
    "bytes_split",
    "split",
    "strings_argument",
    "text_argument",
    "unicode_decode",
    "unicode_encode",
    "unicode_split",
]


@operation
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


@operation
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


def _taken_apart(op: str, value: Any, parts_of: Callable[[bytes], Sequence[Any]]) -> list[Any]:
    """The parts of every string, in row-major order; there must be equally many of each."""
    node = strings_argument(op, value)
    parts = [list(parts_of(text)) for text in node_value(node).ravel()]
    counts = [len(each) for each in parts]
    if counts and min(counts) != max(counts):
        odd = next(place for place, count in enumerate(counts) if count != counts[0])
        raise ShapeError(
            f"strings.{op}: string number 0 has {counts[0]} parts, number {odd} has "
            f"{counts[odd]}, and ragged tensors do not exist here. Take one string at a time: "
            f"[tf.strings.{op}(each) for each in x]."
        )
    return parts


def _with_parts(value: Any, parts: list[Any], dtype: dtypes.DType) -> Tensor:
    """A tensor with the parts of each string along a new last axis."""
    shape = (*as_node(value).shape, len(parts[0]) if parts else 0)
    result = np.empty(shape, dtype.numpy)
    result.reshape(-1)[:] = [part for each in parts for part in each]
    return Tensor(build.data(result, dtype))


@operation
def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Tensor:
    """Strings cut where a separator stands.

    Args:
        input: strings, which are computed for it.
        sep: the separator; two in a row have an empty string between them. By default strings
            are cut at any amount of white space, and none is left at the ends.
        maxsplit: the largest number of cuts; -1 for all.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The parts along a new last axis.

    Raises:
        ShapeError: there is more than one string, and they do not have equally many parts.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.split("a b  c").numpy()
        array([b'a', b'b', b'c'], dtype=object)
        >>> tf.strings.split(["a,b", "c,d"], sep=",").numpy()
        array([[b'a', b'b'],
               [b'c', b'd']], dtype=object)
    """
    separator = None if sep is None else regex.encode(text_argument("split", "sep", sep)) or None
    parts = _taken_apart("split", input, lambda text: text.split(separator, maxsplit))
    return _with_parts(input, parts, dtypes.string)


@operation
def bytes_split(input: Any, name: str | None = None) -> Tensor:
    """Strings cut into their bytes.

    Args:
        input: strings, which are computed for it.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The bytes along a new last axis.

    Raises:
        ShapeError: there is more than one string, and they are not equally long.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.bytes_split("abc").numpy()
        array([b'a', b'b', b'c'], dtype=object)
    """
    parts = _taken_apart(
        "bytes_split", input, lambda text: [text[i : i + 1] for i in range(len(text))]
    )
    return _with_parts(input, parts, dtypes.string)


def _check_utf8(op: str, encoding: str) -> None:
    if encoding.upper() not in ("UTF-8", "UTF8"):
        raise InvalidArgumentError(f'strings.{op}: encoding must be "UTF-8", not {encoding!r}.')


@operation
def unicode_split(
    input: Any, input_encoding: str = "UTF-8", errors: str = "replace", name: str | None = None
) -> Tensor:
    r"""Strings cut into their characters.

    Args:
        input: strings in UTF-8, which are computed for it.
        input_encoding: ``"UTF-8"``.
        errors: what to do with bytes that are not UTF-8: "replace", "ignore" or "strict".
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The characters along a new last axis.

    Raises:
        ShapeError: there is more than one string, and they are not equally long.
        InvalidArgumentError: there is no such encoding, or `errors` is "strict" and there are some.

    Example:
        >>> import glassbrook as tf
        >>> tf.strings.unicode_split("né", "UTF-8").numpy()
        array([b'n', b'\xc3\xa9'], dtype=object)
    """
    _check_utf8("unicode_split", input_encoding)
    parts = _taken_apart(
        "unicode_split",
        input,
        lambda text: [char.encode() for char in _characters("unicode_split", text, errors)],
    )
    return _with_parts(input, parts, dtypes.string)


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
) -> Tensor:
    """The code points of strings, as int32.

    Args:
        input: strings in UTF-8, which are computed for it.
        input_encoding: ``"UTF-8"``.
        errors: what to do with bytes that are not UTF-8: "replace", "ignore" or "strict".
        replacement_char: the code point that stands for them.
        replace_control_characters: replace code points below 32 as well.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        The code points along a new last axis.

    Raises:
        ShapeError: there is more than one string, and they are not equally long.
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

    return _with_parts(input, _taken_apart("unicode_decode", input, points), dtypes.int32)


@operation
def unicode_encode(
    input: Any,
    output_encoding: str = "UTF-8",
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> Tensor:
    r"""Strings made of code points.

    Args:
        input: integers, which are computed for it; the last axis makes up a string.
        output_encoding: ``"UTF-8"``.
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
    _check_utf8("unicode_encode", output_encoding)
    node = as_node(input)
    if not node.dtype.is_integer or not node.rank:
        raise InvalidArgumentError(
            "strings.unicode_encode: expected a vector or a batch of vectors of integers, got "
            f"dtype {node.dtype.name} and shape {list(node.shape)}."
        )
    result = np.empty(node.shape[:-1], object)
    for position in np.ndindex(result.shape):
        characters = []
        for point in node_value(node)[position].tolist():
            is_valid = 0 <= point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF
            if not is_valid and errors == "strict":
                raise InvalidArgumentError(f"strings.unicode_encode: {point} is no code point.")
            if is_valid or errors != "ignore":
                characters.append(chr(point if is_valid else replacement_char))
        result[position] = "".join(characters).encode()
    return Tensor(build.data(result, dtypes.string))
