"""Compiled units on disk, so that the next process starts hot."""

from __future__ import annotations

import numpy as np

from glassbrook.engine.compiler import store
from glassbrook.engine.compiler.unit import Code, layout
from glassbrook.graph.closed import ClosedGraph

__all__ = ["discard", "key_of", "load", "save"]

discard = store.discard


def key_of(graph: ClosedGraph) -> str:
    """The name of a graph's entry."""
    return store.name_of(f"{graph.structure}\n{layout()}\n{np.__version__}")


def load(key: str) -> Code | None:
    """The code of an entry, or `None` if there is none or it is damaged."""
    content = store.load(key)
    if content is None:
        return None
    header, _, object_code = content.partition(b"\n")
    try:
        return Code.from_header(header.decode(), object_code)
    except (ValueError, TypeError, KeyError):
        discard(key)
        return None


def save(key: str, code: Code) -> None:
    """Keep the code under this name."""
    store.save(key, code.header().encode() + b"\n" + code.object_code)
