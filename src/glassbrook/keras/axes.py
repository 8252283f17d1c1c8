"""What the axes of tensors mean to layers, losses and metrics: the words that errors use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = [
    "CLASSES",
    "FEATURES",
    "HEADS",
    "LABELS",
    "POSITIONS",
    "ROWS",
    "SCORES",
    "SEQUENCES",
    "SOURCES",
    "STEPS",
    "TARGETS",
    "layout",
    "meaning",
    "spatial",
]

ANY: Final = "…"
"""Stands for any number of axes."""

CLASSES: Final = ("batch", "classes")
FEATURES: Final = ("batch", "features")
LABELS: Final = ("batch",)
POSITIONS: Final = ("batch", "positions")
ROWS: Final = ("batch", ANY, "features")
SEQUENCES: Final = ("batch", "time steps", "features")
STEPS: Final = ("batch", "time steps")
# Of attention: every target looks at all sources.
TARGETS: Final = ("batch", "targets")
SOURCES: Final = ("batch", "sources")
SCORES: Final = ("batch", "targets", "sources")
HEADS: Final = ("batch", "heads", "targets", "sources")

_SPATIAL: Final = {
    1: ("steps",),
    2: ("height", "width"),
    3: ("depth", "height", "width"),
}


def spatial(rank: int, channels_first: bool = False) -> tuple[str, ...]:
    """The axes of series, images or volumes, by how many there are between batch and channels.

    Example:
        >>> from glassbrook.keras import axes
        >>> axes.spatial(2)
        ('batch', 'height', 'width', 'channels')
    """
    between = _SPATIAL[rank]
    return ("batch", "channels", *between) if channels_first else ("batch", *between, "channels")


def layout(names: Sequence[str]) -> str:
    """The axes as a shape is written.

    Example:
        >>> from glassbrook.keras import axes
        >>> axes.layout(axes.SEQUENCES)
        '[batch, time steps, features]'
    """
    return f"[{', '.join(names)}]"


def meaning(shape: Sequence[int | None], names: Sequence[str]) -> str:
    """What the sizes of a shape count; nothing if it has other axes than those named.

    Example:
        >>> from glassbrook.keras import axes
        >>> axes.meaning((32, 784), axes.ROWS), axes.meaning((None, 28, 28), axes.ROWS)
        ('batch 32, features 784', 'batch not known, features 28')
    """
    pairs = list(zip(names, shape))
    if ANY in names:
        before = names.index(ANY)
        after = len(names) - before - 1
        if len(shape) < before + after:
            return ""
        tail = list(zip(names[before + 1 :], shape[len(shape) - after :], strict=True))
        pairs = pairs[:before] + tail
    elif len(shape) != len(names):
        return ""
    return ", ".join(f"{name} {'not known' if size is None else size}" for name, size in pairs)
