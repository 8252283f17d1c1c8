"""Operations on placeholders, which have a shape but will never have a value.

`keras.Input` gives placeholders. They raise `SymbolicArgument` where an operation asks for their
node, and the operation is then recorded, to be run when the model is called. An operation on
tensors pays next to nothing for that.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from glassbrook.errors import out_of_memory

__all__ = ["SymbolicArgument", "operation", "operation_name", "operations", "record_with"]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Record = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


class SymbolicArgument(Exception):  # noqa: N818
    """An operation was given a placeholder; `operation` catches it.

    Attributes:
        record: what a subclass does with the operation, if it is not to be recorded.
    """

    record: ClassVar[Any] = None


_record: _Record | None = None
_operations: dict[str, Callable[..., Any]] = {}
_PACKAGE = "glassbrook."


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
        except SymbolicArgument as argument:
            record = argument.record or _record
            if record is None:
                raise
        except MemoryError as error:
            raise out_of_memory(function.__name__, error) from error.__cause__
        return record(run, args, kwargs)

    if function.__module__.startswith(_PACKAGE):
        _operations[operation_name(function)] = run
    return run  # type: ignore[return-value]


def operation_name(function: Callable[..., Any]) -> str:
    """The name of an operation in a model file: where it is in the package."""
    return f"{function.__module__.removeprefix(_PACKAGE)}.{function.__name__}"


def operations() -> Mapping[str, Callable[..., Any]]:
    """All operations of the package that were imported, by name: what a model file may name."""
    return MappingProxyType(_operations)
