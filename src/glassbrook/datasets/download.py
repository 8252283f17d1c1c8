"""Downloads a collection from the first mirror that sends what was published.

All mirrors are asked at once whether they have the files; those that do are tried in their listed
order. Every file goes to a temporary name beside its destination, is checked, and is renamed:
nobody ever sees a partial or a wrong file, however many processes download at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from glassbrook.datasets.collection import Collection, Mirror
from glassbrook.datasets.idx import idx_sha256, read_idx
from glassbrook.datasets.npz import read_npz
from glassbrook.datasets.transport import NO_ANSWER, NOT_THERE, Stream, TransferError, ask
from glassbrook.errors import DataError

__all__ = [
    "DownloadError",
    "Limits",
    "download",
    "file_sha256",
    "mirrors_of",
    "prepare_folder",
]

# Far more than any of the files has: a server that sends without end is cut off here.
_MAX_BYTES = 64 * 2**20
# A mirror that is listed earlier is preferred to one that answered this much sooner.
_PATIENCE = 0.5
# A partial file older than this belongs to a process that was killed.
_DAY = 24 * 60 * 60


class DownloadError(Exception):
    """No mirror sent the collection.

    Attributes:
        attempts: one line for each mirror.
    """

    def __init__(self, reason: str, attempts: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.attempts = attempts


@dataclass(frozen=True)
class Limits:
    """How long a download may take, in seconds.

    Attributes:
        first_byte: from the start until a mirror begins to send.
        stall: without a byte after that.
        file: for one file altogether.
    """

    first_byte: float = 5.0
    stall: float = 10.0
    file: float = 300.0


def mirrors_of(collection: Collection) -> tuple[Mirror, ...]:
    """The collection's mirrors, or those that ``$GLASSBROOK_MIRRORS`` names instead.

    The variable holds addresses separated by spaces or commas; each has a folder per collection,
    such as ``<address>/mnist/train-images-idx3-ubyte.gz``. If it is empty, nothing is downloaded.
    """
    names = os.environ.get("GLASSBROOK_MIRRORS")
    if names is None:
        return collection.mirrors
    addresses = names.replace(",", " ").split()
    return tuple(Mirror(f"{address.rstrip('/')}/{collection.folders[0]}") for address in addresses)


def file_sha256(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file as it stands, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(collection: Collection, folder: Path, limits: Limits) -> tuple[Path, ...]:
    """Downloads a collection's files into ``folder``, which is made if it is not there.

    Returns:
        The four IDX files, or the one archive.

    Raises:
        DownloadError: no mirror can be reached in time, none sends the published content, or the
            folder cannot be written to.
    """
    mirrors = mirrors_of(collection)
    if not mirrors:
        raise DownloadError("downloads are switched off (GLASSBROOK_MIRRORS is empty)")
    prepare_folder(folder)
    deadline = time.monotonic() + limits.first_byte
    probe = _Probe(collection, mirrors, deadline)
    for mirror in probe.answering():
        try:
            return _Transfer(collection, mirror, folder, limits, deadline).run()
        except TransferError as error:
            probe.refusals[mirror] = str(error)
    attempts = tuple(f"{each.url}: {probe.refusals[each]}" for each in mirrors)
    if probe.reached:
        raise DownloadError("no mirror sent it", attempts)
    seconds = f" within {limits.first_byte:g} seconds" if probe.timed_out else ""
    raise DownloadError(f"no mirror could be reached{seconds}", attempts)


def prepare_folder(folder: Path) -> None:
    """Make a folder for downloads, and remove what killed processes left in it.

    Raises:
        DownloadError: it cannot be made, or not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for left_behind in folder.glob(".*.part"):
            # Another process may be done with it, or remove it, at this very moment.
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left_behind.stat().st_mtime > _DAY:
                    left_behind.unlink()
    except OSError as error:
        raise DownloadError(_not_stored(folder, error)) from error


def _not_stored(folder: Path, error: OSError) -> str:
    return f"a download cannot be stored in {folder} ({error.strerror or error})"


def _file_names(collection: Collection, mirror: Mirror) -> list[str]:
    if mirror.container == "npz" and collection.archive is not None:
        return [collection.archive]
    return [f"{part.file}.gz" for part in collection.parts]


