"""Single files that are published somewhere: find one on this machine, or download and check it.

The order is ``$GLASSBROOK_DATA``, Keras's cache, Glassbrook's own cache, the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from glassbrook.datasets import places
from glassbrook.datasets.download import DownloadError, Limits, prepare_folder
from glassbrook.datasets.transport import Stream, TransferError
from glassbrook.errors import DataError, DataUnavailableError, user_frame

__all__ = ["KERAS", "Publication", "check_content", "find_or_download"]

KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
"""Where Keras keeps its data sets."""


@dataclass(frozen=True)
class Publication:
    """A file as it was published.

    Attributes:
        title: the name of the data set, for messages.
        name: the name of the file.
        digest: its SHA-256 in hexadecimal, or its MD5 where no other is published.
        urls: the folders on servers that have it, best first.
        most_bytes: a server that sends more is cut off.
        other_names: names that it may have on this machine.
    """

    title: str
    name: str
    digest: str
    urls: tuple[str, ...] = (KERAS,)
    most_bytes: int = 64 * 2**20
    other_names: tuple[str, ...] = ()

    @property
    def algorithm(self) -> str:
        """The name of the hash: a digest tells by its length."""
        return "md5" if len(self.digest) == 32 else "sha256"


def find_or_download(
    file: Publication, path: str | os.PathLike[str] | None = None, timeout: float = 5.0
) -> Path:
    """Where the file is on this machine, after a download if it was not there.

    Args:
        file: what to look for.
        path: another name for it in Keras's cache, or a full path, to be looked at first.
        timeout: seconds within which a server must begin to send.

    Raises:
        DataUnavailableError: it is not here and no server sends it. The message says which file to
            put where.
        DataError: it is here, but with another content (only a warning with
            ``GLASSBROOK_VERIFY=0``).
    """
    notes = []
    for label, candidate in _candidates(file, path):
        if candidate.is_file():
            check_content(candidate, file.digest, file.algorithm, file.title)
            return candidate
        notes.append(f"{label}: no {candidate}")
    folder = places.cache_folder()
    try:
        return _download(file, folder, Limits(first_byte=timeout))
    except DownloadError as error:
        raise DataUnavailableError(_explanation(file, folder, notes, error)) from None


def folders() -> list[tuple[str, Path]]:
    """The folders to look into, with what to call them."""
    found = [
        ("Keras's cache", places.keras_folder()),
        ("Glassbrook's cache", places.cache_folder()),
    ]
    data = places.data_folder()
    return found if data is None else [("$GLASSBROOK_DATA", data), *found]


def _candidates(file: Publication, path: str | os.PathLike[str] | None) -> list[tuple[str, Path]]:
    found = []
    if path is not None and os.fspath(path) != file.name:
        given = places.keras_folder() / Path(os.path.expanduser(path))
        found.append(("the given path", given))
    names = (file.name, *file.other_names)
    return found + [(label, folder / name) for label, folder in folders() for name in names]


def check_content(path: Path, digest: str, algorithm: str, title: str) -> None:
    """Compare a local file with what was published.

    Raises:
        DataError: it is another one (only a warning with ``GLASSBROOK_VERIFY=0``).
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, algorithm).hexdigest()
    if found == digest:
        return
    message = (
        f"{path}: not {title} as it was published: its {algorithm} is {found}, expected {digest}."
    )
    if places.verification_is_on():
        raise DataError(
            f"{message} It may be incomplete: delete it, and it is downloaded again. If it is "
            "meant to differ, set the environment variable GLASSBROOK_VERIFY=0."
        )
    frame = user_frame()
    message += " Used all the same, because GLASSBROOK_VERIFY=0."
    if frame is None:
        warnings.warn(message, stacklevel=2)
    else:
        warnings.warn_explicit(message, UserWarning, frame.f_code.co_filename, frame.f_lineno)


def _addresses(file: Publication) -> list[str]:
    names = os.environ.get("GLASSBROOK_MIRRORS")
    own = file.urls if names is None else names.replace(",", " ").split()
    return [f"{each.rstrip('/')}/{file.name}" for each in own]


def _download(file: Publication, folder: Path, limits: Limits) -> Path:
    addresses = _addresses(file)
    if not addresses:
        raise DownloadError("downloads are switched off (GLASSBROOK_MIRRORS is empty)")
    prepare_folder(folder)
    attempts = []
    for address in addresses:
        try:
            return _fetch_checked(file, address, folder, limits)
        except TransferError as error:
            attempts.append(f"{address}: {error}")
    raise DownloadError("it cannot be downloaded", tuple(attempts))


def _fetch_checked(file: Publication, address: str, folder: Path, limits: Limits) -> Path:
    path = folder / file.name
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(".part", f".{file.name}-", folder)
        with os.fdopen(handle, "wb") as target:
            digest = _receive(file, address, target, limits)
            target.flush()
            os.fsync(target.fileno())
        if digest != file.digest:
            raise TransferError(f"it sends a file of {file.algorithm} {digest}")
        os.replace(temporary, path)
    except OSError as error:
        reason = error.strerror or error
        raise DownloadError(f"a download cannot be stored in {folder} ({reason})") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    return path


def _receive(file: Publication, address: str, target: IO[bytes], limits: Limits) -> str:
    """Write what a server sends to a file; its digest."""
    digest = hashlib.new(file.algorithm, usedforsecurity=False)
    stream = Stream(address, limits.stall)
    until = time.monotonic() + limits.file
    patience = limits.first_byte
    try:
        while (chunk := stream.take(min(patience, until - time.monotonic()))) is not None:
            if not target.tell():
                host = urlsplit(address).netloc
                print(f"Downloading {file.title} from {host}", file=sys.stderr, flush=True)
            patience = limits.stall
            target.write(chunk)
            digest.update(chunk)
            if target.tell() > file.most_bytes:
                raise TransferError(f"it sends more than {file.most_bytes:,} bytes")
    finally:
        stream.cancel()
    return digest.hexdigest()


def _explanation(file: Publication, folder: Path, notes: list[str], error: DownloadError) -> str:
    lines = [f"{file.title} is not on this machine, and {error}."]
    lines += ["Looked for it in:", *(f"  {note}" for note in notes)]
    if places.data_folder() is None:
        lines.append("  $GLASSBROOK_DATA: not set")
    if error.attempts:
        lines += ["Tried to download it from:", *(f"  {line}" for line in error.attempts)]
    lines += [
        f"To mend it, put this file into {folder}, or into a folder of your own that the "
        f"environment variable GLASSBROOK_DATA names ({file.algorithm} of the file):",
        f"  {file.name}  {file.digest}",
        "GLASSBROOK_MIRRORS names servers of your own that have it.",
    ]
    return "\n".join(lines)
