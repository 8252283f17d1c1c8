"""Record files: byte strings one after the other, each with its length and checksums.

A record is its length (8 bytes), the masked checksum of the length (4), the bytes, and their
masked checksum (4).
"""

from __future__ import annotations

import gzip
import io
import os
import struct
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO, Self

from glassbrook.errors import DataLossError, InvalidArgumentError, NotFoundError, UsageError
from glassbrook.ops.io.checksum import masked_crc32c
from glassbrook.ops.io.files import file_error

__all__ = ["TFRecordOptions", "TFRecordWriter", "packed_record", "read_records"]

_PIECE = 1 << 20


def packed_record(data: bytes) -> bytes:
    """A record with these bytes."""
    length = struct.pack("<Q", len(data))
    checks = masked_crc32c(length), masked_crc32c(data)
    return b"".join((length, struct.pack("<I", checks[0]), data, struct.pack("<I", checks[1])))


def opened(path: str, compression: str) -> Any:
    """A file, unpacked as it is read.

    Raises:
        NotFoundError: there is no such file.
    """
    try:
        if compression == "GZIP":
            return gzip.open(path, "rb")
        if compression == "ZLIB":
            with open(path, "rb") as file:
                return io.BytesIO(zlib.decompress(file.read()))
        return open(path, "rb")
    except FileNotFoundError:
        raise NotFoundError(f"{path}; No such file or directory") from None
    except zlib.error as error:
        raise DataLossError(f"{path}: the file cannot be unpacked: {error}.") from None


def checked_compression(op: str, compression: Any) -> str:
    """The name of a compression: ``""``, ``"GZIP"`` or ``"ZLIB"``.

    Raises:
        InvalidArgumentError: there is no such compression.
    """
    found = "" if compression is None else str(compression)
    if found not in ("", "GZIP", "ZLIB"):
        raise InvalidArgumentError(f"{op}: compression {compression!r} is not '', GZIP or ZLIB.")
    return found


def read_records(path: str, compression: str = "") -> Iterator[bytes]:
    """The records of a file.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: the file is damaged; raised at the record that is.
    """
    with opened(path, compression) as file:
        offset = 0
        while True:
            try:
                record = _next_record(file, path, offset)
            except (gzip.BadGzipFile, zlib.error, EOFError) as error:
                raise _damaged(path, offset, str(error)) from None
            if record is None:
                return
            yield record
            offset += len(record) + 16


def _next_record(file: BinaryIO, path: str, offset: int) -> bytes | None:
    head = file.read(12)
    if not head:
        return None
    if len(head) < 12:
        raise _damaged(path, offset, "it is cut off")
    length, check = struct.unpack("<QI", head)
    if masked_crc32c(head[:8]) != check:
        raise _damaged(path, offset, "the checksum of its length is wrong")
    data = _exactly(file, length)
    tail = file.read(4)
    if data is None or len(tail) < 4:
        raise _damaged(path, offset, "it is cut off")
    if masked_crc32c(data) != int.from_bytes(tail, "little"):
        raise _damaged(path, offset, "its checksum is wrong")
    return data


def _exactly(file: BinaryIO, length: int) -> bytes | None:
    """So many bytes, read piece by piece: a length may lie."""
    pieces, left = [], length
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            return None
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _damaged(path: str, offset: int, problem: str) -> DataLossError:
    return DataLossError(
        f"{path}: corrupted record at {offset}: {problem}. The file is damaged, no file of "
        "records, or compressed in another way: see compression_type."
    )


class TFRecordOptions:
    """How a file of records is written.

    Args:
        compression_type: `None` or ``""``, ``"GZIP"``, or ``"ZLIB"``.
        compression_level: from 0 to 9.
        others: accepted for TensorFlow's sake, without effect.

    Raises:
        InvalidArgumentError: there is no such compression.

    Example:
        >>> import glassbrook as tf
        >>> tf.io.TFRecordOptions(compression_type="GZIP").compression_type
        'GZIP'
    """

    def __init__(
        self, compression_type: Any = None, compression_level: int | None = None, **others: Any
    ) -> None:
        self.compression_type = checked_compression("TFRecordOptions", compression_type)
        self.compression_level = 6 if compression_level is None else compression_level


class TFRecordWriter:
    """Writes a file of records, each a byte string, such as a serialized `tf.train.Example`.

    Args:
        path: the file.
        options: `TFRecordOptions`, or the name of a compression.

    Raises:
        InvalidArgumentError: there is no such compression.
        NotFoundError: the folder is not there.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "data.tfrecord")
        ...     with tf.io.TFRecordWriter(path) as writer:
        ...         writer.write(b"one")
        ...         writer.write(b"two")
        ...     [record.numpy() for record in tf.data.TFRecordDataset(path)]
        [b'one', b'two']
    """

    def __init__(self, path: str | os.PathLike[str], options: Any = None) -> None:
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(options)
        self._packer: Any = None
        if options.compression_type:
            window = 31 if options.compression_type == "GZIP" else 15
            level = options.compression_level
            self._packer = zlib.compressobj(level, zlib.DEFLATED, window)
        try:
            self._file: BinaryIO | None = open(path, "wb")  # noqa: SIM115  (close() closes it)
        except OSError as error:
            raise file_error(os.fspath(path), error) from None

    def write(self, record: Any) -> None:
        """Add a record, a byte string.

        Raises:
            InvalidArgumentError: the file is closed.
            TypeError: it is no byte string.
        """
        if self._file is None:
            raise InvalidArgumentError("TFRecordWriter.write: the file is closed.")
        if hasattr(record, "numpy"):
            record = record.numpy()
        if isinstance(record, str):
            record = record.encode()
        if not isinstance(record, bytes):
            raise UsageError(
                f"TFRecordWriter.write: expected bytes, got {type(record).__name__}. Serialize an "
                "example first: example.SerializeToString()."
            )
        packed = packed_record(record)
        self._file.write(packed if self._packer is None else self._packer.compress(packed))

    def flush(self) -> None:
        """Bring to the file what was written so far."""
        if self._file is not None:
            if self._packer is not None:
                self._file.write(self._packer.flush(zlib.Z_SYNC_FLUSH))
            self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            if self._packer is not None:
                self._file.write(self._packer.flush())
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
