"""Tensors as text, the way `tf.print` and `tf.strings.format` write them."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassbrook.graph.node import Array

__all__ = ["tensor_text"]

_DIGITS = {"float16": (6, 9), "float32": (6, 9), "float64": (15, 17)}


def tensor_text(array: Array, summarize: int = 3, quoted: bool = True) -> str:
    """The elements in brackets, separated by blanks.

    Args:
        array: the value.
        summarize: how many elements to show at either end of each axis; -1 shows all.
        quoted: whether strings stand in quotes.
    """
    if not array.ndim:
        return _element_text(array[()], quoted)
    return _axis_text(array, summarize, quoted, array.ndim - 1, 1)


def _axis_text(array: Array, summarize: int, quoted: bool, depth: int, indent: int) -> str:
    """One axis; `depth` axes lie inside of it, and `indent` brackets are open."""
    length = len(array)
    if summarize < 0 or length <= 2 * summarize:
        shown: list[int | None] = list(range(length))
    else:
        shown = [*range(summarize), None, *range(length - summarize, length)]
    parts = []
    for position in shown:
        if position is None:
            parts.append("...")
        elif depth:
            row = array[position]
            parts.append(_axis_text(row, summarize, quoted, depth - 1, indent + 1))
        else:
            parts.append(_element_text(array[position], quoted))
    separator = "\n" * depth + " " * indent if depth else " "
    return f"[{separator.join(parts)}]"


def _element_text(value: Any, quoted: bool) -> str:
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        return f'"{text}"' if quoted else text
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, np.floating):
        return _float_text(value)
    return str(value)


def _float_text(value: np.floating[Any]) -> str:
    """The fewest digits that C's libraries promise to read back, or as many as are needed."""
    few, many = _DIGITS[value.dtype.name]
    wide = np.float64 if many == 17 else np.float32
    text = f"{value:.{few}g}"
    if np.isnan(value) or wide(text) == wide(value):
        return text
    return f"{value:.{many}g}"
