"""`ModelCheckpoint`: keeps what has been learned on disk while training goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.callbacks.monitor import Monitoring
from glassbrook.keras.saving import check_model_path, check_weights_path

__all__ = ["ModelCheckpoint"]


class ModelCheckpoint(Monitoring):
    """Saves the model, or its weights, after epochs or after numbers of steps.

    A file is written beside its final place and then moved there, so that there always is a whole
    one, also if the program is killed while it writes.

    Args:
        filepath: where to save; ``{epoch:02d}`` and names of metrics, such as ``{val_loss:.2f}``,
            are filled in. `Model.save` and `Model.save_weights` say which endings there are.
        monitor: the metric that tells which epoch is best.
        verbose: 1 to say when something is saved.
        save_best_only: whether to save only what is better than all before.
        save_weights_only: whether to save the weights alone.
        mode: ``"min"`` or ``"max"``, what is better; ``"auto"`` tells by the name.
        save_freq: ``"epoch"``, or after how many steps to save.
        initial_value_threshold: what has to be improved on from the start.
        kwargs: `period` of Keras 2, after how many epochs to save.

    Raises:
        InvalidArgumentError: the suffix is unknown, or an argument makes no sense.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode)
        period = kwargs.pop("period", 1)
        kwargs.pop("options", None)
        if kwargs:
            raise InvalidArgumentError(f"ModelCheckpoint: unknown arguments {sorted(kwargs)}.")
        if not isinstance(period, int) or period < 1:
            raise InvalidArgumentError(
                f"ModelCheckpoint: period is {period!r}, expected a number of epochs."
            )
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise InvalidArgumentError(
                f"ModelCheckpoint: save_freq is {save_freq!r}, expected 'epoch' or a number of "
                "steps."
            )
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.best = initial_value_threshold
        self.period = period
        self._steps = 0
        self._epoch = 0
        self._epochs_since = 0
        (check_weights_path if save_weights_only else check_model_path)(self.filepath)
        if save_freq != "epoch":
            # Set on the object, so that steps cost nothing where epochs are saved.
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch, which paths may name."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save the model, if its time has come."""
        self._epochs_since += 1
        if self.save_freq == "epoch" and self._epochs_since >= self.period:
            self._epochs_since = 0
            self._save(epoch, logs or {})

    def _after_step(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        if self._steps % int(self.save_freq) == 0:
            self._save(self._epoch, logs or {}, batch)

    def _save(self, epoch: int, logs: Mapping[str, Any], batch: int | None = None) -> None:
        path = self._path(epoch, logs, batch)
        said = f"\nEpoch {epoch + 1}: "
        if self.save_best_only:
            value = self.value_of(logs)
            if value is None:
                return
            if not self.is_better(value, self.best):
                if self.verbose:
                    print(f"{said}{self.monitor} did not improve from {self.best:.5f}")
                return
            before = "None" if self.best is None else f"{self.best:.5f}"
            said += f"{self.monitor} improved from {before} to {value:.5f}, "
            self.best = value
        if self.verbose:
            print(f"{said}saving model to {path}")
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch: int, logs: Mapping[str, Any], batch: int | None) -> str:
        names = {"epoch": epoch + 1, **dict(logs.items())}
        if batch is not None:
            names["batch"] = batch + 1
        try:
            return self.filepath.format(**names)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise InvalidArgumentError(
                f"ModelCheckpoint: the path {self.filepath!r} cannot be filled in: {error!r}. "
                f"There are: {', '.join(names)}."
            ) from None
