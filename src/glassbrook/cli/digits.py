"""Training a digit classifier, from finding the data to the pictures of what it learnt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook import datasets, keras
from glassbrook.cli.console import note
from glassbrook.errors import DataError, DataUnavailableError
from glassbrook.explain.charts.confusion import confusion_matrix
from glassbrook.explain.charts.curves import draw_curves
from glassbrook.explain.charts.samples import draw_samples

__all__ = ["DATA_NAMES", "DigitData", "DigitsJob", "load", "probabilities", "targets"]

Array = npt.NDArray[Any]

DATA_NAMES = ("auto", "mnist", "fashion_mnist", "strokes")
CLASSES = 10


@dataclass(frozen=True)
class DigitData:
    """Images [n, 28, 28] and labels [n], unsigned bytes, to train and to test with."""

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array


def load(name: str) -> DigitData:
    """The named data; ``auto`` is MNIST if it can be had, else drawn strokes, and says so.

    Raises:
        DataError: the data is damaged, or nowhere to be found.
    """
    if name == "auto":
        try:
            copy = datasets.mnist.find_or_download()
        except DataUnavailableError as error:
            reason = str(error.args[0]).splitlines()[0]
            note(f"{reason} Training on strokes instead: digits drawn by this program.")
            return load("strokes")
        (x_train, y_train), (x_test, y_test) = copy.load()
        return DigitData("mnist", x_train, y_train, x_test, y_test)
    (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data()
    return DigitData(name, x_train, y_train, x_test, y_test)


def targets(labels: Array, loss: str) -> Array:
    """Labels as the loss takes them: one-hot rows for ``mse``, class numbers otherwise."""
    if loss == "mse":
        return np.eye(CLASSES, dtype=np.float32)[labels]
    return labels.astype(np.int32)


def probabilities(model: Any, outputs: Array) -> Array:
    """A network's outputs as confidences in [0, 1] per class.

    Logits go through softmax; outputs that were trained by MSE to be 0 or 1 are clipped.
    """
    if loss_name(model) == "mse":
        return np.clip(outputs, 0.0, 1.0)
    if _are_probabilities(outputs):
        return outputs
    weights = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _are_probabilities(outputs: Array) -> bool:
    return bool(np.all(outputs >= 0) and np.allclose(outputs.sum(axis=1), 1.0, atol=1e-3))


def loss_name(model: Any) -> str:
    """``mse`` or ``crossentropy``: which of the two a loaded model was trained with."""
    return "mse" if isinstance(model.loss, keras.losses.MeanSquaredError) else "crossentropy"


@dataclass(frozen=True)
class DigitsJob:
    """Everything that decides how a digit classifier is trained."""

    data: str
    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float | None
    hidden: tuple[int, ...]
    activation: str
    loss: str
    seed: int
    folder: Path

    def run(self, progress: Any, after_epoch: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Train, test, and write the model and its pictures; return what to report.

        Args:
            progress: a callback that shows how the training goes.
            after_epoch: is given the numbers of every epoch.

        Raises:
            DataError: the data cannot be used, or the folder cannot be written.
            DivergedError: the loss became NaN or infinite.
            KeyboardInterrupt: the user stopped it; the model so far is saved.
        """
        data = load(self.data)
        note(f"data: {data.name}, {len(data.x_train)} images to train, {len(data.x_test)} to test")
        make_folder(self.folder)
        keras.utils.set_random_seed(self.seed)
        model = self.build()
        started = time.perf_counter()
        history = self._fit(model, data, progress, after_epoch)
        seconds = time.perf_counter() - started
        test = model.evaluate(
            data.x_test,
            targets(data.y_test, self.loss),
            batch_size=1024,
            verbose=0,
            return_dict=True,
        )
        path = self.folder / "model.gbk"
        model.save(path)
        outputs = model.predict(data.x_test, batch_size=1024, verbose=0)
        self._draw(history, data, probabilities(model, outputs))
        return {
            "data": data.name,
            "epochs": len(history["loss"]),
            "seconds": round(seconds, 3),
            "test_accuracy": float(test["accuracy"]),
            "test_loss": float(test["loss"]),
            "parameters": model.count_params(),
            "model": str(path),
            "pictures": [str(self.folder / name) for name in _PICTURES],
        }

    def build(self) -> Any:
        """The network, ready to train: pixels in, one output per digit."""
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((28, 28)),
                layers.Rescaling(1 / 255),
                layers.Flatten(),
                *(layers.Dense(size, activation=self.activation) for size in self.hidden),
                layers.Dense(CLASSES),
            ]
        )
        optimizer: Any = keras.optimizers.get(self.optimizer)
        if self.learning_rate is not None:
            optimizer.learning_rate = self.learning_rate
        losses = keras.losses
        model.compile(
            optimizer,
            losses.MeanSquaredError()
            if self.loss == "mse"
            else losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        return model

    def _fit(
        self,
        model: Any,
        data: DigitData,
        progress: Any,
        after_epoch: Callable[[dict[str, Any]], None],
    ) -> dict[str, list[float]]:
        callbacks = keras.callbacks
        each_epoch = callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: after_epoch({"epoch": epoch + 1, **logs})
        )
        try:
            history = model.fit(
                data.x_train,
                targets(data.y_train, self.loss),
                batch_size=self.batch_size,
                epochs=self.epochs,
                validation_data=(data.x_test, targets(data.y_test, self.loss)),
                verbose=0,
                callbacks=[
                    callbacks.CSVLogger(self.folder / "history.csv"),
                    progress,
                    each_epoch,
                ],
            )
        except KeyboardInterrupt:
            path = self.folder / "interrupted.gbk"
            model.save(path)
            note(f"The model as far as it got: {path}")
            raise
        found: dict[str, list[float]] = history.history
        return found

    def _draw(self, history: dict[str, list[float]], data: DigitData, confidence: Array) -> None:
        curves, confusion, samples = (self.folder / name for name in _PICTURES)
        draw_curves(history, to_file=curves)
        confusion_matrix(data.y_test, confidence, classes=CLASSES, to_file=confusion)
        draw_samples(data.x_test, data.y_test, confidence, to_file=samples)


_PICTURES = ("curves.png", "confusion.png", "samples.png")


def make_folder(folder: Path) -> None:
    """Make a folder for results.

    Raises:
        DataError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DataError(
            f"--out: cannot write to the folder {str(folder)!r}: {error.strerror}. "
            "Name another one."
        ) from error
