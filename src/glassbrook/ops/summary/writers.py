"""Who writes summaries, and when: writers, the current step, and conditions."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from glassbrook import dtypes
from glassbrook.engine.tracing import active
from glassbrook.errors import InvalidArgumentError, StateError
from glassbrook.graph import build
from glassbrook.ops.arguments import node_value
from glassbrook.ops.io.events import EventFile
from glassbrook.tensor import Tensor, as_node
from glassbrook.tensor.convert import has_node

__all__ = [
    "SummaryWriter",
    "create_file_writer",
    "create_noop_writer",
    "flush",
    "get_step",
    "record_if",
    "set_step",
    "should_record_summaries",
    "state",
]


class _State(threading.local):
    writer: SummaryWriter | None = None
    step: Any = None
    condition: Any = True


state = _State()
"""This thread's writer, step, and condition."""


class SummaryWriter:
    """Writes summaries to an event file; made by `tf.summary.create_file_writer`.

    Args:
        file: where to write; nothing is written without it.
    """

    def __init__(self, file: EventFile | None) -> None:
        self._file = file
        self._entered: list[contextlib.AbstractContextManager[Any]] = []

    @property
    def file(self) -> EventFile | None:
        """The file; `None` if nothing is written."""
        return self._file

    def init(self) -> None:
        """Make the file."""
        if self._file is not None:
            self._file.begin()

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator[Self]:
        """While this is entered, summaries are written by this writer.

        Args:
            step: the step of summaries that name none.

        Raises:
            RuntimeError: the writer is closed.
        """
        self._check_open()
        before = state.writer, state.step
        state.writer = self
        if step is not None:
            state.step = step
        try:
            yield self
        finally:
            self.flush()
            state.writer, state.step = before

    def set_as_default(self, step: Any = None) -> None:
        """Let summaries be written by this writer from now on.

        Args:
            step: the step of summaries that name none.
        """
        self._check_open()
        state.writer = self
        if step is not None:
            state.step = step

    def _check_open(self) -> None:
        if self._file is not None and self._file.closed:
            raise StateError(
                "SummaryWriter: the writer is already closed. Make another with "
                "tf.summary.create_file_writer(folder)."
            )

    def flush(self) -> None:
        """Bring to the disk what was written."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        context = self.as_default()
        context.__enter__()
        self._entered.append(context)
        return self

    def __exit__(self, *error: Any) -> None:
        self._entered.pop().__exit__(*error)


def create_file_writer(
    logdir: Any,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
    experimental_trackable: bool = False,
    experimental_mesh: Any = None,
) -> SummaryWriter:
    """A writer of summaries to a file in a folder.

    Args:
        logdir: the folder, which is made if it is not there.
        max_queue: accepted for TensorFlow's sake, without effect.
        flush_millis: accepted for TensorFlow's sake, without effect.
        filename_suffix: what the name of the file ends with.
        name: accepted for TensorFlow's sake, without effect.
        experimental_trackable: accepted for TensorFlow's sake, without effect.
        experimental_mesh: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: the folder is missing.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> with tf.summary.create_file_writer(folder).as_default():
        ...     for step in range(3):
        ...         written = tf.summary.scalar("loss", 1.0 / (step + 1), step=step)
        >>> os.listdir(folder)[0].startswith("events.out.tfevents.")
        True
    """
    if logdir is None:
        raise InvalidArgumentError("create_file_writer: Argument `logdir` cannot be None")
    folder: Any = node_value(as_node(logdir))[()] if has_node(logdir) else logdir
    suffix = filename_suffix or ""
    file = EventFile(os.fsdecode(folder), suffix)
    file.begin()
    return SummaryWriter(file)


def create_noop_writer() -> SummaryWriter:
    """A writer that writes nothing, to switch summaries off.

    Example:
        >>> import glassbrook as tf
        >>> with tf.summary.create_noop_writer().as_default():
        ...     print(tf.summary.scalar("loss", 1.0, step=0).numpy())
        False
    """
    return SummaryWriter(None)


def flush(writer: SummaryWriter | None = None, name: str | None = None) -> None:
    """Bring to the disk what a writer, by default the present one, has written."""
    writer = state.writer if writer is None else writer
    if writer is not None:
        writer.flush()


def get_step() -> Any:
    """The step of summaries that name none; `None` if it was never set.

    Example:
        >>> import glassbrook as tf
        >>> tf.summary.experimental.get_step()
    """
    return state.step


def set_step(step: Any) -> None:
    """Set the step of summaries that name none.

    Args:
        step: a number, or a variable whose value counts when something is written.
    """
    state.step = step


def _truth(condition: Any) -> bool:
    value = condition() if callable(condition) else condition
    if has_node(value):
        if active.trace is not None and value.node.value is None:
            return True  # what a traced function writes is decided when it is traced
        value = node_value(as_node(value))[()]
    return bool(value)


@contextlib.contextmanager
def record_if(condition: Any) -> Iterator[None]:
    """While this is entered, summaries are written only if a condition holds.

    Args:
        condition: a truth value, or a function that gives one.

    Example:
        >>> import glassbrook as tf
        >>> with tf.summary.record_if(False):
        ...     print(tf.summary.should_record_summaries().numpy())
        False
    """
    before, state.condition = state.condition, condition
    try:
        yield
    finally:
        state.condition = before


def records() -> bool:
    """Whether a summary would be written now."""
    writer = state.writer
    return writer is not None and writer.file is not None and _truth(state.condition)


def should_record_summaries() -> Tensor:
    """Whether a summary would be written now.

    Example:
        >>> import glassbrook as tf
        >>> bool(tf.summary.should_record_summaries())
        False
    """
    return truth_tensor(records())


def truth_tensor(value: bool) -> Tensor:
    """A truth value as a tensor."""
    return Tensor(build.data(np.array(value), dtypes.bool))
