"""What a running call knows of its surroundings, per thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from glassbrook.errors import ModelFileError

__all__ = [
    "PROBE_BATCH",
    "calls",
    "scope",
    "spend_weight_budget",
    "unknown_batch",
    "weight_budget",
]

PROBE_BATCH = 3
"""The batch size that stands for an unknown one while a model's shapes are found out."""


class _Calls(threading.local):
    """The state of one thread.

    Attributes:
        training: what `training` is for layers that are called without it; `None` if nobody said.
        scope: names of the layers that are being built, outermost first.
        unknown_batch: a batch size that is to count as unknown where shapes are noted.
        outermost: the layer whose call began first, once layers add losses.
        budget: how many bytes of weights may still be made, while a file is read.
    """

    training: bool | None = None
    unknown_batch: int | None = None
    budget: int | None = None

    def __init__(self) -> None:
        self.scope: list[str] = []
        self.outermost: object | None = None


calls = _Calls()


@contextlib.contextmanager
def scope(name: str) -> Iterator[None]:
    """While this is entered, variables that are made are named after a layer."""
    if calls.scope[-1:] == [name]:
        yield
        return
    calls.scope.append(name)
    try:
        yield
    finally:
        calls.scope.pop()


@contextlib.contextmanager
def unknown_batch(size: int) -> Iterator[None]:
    """While this is entered, layers that are built note a first axis of `size` as unknown."""
    before, calls.unknown_batch = calls.unknown_batch, size
    try:
        yield
    finally:
        calls.unknown_batch = before


@contextlib.contextmanager
def weight_budget(size: int) -> Iterator[None]:
    """While this is entered, layers may make weights of at most `size` bytes together.

    A model file must not make its reader allocate more than the file itself holds.
    """
    before, calls.budget = calls.budget, size
    try:
        yield
    finally:
        calls.budget = before


def spend_weight_budget(size: int, path: str) -> None:
    """Take `size` bytes from the budget, if there is one.

    Raises:
        ModelFileError: there are not as many left.
    """
    if calls.budget is None:
        return
    calls.budget -= size
    if calls.budget < 0:
        raise ModelFileError(
            f"The model file describes more weights than it holds: there is no data for {path!r} "
            f"({size:,} bytes). The file is damaged, or its two parts do not belong together."
        )
