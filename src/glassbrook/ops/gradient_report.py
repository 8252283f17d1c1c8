"""What a check of gradients found: one entry per input, printed as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glassbrook.dtypes import DType
from glassbrook.errors import GlassbrookError

__all__ = ["GradientEntry", "GradientReport", "WrongGradientError"]

_PASSED = frozenset({"right", "kinks", "no gradient", "not checked"})
_TITLES = (
    "input",
    "shape",
    "dtype",
    "checked",
    "worst at",
    "gradient",
    "difference",
    "error",
    "relative",
    "result",
)


class WrongGradientError(GlassbrookError, AssertionError):
    """Gradients that are not those of the function, as finite differences show."""


@dataclass(frozen=True)
class GradientEntry:
    """What was found for one input of a function.

    Attributes:
        name: the name of the argument with the place inside of it, or the path of a variable.
        order: 1 for gradients, 2 for gradients of gradients.
        shape: the shape of the input.
        dtype: the dtype of the input.
        status: ``"right"``; ``"wrong"``; ``"kinks"``, right wherever the function is smooth;
            ``"no gradient"``, which is right, since the function does not depend on the input;
            ``"unclear"``, if differences are too rough to tell; ``"not checked"`` for integers.
        size: how many elements the input has.
        checked: how many of them were compared.
        index: the element that differs most.
        gradient: what the engine says there.
        difference: what finite differences say there.
        absolute_error: how far apart they are.
        relative_error: the same divided by the larger of both.
        kinks: the compared elements at which the function has no single slope.
        note: a sentence on what is wrong or unusual.
    """

    name: str
    order: int
    shape: tuple[int, ...]
    dtype: DType
    status: str
    size: int
    checked: int = 0
    index: tuple[int, ...] | None = None
    gradient: float | None = None
    difference: float | None = None
    absolute_error: float | None = None
    relative_error: float | None = None
    kinks: tuple[tuple[int, ...], ...] = ()
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against the gradient, and it could be checked."""
        return self.status in _PASSED

    @property
    def title(self) -> str:
        """The name, and the order if it is the second."""
        return self.name if self.order == 1 else f"{self.name} (2nd)"

    def _cells(self) -> tuple[str, ...]:
        checked = str(self.checked) if self.checked == self.size else f"{self.checked}/{self.size}"
        return (
            self.title,
            str(self.shape),
            self.dtype.name,
            checked,
            "" if self.index is None else str(self.index),
            _number(self.gradient, ".6g"),
            _number(self.difference, ".6g"),
            _number(self.absolute_error, ".1e"),
            _number(self.relative_error, ".1e"),
            self.status if self.ok else self.status.upper(),
        )


class GradientReport:
    """The entries of a check, one per input and order; true if all gradients are right.

    Args:
        entries: what was found.
        about: what was checked, for the first line of the table.

    Attributes:
        entries: what was found.

    Example:
        >>> import glassbrook as tf
        >>> report = tf.debugging.check_gradients(tf.sin, tf.constant([0.5], tf.float64))
        >>> report.ok, report.entries[0].status
        (True, 'right')
    """

    def __init__(self, entries: list[GradientEntry], about: str) -> None:
        self.entries = tuple(entries)
        self._about = about

    @property
    def ok(self) -> bool:
        """Whether every gradient could be checked and is right."""
        return all(entry.ok for entry in self.entries)

    def __bool__(self) -> bool:
        return self.ok

    def __iter__(self) -> Iterator[GradientEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def raise_if_wrong(self) -> None:
        """Raise an error that shows the table unless all is well.

        Raises:
            WrongGradientError: a gradient is wrong, or could not be checked.
        """
        if not self.ok:
            raise WrongGradientError(str(self))

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        good = sum(entry.ok for entry in self.entries)
        lines = [
            f"Gradients of {self._about} against finite differences: "
            f"{good} of {len(self.entries)} are right."
        ]
        lines += _table([_TITLES, *(entry._cells() for entry in self.entries)])
        lines += [f"{entry.title}: {entry.note}" for entry in self.entries if entry.note]
        return "\n".join(lines)


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows with columns as wide as their widest cell; columns with nothing in them are left out."""
    columns = [column for column in zip(*rows) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in zip(*columns)
    ]
