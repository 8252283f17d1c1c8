"""`tf.ragged`: tensors whose rows differ in length."""

from __future__ import annotations

from glassbrook.ops.ragged.creation import (
    boolean_mask,
    constant,
    cross,
    range,
    row_splits_to_segment_ids,
    segment_ids_to_row_splits,
    stack,
    stack_dynamic_partitions,
)
from glassbrook.ops.ragged.elementwise import map_flat_values

__all__ = [
    "boolean_mask",
    "constant",
    "cross",
    "map_flat_values",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
    "stack_dynamic_partitions",
]
