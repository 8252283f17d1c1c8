"""`BackupAndRestore`: training that goes on where it was interrupted."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from glassbrook.errors import InvalidArgumentError, ModelFileError
from glassbrook.keras.callbacks.base import Callback
from glassbrook.keras.saving.atomic import replacing
from glassbrook.keras.saving.checkpoints import read_checkpoint, write_checkpoint
from glassbrook.ops.io.bundles import bundle_exists

__all__ = ["BackupAndRestore"]


class BackupAndRestore(Callback):
    """Saves the state of training, and continues from it when `fit` is called again.

    If a program is interrupted and started again, `fit` begins at the epoch that was not finished,
    with the weights and the optimizer's state from the last backup. When `fit` is done, the backup
    is deleted.

    Args:
        backup_dir: a folder for nothing else.
        save_freq: ``"epoch"``, or after how many steps to save.
        double_checkpoint: accepted for Keras's sake: a backup takes the place of the one before
            once it is whole.
        delete_checkpoint: whether to delete the backup when training is done.

    Raises:
        InvalidArgumentError: an argument makes no sense.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> folder = os.path.join(tempfile.mkdtemp(), "backup")
        >>> model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x, y = tf.zeros([8, 2]), tf.zeros([8, 1])
        >>> backup = tf.keras.callbacks.BackupAndRestore(folder, delete_checkpoint=False)
        >>> history = model.fit(x, y, epochs=2, verbose=0, callbacks=[backup])
        >>> history = model.fit(x, y, epochs=5, verbose=0, callbacks=[backup])
        >>> history.epoch
        [2, 3, 4]
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
        save_before_preemption: bool = False,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise InvalidArgumentError("BackupAndRestore: Empty `backup_dir` argument passed.")
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise InvalidArgumentError(
                f"BackupAndRestore: save_freq is {save_freq!r}, expected 'epoch' or a number of "
                "steps."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._epoch = 0
        self._steps = 0
        if save_freq != "epoch":
            # Set on the object, so that steps cost nothing where epochs are saved.
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    @property
    def _prefix(self) -> str:
        return os.path.join(self.backup_dir, "latest")

    @property
    def _notes(self) -> Path:
        return Path(self.backup_dir, "training_metadata.json")

    def on_train_begin(self, logs: Any = None) -> None:
        """Restore the state of training, if there is a backup.

        Raises:
            ModelFileError: the backup is damaged.
        """
        if bundle_exists(self._prefix):
            read_checkpoint(self.model, self._prefix)
        if self._notes.is_file():
            try:
                epoch = json.loads(self._notes.read_text())["epoch"]
            except (ValueError, KeyError, TypeError) as error:
                raise ModelFileError(
                    f"{self._notes}: this backup cannot be read: {error}. Delete the folder to "
                    "begin anew."
                ) from None
            if isinstance(epoch, int) and epoch > 0:
                vars(self.model)["_initial_epoch"] = self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save, if epochs are saved."""
        self._epoch = epoch + 1
        if self.save_freq == "epoch":
            self._save()

    def _after_step(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        if self._steps % int(self.save_freq) == 0:
            self._save()

    def _save(self) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        write_checkpoint(self.model, self._prefix)
        with replacing(self._notes) as file:
            file.write(json.dumps({"epoch": self._epoch, "batch": self._steps}).encode())

    def on_train_end(self, logs: Any = None) -> None:
        """Delete the backup: training is done."""
        if self.delete_checkpoint:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.backup_dir)
