"""What CIFAR-10 and CIFAR-100 have in common: pickled batches, in a folder or in an archive."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassbrook.datasets import places
from glassbrook.datasets.collection import Split
from glassbrook.datasets.pickles import read_pickle
from glassbrook.datasets.publication import (
    Publication,
    check_content,
    find_or_download,
    folders,
)
from glassbrook.errors import DataError

__all__ = ["CifarFiles", "load_split"]

_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class CifarFiles:
    """Where the batches are.

    Attributes:
        archive: the archive as it is published.
        folder: the folder in it, which may also be unpacked on this machine.
        batches: names and MD5 of the files.
    """

    archive: Publication
    folder: str
    batches: dict[str, str]


def load_split(files: CifarFiles, names: list[str], label_key: str) -> Split:
    """The images and labels of some batches.

    Args:
        files: where they are.
        names: the batches.
        label_key: what the labels are called in them.

    Returns:
        Images of shape (count, 32, 32, 3) and labels of shape (count, 1), unsigned bytes.

    Raises:
        DataUnavailableError: they are not on this machine and cannot be downloaded.
        DataError: a file is damaged, or not what was published.
    """
    images, labels = [], []
    for name, content in _contents(files, names):
        batch = read_pickle(content, name)
        found = _images_and_labels(batch, label_key, name)
        images.append(found[0])
        labels.append(found[1])
    return np.concatenate(images), np.concatenate(labels)


def _contents(files: CifarFiles, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """The batches' files: unpacked ones if there are, else those of the archive."""
    for _, place in folders():
        for folder in (
            place / files.folder,
            place / f"{files.folder}-target_extracted" / files.folder,
            place / f"{files.folder}-target" / files.folder,
        ):
            if all((folder / name).is_file() for name in names):
                for name in names:
                    yield str(folder / name), _checked(files, folder / name)
                return
    yield from _archived(files, names)


def _checked(files: CifarFiles, path: Path) -> bytes:
    check_content(path, files.batches[path.name], "md5", files.archive.title)
    return path.read_bytes()


def _archived(files: CifarFiles, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """The batches, read out of the archive: nothing is unpacked to the disk."""
    path = find_or_download(files.archive)
    try:
        with tarfile.open(path) as archive:
            for name in names:
                member = archive.getmember(f"{files.folder}/{name}")
                file = archive.extractfile(member) if member.isfile() else None
                if file is None or member.size > _MOST_BYTES:
                    raise DataError(f"{path}: {member.name} is no file, or far too large.")
                content = file.read()
                _check_member(files, path, name, content)
                yield f"{path}, {member.name}", content
    except KeyError as error:
        raise DataError(f"{path}: the archive lacks {error}.") from None
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: no sound archive ({error}). Delete it to fetch it again.") from (
            error
        )


def _check_member(files: CifarFiles, path: Path, name: str, content: bytes) -> None:
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != files.batches[name] and places.verification_is_on():
        raise DataError(
            f"{path}: {name} in it has the MD5 {found}, expected {files.batches[name]}."
        )


def _images_and_labels(
    batch: Any, label_key: str, name: str
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    data = batch.get(b"data") if isinstance(batch, dict) else None
    labels = batch.get(label_key.encode()) if isinstance(batch, dict) else None
    is_sound = isinstance(data, np.ndarray) and data.dtype == np.uint8 and data.ndim == 2
    if not is_sound or data is None or data.shape[1] != 3072 or not isinstance(labels, list):
        raise DataError(f"{name}: no batch of CIFAR: it lacks images, or {label_key}.")
    if len(labels) != len(data) or not all(isinstance(each, int) for each in labels):
        raise DataError(f"{name}: {len(data)} images, but {len(labels)} labels.")
    images = data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), np.array(labels, np.uint8).reshape(-1, 1)
