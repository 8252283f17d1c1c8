"""Names for objects that were given none: `dense`, then `dense_1`, and so on."""

from __future__ import annotations

import itertools
import re
import threading
from collections import defaultdict
from typing import Any

__all__ = ["auto_name", "object_name", "reset_names", "snake_case"]

_lock = threading.Lock()
_counters: defaultdict[str, itertools.count[int]] = defaultdict(itertools.count)


def snake_case(name: str) -> str:
    """A class name as Keras writes it in variable names: ``RMSprop`` becomes ``rm_sprop``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def object_name(function: Any) -> str:
    """How a function, or an object that can be called, is called in logs: in snake case."""
    return snake_case(getattr(function, "__name__", type(function).__name__))


def auto_name(prefix: str) -> str:
    """A name that no other object has: the prefix in snake case, numbered from the second on."""
    name = snake_case(prefix)
    with _lock:
        number = next(_counters[name])
    return f"{name}_{number}" if number else name


def reset_names() -> None:
    """Start all numbering anew."""
    with _lock:
        _counters.clear()
