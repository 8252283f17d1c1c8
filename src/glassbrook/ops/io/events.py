"""Event files: records of what happened when, as TensorBoard reads them."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from typing import BinaryIO

from glassbrook.ops.io import wire
from glassbrook.ops.io.files import file_error
from glassbrook.ops.io.records import packed_record

__all__ = ["EventFile", "pack_metadata", "pack_value"]

_VERSION = b"brain.Event:2"
_numbers = itertools.count()


def pack_metadata(plugin: str, content: bytes = b"", description: str = "") -> bytes:
    """A `SummaryMetadata`: which part of TensorBoard shows a value."""
    inner = wire.length_field(1, plugin.encode())
    if content:
        inner += wire.length_field(2, content)
    parts = [wire.length_field(1, inner)]
    if description:
        parts.append(wire.length_field(3, description.encode()))
    return b"".join(parts)


def pack_value(tag: str, tensor: bytes, metadata: bytes) -> bytes:
    """A `Summary` with one value, a `TensorProto`."""
    parts = [wire.length_field(1, tag.encode()), wire.length_field(8, tensor)]
    if metadata:
        parts.append(wire.length_field(9, metadata))
    return wire.length_field(1, b"".join(parts))


class EventFile:
    """A file of events in a folder; it is made when the first event is written.

    Args:
        folder: the folder, which is made if it is not there.
        suffix: what the name of the file ends with.
    """

    def __init__(self, folder: str | os.PathLike[str], suffix: str = "") -> None:
        self.folder = os.fspath(folder)
        self._suffix = suffix
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return self._closed

    def _opened(self) -> BinaryIO:
        if self._file is None:
            try:
                os.makedirs(self.folder, exist_ok=True)
            except OSError as error:
                raise file_error(self.folder, error) from None
            host = socket.gethostname().replace(os.sep, "_") or "localhost"
            name = f"events.out.tfevents.{int(time.time()):010d}.{host}.{os.getpid()}"
            path = os.path.join(self.folder, f"{name}.{next(_numbers)}.v2{self._suffix}")
            self._file = open(path, "ab")  # noqa: SIM115  (close() closes it)
            head = wire.double_field(1, time.time()) + wire.length_field(3, _VERSION)
            self._file.write(packed_record(head))
        return self._file

    def write(self, step: int, summary: bytes) -> None:
        """Add a `Summary` at a step."""
        event = [wire.double_field(1, time.time())]
        if step:
            event.append(wire.varint_field(2, step))
        event.append(wire.length_field(5, summary))
        with self._lock:
            if not self._closed:
                self._opened().write(packed_record(b"".join(event)))

    def begin(self) -> None:
        """Make the file, if it is not there."""
        with self._lock:
            if not self._closed:
                self._opened()

    def flush(self) -> None:
        """Bring to the disk what was written."""
        with self._lock:
            if self._file is not None and not self._closed:
                self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                self._file.close()
                self._file = None

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            file.close()
