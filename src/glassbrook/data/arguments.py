"""Numbers that shape a dataset: sizes and counts, however they are written."""

from __future__ import annotations

import operator
from typing import Any

from glassbrook.errors import DTypeError, InvalidArgumentError

__all__ = ["integer", "positive"]


def integer(method: str, what: str, value: Any) -> int:
    """A Python integer for an integer, an integer scalar tensor, or NumPy's.

    Raises:
        DTypeError: it is something else.
    """
    try:
        return operator.index(value)
    except TypeError:
        raise DTypeError(f"Dataset.{method}: {what} has to be an integer, got {value!r}.") from None


def positive(method: str, what: str, value: Any) -> int:
    """An integer above 0.

    Raises:
        DTypeError: it is no integer.
        InvalidArgumentError: it is 0 or below.
    """
    number = integer(method, what, value)
    if number <= 0:
        raise InvalidArgumentError(
            f"Dataset.{method}: {what} must be greater than zero, got {number}."
        )
    return number
