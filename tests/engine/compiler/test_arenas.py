"""Arenas are used again, aligned, and do not pile up."""

from __future__ import annotations

from glassbrook.engine.compiler import arenas


def test_what_is_given_back_is_used_again():
    shelf = arenas.shelf_for(10_000)
    first = shelf.borrow()
    assert first.address % 64 == 0
    assert len(first.memory) >= 10_000
    shelf.give_back(first)
    assert arenas.shelf_for(12_000) is shelf
    again = shelf.borrow()
    assert again is first
    assert shelf.borrow() is not first
    shelf.give_back(again)


def test_waiting_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(arenas, "_shelves", {})
    monkeypatch.setattr(arenas, "MOST_WAITING_BYTES", 3 * 2**16)
    shelf, large = arenas.shelf_for(2**16), arenas.shelf_for(2**20)
    held = [shelf.borrow() for _ in range(5)]
    for each in held:
        shelf.give_back(each)
    assert arenas.waiting_bytes() == 3 * 2**16
    # One of each size may wait, so that no program has to ask for memory at every run.
    for each in [large.borrow(), large.borrow()]:
        large.give_back(each)
    assert arenas.waiting_bytes() == 3 * 2**16 + 2**20
