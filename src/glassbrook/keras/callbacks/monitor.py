"""Watching one metric: which way is better, and what to do when it is missing."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.callbacks.base import Callback

__all__ = ["Monitoring", "direction_of"]

_HIGHER = ("acc", "auc", "precision", "recall", "f1", "fbeta", "iou", "r2", "positives_rate")
_LOWER = ("loss", "error", "mse", "mae", "mape", "msle", "rmse", "entropy", "divergence", "hinge")
_LOWER_EXACTLY = ("ce", "bce", "cce", "kld", "huber", "poisson", "log_cosh", "logcosh")


class Monitoring(Callback):
    """Base of the callbacks that compare a metric of one epoch with the best so far.

    Args:
        monitor: the name of the metric, such as ``"val_loss"``.
        mode: ``"min"`` or ``"max"``, what is better; ``"auto"`` tells by the name.
        min_delta: what counts as better has to be better by more than that.
    """

    def __init__(self, monitor: str, mode: str, min_delta: float = 0.0) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            raise InvalidArgumentError(
                f"{type(self).__name__}: mode is {mode!r}, expected 'auto', 'min' or 'max'."
            )
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(float(min_delta))
        self.best: float | None = None
        self._direction = None if mode == "auto" else mode

    def is_better(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another; anything is better than nothing."""
        if self._direction is None:
            self._direction = self._found_direction()
        if math.isnan(value):
            return False
        if reference is None or math.isnan(reference):
            return True
        if self._direction == "max":
            return value - self.min_delta > reference
        return value + self.min_delta < reference

    def _found_direction(self) -> str:
        name = self.monitor.removeprefix("val_")
        for metric in getattr(self.model, "metrics", ()):
            if getattr(metric, "name", None) == name:
                found = {"up": "max", "down": "min"}.get(getattr(metric, "_direction", None) or "")
                if found:
                    return found
        found = direction_of(name)
        if found is None:
            raise InvalidArgumentError(
                f"{type(self).__name__}: the name {self.monitor!r} does not tell whether high or "
                "low values are better. Say mode='max' or mode='min'."
            )
        return found

    def value_of(self, logs: Mapping[str, Any] | None) -> float | None:
        """The value of the metric in the logs; `None`, with a warning, if it is not there."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            available = ", ".join(logs or {})
            hint = ""
            if self.monitor.startswith("val_"):
                hint = " Metrics with val_ need validation_data or validation_split in fit."
            warnings.warn(
                f"{type(self).__name__}: there is no metric {self.monitor!r} in this epoch. "
                f"Available metrics are: {available}.{hint}",
                stacklevel=4,
            )
            return None
        return float(value)


def direction_of(name: str) -> str | None:
    """Whether a metric of that name is better when "max" or "min"; `None` if that is unknown."""
    name = name.lower()
    if any(part in name for part in _LOWER) or name in _LOWER_EXACTLY:
        return "min"
    if any(part in name for part in _HIGHER):
        return "max"
    return None