class _Probe:
    """Asks all mirrors at once whether they have a collection.

    Attributes:
        refusals: why a mirror cannot be used, in a few words.
        reached: whether any mirror answered at all.
        timed_out: whether any mirror had not answered when time was up.
    """

    def __init__(
        self, collection: Collection, mirrors: tuple[Mirror, ...], deadline: float
    ) -> None:
        self.refusals: dict[Mirror, str] = {}
        self.reached = False
        self.timed_out = False
        self._mirrors = mirrors
        self._deadline = deadline
        self._waiting = set(range(len(mirrors)))
        self._usable: set[int] = set()
        self._answers: queue.SimpleQueue[tuple[int, str | None]] = queue.SimpleQueue()
        seconds = deadline - time.monotonic()
        for index, mirror in enumerate(mirrors):
            url = f"{mirror.url}/{_file_names(collection, mirror)[0]}"
            ask(url, seconds, partial(self._report, index))

    def _report(self, index: int, refusal: str | None) -> None:
        self._answers.put((index, refusal))

    def answering(self) -> Iterator[Mirror]:
        """Yields the mirrors that have the files: as they answer, in their listed order."""
        while True:
            self._listen()
            if not self._usable:
                break
            best = min(self._usable)
            self._usable.remove(best)
            yield self._mirrors[best]
        for index in self._waiting:
            self.timed_out = True
            self.refusals[self._mirrors[index]] = NO_ANSWER

    def _listen(self) -> None:
        """Waits for a usable mirror, a little longer for a better one, and never too long."""
        until = self._deadline
        while self._waiting:
            if self._usable:
                until = min(until, time.monotonic() + _PATIENCE)
            is_best = bool(self._usable) and min(self._usable) < min(self._waiting)
            seconds = 0.0 if is_best else until - time.monotonic()
            try:
                index, refusal = self._answers.get(timeout=max(0.0, seconds))
            except queue.Empty:
                return
            self._waiting.remove(index)
            if refusal is None:
                self.reached = True
                self._usable.add(index)
            else:
                self.reached |= refusal == NOT_THERE
                self.timed_out |= refusal == NO_ANSWER
                self.refusals[self._mirrors[index]] = refusal


@dataclass
class _Transfer:
    """Fetches, checks and stores what one mirror has of a collection."""

    collection: Collection
    mirror: Mirror
    folder: Path
    limits: Limits
    deadline: float
    has_begun: bool = False

    def run(self) -> tuple[Path, ...]:
        names = _file_names(self.collection, self.mirror)
        return tuple(self._provide(index, name) for index, name in enumerate(names))

    def _provide(self, index: int, name: str) -> Path:
        path = self.folder / name
        # What has its final name has been checked, by this process or another.
        if path.is_file():
            return path
        temporary: str | None = None
        try:
            handle, temporary = tempfile.mkstemp(".part", f".{name}-", self.folder)
            with os.fdopen(handle, "wb") as file:
                self._fetch(f"{self.mirror.url}/{name}", file)
                file.flush()
                os.fsync(file.fileno())
            self._check(index, Path(temporary))
            os.replace(temporary, path)
        except OSError as error:
            raise DownloadError(_not_stored(self.folder, error)) from error
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
        return path

    def _fetch(self, url: str, file: IO[bytes]) -> None:
        stream = Stream(url, self.limits.stall)
        until = time.monotonic() + self.limits.file
        try:
            while (chunk := stream.take(self._patience(until))) is not None:
                if not self.has_begun:
                    self._announce()
                file.write(chunk)
                if file.tell() > _MAX_BYTES:
                    raise TransferError(f"it sends more than {_MAX_BYTES:,} bytes")
                if time.monotonic() > until:
                    raise TransferError(f"a file took more than {self.limits.file:g} seconds")
        finally:
            stream.cancel()

    def _patience(self, until: float) -> float:
        now = time.monotonic()
        if self.has_begun:
            return min(self.limits.stall, until - now)
        # Half of what is left: the next mirror shall have a chance, too.
        return max(0.0, self.deadline - now) / 2

    def _announce(self) -> None:
        self.has_begun = True
        host = urlsplit(self.mirror.url).netloc
        text = f"Downloading {self.collection.title} from {host} to {self.folder}"
        print(text, file=sys.stderr, flush=True)

    def _check(self, index: int, path: Path) -> None:
        """Compares a downloaded file with what was published; no setting switches this off."""
        parts = self.collection.parts
        try:
            if self.mirror.container == "npz":
                if file_sha256(path) == self.collection.archive_sha256:
                    return
                arrays = read_npz(path, [part.key for part in parts])
                pairs = [(part, arrays[part.key]) for part in parts]
            else:
                pairs = [(parts[index], read_idx(path))]
        except DataError as error:
            words = str(error).removeprefix(f"{path}: ")
            raise TransferError(f"it sent something else ({words})") from error
        for part, array in pairs:
            found = idx_sha256(array)
            if found != part.sha256:
                raise TransferError(
                    f"it sent a wrong {part.file}: SHA-256 {found}, expected {part.sha256}"
                )
