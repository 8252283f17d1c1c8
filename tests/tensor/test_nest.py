"""Nested structures."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import pytest

from glassbrook.tensor import nest

Point = namedtuple("Point", "x y")


def test_flatten_and_pack_are_inverse() -> None:
    structure = {"b": [1, (2, Point(3, 4))], "a": 0, "c": OrderedDict(z=5, y=6)}
    flat = nest.flatten(structure)
    assert flat == [0, 1, 2, 3, 4, 6, 5]
    packed = nest.pack_like(structure, [value * 10 for value in flat])
    assert packed == {"b": [10, (20, Point(30, 40))], "a": 0, "c": OrderedDict(z=50, y=60)}
    assert type(packed["b"][1][1]) is Point
    assert list(packed) == ["b", "a", "c"]


def test_map_structure() -> None:
    assert nest.map_structure(lambda a, b: a + b, [1, {"k": 2}], [10, {"k": 20}]) == [11, {"k": 22}]
    with pytest.raises(ValueError, match="same form"):
        nest.map_structure(lambda a, b: a, [1, 2], [1, [2]])
    with pytest.raises(ValueError, match="same form"):
        nest.map_structure(lambda a, b: a, {"a": 1}, {"b": 1})


def test_a_leaf_alone() -> None:
    assert nest.flatten(3) == [3]
    assert nest.pack_like(3, [4]) == 4
    with pytest.raises(ValueError, match="2 leaves"):
        nest.pack_like([1, 2], [1])
