"""Amounts as people say them: counts, sizes and times."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["counted", "in_bytes", "in_time", "scaled"]


def counted(number: int, noun: str) -> str:
    """So many of something: ``1 value``, ``2,000 values``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def scaled(number: float, units: Sequence[str] = ("", " k", " M", " G", " T")) -> str:
    """Three digits and a unit, each 1000 times the one before it."""
    for unit in units[:-1]:
        if number < 999.5:
            return f"{number:.3g}{unit}"
        number /= 1000
    return f"{number:.3g}{units[-1]}"


def in_bytes(number: float) -> str:
    """So many bytes: ``1.5 kB``."""
    return scaled(number, (" B", " kB", " MB", " GB"))


def in_time(nanoseconds: float) -> str:
    """So long: ``12 µs``."""
    return scaled(nanoseconds, (" ns", " µs", " ms", " s"))
