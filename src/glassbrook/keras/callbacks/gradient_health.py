"""`GradientHealth`: gradients, updates and units of each layer, while a model is trained."""

from __future__ import annotations

import csv
import math
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbrook.errors import InvalidArgumentError, UsageError, shortened
from glassbrook.keras.callbacks.base import Callback

if TYPE_CHECKING:
    from glassbrook.keras.health import Advice, LayerHealth
    from glassbrook.keras.utils.plotting.picture import Picture

__all__ = ["GradientHealth"]

_MOST_LINES = 60
# Large steps do no harm as long as each look finds the loss smaller by 1 %.
_LEARNING = 0.99
_FILES = ("gradients.png", "gradients.svg")


class GradientHealth(Callback):
    """Looks at the layers after an epoch, and says what to try if something is out of bounds.

    For each layer it measures, on a small part of the training data that stays the same:

    ================  =============================================================================
    gradient_norm     the length of the gradient of its trained weights, all of them together
    weight_norm       the length of these weights
    update_ratio      ``‖Δw‖ / ‖w‖``: how far the optimizer's next step moves them. The step is
                      done with the gradients of these samples, and taken back.
    dead              the share of its ReLU units (channels, of images) that give 0 for all samples
    saturated         the share of the outputs of its sigmoids and hyperbolic tangents that are
                      within 0.01 of a limit of their range
    zero_gradients    the share of the elements of the gradient that are exactly 0
    ================  =============================================================================

    Training goes on exactly as it would without it: weights, moving averages, metrics, the
    optimizer and all random numbers are as before, to the last bit. An epoch takes as much longer
    as a step in the interpreter takes.

    Advice is a sentence that names a layer, given once for each kind and layer. Of large steps it
    is given from the second look on, and only if the loss does not fall.

    Args:
        folder: where to write ``gradients.csv`` (a line per epoch and layer), and at the end
            ``gradients.png`` and ``gradients.svg``; made if it does not exist. `None` for no files.
        frequency: look after every so many epochs.
        samples: how many samples to look at: of arrays, from all over them; of other data, at most
            as many of the last batch of the first epoch that is looked at.
        vanishing: advice if a gradient is shorter than this share of a later layer's. Layers of
            networks that learn well are up to a factor of 100 apart.
        exploding: advice if a gradient is longer. With a loss that is a mean, 0.01 to 10 is usual.
        dead: advice if this share of the ReLU units is dead. Some die in almost any network.
        saturated: advice if this share of outputs is, except in the last layer.
        small_update: advice if a step moves weights by less; about 1e-3 of their length is usual.
        large_update: advice if a step moves weights by more.
        verbose: 0 for silence; 1 for advice as it comes up, and the table at the end; 2 for the
            table after every look.

    Attributes:
        history: ``history["dense"]["gradient_norm"]`` is the list of that measure, one per look.
        epoch: the numbers of the epochs after which it looked, counted from 0.
        advice: all advice so far; each has a `kind`, a `layer` and a `text`.
        layers: what was measured last, layer by layer.

    Raises:
        InvalidArgumentError: an argument makes no sense.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([
        ...     tf.keras.layers.Dense(8, "relu", bias_initializer=tf.constant_initializer(-99.0)),
        ...     tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> watch = tf.keras.callbacks.GradientHealth(verbose=0)
        >>> x, y = tf.ones([32, 4]), tf.ones([32, 1])
        >>> history = model.fit(x, y, epochs=2, verbose=0, callbacks=[watch])
        >>> watch.history[model.layers[0].name]["dead"]
        [1.0, 1.0]
        >>> [each.kind for each in watch.advice]
        ['dead']
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        frequency: int = 1,
        samples: int = 128,
        *,
        vanishing: float = 1e-3,
        exploding: float = 1e3,
        dead: float = 0.5,
        saturated: float = 0.5,
        small_update: float = 1e-6,
        large_update: float = 0.1,
        verbose: int = 1,
    ) -> None:
        from glassbrook.keras.health.advice import Thresholds
        from glassbrook.keras.health.report import check_samples

        super().__init__()
        if type(frequency) is not int or frequency < 1:
            raise InvalidArgumentError(
                f"GradientHealth: frequency is {shortened(frequency)}, expected after how many "
                "epochs to look, 1 or more."
            )
        check_samples("GradientHealth", samples)
        self.folder = None if folder is None else Path(folder)
        self.frequency, self.samples, self.verbose = frequency, samples, verbose
        self.thresholds = Thresholds(
            vanishing=vanishing,
            exploding=exploding,
            dead=dead,
            saturated=saturated,
            small_update=small_update,
            large_update=large_update,
        )
        self._begin()

    def _begin(self) -> None:
        self.history: dict[str, dict[str, list[float | None]]] = {}
        self.epoch: list[int] = []
        self.advice: list[Advice] = []
        self.layers: tuple[LayerHealth, ...] = ()
        self._sample: Any = None
        self._loss: float | None = None
        self._gave_up = False

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin a new record, and the file."""
        self._begin()
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write_line("w", ["epoch", "layer", *_measures()])

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look at the layers, if it is time."""
        if (epoch + 1) % self.frequency == 0 and not self._gave_up:
            self._look(epoch, self._is_learning(epoch, logs))

    def on_train_end(self, logs: Any = None) -> None:
        """Draw what there is, and show the table."""
        if self.verbose == 1 and self.epoch:
            self._print(self._short_table())
        self._draw()

    def on_interrupted(self) -> None:
        """Draw what there is, when training failed or was interrupted."""
        self._draw()

    def _draw(self) -> None:
        self._sample = None
        if self.folder is not None and self.epoch:
            picture = self.picture()
            for name in _FILES:
                picture.save(self.folder / name)

    def _is_learning(self, epoch: int, logs: Any) -> bool:
        """Whether the loss falls, or has had no time to do so."""
        before, self._loss = self._loss, (logs or {}).get("loss", math.nan)
        if before is None:
            looks_again = epoch + self.frequency < (self.params or {}).get("epochs", 1)
            return looks_again and math.isfinite(self._loss)
        return bool(self._loss < _LEARNING * before)

    def _look(self, epoch: int, is_learning: bool) -> None:
        from glassbrook.keras.health.advice import advise
        from glassbrook.keras.health.measure import examine

        if self._sample is None:
            watch = getattr(self.model, "_watch", None)
            # A model may hold states for just as many samples.
            count = self.model._declared_batch() or self.samples
            self._sample = None if watch is None else watch.sample(count)
        if self._sample is None:
            raise UsageError(
                "GradientHealth: there are no training data to look at. Pass it to model.fit, as "
                "callbacks=[GradientHealth()]; outside of fit, call tf.explain.health(model, x, y)."
            )
        try:
            self.layers = tuple(examine(self.model, self._sample))
        except Exception as error:
            # A model may take its data apart in its own train_step: training itself is well.
            self._gave_up = True
            warnings.warn(
                f"GradientHealth cannot look at model {self.model.name!r}, and leaves it: calling "
                f"it and its loss on a batch failed with {type(error).__name__}: {error}",
                stacklevel=2,
            )
            return
        self._note(epoch)
        harmless = {"update too large"}
        if sum(each.weight_norm is not None for each in self.layers) == 1:
            harmless.add("exploding")  # large labels: nothing grows from layer to layer
        known = {(each.kind, each.layer) for each in self.advice}
        new = [
            each
            for each in advise(self.layers, self.thresholds)
            if (each.kind, each.layer) not in known and not (is_learning and each.kind in harmless)
        ]
        self.advice += new
        if self.verbose > 1:
            self._print(self._short_table())
        for each in new if self.verbose else ():
            self._print(f"GradientHealth, epoch {epoch + 1}: {each.text}")

    def _note(self, epoch: int) -> None:
        looks = len(self.epoch)
        self.epoch.append(epoch)
        for each in self.layers:
            record = self.history.setdefault(
                each.layer, {name: [None] * looks for name in _measures()}
            )
            for name in _measures():
                record[name].append(getattr(each, name))
            if self.folder is not None:
                values = [getattr(each, name) for name in _measures()]
                self._write_line("a", [epoch, each.layer, *values])
        for record in self.history.values():
            for values in record.values():
                values += [None] * (looks + 1 - len(values))

    def _write_line(self, mode: str, cells: list[Any]) -> None:
        assert self.folder is not None
        with open(self.folder / "gradients.csv", mode, newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerow(cells)

    def _print(self, text: str) -> None:
        print(text, file=sys.stdout, flush=True)

    @property
    def table(self) -> str:
        """What was measured last, a line per layer."""
        from glassbrook.keras.health.report import table_text

        return table_text(self.layers)

    def _short_table(self) -> str:
        """The table without the middle, if there are very many layers."""
        lines = self.table.splitlines()
        if len(lines) <= _MOST_LINES:
            return self.table
        half = _MOST_LINES // 2
        left_out = f"… {len(lines) - 2 * half} layers more; report() has them all …"
        return "\n".join([*lines[:half], left_out, *lines[-half:]])

    def report(self) -> str:
        """What was measured last, as a table, and all advice so far.

        Raises:
            UsageError: nothing was measured yet.
        """
        self._require_looks("report")
        return "\n".join([self.table, *(each.text for each in self.advice)])

    def picture(self) -> Picture:
        """The measures over the epochs, a line per layer.

        Raises:
            UsageError: nothing was measured yet.
        """
        from glassbrook.keras.health.picture import draw_health

        self._require_looks("picture")
        return draw_health(self.epoch, self.history, self.thresholds)

    def _require_looks(self, what: str) -> None:
        if not self.epoch:
            raise UsageError(
                f"GradientHealth.{what}: nothing was measured yet. Pass the callback to model.fit "
                f"first; with frequency={self.frequency}, it looks after every so many epochs."
            )


def _measures() -> tuple[str, ...]:
    from glassbrook.keras.health.measure import MEASURES

    return MEASURES
