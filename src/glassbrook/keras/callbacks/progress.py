"""`ProgbarLogger`: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

from glassbrook.keras.callbacks.base import Callback

__all__ = ["ProgbarLogger"]

_REDRAW = 0.1  # seconds


class ProgbarLogger(Callback):
    """Shows how far training, an evaluation or a prediction is.

    `fit` adds one unless ``verbose=0``. On a terminal, and unless ``verbose=2``, it is a bar with
    the samples per second, the metrics so far and the time left; elsewhere one line per epoch:
    ``469/469 - 1s - 2ms/step - accuracy: 0.93 - loss: 0.25``. The environment variable `NO_COLOR`
    turns colors off.

    Args:
        stream: where to write; standard output by default.
        live: whether to draw a bar; by default on a terminal only.
    """

    may_skip_batches = True
    """It only shows how far things are: it need not hear of every batch."""

    def __init__(self, stream: TextIO | None = None, live: bool | None = None) -> None:
        super().__init__()
        self._stream = stream
        self._live = live
        self._bar: _Bar | None = None
        self._within_training = False
        self._started = 0.0
        self._steps = 0
        self._quiet = False

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take the number of epochs and steps, and how much to show."""
        super().set_params(params)
        self._quiet = bool(params.get("quiet"))

    @property
    def _output(self) -> TextIO:
        return sys.stdout if self._stream is None else self._stream

    def _is_live(self) -> bool:
        if self._live is not None:
            return self._live
        return self.params.get("verbose") in ("auto", 1, True) and self._output.isatty()

    def _write(self, text: str) -> None:
        self._output.write(text + "\n")
        self._output.flush()

    def _begin(self, steps: int | None) -> None:
        self._started = time.perf_counter()
        self._steps = 0
        if self._is_live():
            self._bar = _Bar(self._output, steps)

    def _advance(self, batch: int, logs: Any, samples: int = 0) -> None:
        self._steps = batch + 1
        if self._bar is not None:
            self._bar.advance(self._steps, logs, samples)

    def _finish(self, logs: Mapping[str, Any]) -> None:
        steps = self.params.get("steps") if not self._within_training else None
        steps = self._steps or steps or 0
        seconds = time.perf_counter() - self._started
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._write(_line(steps, self._total or steps, seconds, logs))

    _total: int | None = None

    # Training.

    def on_train_begin(self, logs: Any = None) -> None:
        """Note that evaluations from now on belong to training."""
        self._within_training = True

    def on_train_end(self, logs: Any = None) -> None:
        """Note that training is over."""
        self._within_training = False
        self._close()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Say which epoch it is, and begin a bar."""
        self._total = self.params.get("steps")
        if self.params.get("epochs", 1) > 1:
            self._write(f"Epoch {epoch + 1}/{self.params['epochs']}")
        self._begin(self._total)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar."""
        self._advance(batch, logs, self.model._samples_seen)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the line of the epoch."""
        self._finish(logs or {})

    # Evaluation.

    def on_test_begin(self, logs: Any = None) -> None:
        """Begin a bar, unless training goes on around it."""
        if not self._within_training:
            self._total = self.params.get("steps")
            self._begin(self._total)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar."""
        if not self._within_training:
            self._advance(batch, logs)

    def on_test_end(self, logs: Any = None) -> None:
        """Write the line of the evaluation."""
        if not self._within_training:
            self._finish(logs or {})

    # Prediction.

    def on_predict_begin(self, logs: Any = None) -> None:
        """Begin a bar."""
        self._total = self.params.get("steps")
        if not self._quiet or self._output.isatty():
            self._begin(self._total)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar."""
        self._advance(batch, None)

    def on_predict_end(self, logs: Any = None) -> None:
        """Write the line of the prediction."""
        if self._quiet:
            self._close()
        else:
            self._finish({})

    def on_interrupted(self) -> None:
        """Remove the bar, when training failed or was interrupted."""
        self._within_training = False
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __del__(self) -> None:
        self._close()


class _Bar:
    """A bar of rich's, drawn at most ten times a second, that vanishes when it is closed."""

    def __init__(self, stream: TextIO, steps: int | None) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(file=stream, no_color="NO_COLOR" in os.environ, highlight=False)
        self._progress = Progress(
            MofNCompleteColumn(),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[speed]}{task.fields[metrics]}"),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=steps, speed="", metrics="")
        self._began = time.perf_counter()
        self._drawn = self._began
        self._progress.start()

    def advance(self, steps: int, logs: Any, samples: int) -> None:
        """Draw the bar anew, if the last time was long enough ago."""
        now = time.perf_counter()
        if now - self._drawn < _REDRAW:
            return
        self._drawn = now
        speed = f"{samples / (now - self._began):,.0f} samples/s" if samples else ""
        metrics = "".join(f" - {name}: {_number(value)}" for name, value in (logs or {}).items())
        self._progress.update(self._task, completed=steps, speed=speed, metrics=metrics)
        self._progress.refresh()

    def close(self) -> None:
        """Remove the bar from the screen."""
        self._progress.stop()


def _line(steps: int, total: int, seconds: float, logs: Mapping[str, Any]) -> str:
    """One line in the form that Keras prints with ``verbose=2``."""
    per_step = seconds / max(steps, 1)
    if per_step >= 1 or per_step == 0:
        pace = f"{per_step:.0f}s/step"
    elif per_step >= 1e-3:
        pace = f"{per_step * 1e3:.0f}ms/step"
    else:
        pace = f"{per_step * 1e6:.0f}us/step"
    parts = [f"{steps}/{total}", f"{seconds:.0f}s", pace]
    parts += [f"{name}: {_number(value)}" for name, value in logs.items()]
    return " - ".join(parts)


def _number(value: Any) -> str:
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"
