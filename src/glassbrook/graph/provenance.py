"""Where a node comes from: the user's line, the layer, the operation whose gradient it is part of.

Nobody keeps books for that. While places are noted, each new node's maker looks up the stack: the
user's line is there, and so are the layers that are being called, and the walk over a graph that
uses the gradient rules. Functions that tell something in this way are named once by `reads_local`.
As long as nothing is noted, nodes are made as ever, and know nothing of their place.
"""

from __future__ import annotations

import linecache
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from glassbrook.errors import user_frame
from glassbrook.graph.node import Node, told_nodes

__all__ = ["Place", "noting", "place_of", "reads_local", "start_noting", "stop_noting"]

_MOST_LAYERS, _LONGEST_LINE = 16, 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node was made.

    Attributes:
        file: the user's file; empty if no code of the user's was running.
        line: the number of the line, from 1; 0 if there is none.
        text: the line itself; empty if it cannot be read.
        layer: the names of the layers that were being called, outermost first, as in
            ``"sequential/dense"``; empty outside of layers.
        layer_class: the class of the innermost of them.
        gradient_of: the operation whose gradient rule made the node; empty in the forward pass.
        forward: the place of that operation, if it was noted.
    """

    file: str
    line: int
    text: str
    layer: str
    layer_class: str
    gradient_of: str = ""
    forward: Place | None = None

    def __str__(self) -> str:
        if not self.file:
            return self.layer
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.text}" if self.text else where


_places: weakref.WeakKeyDictionary[Node, Place] = weakref.WeakKeyDictionary()
_locals: dict[CodeType, tuple[str, str]] = {}


def reads_local(kind: str, function: Callable[..., Any], name: str) -> None:
    """Say that a running `function` tells something by one of its local variables.

    Args:
        kind: ``"layer"`` for the layer that is called, or ``"node"`` for the node whose gradient
            rule is used.
        function: the function.
        name: the name of the variable.
    """
    _locals[function.__code__] = kind, name


def place_of(node: Node) -> Place | None:
    """Where a node was made; `None` if nothing was noted then."""
    return _places.get(node)


def _note(node: Node) -> None:
    _places[node] = _present_place()


@contextmanager
def noting() -> Iterator[list[Node]]:
    """While this is entered, the places of new nodes of this thread are noted.

    Every node is then its own, as while a tape records.

    Returns:
        The nodes, in the order in which they are made. Who holds the list keeps them alive.
    """
    kept: list[Node] = []

    def keep(node: Node) -> None:
        _note(node)
        kept.append(node)

    with told_nodes(keep):
        yield kept


class _Switch(threading.local):
    """What `start_noting` entered in a thread, and who asked for it."""

    told: told_nodes | None = None

    def __init__(self) -> None:
        self.owners: set[str] = set()


_switch = _Switch()


def start_noting(owner: str) -> None:
    """Note the places of new nodes of this thread until every `owner` has called `stop_noting`."""
    if not _switch.owners:
        _switch.told = told_nodes(_note)
        _switch.told.__enter__()
    _switch.owners.add(owner)


def stop_noting(owner: str) -> None:
    """End what an owner began in this thread; places that were noted stay known."""
    if owner in _switch.owners:
        _switch.owners.remove(owner)
        if not _switch.owners and _switch.told is not None:
            _switch.told.__exit__()


def _present_place() -> Place:
    """The place of the node that is being made, as the stack tells it."""
    users = user_frame()
    layers: list[Any] = []
    ruled: Node | None = None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        told = _locals.get(frame.f_code)
        if told is not None:
            kind, name = told
            found = frame.f_locals.get(name)
            if kind == "node":
                ruled = found if ruled is None else ruled
            elif not layers or layers[-1] is not found:
                layers.append(found)
        frame = frame.f_back
    return _place(users, layers, ruled)


def _place(users: FrameType | None, layers: list[Any], ruled: Node | None) -> Place:
    """The place that this makes; of `layers`, the innermost comes first."""
    file, line, text = "", 0, ""
    if users is not None:
        file, line = users.f_code.co_filename, users.f_lineno
        text = linecache.getline(file, line, users.f_globals).strip()[:_LONGEST_LINE]
    names = [str(layer.name) for layer in reversed(layers[:_MOST_LAYERS])]
    return Place(
        file=file,
        line=line,
        text=text,
        layer="/".join(names),
        layer_class=type(layers[0]).__name__ if layers else "",
        gradient_of="" if ruled is None else ruled.op,
        forward=None if ruled is None else place_of(ruled),
    )
