"""Operations on strings: arrays of `bytes` objects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

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
    return _each(lambda text: text.lower(), x)


@evaluates("string_upper")
def _upper(node: Node, x: Array) -> Any:
    return _each(lambda text: text.upper(), x)


@evaluates("string_strip")
def _strip(node: Node, x: Array) -> Any:
    return _each(lambda text: text.strip(), x)


@evaluates("string_length")
def _length(node: Node, x: Array) -> Any:
    if node.attrs["unit"] == "BYTE":
        return _each(len, x).astype(np.int32)
    return _each(lambda text: len(text.decode("utf-8", "replace")), x).astype(np.int32)


@evaluates("string_join")
def _join(node: Node, *inputs: Array) -> Any:
    separator = node.attrs["separator"].encode()
    return _each(lambda *texts: separator.join(texts), *inputs)


@evaluates("string_substr")
def _substr(node: Node, x: Array, position: Array, length: Array) -> Any:
    in_bytes = node.attrs["unit"] == "BYTE"

    def part(text: bytes, start: int, count: int) -> bytes:
        units: Any = text if in_bytes else text.decode("utf-8", "replace")
        if not -len(units) <= start <= len(units):
            raise InvalidArgumentError(
                f"strings.substr: pos {start} out of range for the string {text!r} of length "
                f"{len(units)}."
            )
        begin = int(start + len(units) if start < 0 else start)
        taken = units[begin : begin + int(count)] if count > 0 else units[:0]
        return taken if in_bytes else taken.encode()

    return _each(part, x, position, length)


@evaluates("as_string")
def _as_string(node: Node, x: Array) -> Any:
    attrs = node.attrs
    kind = "e" if attrs["scientific"] else "g" if attrs["shortest"] else "f"
    fill = attrs["fill"]
    flag, padded = (fill, True) if fill in ("0", "-", "+", " ", "#") else ("", False)
    width = str(attrs["width"]) if attrs["width"] > -1 else ""
    flag = flag if padded or not fill else fill
    if x.dtype == np.bool_:
        return _each(lambda value: b"true" if value else b"false", x)
    if x.dtype.kind in "iu":
        template = f"%{flag}{width}d"
        return _each(lambda value: (template % int(value)).encode(), x)
    precision = f".{attrs['precision']}" if attrs["precision"] > -1 else ""
    template = f"%{flag}{width}{precision}{kind}"
    return _each(lambda value: (template % float(value)).encode(), x)


@evaluates("string_to_number")
def _to_number(node: Node, x: Array) -> Any:
    dtype = node.dtype
    parse: Callable[[bytes], Any] = float if dtype.is_floating else int

    def number(text: bytes) -> Any:
        try:
            if b"_" in text:
                raise ValueError
            value = parse(text)
            if dtype.is_integer and not dtype.min <= value <= dtype.max:
                raise ValueError
        except ValueError:
            raise InvalidArgumentError(
                f"strings.to_number: {text!r} is not a number that {dtype.name} can hold."
            ) from None
        return value

    return _each(number, x).astype(dtype.numpy)


@evaluates("regex_replace")
def _regex_replace(node: Node, x: Array) -> Any:
    pattern = re.compile(node.attrs["pattern"].encode())
    rewrite = node.attrs["rewrite"].encode()
    count = 0 if node.attrs["replace_global"] else 1
    return _each(lambda text: pattern.sub(rewrite, text, count=count), x)
