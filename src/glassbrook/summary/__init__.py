"""`tf.summary`: values for TensorBoard to show."""

from __future__ import annotations

from glassbrook.ops.summary.values import (
    audio,
    graph,
    histogram,
    image,
    scalar,
    text,
    trace_export,
    trace_off,
    trace_on,
    write,
)
from glassbrook.ops.summary.writers import (
    SummaryWriter,
    create_file_writer,
    create_noop_writer,
    flush,
    record_if,
    should_record_summaries,
)
from glassbrook.summary import experimental

__all__ = [
    "SummaryWriter",
    "audio",
    "create_file_writer",
    "create_noop_writer",
    "experimental",
    "flush",
    "graph",
    "histogram",
    "image",
    "record_if",
    "scalar",
    "should_record_summaries",
    "text",
    "trace_export",
    "trace_off",
    "trace_on",
    "write",
]
