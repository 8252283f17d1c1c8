"""`tf.nest`: nested structures of tuples, lists and dictionaries."""

from __future__ import annotations

from glassbrook.tensor.nest import (
    assert_same_structure,
    flatten,
    is_nested,
    map_structure,
    pack_like,
)

pack_sequence_as = pack_like

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]
