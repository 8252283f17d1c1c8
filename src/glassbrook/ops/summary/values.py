"""The kinds of summaries: numbers, histograms, images, sounds and texts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassbrook import dtypes
from glassbrook.dtypes import DType, as_dtype
from glassbrook.engine.tracing import active
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph.node import Array
from glassbrook.ops.arguments import node_value
from glassbrook.ops.image.encoding import encode_png
from glassbrook.ops.io.audio import wav_bytes
from glassbrook.ops.io.events import EventFile, pack_metadata, pack_value
from glassbrook.ops.io.tensors import pack_tensor
from glassbrook.ops.summary.writers import records, state, truth_tensor
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.scopes import close_scope, current_scope, open_scope

__all__ = [
    "audio",
    "graph",
    "histogram",
    "image",
    "scalar",
    "summary_scope",
    "text",
    "trace_export",
    "trace_off",
    "trace_on",
    "write",
    "write_raw_pb",
]

_DEFAULT_BUCKETS = 30
_WAV = b"\x10\x0b"

Content = Callable[[Array], Array]


def _step_or_default(step: Any) -> Any:
    found = state.step if step is None else step
    if found is None:
        raise InvalidArgumentError(
            "No step set. Please specify one either through the `step` argument or through "
            "tf.summary.experimental.set_step()"
        )
    return found


def _tag(name: str) -> str:
    scope = current_scope()
    return f"{scope}/{name}" if scope else name


def _written(name: str, data: Any, step: Any, content: Content, metadata: bytes) -> Tensor:
    """Write what `content` makes of the data: now, or each time a traced function is called."""
    if not records():
        return truth_tensor(False)
    number = as_node(_step_or_default(step))
    node, tag = as_node(data), _tag(name)
    assert state.writer is not None
    file = state.writer.file
    assert file is not None

    def put(value: Array, at: Array) -> None:
        _put(file, int(at), tag, content(value), metadata)

    if active.trace is None:
        put(node_value(node), node_value(number))
    else:
        active.trace.effect(put, [node, number])
    return truth_tensor(True)


def _put(file: EventFile, step: int, tag: str, array: Array, metadata: bytes) -> None:
    dtype: DType = as_dtype(array.dtype)
    file.write(step, pack_value(tag, pack_tensor(array, dtype), metadata))


def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> Tensor:
    """Write a number.

    Args:
        name: what it is called; scopes of `tf.name_scope` stand before it.
        data: a scalar.
        step: when it was so; by default the one of `tf.summary.experimental.set_step`.
        description: a text about it.

    Returns:
        Whether it was written: there has to be a writer.

    Raises:
        ShapeError: the data are no scalar.
        InvalidArgumentError: there is no step.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.summary.scalar("loss", 0.5, step=1))
        False
    """
    if records() and as_node(data).rank:
        raise ShapeError(
            f"summary.scalar: expected a scalar for {name!r}, got shape "
            f"{list(as_node(data).shape)}. tf.reduce_mean makes one of it."
        )
    metadata = pack_metadata("scalars", b"", description or "")
    return _written(name, data, step, lambda value: value.astype(np.float32), metadata)


def _buckets(values: Array, count: int) -> Array:
    """Rows of left edge, right edge and number of values."""
    flat = values.astype(np.float64).ravel()
    result = np.zeros((count, 3))
    if not flat.size or not count:
        return result
    low, high = flat.min(), flat.max()
    if low == high or not np.isfinite(high - low):
        result[:, :2] = low
        result[-1, 2] = flat.size
        return result
    edges = np.linspace(low, high, count + 1)
    places = np.floor((flat - low) / ((high - low) / count)).astype(np.int64)
    counts = np.bincount(np.minimum(places, count - 1), minlength=count)
    return np.stack([edges[:-1], edges[1:], counts], 1)


def histogram(
    name: str, data: Any, step: Any = None, buckets: int | None = None, description: Any = None
) -> Tensor:
    """Write how numbers are spread.

    Args:
        name: what they are called.
        data: numbers, of any shape.
        step: when it was so; by default the one of `tf.summary.experimental.set_step`.
        buckets: into how many intervals to count; 30 by default.
        description: a text about it.

    Returns:
        Whether it was written: there has to be a writer.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.summary.histogram("weights", tf.zeros([10]), step=1))
        False
    """
    count = _DEFAULT_BUCKETS if buckets is None else int(buckets)
    metadata = pack_metadata("histograms", b"", description or "")
    return _written(name, data, step, lambda value: _buckets(value, count), metadata)


def _strings(values: list[Any]) -> Array:
    array = np.empty(len(values), object)
    array[:] = values
    return array


def _pictures(values: Array, most: int) -> Array:
    """Width, height, and a PNG file for each image."""
    shown = values[:most]
    if shown.dtype.kind == "f":
        scaled = np.clip(np.nan_to_num(shown.astype(np.float32)), 0.0, 1.0) * 255.5
        shown = np.clip(scaled, 0, 255).astype(np.uint8)
    elif shown.dtype not in (np.uint8, np.uint16):
        # As `convert_image_dtype` does: the highest bits count.
        limit = np.iinfo(shown.dtype).max
        shown = np.clip(shown, 0, None).astype(np.int64) // max(1, (limit + 1) // 256)
        shown = shown.astype(np.uint8)
    files = node_value(as_node(encode_png(shown))).tolist() if len(shown) else []
    size = [str(values.shape[2]).encode(), str(values.shape[1]).encode()]
    return _strings([*size, *files])


def image(
    name: str, data: Any, step: Any = None, max_outputs: int = 3, description: Any = None
) -> Tensor:
    """Write images.

    Args:
        name: what they are called.
        data: [batch, height, width, channels], uint8, or floats from 0 to 1.
        step: when it was so; by default the one of `tf.summary.experimental.set_step`.
        max_outputs: how many images of the batch to write.
        description: a text about them.

    Returns:
        Whether they were written: there has to be a writer.

    Raises:
        ShapeError: there are not 4 axes, or other than 1 to 4 channels.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.summary.image("digits", tf.zeros([2, 28, 28, 1]), step=1))
        False
    """
    if records():
        shape = as_node(data).shape
        if len(shape) != 4 or shape[3] not in (1, 2, 3, 4):
            raise ShapeError(
                f"summary.image: expected [batch, height, width, channels] for {name!r}, got shape "
                f"{list(shape)}. One image needs a batch axis: tf.expand_dims(image, 0)."
            )
    metadata = pack_metadata("images", b"", description or "")
    return _written(name, data, step, lambda value: _pictures(value, max_outputs), metadata)


def audio(
    name: str,
    data: Any,
    sample_rate: Any,
    step: Any = None,
    max_outputs: int = 3,
    encoding: str | None = None,
    description: Any = None,
) -> Tensor:
    """Write sounds.

    Args:
        name: what they are called.
        data: floats [batch, samples, channels] from -1 to 1.
        sample_rate: how many samples there are in a second.
        step: when it was so; by default the one of `tf.summary.experimental.set_step`.
        max_outputs: how many sounds of the batch to write.
        encoding: ``"wav"``.
        description: a text about them.

    Returns:
        Whether they were written: there has to be a writer.

    Raises:
        ShapeError: there are not 3 axes.
        InvalidArgumentError: the encoding is unknown.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.summary.audio("noise", tf.zeros([1, 100, 1]), 8000, step=1))
        False
    """
    if encoding not in (None, "wav"):
        raise InvalidArgumentError(f"summary.audio: unknown encoding {encoding!r}, only 'wav'.")
    if records() and as_node(data).rank != 3:
        raise ShapeError(
            f"summary.audio: expected [batch, samples, channels] for {name!r}, got shape "
            f"{list(as_node(data).shape)}."
        )
    rate = int(node_value(as_node(sample_rate)))

    def files(values: Array) -> Array:
        rows = [[wav_bytes(each, rate), b""] for each in values[:max_outputs]]
        return _strings([item for row in rows for item in row]).reshape(-1, 2)

    metadata = pack_metadata("audio", _WAV, description or "")
    return _written(name, data, step, files, metadata)


def text(name: str, data: Any, step: Any = None, description: Any = None) -> Tensor:
    """Write texts, shown as Markdown.

    Args:
        name: what they are called.
        data: strings.
        step: when it was so; by default the one of `tf.summary.experimental.set_step`.
        description: a text about them.

    Returns:
        Whether they were written: there has to be a writer.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.summary.text("note", "it begins", step=1))
        False
    """
    if records() and as_node(data).dtype is not dtypes.string:
        raise InvalidArgumentError(
            f"summary.text: expected strings for {name!r}, got {as_node(data).dtype.name}."
        )
    metadata = pack_metadata("text", b"", description or "")
    return _written(name, data, step, lambda value: value, metadata)


def write(
    tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: str | None = None
) -> Tensor:
    """Write a tensor as it is.

    Args:
        tag: what it is called.
        tensor: the tensor, or a function that gives it.
        step: when it was so; by default the one of `tf.summary.experimental.set_step`.
        metadata: a serialized `SummaryMetadata`, or a message that has `SerializeToString`.
        name: accepted for TensorFlow's sake, without effect.

    Returns:
        Whether it was written: there has to be a writer.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.summary.write("values", tf.zeros([2]), step=1))
        False
    """
    if not records():
        return truth_tensor(False)
    packed = b""
    if metadata is not None:
        packed = metadata if isinstance(metadata, bytes) else metadata.SerializeToString()
    data = tensor() if callable(tensor) else tensor
    if active.trace is None and not current_scope():
        return _written(tag, data, step, lambda value: value, packed)
    open_scope("")
    try:
        return _written(tag, data, step, lambda value: value, packed)
    finally:
        close_scope()


def write_raw_pb(tensor: Any, step: Any = None, name: str | None = None) -> Tensor:
    """Write serialized `Summary` messages as they are.

    Args:
        tensor: one string.
        step: when it was so; by default the one of `tf.summary.experimental.set_step`.
        name: accepted for TensorFlow's sake, without effect.
    """
    if not records():
        return truth_tensor(False)
    assert state.writer is not None
    assert state.writer.file is not None
    number = int(node_value(as_node(_step_or_default(step))))
    state.writer.file.write(number, bytes(node_value(as_node(tensor))[()]))
    return truth_tensor(True)


@contextlib.contextmanager
def summary_scope(
    name: str, default_name: str = "summary", values: Any = None
) -> Iterator[tuple[str, str]]:
    """A scope for a kind of summary of your own.

    Args:
        name: what it is called.
        default_name: the name if there is none.
        values: accepted for TensorFlow's sake, without effect.

    Yields:
        The tag to write with, and the full name of the scope.
    """
    found = name or default_name
    tag = _tag(found)
    full = open_scope(found)
    try:
        yield tag, full
    finally:
        close_scope()


def graph(graph_data: Any) -> Tensor:
    """Accepted for TensorFlow's sake: there are no TensorFlow graphs to write."""
    return truth_tensor(False)


def trace_on(
    graph: bool = True, profiler: bool = False, profiler_outdir: str | None = None
) -> None:
    """Accepted for TensorFlow's sake: `tf.program` shows what a program does."""


def trace_off() -> None:
    """Accepted for TensorFlow's sake, without effect."""


def trace_export(name: str, step: Any = None, profiler_outdir: str | None = None) -> None:
    """Accepted for TensorFlow's sake, without effect."""
