"""What Keras tells its user in passing, and a bar for loops of one's own."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError

__all__ = [
    "Progbar",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "is_interactive_logging_enabled",
    "print_message",
]

_settings = {"interactive": True}


def enable_interactive_logging() -> None:
    """Print what is told in passing on standard output, as it is done unless switched off."""
    _settings["interactive"] = True


def disable_interactive_logging() -> None:
    """Hand what is told in passing to `logging`, under the name "glassbrook".

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.utils.disable_interactive_logging()
        >>> tf.keras.utils.is_interactive_logging_enabled()
        False
        >>> tf.keras.utils.enable_interactive_logging()
    """
    _settings["interactive"] = False


def is_interactive_logging_enabled() -> bool:
    """Whether what is told in passing is printed."""
    return _settings["interactive"]


def print_message(message: str, end: str = "\n") -> None:
    """Print a message, or log it, as the user has chosen."""
    if _settings["interactive"]:
        sys.stdout.write(message + end)
        sys.stdout.flush()
        return
    import logging

    logging.getLogger("glassbrook").info(message)


class Progbar:
    """A bar that shows how far a loop is, with averages of its numbers.

    Args:
        target: how many steps there are; `None` if that is not known.
        width: the width of the bar.
        verbose: 1 for a bar, 2 for one line at the end, 0 for nothing.
        interval: at least so many seconds between two drawings.
        stateful_metrics: names of the numbers that are shown as they are, not averaged.
        stateless_metrics: names of the only numbers that are averaged.
        unit_name: what a step is called.

    Raises:
        InvalidArgumentError: both kinds of names are given.

    Example:
        >>> import glassbrook as tf
        >>> bar = tf.keras.utils.Progbar(2, verbose=2)
        >>> bar.update(1, [("loss", 1.0)])
        >>> bar.update(2, [("loss", 0.5)])
        2/2 - 0s - ...s/step - loss: 0.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise InvalidArgumentError(
                "Progbar: give stateful_metrics, which are shown as they are, or "
                "stateless_metrics, which are averaged; all others are then of the other kind."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = (
            None if stateless_metrics is not None else set(stateful_metrics or ())
        )
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._redraws = sys.stdout.isatty() or "ipykernel" in sys.modules
        self._seen = 0
        # For each name a sum, and of how many values.
        self._sums: dict[str, tuple[Any, int]] = {}
        self._start = time.time()
        self._drawn = 0.0
        self._after_first: float | None = None
        self._length = 0

    def add(self, n: int, values: Sequence[tuple[str, Any]] | None = None) -> None:
        """Go `n` steps further; see `update`."""
        self.update(self._seen + n, values)

    def update(
        self,
        current: int,
        values: Sequence[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Show how far the loop is.

        Args:
            current: the number of the step.
            values: pairs of a name and a number.
            finalize: whether this is the last step; by default when `target` is reached.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._add(name, value, current, finalize)
        self._seen = current
        now = time.time()
        pace = self._pace(current, now)
        if self.verbose == 1 and (finalize or now - self._drawn >= self.interval):
            self._draw(current, now, pace, finalize)
            self._drawn = now
        elif self.verbose == 2 and finalize and self.target:
            digits = int(math.log10(self.target)) + 1
            line = f"{current:{digits}d}/{self.target} - {now - self._start:.0f}s - {pace}"
            print_message(line + self._numbers())

    def _add(self, name: str, value: Any, current: int, finalize: bool) -> None:
        averaged = (
            name in self.stateless_metrics
            if self.stateless_metrics is not None
            else name not in (self.stateful_metrics or ())
        )
        if not averaged or finalize:
            self._sums[name] = (value, 1)
            return
        steps = max(current - self._seen, 1)
        total, count = self._sums.get(name, (0, 0))
        self._sums[name] = (total + value * steps, count + steps)

    def _draw(self, current: int, now: float, pace: str, finalize: bool) -> None:
        if self.target:
            digits = int(math.log10(self.target)) + 1
            full = int(self.width * current / self.target)
            bar = f"{current:{digits}d}/{self.target} {'━' * full}{'─' * (self.width - full)}"
        else:
            bar = f"{current:7d}/Unknown"
        if self.target and not finalize:
            seconds = self._seconds(current, now) * (self.target - current)
        else:
            seconds = now - self._start
        text = f"{bar} {_duration(seconds)} {pace}{self._numbers()}"
        rest = " " * max(0, self._length - len(text))
        self._length = len(text)
        start = "\r" if self._redraws else ""
        end = "\n" if finalize or not self._redraws else ""
        print_message(f"{start}{text}{rest if self._redraws else ''}", end)

    def _numbers(self) -> str:
        parts = []
        for name, (total, count) in self._sums.items():
            average = float(np.mean(np.asarray(total))) / max(1, count)
            shown = f"{average:.4f}" if abs(average) > 1e-3 else f"{average:.4e}"
            parts.append(f" - {name}: {shown}")
        return "".join(parts)

    def _seconds(self, current: int, now: float) -> float:
        """Seconds per step; the first one, which is slow, does not count."""
        if not current:
            return 0.0
        if self._after_first is not None and current > 1:
            return (now - self._after_first) / (current - 1)
        if current == 1:
            self._after_first = now
        return (now - self._start) / current

    def _pace(self, current: int, now: float) -> str:
        seconds = self._seconds(current, now)
        if seconds >= 1 or seconds == 0:
            return f"{seconds:.0f}s/{self.unit_name}"
        if seconds >= 1e-3:
            return f"{seconds * 1e3:.0f}ms/{self.unit_name}"
        return f"{seconds * 1e6:.0f}us/{self.unit_name}"


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole > 60 else f"{whole}s"
