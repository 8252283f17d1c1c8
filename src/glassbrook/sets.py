"""`tf.sets`: sets of values, one per row."""

from __future__ import annotations

from glassbrook.ops.sets import difference, intersection, size, union

__all__ = ["difference", "intersection", "size", "union"]
