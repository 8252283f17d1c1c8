"""The memory of lines that were warned of."""

from __future__ import annotations

from glassbrook import mistakes


def test_a_line_is_new_once_for_each_kind(monkeypatch):
    monkeypatch.setattr(mistakes, "_places", {})
    assert [mistakes.is_new_place(kind) for kind in "aab"] == [True, False, True]
    assert mistakes.is_new_place("a")


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(mistakes, "_places", {})
    monkeypatch.setattr(mistakes, "_MOST_PLACES", 3)
    assert [mistakes.is_new_place(shape) for shape in range(5)] == [True] * 3 + [False] * 2
    assert len(mistakes._places) == 3
