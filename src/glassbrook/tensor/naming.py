"""What the user calls tensors: the names of variables of their code, and of their models."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from glassbrook.errors import user_frame
from glassbrook.graph.node import Node
from glassbrook.tensor.tensor import TensorValue

__all__ = ["names_in_users_code", "variable_name"]

_MOST_NAMES = 2000


def names_in_users_code() -> dict[Node, str]:
    """For tensors and variables that the running code of the user has names for, these names.

    Where a variable of a model has none, its path stands for it.
    """
    frame = user_frame()
    if frame is None:
        return {}
    found: dict[Node, str] = {}
    owners: list[Any] = []
    for names in (frame.f_locals, frame.f_globals):
        for name, value in _named(names):
            if isinstance(value, TensorValue):
                found.setdefault(value._node, name)
            elif hasattr(type(value), "trainable_variables"):
                owners.append(value)
    for owner in owners:
        for variable in _variables(owner):
            found.setdefault(variable._node, variable_name(variable))
    return found


def _named(names: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    # A copy: another thread may add names meanwhile.
    for name, value in itertools.islice(list(names.items()), _MOST_NAMES):
        if not name.startswith("_") and name.isidentifier():
            yield name, value


def _variables(owner: Any) -> list[Any]:
    # A model that is not built may have none to give yet.
    try:
        return list(owner.variables)
    except Exception:
        return []


def variable_name(variable: Any) -> str:
    """The full name of a variable, such as ``dense/kernel``."""
    path = getattr(variable, "path", None) or variable.name
    return str(path).removesuffix(":0")
