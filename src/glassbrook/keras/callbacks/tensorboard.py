"""`TensorBoard`: metrics and weights as event files, which TensorBoard shows."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glassbrook.errors import GlassbrookError, InvalidArgumentError
from glassbrook.keras.callbacks.base import Callback
from glassbrook.ops.io.events import pack_metadata
from glassbrook.ops.summary import values as summary
from glassbrook.ops.summary.writers import SummaryWriter, create_file_writer, record_if, state

__all__ = ["TensorBoard"]


class TensorBoard(Callback):
    """Writes event files while a model is trained; ``tensorboard --logdir logs`` shows them.

    Metrics of training go to the folder ``train`` in `log_dir`, those of validation to
    ``validation``.

    Args:
        log_dir: the folder.
        histogram_freq: after how many epochs to write histograms of the weights; never for 0.
        write_graph: whether to write the architecture of the model.
        write_images: whether to write the weights as images, together with the histograms.
        write_steps_per_second: whether to write how many steps are done in a second.
        update_freq: ``"epoch"``, ``"batch"``, or after how many steps to write metrics of steps.
        profile_batch: accepted for Keras's sake, without effect: `tf.program` tells of time.
        embeddings_freq: after how many epochs to write the weights to a file; never for 0.
        embeddings_metadata: accepted for Keras's sake, without effect.

    Raises:
        InvalidArgumentError: an argument makes no sense.

    Example:
        >>> import glassbrook as tf, os, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> board = tf.keras.callbacks.TensorBoard(log_dir=folder)
        >>> x, y = tf.zeros([8, 2]), tf.zeros([8, 1])
        >>> history = model.fit(x, y, verbose=0, validation_data=(x, y), callbacks=[board])
        >>> sorted(os.listdir(folder))
        ['train', 'validation']
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        if kwargs:
            # Of Keras 1 and 2: they had no effect any more.
            known = {"batch_size", "write_grads", "embeddings_layer_names", "embeddings_data"}
            unknown = sorted(kwargs.keys() - known)
            if unknown:
                raise InvalidArgumentError(f"TensorBoard: unknown arguments {unknown}.")
        frequency = 1 if update_freq == "batch" else update_freq
        if frequency != "epoch" and (not isinstance(frequency, int) or frequency < 1):
            raise InvalidArgumentError(
                f"TensorBoard: update_freq is {update_freq!r}, expected 'epoch', 'batch' or a "
                "number of steps."
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = frequency
        self.embeddings_freq = embeddings_freq
        self._writers: dict[str, SummaryWriter] = {}
        self._steps = 0
        self._entered: list[Any] = []
        self._epoch_started = self._batch_started = 0.0
        self._iterations_before = 0
        if frequency != "epoch" or write_steps_per_second:
            # Set on the object, so that steps cost nothing where epochs are written.
            self.on_train_batch_begin = self._before_step  # type: ignore[method-assign]
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    def _writer(self, name: str) -> SummaryWriter:
        if name not in self._writers:
            self._writers[name] = create_file_writer(os.path.join(self.log_dir, name))
        return self._writers[name]

    def set_model(self, model: Any) -> None:
        """Take the model, before training begins."""
        super().set_model(model)
        self._close()
        if self.write_graph:
            self._write_architecture()

    def _write_architecture(self) -> None:
        if type(self.model).__name__ not in ("Sequential", "Functional"):
            return
        try:
            text = self.model.to_json()
        except GlassbrookError:
            return  # a model that holds code of its own has no description
        with self._writer("train").as_default():
            metadata = pack_metadata("graph_keras_model", b"1")
            summary.write("keras", text, step=0, metadata=metadata)

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _enter(self, name: str, step: int) -> None:
        """Let summaries of the user's own code be written, where steps are."""
        if self.update_freq == "epoch":
            return
        self._leave()
        due = step % int(self.update_freq) == 0
        contexts = [self._writer(name).as_default(step), record_if(due)]
        for context in contexts:
            context.__enter__()
        self._entered = contexts

    def _leave(self) -> None:
        for context in reversed(self._entered):
            context.__exit__(None, None, None)
        self._entered = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to count steps."""
        self._steps = 0
        self._enter("train", 0)

    def on_train_end(self, logs: Any = None) -> None:
        """Finish the files."""
        self._leave()
        self._close()

    def on_interrupted(self) -> None:
        """Finish the files also where training fails."""
        self._leave()
        self._close()

    def _before_step(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        self._batch_started = time.perf_counter()
        self._enter("train", self._steps)

    def _after_step(self, batch: int, logs: Any = None) -> None:
        if state.writer is None:
            return
        if self.write_steps_per_second:
            passed = time.perf_counter() - self._batch_started
            rate = 1.0 / max(passed, 1e-9)
            summary.scalar("batch_steps_per_second", rate, step=self._steps)
        if self.update_freq != "epoch" and self._steps % int(self.update_freq) == 0:
            for name, value in (logs or {}).items():
                summary.scalar(f"batch_{name}", float(value), step=self._steps)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the time."""
        self._epoch_started = time.perf_counter()
        self._iterations_before = self._iterations()

    def _iterations(self) -> int:
        return int(self.model.optimizer.iterations)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the metrics, and the weights if it is time."""
        self._write_metrics(epoch, logs or {})
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            path = Path(self.log_dir, "train", f"keras_embedding.ckpt-{epoch}.weights.gbk")
            path.parent.mkdir(parents=True, exist_ok=True)
            self.model.save_weights(path)

    def _write_metrics(self, epoch: int, logs: Mapping[str, Any]) -> None:
        training = {key: each for key, each in logs.items() if not key.startswith("val_")}
        validation = {
            key.removeprefix("val_"): each for key, each in logs.items() if key.startswith("val_")
        }
        training["learning_rate"] = float(np.asarray(self.model.optimizer.learning_rate))
        if self.write_steps_per_second:
            passed = max(time.perf_counter() - self._epoch_started, 1e-9)
            training["steps_per_second"] = (self._iterations() - self._iterations_before) / passed
        for name, values in (("train", training), ("validation", validation)):
            if values:
                with self._writer(name).as_default(), record_if(True):
                    for key, value in values.items():
                        summary.scalar(f"epoch_{key}", float(value), step=epoch)

    def on_test_end(self, logs: Any = None) -> None:
        """Write the metrics of an evaluation beside the number of steps trained so far."""
        if getattr(self.model, "optimizer", None) is None:
            return
        with self._writer("validation").as_default(), record_if(True):
            for name, value in (logs or {}).items():
                tag = f"evaluation_{name}_vs_iterations"
                summary.scalar(tag, float(value), step=self._iterations())

    def _write_weights(self, epoch: int) -> None:
        with self._writer("train").as_default(), record_if(True):
            for layer in self.model.layers:
                for weight in layer.weights:
                    name = weight.path.replace(":", "_")
                    value = np.asarray(weight.numpy())
                    summary.histogram(f"{name}/histogram", value, step=epoch)
                    picture = _as_images(value) if self.write_images else None
                    if picture is not None:
                        summary.image(f"{name}/image", picture, step=epoch)


def _as_images(weight: Any) -> Any:
    """A weight as a batch of images, or `None` if it has too many axes."""
    shown = np.squeeze(weight)
    if shown.ndim == 1:
        return shown.reshape(1, -1, 1, 1)
    if shown.ndim == 2:
        shown = shown.T if shown.shape[0] > shown.shape[1] else shown
        return shown.reshape(1, *shown.shape, 1)
    if shown.ndim == 3:
        return np.transpose(shown, (2, 0, 1))[..., None]
    return shown if shown.ndim == 4 and shown.shape[-1] in (1, 3, 4) else None
