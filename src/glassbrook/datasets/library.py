"""Finds a collection on this machine, checks it, reads it; has it downloaded if it is not here.

The order: the folder ``$GLASSBROOK_DATA``, Keras's cache, Glassbrook's own cache, the mirrors.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glassbrook.datasets import download, places
from glassbrook.datasets.collection import ALL, Collection, Part, Splits
from glassbrook.datasets.download import file_sha256
from glassbrook.datasets.idx import idx_sha256, read_idx
from glassbrook.datasets.npz import read_npz
from glassbrook.errors import DataError, DataUnavailableError, user_frame

__all__ = ["LocalCopy", "Search", "find_or_download", "search"]


@dataclass(frozen=True)
class LocalCopy:
    """The files of a collection on this machine; their content is checked when they are read.

    Attributes:
        collection: what they hold.
        files: the four IDX files in the order of the collection's parts, or one archive.
    """

    collection: Collection
    files: tuple[Path, ...]

    @property
    def folder(self) -> Path:
        """The folder that holds the files."""
        return self.files[0].parent

    def __str__(self) -> str:
        return f"{self.collection.title} in {self.folder}"

    def load(self) -> Splits:
        """Reads and checks the arrays.

        Returns:
            ``((x_train, y_train), (x_test, y_test))``, unsigned bytes.

        Raises:
            DataError: a file is damaged, or its content is not what was published (only a
                warning with ``GLASSBROOK_VERIFY=0``).
        """
        arrays = _read(self)
        _check_shapes(self, arrays)
        archive_sha256 = self.collection.archive_sha256
        if len(self.files) > 1 or file_sha256(self.files[0]) != archive_sha256:
            _check_contents(self, arrays)
        x_train, y_train, x_test, y_test = arrays
        return (x_train, y_train), (x_test, y_test)


@dataclass(frozen=True)
class Search:
    """What a search on this machine found, and a line on each place without it."""

    copy: LocalCopy | None
    notes: tuple[str, ...]


def search(collection: Collection) -> Search:
    """Looks for a collection on this machine; reads next to nothing."""
    notes: list[str] = []
    for label, folder, is_bare in _candidates(collection):
        found, note = _look_into(collection, folder, is_bare)
        if found is not None:
            return Search(found, tuple(notes))
        notes.append(f"{label}: {note}")
    return Search(None, tuple(notes))


def find_or_download(collection: Collection, timeout: float) -> LocalCopy:
    """The collection's files on this machine, downloaded first if they are not here yet.

    Args:
        collection: the data set.
        timeout: seconds within which a mirror must begin to send.

    Raises:
        DataUnavailableError: it is not here and no mirror sends it. The first line of the
            message says it all; the rest says where was looked and how to mend it.
    """
    found = search(collection)
    if found.copy is not None:
        return found.copy
    folder = places.cache_folder() / collection.folders[0]
    limits = download.Limits(first_byte=timeout)
    try:
        return LocalCopy(collection, download.download(collection, folder, limits))
    except download.DownloadError as error:
        message = _explain(collection, folder, found.notes, error)
    raise DataUnavailableError(message)


def _candidates(collection: Collection) -> list[tuple[str, Path, bool]]:
    """(label, folder, whether the folder may as well hold another collection)."""
    candidates = []
    data = places.data_folder()
    if data is not None:
        for name in collection.folders:
            candidates.append(("$GLASSBROOK_DATA", data / name, False))
        owners = [each for each in ALL if _is_named_after(data, each)]
        if not owners or collection in owners:
            candidates.append(("$GLASSBROOK_DATA", data, not owners))
    name = collection.folders[0]
    keras = places.keras_folder()
    candidates += [("Keras's cache", keras / name, False), ("Keras's cache", keras, True)]
    candidates += [("Glassbrook's cache", places.cache_folder() / name, False)]
    return candidates


def _is_named_after(folder: Path, collection: Collection) -> bool:
    path = folder.resolve().as_posix()
    return any(path.endswith(f"/{name}") for name in collection.folders)


def _look_into(collection: Collection, folder: Path, is_bare: bool) -> tuple[LocalCopy | None, str]:
    if not folder.is_dir():
        return None, f"{folder} is not a folder" if folder.exists() else f"no folder {folder}"
    files = [_idx_file(folder, part) for part in collection.parts]
    present = [file for file in files if file is not None]
    if len(present) == len(collection.parts):
        if is_bare and not _belongs(collection, present[-1]):
            return None, f"{folder} holds files of these names, but not of {collection.title}"
        return LocalCopy(collection, tuple(present)), ""
    if collection.archive and (folder / collection.archive).is_file():
        return LocalCopy(collection, (folder / collection.archive,)), ""
    lacking = [part.file for part, file in zip(collection.parts, files) if file is None]
    return None, f"{folder} lacks {'its files' if not present else ', '.join(lacking)}"


def _idx_file(folder: Path, part: Part) -> Path | None:
    for name in (f"{part.file}.gz", part.file):
        if (folder / name).is_file():
            return folder / name
    return None


def _belongs(collection: Collection, test_labels: Path) -> bool:
    """Whether files without a telling folder name are this collection's, by the smallest one."""
    try:
        found = idx_sha256(read_idx(test_labels))
    except DataError:
        # Said when it is loaded, if it is loaded.
        return collection.owns_bare_files
    if found == collection.parts[-1].sha256:
        return True
    of_another = any(found == other.parts[-1].sha256 for other in ALL)
    return collection.owns_bare_files and not of_another


