"""`PathRecorder`: the way that weights take while a model trains."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.callbacks import Callback

__all__ = ["PathRecorder"]


class PathRecorder(Callback):
    """Keeps a model's trainable weights as they were in the course of training.

    `landscape` draws the way that they took. Memory is bounded: once there are more than `most`
    points, every other one is dropped, and from then on half as many are kept.

    Args:
        every: ``"epoch"`` or ``"batch"``: after which of them weights are kept.
        most: how many points are kept at most; each takes as much memory as the weights.

    Attributes:
        path: for each point a list of arrays, one per trainable variable; the first is where
            training began, the last where it ended.
        steps: how many epochs or batches there had been at each point.

    Raises:
        InvalidArgumentError: `every` is something else, or `most` is less than 3.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> recorder = tf.explain.PathRecorder()
        >>> x, y = tf.ones([8, 2]), tf.zeros([8, 1])
        >>> history = model.fit(x, y, epochs=4, verbose=0, callbacks=[recorder])
        >>> recorder.steps
        [0, 1, 2, 3, 4]
        >>> [array.shape for array in recorder.path[-1]]
        [(2, 1), (1,)]
    """

    def __init__(self, every: str = "epoch", most: int = 100) -> None:
        super().__init__()
        if every not in ("epoch", "batch"):
            raise InvalidArgumentError(
                f"PathRecorder: every must be 'epoch' or 'batch', got {every!r}."
            )
        if most < 3:
            raise InvalidArgumentError(f"PathRecorder: most must be at least 3, got {most}.")
        self.every = every
        self.most = most
        self.path: list[list[npt.NDArray[Any]]] = []
        self.steps: list[int] = []
        self._seen = 0
        self._stride = 1
        if every == "batch":
            # Where a callback has no such hook, training runs many steps at once.
            vars(self)["on_train_batch_end"] = self._count

    def on_train_begin(self, logs: Any = None) -> None:
        """Keep where training begins, if the model has its weights already."""
        if self.model.built and not self.path:
            self._keep()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the weights after an epoch."""
        if self.every == "epoch":
            self._count()

    def on_train_end(self, logs: Any = None) -> None:
        """Keep where training ends."""
        if not self.steps or self.steps[-1] != self._seen:
            self._keep()

    def _count(self, *_: Any) -> None:
        self._seen += 1
        if self._seen % self._stride == 0 and len(self.path) == self.most:
            self._thin_out()
        if self._seen % self._stride == 0:
            self._keep()

    def _thin_out(self) -> None:
        del self.path[1::2], self.steps[1::2]
        self._stride *= 2

    def _keep(self) -> None:
        if len(self.path) == self.most:
            self._thin_out()
        self.path.append([np.asarray(each.numpy()) for each in self.model.trainable_variables])
        self.steps.append(self._seen)
