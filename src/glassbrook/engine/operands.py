"""What went into one element of a result: of each input the part that the element was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.graph.infer import elementwise
from glassbrook.graph.node import Node

__all__ = ["Operand", "operand_of"]

_ELEMENTWISE = frozenset(
    [
        *elementwise.FLOATING_UNARY,
        *elementwise.NUMERIC_UNARY,
        *elementwise.NUMERIC_BINARY,
        *elementwise.FLOATING_BINARY,
        *"select cast identity stop_gradient broadcast_to variable custom_gradient".split(),
    ]
)
_FOLDS = frozenset({"sum", "prod", "max", "min"})

Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """One input of an operation, abbreviated.

    Attributes:
        shape: its shape.
        dtype: the name of its dtype.
        least: its least element.
        greatest: its greatest element.
        where: which part of it went into the element: ``[0, 3]``, ``row [0]``, …; empty if all.
        value: the one element of that part; `None` if there are several.
        part_least: the least element of that part.
        part_greatest: the greatest element of that part.
    """

    shape: Index
    dtype: str
    least: float
    greatest: float
    where: str = ""
    value: float | None = None
    part_least: float = 0.0
    part_greatest: float = 0.0

    def __str__(self) -> str:
        if self.value is not None and not self.shape:
            return f"{self.value:g}"
        whole = f"{self.dtype}{list(self.shape)} ({self.least:g} to {self.greatest:g})"
        if self.value is not None:
            return f"{self.value:g} at {self.where} of {whole}"
        if not self.where:
            return whole
        return f"{self.part_least:g} to {self.part_greatest:g} at {self.where} of {whole}"


def operand_of(node: Node, position: int, array: npt.NDArray[Any], index: Index) -> Operand | None:
    """What an input of `node` holds, and which part of it went into the element at `index`.

    Args:
        node: an operation.
        position: which of its inputs.
        array: the value of that input.
        index: the place of the element in the result.

    Returns:
        `None` if the input holds no numbers.
    """
    if array.dtype.kind not in "biuf" or not array.size:
        return None
    numbers = array.astype(np.float64)
    key, where = _part_of(node, position, array.shape, index)
    part = numbers[key]
    return Operand(
        shape=array.shape,
        dtype=node.inputs[position].dtype.name if node.inputs else array.dtype.name,
        least=float(numbers.min()),
        greatest=float(numbers.max()),
        where=where,
        value=float(part.reshape(-1)[0]) if part.size == 1 else None,
        part_least=float(part.min()),
        part_greatest=float(part.max()),
    )


def _part_of(node: Node, position: int, shape: Index, index: Index) -> tuple[Any, str]:
    """The key of the part of an input, of a given shape, that an element was made of; its name."""
    op = node.op
    if op in _ELEMENTWISE and len(shape) <= len(index):
        place = _broadcast_index(shape, index)
        return place, str(list(place))
    if op == "matmul" and min(len(shape), len(index)) >= 2:
        return _line_of(node, position, shape, index)
    if op in _FOLDS:
        axes = node.attrs["axes"]
        rest = iter(index)
        kept = node.attrs["keepdims"]
        key: list[Any] = []
        for axis in range(len(shape)):
            if axis in axes:
                key.append(slice(None))
                if kept:
                    next(rest)
            else:
                key.append(next(rest))
        return tuple(key), _key_text(key) if len(axes) < len(shape) else ""
    return ..., ""


def _broadcast_index(shape: Index, index: Index) -> Index:
    """The place in an input of `shape`, stretched to the result, that an element came from."""
    own = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else place for size, place in zip(shape, own, strict=True))


def _line_of(node: Node, position: int, shape: Index, index: Index) -> tuple[Any, str]:
    """The row of the left side, or the column of the right one, that an element was made of."""
    flipped = node.attrs["transpose_x" if position == 0 else "transpose_y"]
    number = index[-2] if position == 0 else index[-1]
    is_row = (position == 0) != flipped
    outer = _broadcast_index(shape[:-2], index[:-2])
    key = (*outer, number, slice(None)) if is_row else (*outer, slice(None), number)
    return key, _key_text(key)


def _key_text(key: Any) -> str:
    return f"[{', '.join(':' if isinstance(each, slice) else str(each) for each in key)}]"
