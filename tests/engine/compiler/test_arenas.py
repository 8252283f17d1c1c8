"""Arenas are used again, aligned, and do not pile up."""

from __future__ import annotations

from glassbrook.engine.compiler import arenas


def test_what_is_given_back_is_used_again():
    first = arenas.borrow(10_000)
    assert first.address % 64 == 0
    assert len(first.memory) >= 10_000
    arenas.give_back(first)
    again = arenas.borrow(12_000)
    assert again is first
    assert arenas.borrow(12_000) is not first
    arenas.give_back(again)


def test_waiting_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(arenas, "_waiting", arenas._Waiting())
    monkeypatch.setattr(arenas, "MOST_WAITING_BYTES", 3 * 2**16)
    held = [arenas.borrow(2**16) for _ in range(5)]
    for each in held:
        arenas.give_back(each)
    assert arenas.waiting_bytes() == 3 * 2**16
    for _ in range(3):
        arenas.borrow(2**16)
    assert arenas.waiting_bytes() == 0
