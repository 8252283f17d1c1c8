"""Operations on strings: arrays of `bytes` objects."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from glassbrook.engine.interpreter import regex
from glassbrook.engine.interpreter.table import Array, evaluates
from glassbrook.errors import InvalidArgumentError
from glassbrook.graph.node import Node


def _each(function: Callable[..., Any], *inputs: Array) -> Array:
    """`function` of every element, broadcasting, as an array of objects."""
    arrays = np.broadcast_arrays(*inputs)
    result = np.empty(arrays[0].shape, object)
    flat = [array.ravel() for array in arrays]
    for index in range(result.size):
        result.flat[index] = function(*(array[index] for array in flat))
    return result


@evaluates("string_lower")
def _lower(node: Node, x: Array) -> Any:
    if node.attrs.get("encoding") == "utf-8":
        return _each(lambda text: text.decode("utf-8", "replace").lower().encode(), x)
    return _each(lambda text: text.lower(), x)


@evaluates("string_upper")
def _upper(node: Node, x: Array) -> Any:
    if node.attrs.get("encoding") == "utf-8":
        return _each(lambda text: text.decode("utf-8", "replace").upper().encode(), x)
    return _each(lambda text: text.upper(), x)


@evaluates("string_strip")
def _strip(node: Node, x: Array) -> Any:
    return _each(lambda text: text.strip(), x)


@evaluates("string_length")
def _length(node: Node, x: Array) -> Any:
    if node.attrs["unit"] == "BYTE":
        return _each(len, x).astype(np.int32)
    return _each(_character_count, x).astype(np.int32)


def _character_count(text: bytes) -> int:
    """How many characters there are: bytes that do not continue a character of UTF-8."""
    return sum(1 for byte in text if byte & 0xC0 != 0x80)


@evaluates("string_join")
def _join(node: Node, *inputs: Array) -> Any:
    separator = node.attrs["separator"].encode()
    return _each(lambda *texts: separator.join(texts), *inputs)


@evaluates("string_substr")
def _substr(node: Node, x: Array, position: Array, length: Array) -> Any:
    part = _part_of_bytes if node.attrs["unit"] == "BYTE" else _part_of_characters
    return _each(part, x, position, length)


def _part_of_bytes(text: bytes, start: int, count: int) -> bytes:
    begin = _checked_start(text, start, len(text))
    # A negative count reaches to the end, as TensorFlow has it.
    return text[begin:] if count < 0 else text[begin : begin + int(count)]


def _part_of_characters(text: bytes, start: int, count: int) -> bytes:
    characters = regex.decode(text)
    begin = _checked_start(text, start, len(characters))
    return regex.encode(characters[begin : begin + max(0, int(count))])


def _checked_start(text: bytes, start: int, length: int) -> int:
    if not -length <= start <= length:
        raise InvalidArgumentError(
            f"strings.substr: pos {start} is out of range for the string {text!r}, whose length "
            f"is {length}."
        )
    return int(start + length if start < 0 else start)


@evaluates("as_string")
def _as_string(node: Node, x: Array) -> Any:
    attrs = node.attrs
    width = str(attrs["width"]) if attrs["width"] > -1 else ""
    flags = attrs["fill"] + width
    if x.dtype == np.bool_:
        return _each(lambda value: b"true" if value else b"false", x)
    if x.dtype.kind in "iu":
        return _each(lambda value: (f"%{flags}d" % int(value)).encode(), x)
    kind = "e" if attrs["scientific"] else "g" if attrs["shortest"] else "f"
    precision = f".{attrs['precision']}" if attrs["precision"] > -1 else ""
    template = f"%{flags}{precision}{kind}"

    def text_of(value: Any) -> bytes:
        number = float(value)
        if not math.isnan(number) or math.copysign(1.0, number) > 0:
            return (template % number).encode()
        # C writes the sign of a NaN, Python does not.
        return (template % -math.inf).replace("inf", "nan").encode()

    return _each(text_of, x)


@evaluates("string_to_number")
def _to_number(node: Node, x: Array) -> Any:
    dtype = node.dtype

    def number(text: bytes) -> Any:
        try:
            if b"_" in text:
                raise ValueError
            value = _float_of(text) if dtype.is_floating else int(text)
            if dtype.is_integer and not dtype.min <= value <= dtype.max:
                raise ValueError
        except (ValueError, OverflowError):
            raise InvalidArgumentError(
                f"strings.to_number: {text!r} is not a number that {dtype.name} can hold."
            ) from None
        return value

    return _each(number, x).astype(dtype.numpy)


def _float_of(text: bytes) -> float:
    return float.fromhex(text.decode("ascii")) if b"x" in text.lower() else float(text)


@evaluates("regex_replace")
def _regex_replace(node: Node, x: Array) -> Any:
    pattern = regex.pattern_of(node.attrs["pattern"])
    rewrite = regex.rewrite_of(node.attrs["rewrite"], pattern.groups)
    everywhere = node.attrs["replace_global"]
    return _each(
        lambda text: regex.encode(regex.replaced(pattern, rewrite, regex.decode(text), everywhere)),
        x,
    )
