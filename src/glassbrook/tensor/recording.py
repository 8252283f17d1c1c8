"""Which tapes are recording in this thread, and what they are told."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from glassbrook.graph.node import Node

if TYPE_CHECKING:
    from glassbrook.tensor.variable import Variable

__all__ = ["Recorder", "note_numpy", "note_read", "recorders", "start", "stop", "thread"]


class Recorder(Protocol):
    """What listens while it records: a tape, or a function with a gradient of its own."""

    def variable_read(self, variable: Variable, node: Node) -> None:
        """A variable was read; `node` is its present version."""

    def left_graph(self, node: Node) -> None:
        """The value of `node` was handed out as a NumPy array or a Python number."""


class _Recorders(threading.local):
    def __init__(self) -> None:
        self.active: list[Recorder] = []


thread = _Recorders()
"""Those of this thread: ``thread.active``."""


def recorders() -> tuple[Recorder, ...]:
    """Those that record now, outermost first."""
    return tuple(thread.active)


def start(recorder: Recorder) -> None:
    """Tell `recorder` what happens from now on."""
    thread.active.append(recorder)


def stop(recorder: Recorder) -> None:
    """Tell `recorder` nothing more."""
    thread.active.remove(recorder)


def note_read(variable: Variable, node: Node) -> None:
    """Tell all recorders that a variable was read."""
    for recorder in thread.active:
        recorder.variable_read(variable, node)


def note_numpy(node: Node) -> None:
    """Tell all recorders that a value left the graph."""
    for recorder in thread.active:
        recorder.left_graph(node)
