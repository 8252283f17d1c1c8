"""Elements without those that raise an error while they are made."""

from __future__ import annotations

import warnings
from typing import Final

from glassbrook.data.blocks import Block
from glassbrook.data.plans.plan import UNKNOWN, Plan, Stream, Transformation

__all__ = ["IgnoringPlan"]

_MOST_IN_A_ROW = 100_000
"""A source that does not get on after an error would be asked for ever."""


class IgnoringPlan(Transformation):
    """The elements that can be made."""

    shown_name = "_IgnoreErrorsDataset"

    def __init__(self, source: Plan, warns: bool) -> None:
        super().__init__(source)
        self.warns: Final = warns

    def cardinality(self) -> int:
        """Not known."""
        return UNKNOWN

    def stream(self) -> Stream:
        """Take the elements one by one."""
        return _IgnoringStream(self)


class _IgnoringStream(Stream):
    def __init__(self, plan: IgnoringPlan) -> None:
        self._source = plan.source.stream()
        self._warns = plan.warns

    def pull(self, most: int) -> Block | None:
        for _ in range(_MOST_IN_A_ROW):
            try:
                return self._source.pull(1)
            except Exception as error:
                if self._warns:
                    warnings.warn(f"Error raised with error message {error}", stacklevel=2)
        return None
