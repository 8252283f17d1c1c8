"""Memory that is used again once nobody holds it."""

from __future__ import annotations

import numpy as np

from glassbrook.engine.compiler.arrays import Memory

TYPES = [((4, 3), np.dtype(np.float32)), ((), np.dtype(np.int64))]


def addresses(arrays):
    return [array.ctypes.data for array in arrays]


def test_memory_that_nobody_holds_is_used_again():
    memory = Memory(TYPES)
    arrays = memory.take()
    assert [(each.shape, each.dtype) for each in arrays] == TYPES
    before = addresses(arrays)
    memory.give_back(arrays)
    del arrays
    assert addresses(memory.take()) == before


def test_what_somebody_holds_is_left_alone():
    memory = Memory(TYPES)
    arrays = memory.take()
    held, view = arrays[1], arrays[0][1:]
    before = addresses(arrays)
    memory.give_back(arrays)
    del arrays
    again = memory.take()
    assert not set(before) & set(addresses(again))
    assert held.shape == ()
    assert view.shape == (3, 3)


def test_two_at_a_time_get_memory_of_their_own():
    memory = Memory(TYPES)
    first = memory.take()
    memory.give_back(first)
    one, other = memory.take(), memory.take()
    assert not set(addresses(one)) & set(addresses(other))
    memory.give_back(one)
    memory.give_back(other)
    assert addresses(memory.take()) != addresses(other)
