"""Callbacks that end training: when nothing improves, or when the loss is no number any more."""

from __future__ import annotations

import math
from typing import Any

from glassbrook.errors import InvalidArgumentError, shortened
from glassbrook.keras.callbacks.base import Callback
from glassbrook.keras.callbacks.monitor import Monitoring

__all__ = ["EarlyStopping", "TerminateOnNaN"]


class EarlyStopping(Monitoring):
    """Stops training when a metric has not improved for some epochs.

    Args:
        monitor: the name of the metric.
        min_delta: by how much more than that it has to improve to count.
        patience: how many epochs without improvement are waited for.
        verbose: 1 to say when training stops.
        mode: ``"min"`` or ``"max"``, what is better; ``"auto"`` tells by the name.
        baseline: a value that has to be reached before an epoch counts as an improvement.
        restore_best_weights: whether the model gets the weights of the best epoch in the end.
        start_from_epoch: how many epochs pass before the metric is looked at.

    Raises:
        InvalidArgumentError: the mode is unknown, or the name does not tell which way is better.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> stop = tf.keras.callbacks.EarlyStopping(monitor="loss", patience=2)
        >>> x = tf.zeros([8, 2])
        >>> history = model.fit(x, tf.zeros([8, 1]), epochs=100, verbose=0, callbacks=[stop])
        >>> len(history.epoch)
        3
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        epochs: Any = patience
        if not isinstance(epochs, int | float) or epochs < 0:
            raise InvalidArgumentError(
                f"EarlyStopping: patience is {shortened(patience)}, expected a number of epochs, "
                "0 or more."
            )
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget what was best before."""
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Compare the epoch with the best one; stop if there was none better for too long."""
        value = self.value_of(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            # Of all epochs that never improve, the first one's weights are as good as any.
            self._remember(epoch)
        self.wait += 1
        if self.is_better(value, self.best):
            self.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self._remember(epoch)
            if self.baseline is None or self.is_better(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _remember(self, epoch: int) -> None:
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch

    def on_train_end(self, logs: Any = None) -> None:
        """Give the model its best weights back, if that is asked for."""
        if self.stopped_epoch > 0 and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)


class TerminateOnNaN(Callback):
    """Ends training without an error when the loss becomes NaN or infinite.

    Without it, `fit` raises a `DivergedError` that says where the first bad number came from.
    """

    handles_divergence = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look at the loss so far."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True
