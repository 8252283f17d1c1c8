"""Entries on disk: machine code, under names that tell what it was made from.

A name is a digest of what was compiled and of everything else that decides what code is made: the
processor, the versions of LLVM and of the compiler itself. An entry carries a checksum; one that is
damaged counts as absent and is written anew. Several processes may share the folder: entries appear
and are replaced whole. Those that were not used for longest go when the folder grows too large.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from glassbrook.engine.compiler import llvm

__all__ = ["discard", "folder", "load", "name_of", "save"]

_MAGIC = b"glassbrook code 1\n"
_SUFFIX = ".code"
_MOST_BYTES = 256 * 2**20
_CLEAN_EVERY = 64


def folder() -> Path | None:
    """Where code is kept: ``$GLASSBROOK_CACHE_DIR``, or the user's cache folder.

    ``GLASSBROOK_CACHE_DIR=off`` keeps none.
    """
    named = os.environ.get("GLASSBROOK_CACHE_DIR")
    if named == "off":
        return None
    if named:
        return Path(named) / "programs"
    from platformdirs import user_cache_path

    return user_cache_path("glassbrook") / "programs"


@cache
def _compiler() -> str:
    """What the compiler is: its files, as they were last written."""
    root = Path(__file__).parent
    stamps = [
        f"{path.relative_to(root)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in sorted(root.rglob("*.py"))
    ]
    return "\n".join(stamps)


@cache
def _surroundings() -> str:
    cpu, features = llvm.host()
    return "\n".join((llvm.versions(), cpu, features, sys.platform, _compiler()))


def name_of(what: str) -> str:
    """The name of the entry of what was compiled."""
    return hashlib.sha256(f"{what}\n{_surroundings()}".encode()).hexdigest()


def _path(name: str) -> Path | None:
    root = folder()
    return None if root is None else root / name[:2] / f"{name}{_SUFFIX}"


def load(name: str) -> bytes | None:
    """The content of an entry, or `None` if there is none or it is damaged."""
    path = _path(name)
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    checksum, rest = content[len(_MAGIC) :][:32], content[len(_MAGIC) + 32 :]
    if not content.startswith(_MAGIC) or hashlib.sha256(rest).digest() != checksum:
        discard(name)
        return None
    return rest


def discard(name: str) -> None:
    """Remove an entry, if it is there."""
    path = _path(name)
    if path is not None:
        with contextlib.suppress(OSError):
            path.unlink()


def save(name: str, content: bytes) -> None:
    """Keep the content under this name. A folder that cannot be written to is no error."""
    path = _path(name)
    if path is None:
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        number, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(content).digest() + content)
            os.replace(part, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise
        if int(name[:4], 16) % _CLEAN_EVERY == 0:
            _clean(path.parent.parent)


def _clean(root: Path, most_bytes: int = _MOST_BYTES) -> None:
    """Remove the entries that were used longest ago, until the rest is small enough."""
    entries = []
    for path in root.glob("*/*"):
        with contextlib.suppress(OSError):
            status = path.stat()
            entries.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= most_bytes:
            break
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size
