"""Folders of checkpoints: the newest are kept; and what a checkpoint holds, by name."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.saving.checkpoints import Checkpoint
from glassbrook.keras.saving.states import get_checkpoint_state, latest_checkpoint, write_state
from glassbrook.ops.io.bundles import BundleReader

__all__ = [
    "CheckpointManager",
    "checkpoints_iterator",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]


class CheckpointManager:
    """Saves checkpoints in a folder, and deletes all but the newest.

    Args:
        checkpoint: the `tf.train.Checkpoint` to save.
        directory: the folder.
        max_to_keep: how many to keep; all for `None`.
        keep_checkpoint_every_n_hours: how often to keep one for good.
        checkpoint_name: what the names of files begin with.
        step_counter: a variable that counts steps.
        checkpoint_interval: how many steps have to pass from one to the next.
        init_fn: called by `restore_or_initialize` if there is no checkpoint.
        last_checkpoint_step: the step of the last checkpoint.

    Raises:
        InvalidArgumentError: an argument makes no sense.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
        >>> manager = tf.train.CheckpointManager(checkpoint, tempfile.mkdtemp(), max_to_keep=2)
        >>> paths = [manager.save() for _ in range(3)]
        >>> [os.path.basename(path) for path in manager.checkpoints]
        ['ckpt-2', 'ckpt-3']
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: str | os.PathLike[str],
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Callable[[], Any] | None = None,
        last_checkpoint_step: int | None = None,
    ) -> None:
        if max_to_keep is not None and max_to_keep <= 0:
            raise InvalidArgumentError(
                f"Expected a positive integer or `None` for `max_to_keep`, got {max_to_keep}."
            )
        if checkpoint_interval is not None and step_counter is None:
            raise InvalidArgumentError("`step_counter` should be passed with checkpoint_interval.")
        self._checkpoint = checkpoint
        self._directory = os.fspath(directory)
        self._max_to_keep = max_to_keep
        self._hours = keep_checkpoint_every_n_hours
        self._name = checkpoint_name
        self._step_counter = step_counter
        self._interval = checkpoint_interval
        self._init_fn = init_fn
        self._last_step = last_checkpoint_step
        self._kept: dict[str, float] = {}
        state = get_checkpoint_state(self._directory)
        now = time.time()
        self._preserved = now
        if state is not None:
            times = state.all_model_checkpoint_timestamps
            for number, path in enumerate(state.all_model_checkpoint_paths):
                self._kept[path] = times[number] if number < len(times) else now
            if state.last_preserved_timestamp is not None:
                self._preserved = min(state.last_preserved_timestamp, now)
        self._latest = None if state is None else state.model_checkpoint_path

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that is saved."""
        return self._checkpoint

    @property
    def directory(self) -> str:
        """The folder."""
        return self._directory

    @property
    def checkpoint_interval(self) -> int | None:
        """How many steps have to pass from one checkpoint to the next."""
        return self._interval

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the newest checkpoint, or `None`."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """The paths of what is kept, oldest first."""
        return list(self._kept)

    def save(
        self, checkpoint_number: Any = None, check_interval: bool = True, options: Any = None
    ) -> str | None:
        """Save, and delete what is too old.

        Args:
            checkpoint_number: the number in its name; counted by default.
            check_interval: whether to save only if enough steps have passed.
            options: accepted for TensorFlow's sake, without effect.

        Returns:
            The path; `None` if it is too early.
        """
        if self._interval is not None:
            step = int(self._step_counter)
            if check_interval and self._last_step is not None:
                if step - self._last_step < self._interval:
                    return None
            self._last_step = step
        prefix = os.path.join(self._directory, self._name)
        counter = self._checkpoint.save_counter
        if checkpoint_number is None:
            counter.assign_add(1)
            checkpoint_number = int(counter)
        path = self._checkpoint.write(f"{prefix}-{int(checkpoint_number)}")
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self._latest = path
        stale = self._stale()
        write_state(
            self._directory, path, list(self._kept), list(self._kept.values()), self._preserved
        )
        for each in stale:
            _delete(each)
        return path

    def _stale(self) -> list[str]:
        """Take what is too old from the list of what is kept."""
        stale: list[str] = []
        while self._max_to_keep is not None and len(self._kept) > self._max_to_keep:
            path = next(iter(self._kept))
            moment = self._kept.pop(path)
            if self._hours is not None and moment - self._preserved >= self._hours * 3600:
                self._preserved = moment
            else:
                stale.append(path)
        return stale

    def restore_or_initialize(self) -> str | None:
        """Restore the newest checkpoint, or call `init_fn` if there is none.

        Returns:
            The path of what was restored, or `None`.
        """
        if self._latest is not None:
            self._checkpoint.restore(self._latest)
            if self._interval is not None:
                self._last_step = int(self._step_counter)
            return self._latest
        if self._init_fn is not None:
            self._init_fn()
        return None


def _delete(prefix: str) -> None:
    folder, name = os.path.split(prefix)
    pattern = re.compile(re.escape(name) + r"\.(index|data-\d{5}-of-\d{5})")
    for each in os.listdir(folder or "."):
        if pattern.fullmatch(each):
            os.remove(os.path.join(folder, each))


def _prefix(path: str | os.PathLike[str]) -> str:
    """A path as it is, or the latest checkpoint if it is a folder."""
    text = os.fspath(path)
    if os.path.isdir(text):
        found = latest_checkpoint(text)
        if found is None:
            raise InvalidArgumentError(f"Couldn't find 'checkpoint' file or checkpoints in {text}")
        return found
    return text


def load_checkpoint(ckpt_dir_or_file: str | os.PathLike[str]) -> BundleReader:
    """A reader of the arrays in a checkpoint, by name.

    Args:
        ckpt_dir_or_file: the path, or a folder, of which the latest checkpoint is meant.

    Raises:
        NotFoundError: there is no such checkpoint.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "a")
        >>> _ = tf.train.Checkpoint(v=tf.Variable(1.0)).write(path)
        >>> reader = tf.train.load_checkpoint(path)
        >>> reader.get_tensor("v/.ATTRIBUTES/VARIABLE_VALUE")
        array(1., dtype=float32)
    """
    return BundleReader(_prefix(ckpt_dir_or_file))


def list_variables(ckpt_dir_or_file: str | os.PathLike[str]) -> list[tuple[str, list[int]]]:
    """The names and shapes of the arrays in a checkpoint, in order.

    Args:
        ckpt_dir_or_file: the path, or a folder, of which the latest checkpoint is meant.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "a")
        >>> _ = tf.train.Checkpoint(v=tf.Variable([1.0])).write(path)
        >>> tf.train.list_variables(path)[1]
        ('v/.ATTRIBUTES/VARIABLE_VALUE', [1])
    """
    reader = load_checkpoint(ckpt_dir_or_file)
    return [(name, list(reader.shape(name))) for name in reader.names()]


def load_variable(ckpt_dir_or_file: str | os.PathLike[str], name: str) -> Any:
    """An array in a checkpoint.

    Args:
        ckpt_dir_or_file: the path, or a folder, of which the latest checkpoint is meant.
        name: its name, as `list_variables` gives it.

    Raises:
        NotFoundError: there is no such array.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def checkpoints_iterator(
    checkpoint_dir: str | os.PathLike[str],
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The latest checkpoint of a folder, again and again as new ones appear.

    Args:
        checkpoint_dir: the folder.
        min_interval_secs: how many seconds pass at least from one to the next.
        timeout: after how many seconds without a new one it ends; never for `None`.
        timeout_fn: called after that time; it goes on unless that gives true.
    """
    seen: str | None = None
    while True:
        found = _next_checkpoint(checkpoint_dir, seen, timeout)
        if found is None:
            if timeout_fn is None or timeout_fn():
                return
            continue
        started = time.time()
        seen = found
        yield found
        left = started + min_interval_secs - time.time()
        if left > 0:
            time.sleep(left)


def _next_checkpoint(folder: Any, seen: str | None, timeout: float | None) -> str | None:
    end = None if timeout is None else time.time() + timeout
    while True:
        found = latest_checkpoint(folder)
        if found is not None and found != seen:
            return found
        if end is not None and time.time() + 0.1 > end:
            return None
        time.sleep(0.1)
