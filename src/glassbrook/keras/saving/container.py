"""The two parts of a model on disk, a description in JSON and its weights, as a zip or a folder.

Nothing is ever unpacked to the disk, and no more is read than the file itself holds.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from glassbrook.errors import InvalidArgumentError, ModelFileError, NotFoundError
from glassbrook.keras.saving.atomic import replacing, sync_folder
from glassbrook.keras.saving.tensors import Array, pack_tensors, unpack_tensors

__all__ = [
    "Contents",
    "MissingModelError",
    "parse_json",
    "read",
    "write_folder",
    "write_tensors",
    "write_zip",
]

_DESCRIPTION = "model.json"
_WEIGHTS = "weights.safetensors"
_FOLDER_WEIGHTS = re.compile(r"weights-[0-9a-f]{16}\.safetensors")
_MOST_DESCRIPTION = 64 * 2**20


class MissingModelError(NotFoundError, ModelFileError):
    """There is no model at a path: a missing file, and, as in Keras, a `ValueError`."""


class Contents(NamedTuple):
    """What a file holds.

    Attributes:
        description: the JSON part; `None` for a bare safetensors file.
        arrays: the weights by name.
    """

    description: dict[str, Any] | None
    arrays: dict[str, Array]


# Writing.


def write_zip(path: Path, description: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Write both parts into one file."""
    weights = pack_tensors(arrays)
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        _add(archive, _DESCRIPTION, _as_text(description, _WEIGHTS, weights), zipfile.ZIP_DEFLATED)
        # Numbers hardly shrink; as they are, they can be read at the speed of the disk.
        _add(archive, _WEIGHTS, weights, zipfile.ZIP_STORED)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, method: int) -> None:
    # A fixed date: equal models give equal files.
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def write_folder(path: Path, description: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Write both parts as files of a folder.

    Weights get a name of their own, and the description that points to them is put in place last:
    at any moment there is a whole model.
    """
    weights = pack_tensors(arrays)
    name = f"weights-{hashlib.sha256(weights).hexdigest()[:16]}.safetensors"
    path.mkdir(parents=True, exist_ok=True)
    with replacing(path / name) as file:
        file.write(weights)
    with replacing(path / _DESCRIPTION) as file:
        file.write(_as_text(description, name, weights))
    for each in path.iterdir():
        if each.name != name and _FOLDER_WEIGHTS.fullmatch(each.name):
            each.unlink(missing_ok=True)
    sync_folder(path)


def write_tensors(path: Path, arrays: dict[str, Array]) -> None:
    """Write weights alone, as a safetensors file."""
    with replacing(path) as file:
        file.write(pack_tensors(arrays, {"format": "glassbrook-weights"}))


def _as_text(description: dict[str, Any], name: str, weights: bytes) -> bytes:
    mark = {
        "file": name,
        "bytes": len(weights),
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    try:
        text = json.dumps({**description, "weights": mark}, indent=1, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(
            f"The model cannot be saved: its configuration holds what JSON cannot hold: {error}. "
            "Look at get_config() of your own layers: numbers, texts, lists and dictionaries."
        ) from error
    return text.encode()


# Reading.


def read(path: str | os.PathLike[str]) -> Contents:
    """The parts of a model file, a model folder, or a safetensors file.

    Raises:
        NotFoundError: there is nothing at that path.
        ModelFileError: what is there is none of these, or damaged.
    """
    place = Path(path)
    if place.is_dir():
        return _read_folder(place)
    if not place.exists():
        raise MissingModelError(f"There is no model at {os.fspath(path)!r}. Check the path.")
    if not place.is_file():
        raise ModelFileError(f"{os.fspath(path)!r} is neither a file nor a folder.")
    with place.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        return _read_zip(place)
    if place.suffix.lower() == ".safetensors":
        arrays, _ = unpack_tensors(place.read_bytes(), str(place))
        return Contents(None, arrays)
    raise ModelFileError(
        f"{place}: this is no model file: it begins with {start!r}. It may be cut off or damaged, "
        "or something else altogether."
    )


def _read_folder(place: Path) -> Contents:
    description_path = place / _DESCRIPTION
    if (place / "saved_model.pb").is_file():
        raise ModelFileError(
            f"{place}: this is a TensorFlow SavedModel: a program, not a description of layers. "
            "Save the model as 'name.keras' or 'name.h5' with TensorFlow; its weights alone can be "
            f"read from the checkpoint in it: tf.train.load_checkpoint({str(place)!r} + "
            "'/variables/variables')."
        )
    if not description_path.is_file():
        raise ModelFileError(f"{place}: this folder holds no model: {_DESCRIPTION} is missing.")
    if description_path.stat().st_size > _MOST_DESCRIPTION:
        raise ModelFileError(f"{description_path}: the description is too large to be one.")
    description = parse_json(description_path.read_bytes(), str(description_path))
    name = _weights_mark(description, place).get("file")
    if not isinstance(name, str) or not _FOLDER_WEIGHTS.fullmatch(name):
        raise ModelFileError(f"{description_path}: {name!r:.80} is no name of a file of weights.")
    if not (place / name).is_file():
        raise ModelFileError(f"{place}: the weights {name} are missing.")
    weights = (place / name).read_bytes()
    _check_weights(description, weights, place)
    return Contents(description, unpack_tensors(weights, str(place / name))[0])


def _read_zip(place: Path) -> Contents:
    try:
        with zipfile.ZipFile(place) as archive:
            entries = _checked_entries(archive, place)
            text = _read_entry(archive, entries[_DESCRIPTION], _MOST_DESCRIPTION, place)
            weights = _read_entry(archive, entries[_WEIGHTS], place.stat().st_size, place)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise _damaged(place, str(error)) from None
    except (NotImplementedError, RuntimeError) as error:
        raise _damaged(
            place, f"it uses a feature of zip files that models never have: {error}"
        ) from None
    description = parse_json(text, f"{place}: {_DESCRIPTION}")
    _check_weights(description, weights, place)
    return Contents(description, unpack_tensors(weights, str(place))[0])


def _checked_entries(archive: zipfile.ZipFile, place: Path) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        if entry.filename not in (_DESCRIPTION, _WEIGHTS):
            raise _damaged(place, f"it holds {entry.filename!r:.80}, which does not belong there")
        if entry.filename in found:
            raise _damaged(place, f"it holds {entry.filename!r} twice")
        found[entry.filename] = entry
    for name in (_DESCRIPTION, _WEIGHTS):
        if name not in found:
            raise _damaged(place, f"{name} is missing")
    if found[_WEIGHTS].compress_type != zipfile.ZIP_STORED:
        raise _damaged(place, "the weights are compressed, which they never are")
    return found


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, place: Path) -> bytes:
    """The bytes of an entry, at most `most`, whatever the archive claims."""
    if entry.file_size > most:
        raise _damaged(place, f"{entry.filename} claims {entry.file_size:,} bytes")
    with archive.open(entry) as file:
        data = file.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise _damaged(place, f"{entry.filename} does not have {entry.file_size:,} bytes")
    return data


def parse_json(text: bytes, where: str) -> dict[str, Any]:
    """A table out of JSON.

    Raises:
        ModelFileError: it cannot be read.
    """

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is no number")

    try:
        found = json.loads(text.decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            f"{where}: the description of the model cannot be read: {error}. The file is damaged."
        ) from None
    if not isinstance(found, dict):
        raise ModelFileError(f"{where}: the description of the model is no table.")
    return found


def _weights_mark(description: dict[str, Any], place: Path) -> dict[str, Any]:
    mark = description.get("weights")
    if not isinstance(mark, dict):
        raise ModelFileError(f"{place}: the description does not say which weights belong to it.")
    return mark


def _check_weights(description: dict[str, Any], weights: bytes, place: Path) -> None:
    if _weights_mark(description, place).get("sha256") != hashlib.sha256(weights).hexdigest():
        raise ModelFileError(
            f"{place}: the weights are not those that were written with this description: their "
            "SHA-256 differs. The file is damaged; take it from its source again."
        )


def _damaged(place: Path, problem: str) -> ModelFileError:
    return ModelFileError(
        f"{place}: this model file cannot be read: {problem}. It is cut off or damaged; take it "
        "from its source again, or train and save the model anew."
    )
