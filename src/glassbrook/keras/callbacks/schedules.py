"""Callbacks that change the learning rate while training goes on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from glassbrook.errors import InvalidArgumentError, UsageError, shortened
from glassbrook.keras.callbacks.base import Callback
from glassbrook.keras.callbacks.monitor import Monitoring

__all__ = ["LearningRateScheduler", "ReduceLROnPlateau"]


class LearningRateScheduler(Callback):
    """Sets the learning rate before every epoch.

    Args:
        schedule: a function of ``(epoch, learning_rate)``, or of the epoch alone, that gives the
            learning rate; epochs are counted from 0.
        verbose: 1 to say so.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile(tf.keras.optimizers.SGD(0.1), "mse")
        >>> halve = tf.keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        >>> x, y = tf.zeros([8, 2]), tf.zeros([8, 1])
        >>> history = model.fit(x, y, epochs=2, verbose=0, callbacks=[halve])
        >>> [round(rate, 4) for rate in history.history["learning_rate"]]
        [0.05, 0.025]
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise UsageError(
                f"LearningRateScheduler: expected a function of the epoch, got "
                f"{shortened(schedule)}. A fixed rate belongs into the optimizer: Adam(0.001)."
            )
        self.schedule = schedule
        self.verbose = verbose
        try:
            self._takes_rate = len(inspect.signature(schedule).parameters) >= 2
        except (TypeError, ValueError):
            self._takes_rate = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the learning rate."""
        rate = float(self.model.optimizer.learning_rate)
        found = self.schedule(epoch, rate) if self._takes_rate else self.schedule(epoch)
        try:
            rate = float(found)
        except (TypeError, ValueError):
            raise InvalidArgumentError(
                f"LearningRateScheduler: the schedule gave {found!r}, expected a number."
            ) from None
        self.model.optimizer.learning_rate = rate
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Put the learning rate into the logs."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class ReduceLROnPlateau(Monitoring):
    """Lowers the learning rate when a metric has not improved for some epochs.

    Args:
        monitor: the name of the metric.
        factor: by what the learning rate is multiplied, below 1.
        patience: how many epochs without improvement are waited for.
        verbose: 1 to say so.
        mode: ``"min"`` or ``"max"``, what is better; ``"auto"`` tells by the name.
        min_delta: by how much more than that the metric has to improve to count.
        cooldown: how many epochs to wait after lowering before looking again.
        min_lr: the least learning rate.

    Raises:
        InvalidArgumentError: the factor is not below 1.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, kwargs.pop("epsilon", min_delta))
        if kwargs:
            raise InvalidArgumentError(f"ReduceLROnPlateau: unknown arguments {sorted(kwargs)}.")
        if not 0 < factor < 1:
            raise InvalidArgumentError(
                f"ReduceLROnPlateau: factor is {factor}, expected a number between 0 and 1."
            )
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget what was best before."""
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Lower the learning rate, if its time has come."""
        optimizer = self.model.optimizer
        if logs is not None:
            logs["learning_rate"] = float(optimizer.learning_rate)
        value = self.value_of(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(value, self.best):
            self.best = value
            self.wait = 0
            return
        if self.cooldown_counter > 0:
            return
        self.wait += 1
        rate = float(optimizer.learning_rate)
        if self.wait >= self.patience and rate > self.min_lr:
            rate = max(rate * self.factor, self.min_lr)
            optimizer.learning_rate = rate
            if self.verbose:
                print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
            self.cooldown_counter = self.cooldown
            self.wait = 0
