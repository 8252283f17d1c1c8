"""Which variables and layers belong to a layer: found by looking at its attributes.

Nothing is registered by hand. A layer's attributes are walked when someone asks for its weights,
and the answer is kept until the structure of any layer changes. Lists and dictionaries that are
attributes are replaced by ones that notice when they change.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from glassbrook.tensor import Tensor, Variable

__all__ = [
    "TrackedDict",
    "TrackedList",
    "bump",
    "changes",
    "note_change",
    "track",
    "trackables",
    "version",
    "when_changed",
]

# Counters are taken from by `next`, which no other thread can interrupt: two changes at once must
# not be counted as one.
_versions = itertools.count(1)
_version = 0
_changes = 0
_waiting: list[Callable[[], bool]] = []
_Method = TypeVar("_Method", bound=Callable[..., Any])


def version() -> int:
    """A number that changes whenever a layer somewhere gains or loses a part."""
    return _version


def bump() -> None:
    """Note that the structure of some layer has changed: called after the change."""
    global _version
    _version = next(_versions)
    if _waiting:
        # What one of them fills may change the structure: it must not be called by itself.
        for each in list(_waiting):
            if not each():
                with contextlib.suppress(ValueError):
                    _waiting.remove(each)


def when_changed(listener: Callable[[], bool]) -> None:
    """Call `listener` after every change of the structure, for as long as it gives true."""
    _waiting.append(listener)


def changes() -> int:
    """A number that changes whenever an attribute of some layer is set."""
    return _changes


def note_change() -> None:
    """Note that an attribute of some layer was set."""
    global _changes
    _changes += 1


def _noticed(method: _Method) -> _Method:
    """The method of a container that changes it, with a note of what may matter to a layer."""
    removes = method.__name__ in _REMOVING

    def changing(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = method(self, *map(track, args), **kwargs)
        if removes or not all(map(_is_plain, (*args, *kwargs.values()))):
            bump()
        return result

    changing.__name__ = method.__name__
    changing.__doc__ = method.__doc__
    return changing  # type: ignore[return-value]


_REMOVING = frozenset({"remove", "pop", "popitem", "clear", "__delitem__", "__setitem__"})
_PLAIN = (int, float, str, bytes, type(None), slice, np.ndarray, np.generic, Tensor)


def _is_plain(value: Any) -> bool:
    return isinstance(value, _PLAIN)


class TrackedList(list[Any]):
    """A list as a layer's attribute: the layers and variables in it belong to the layer."""

    __slots__ = ()

    append = _noticed(list.append)
    extend = _noticed(list.extend)
    insert = _noticed(list.insert)
    remove = _noticed(list.remove)
    pop = _noticed(list.pop)
    clear = _noticed(list.clear)
    reverse = _noticed(list.reverse)
    sort = _noticed(list.sort)
    __setitem__ = _noticed(list.__setitem__)
    __delitem__ = _noticed(list.__delitem__)
    __iadd__ = _noticed(list.__iadd__)


class TrackedDict(dict[Any, Any]):
    """A dictionary as a layer's attribute: the layers and variables in it belong to the layer."""

    __slots__ = ()

    update = _noticed(dict.update)
    setdefault = _noticed(dict.setdefault)
    pop = _noticed(dict.pop)
    popitem = _noticed(dict.popitem)
    clear = _noticed(dict.clear)
    __setitem__ = _noticed(dict.__setitem__)
    __delitem__ = _noticed(dict.__delitem__)
    __ior__ = _noticed(dict.__ior__)


def track(value: Any) -> Any:
    """The value itself; a plain list or dictionary in a form that notices its changes."""
    if type(value) is list:
        return TrackedList([track(each) for each in value])
    if type(value) is dict:
        return TrackedDict({key: track(each) for key, each in value.items()})
    return value


def trackables(attributes: Mapping[str, Any], layer_type: type) -> Iterator[tuple[str, Any]]:
    """Every variable and layer among attributes, lists and dictionaries, with its path.

    Yields:
        Pairs such as ``("encoder", layer)`` or ``("blocks.0", layer)``, in order of assignment;
        the contents of layers are not walked.
    """
    wanted = (Variable, layer_type)
    for name, value in attributes.items():
        if isinstance(value, wanted):
            yield name, value
        elif isinstance(value, list | tuple | dict):
            yield from _inside(name, value, wanted)


def _inside(path: str, value: Any, wanted: tuple[type, ...]) -> Iterator[tuple[str, Any]]:
    items = value.copy().items() if isinstance(value, dict) else enumerate(tuple(value))
    for key, item in items:
        if isinstance(item, wanted):
            yield f"{path}.{key}", item
        elif isinstance(item, list | tuple | dict):
            yield from _inside(f"{path}.{key}", item, wanted)
