"""Operations on placeholders, which have a shape but will never have a value.

`keras.Input` gives placeholders. They raise `SymbolicArgument` where an operation asks for their
node, and the operation is then recorded, to be run when the model is called. An operation on
tensors pays next to nothing for that.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["SymbolicArgument", "operation", "record_with"]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Record = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


class SymbolicArgument(Exception):  # noqa: N818
    """An operation was given a placeholder; `operation` catches it."""


_record: _Record | None = None


def record_with(record: _Record) -> None:
    """Set what records an operation, given as its function and its arguments."""
    global _record
    _record = record


def operation(function: _Function) -> _Function:
    """A public operation, which also takes placeholders: it is then recorded, not run."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except SymbolicArgument:
            if _record is None:
                raise
        return _record(run, args, kwargs)

    return run  # type: ignore[return-value]
