"""The file ``checkpoint`` in a folder of checkpoints: which there are, and which is the latest."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from glassbrook.keras.saving.atomic import replacing
from glassbrook.ops.io.bundles import bundle_exists

__all__ = ["CheckpointState", "get_checkpoint_state", "latest_checkpoint", "update_state"]
__all__ += ["write_state"]

_NAME = "checkpoint"
_LINE = re.compile(r'^\s*(\w+)\s*:\s*("(?:[^"\\]|\\.)*"|[-+.\deE]+)\s*$')


class CheckpointState(NamedTuple):
    """What the file says; paths are whole ones."""

    model_checkpoint_path: str
    all_model_checkpoint_paths: list[str]
    all_model_checkpoint_timestamps: list[float]
    last_preserved_timestamp: float | None


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _from_text(value: str) -> str:
    body = value[1:-1]
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), body)


def write_state(
    folder: str,
    latest: str,
    paths: Sequence[str],
    times: Sequence[float] = (),
    preserved: float | None = None,
) -> None:
    """Write the file; paths within the folder are written relative to it."""

    def shown(path: str) -> str:
        within = os.path.dirname(path) == folder
        return _text(os.path.basename(path) if within else path)

    lines = [f"model_checkpoint_path: {shown(latest)}"]
    lines += [f"all_model_checkpoint_paths: {shown(path)}" for path in paths]
    lines += [f"all_model_checkpoint_timestamps: {moment!r}" for moment in times]
    if preserved is not None:
        lines.append(f"last_preserved_timestamp: {preserved!r}")
    with replacing(Path(folder or ".") / _NAME) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())


def update_state(folder: str, latest: str) -> None:
    """Note the latest checkpoint, the only one that the file then names, as TensorFlow does."""
    write_state(folder, latest, [latest], [time.time()])


def get_checkpoint_state(
    checkpoint_dir: str | os.PathLike[str], latest_filename: str | None = None
) -> CheckpointState | None:
    """What the file ``checkpoint`` of a folder says, or `None` if there is none.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> path = tf.train.Checkpoint(v=tf.Variable(1.0)).save(os.path.join(folder, "a"))
        >>> tf.train.get_checkpoint_state(folder).model_checkpoint_path == path
        True
    """
    folder = os.fspath(checkpoint_dir)
    path = Path(folder) / (latest_filename or _NAME)
    if not path.is_file():
        return None
    latest, paths, times = "", [], []
    preserved: float | None = None
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        key, value = found[1], found[2]
        if value.startswith('"'):
            value = os.path.join(folder, _from_text(value))
        if key == "model_checkpoint_path":
            latest = value
        elif key == "all_model_checkpoint_paths":
            paths.append(value)
        elif key == "all_model_checkpoint_timestamps":
            times.append(float(value))
        elif key == "last_preserved_timestamp":
            preserved = float(value)
    return CheckpointState(latest, paths, times, preserved) if latest else None


def latest_checkpoint(
    checkpoint_dir: str | os.PathLike[str], latest_filename: str | None = None
) -> str | None:
    """The path of the latest checkpoint in a folder, or `None` if there is none.

    Args:
        checkpoint_dir: the folder.
        latest_filename: the name of the file that tells, ``checkpoint`` by default.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> path = tf.train.Checkpoint(v=tf.Variable(1.0)).save(os.path.join(folder, "a"))
        >>> tf.train.latest_checkpoint(folder) == path
        True
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not bundle_exists(state.model_checkpoint_path):
        return None
    return state.model_checkpoint_path
