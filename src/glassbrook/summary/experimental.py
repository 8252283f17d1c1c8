"""`tf.summary.experimental`: the current step."""

from __future__ import annotations

from glassbrook.ops.summary.values import summary_scope, write_raw_pb
from glassbrook.ops.summary.writers import get_step, set_step

__all__ = ["get_step", "set_step", "summary_scope", "write_raw_pb"]
