"""`CSVLogger`: the metrics of every epoch as a table in a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from typing import Any

from glassbrook.keras.callbacks.base import Callback

__all__ = ["CSVLogger"]


class CSVLogger(Callback):
    """Writes a line per epoch to a file: its number, counted from 0, and its metrics.

    Every line is in the file as soon as its epoch has ended.

    Args:
        filename: the file.
        separator: what stands between the values.
        append: whether to go on with a file that is there already.

    Example:
        >>> import pathlib, tempfile
        >>> import glassbrook as tf
        >>> path = pathlib.Path(tempfile.mkdtemp(), "log.csv")
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> log = tf.keras.callbacks.CSVLogger(path)
        >>> x, y = tf.zeros([8, 2]), tf.zeros([8, 1])
        >>> history = model.fit(x, y, epochs=2, verbose=0, callbacks=[log])
        >>> print(path.read_text(), end="")
        epoch,loss
        0,0.0
        1,0.0
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.separator = separator
        self.append = append
        self.keys: list[str] | None = None
        self._needs_header = True

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin the file, or find out how it goes on."""
        self.keys = None
        self._needs_header = True
        if self.append and os.path.exists(self.filename):
            with open(self.filename, newline="", encoding="utf-8") as file:
                header = next(csv.reader(file, delimiter=self.separator), None)
            if header:
                self._needs_header = False
                self.keys = header[1:]
        else:
            with open(self.filename, "w", encoding="utf-8"):
                pass
        # A later fit of the same callback goes on in the same file.
        self.append = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the line of the epoch."""
        found: Mapping[str, Any] = logs or {}
        if self.keys is None:
            self.keys = sorted(found)
            # What only some epochs have, such as val_loss with validation_freq, gets a column too.
            if not any(key.startswith("val_") for key in found):
                self.keys += [f"val_{key}" for key in self.keys] if self._validates() else []
        with open(self.filename, "a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=self.separator, lineterminator="\n")
            if self._needs_header:
                writer.writerow(["epoch", *self.keys])
                self._needs_header = False
            writer.writerow([epoch, *(_text(found.get(key, "NA")) for key in self.keys)])

    def _validates(self) -> bool:
        return bool(getattr(self.model, "_validates", False))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return f"[{', '.join(map(str, value))}]"
    return str(value)