def _read(copy: LocalCopy) -> list[NDArray[np.uint8]]:
    if len(copy.files) == len(copy.collection.parts):
        return [read_idx(file) for file in copy.files]
    keys = [part.key for part in copy.collection.parts]
    arrays = read_npz(copy.files[0], keys)
    return [arrays[key] for key in keys]


def _check_shapes(copy: LocalCopy, arrays: list[NDArray[np.uint8]]) -> None:
    """A subset may have any number of images, but they must be images with labels."""
    names = [str(file) for file in copy.files]
    if len(names) == 1:
        names = [f"{names[0]}, array {part.key!r}" for part in copy.collection.parts]
    for part, name, array in zip(copy.collection.parts, names, arrays):
        if array.shape[1:] != part.shape[1:] or array.ndim != len(part.shape):
            expected = ", ".join(["count", *map(str, part.shape[1:])])
            raise DataError(f"{name}: has shape {array.shape}, expected ({expected}).")
    for images, labels in ((0, 1), (2, 3)):
        if len(arrays[images]) != len(arrays[labels]):
            raise DataError(
                f"{names[images]}: {len(arrays[images]):,} images, but {len(arrays[labels]):,} "
                f"labels in {names[labels]}. Take both from the same set."
            )


def _check_contents(copy: LocalCopy, arrays: list[NDArray[np.uint8]]) -> None:
    """Compares the arrays with what was published; says all that differs in one message."""
    title = copy.collection.title
    differences = []
    for index, (part, array) in enumerate(zip(copy.collection.parts, arrays)):
        found = idx_sha256(array)
        if found == part.sha256:
            continue
        of_another = [f" ({c.title}'s)" for c in ALL for p in c.parts if p.sha256 == found]
        is_archive = len(copy.files) == 1
        name = f"{copy.files[0]}, array {part.key!r}" if is_archive else f"{copy.files[index]}"
        differences.append(
            f"{name}: SHA-256 of the uncompressed content is {found}{''.join(of_another)}, "
            f"expected {part.sha256}."
        )
    if not differences:
        return
    message = f"Not {title} as it was published. {' '.join(differences)}"
    if places.verification_is_on():
        raise DataError(
            f"{message} Delete or replace what differs; if it is meant to (a subset of your own, "
            "say), set the environment variable GLASSBROOK_VERIFY=0."
        )
    _warn(f"{message} Used all the same, because GLASSBROOK_VERIFY=0.")


def _warn(message: str) -> None:
    frame = user_frame()
    if frame is None:
        warnings.warn(message, stacklevel=2)
    else:
        warnings.warn_explicit(message, UserWarning, frame.f_code.co_filename, frame.f_lineno)


def _explain(
    collection: Collection, folder: Path, notes: tuple[str, ...], error: download.DownloadError
) -> str:
    lines = [f"{collection.title} is not on this machine, and {error}."]
    lines += ["Looked for it in:", *(f"  {note}" for note in notes)]
    if not os.environ.get("GLASSBROOK_DATA", "").strip():
        lines.append("  $GLASSBROOK_DATA: not set")
    if error.attempts:
        lines += ["Tried to download it from:", *(f"  {line}" for line in error.attempts)]
    lines += [
        f"To mend it, put these files into {folder}, or into a folder of your own that the "
        "environment variable GLASSBROOK_DATA names (SHA-256 of the uncompressed content):",
        *(f"  {part.file}.gz  {part.sha256}" for part in collection.parts),
    ]
    if collection.archive:
        lines += ["or this one (SHA-256 of the file):"]
        lines += [f"  {collection.archive}  {collection.archive_sha256}"]
    lines.append(
        "GLASSBROOK_MIRRORS names servers of your own that have them. Without any data at hand, "
        "glassbrook.datasets.strokes.load_data() draws digits by itself."
    )
    return "\n".join(lines)
