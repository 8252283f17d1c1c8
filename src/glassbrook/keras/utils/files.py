"""`get_file`: a file from the network, or from where it was put the last time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from glassbrook.errors import DataError, DataUnavailableError, InvalidArgumentError
from glassbrook.keras.saving.atomic import replacing

__all__ = ["get_file"]

_TIMEOUT = 30.0  # seconds without a byte
_CHUNK = 2**20


def get_file(
    fname: str | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """A file from an address, downloaded if it is not in the cache yet.

    Args:
        fname: its name in the cache; by default the last part of the address.
        origin: its address: ``https://…``, ``http://…`` or ``file:///…``.
        untar: the same as `extract`.
        md5_hash: the older name of `file_hash`.
        file_hash: the SHA-256 or MD5 of the file, in hexadecimal. Give it: a download that is not
            what it should be is then an error.
        cache_subdir: the folder within the cache.
        hash_algorithm: ``"sha256"``, ``"md5"``, or ``"auto"``, which tells by the length.
        extract: whether to unpack an archive; links and paths that lead out of it are refused.
        archive_format: ``"tar"``, ``"zip"``, or ``"auto"``.
        cache_dir: the cache; ``$KERAS_HOME`` or ``~/.keras`` by default.
        force_download: whether to download again what is in the cache.

    Returns:
        The path of the file, or of the folder with what was in the archive: named like `fname`, or
        ``<fname>_extracted`` if that has a suffix. Folders of the archive can also be reached
        beside it.

    Raises:
        DataUnavailableError: the file cannot be downloaded; the message says where it could be
            put by hand.
        DataError: the file has another hash, or is no archive.
    """
    if origin is None:
        raise InvalidArgumentError("get_file: the address of the file is missing: origin='https…'.")
    name = fname or PurePosixPath(urlsplit(origin).path).name
    if not name or Path(name).name != name or name in (".", ".."):
        raise InvalidArgumentError(
            f"get_file: {name!r} is no name of a file. A folder is given by cache_dir."
        )
    folder = _cache_folder(cache_dir) / cache_subdir
    archive, target = folder / name, folder / name
    if extract or untar:
        archive, target = _places(folder, name, fname is not None)
    digest = (file_hash or md5_hash or "").lower()
    is_new = force_download or not archive.exists() or not _matches(archive, digest, hash_algorithm)
    if is_new:
        _download(origin, archive, digest, hash_algorithm)
    if extract or untar:
        if is_new and target.is_dir():
            shutil.rmtree(target)
        _extract(archive, target, archive_format)
        _link_folders(target, folder)
    return str(target)


def _places(folder: Path, name: str, is_given: bool) -> tuple[Path, Path]:
    """Where an archive is kept, and where its content goes: the names are Keras's."""
    if is_given and "." in name:
        return folder / name, folder / f"{name.partition('.')[0]}_extracted"
    return folder / f"{name}_archive", folder / name


def _link_folders(target: Path, folder: Path) -> None:
    """Let the archive's folders be seen beside it, too, where Keras 2 unpacked them."""
    for inside in target.iterdir():
        beside = folder / inside.name
        if inside.is_dir() and not beside.exists() and not beside.is_symlink():
            # Systems without links do without.
            with contextlib.suppress(OSError):
                beside.symlink_to(inside, target_is_directory=True)


def _cache_folder(cache_dir: str | os.PathLike[str] | None) -> Path:
    if cache_dir is not None:
        return Path(cache_dir).expanduser()
    home = os.environ.get("KERAS_HOME")
    return Path(home) if home else Path.home() / ".keras"


def _matches(path: Path, digest: str, algorithm: str) -> bool:
    if not digest:
        return True
    kind = algorithm if algorithm != "auto" else ("md5" if len(digest) == 32 else "sha256")
    if kind not in ("md5", "sha256"):
        raise InvalidArgumentError(f"get_file: unknown hash_algorithm {algorithm!r}.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest() == digest


def _download(origin: str, path: Path, digest: str, algorithm: str) -> None:
    if urlsplit(origin).scheme not in ("http", "https", "file"):
        raise InvalidArgumentError(
            f"get_file: {origin!r} is no address of a file: https://…, http://… or file:///…."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    print(f"Downloading data from {origin}", file=sys.stderr)
    try:
        with replacing(path) as file:
            _fetch(origin, file)
            file.flush()
            file.seek(0)
            _check(file, origin, digest, algorithm)
    except OSError as error:
        if isinstance(error, DataError):
            raise
        reason = getattr(error, "reason", None) or error
        raise DataUnavailableError(
            f"get_file: {origin} cannot be downloaded: {reason}. Without a network, put the file "
            f"to {path} by hand."
        ) from error


def _fetch(origin: str, file: BinaryIO) -> None:
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    request = Request(origin, headers={"User-Agent": "glassbrook"})
    with urlopen(request, timeout=_TIMEOUT) as response:
        expected = response.headers.get("Content-Length")
        shutil.copyfileobj(response, file, _CHUNK)
        if expected is not None and file.tell() != int(expected):
            raise URLError(f"got {file.tell():,} of {int(expected):,} bytes")


def _check(file: BinaryIO, origin: str, digest: str, algorithm: str) -> None:
    if not digest:
        return
    kind = algorithm if algorithm != "auto" else ("md5" if len(digest) == 32 else "sha256")
    found = hashlib.file_digest(cast(Any, file), kind).hexdigest()
    if found != digest:
        raise DataError(
            f"get_file: what came from {origin} has {kind} {found}, expected {digest}. It is "
            "incomplete, or not the file that it should be. Nothing was kept."
        )


def _extract(archive: Path, target: Path, archive_format: Any) -> None:
    """Unpack into a folder, which appears only when everything is in it."""
    import tarfile

    if target.exists():
        return
    if not hasattr(tarfile, "data_filter"):
        raise DataError("get_file: this Python cannot unpack archives safely: 3.11.4 can.")
    formats = ("tar", "zip") if archive_format == "auto" else archive_format
    formats = (formats,) if isinstance(formats, str) else tuple(formats or ())
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".unpacking-") as temporary:
        place = Path(temporary) / "content"
        place.mkdir()
        try:
            if "tar" in formats and tarfile.is_tarfile(archive):
                with tarfile.open(archive) as tar:
                    _refuse_absolute(archive, tar.getnames())
                    tar.extractall(place, filter="data")
            elif "zip" in formats and zipfile.is_zipfile(archive):
                _unzip(archive, place)
            else:
                raise DataError(f"get_file: {archive} is no archive of a known kind {formats}.")
        except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
            raise DataError(f"get_file: {archive} cannot be unpacked: {error}.") from error
        os.replace(place, target)


def _refuse_absolute(archive: Path, names: list[str]) -> None:
    for name in names:
        if name.startswith(("/", "\\")) or name[1:2] == ":":
            raise DataError(f"get_file: {archive} holds {name!r}, a path that leads out of it.")


def _unzip(archive: Path, place: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        _refuse_absolute(archive, file.namelist())
        for name in file.namelist():
            inside = (place / name).resolve()
            if place.resolve() not in (inside, *inside.parents):
                raise DataError(f"get_file: {archive} holds {name!r}, a path that leads out of it.")
        file.extractall(place)
