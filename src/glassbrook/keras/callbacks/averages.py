"""`SwapEMAWeights`: evaluation with the averages of weights that the optimizer keeps."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.callbacks.base import Callback

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Puts the moving averages of weights into the model while it is evaluated.

    Args:
        swap_on_epoch: whether to put them in at the end of each epoch already, so that other
            callbacks save them.

    Raises:
        InvalidArgumentError: the optimizer keeps no averages; raised when they are needed.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        >>> model.compile(tf.keras.optimizers.SGD(use_ema=True), "mse")
        >>> x, y = tf.zeros([8, 2]), tf.zeros([8, 1])
        >>> swap = tf.keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
        >>> history = model.fit(x, y, verbose=0, callbacks=[swap])
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._are_averages = False

    def _pairs(self) -> list[tuple[Any, Any]]:
        """Every parameter with its average."""
        optimizer = self.model.optimizer
        if not getattr(optimizer, "use_ema", False):
            raise InvalidArgumentError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer."
            )
        if not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        return [(each.variable, each.slots[-1]) for each in optimizer._parameters.values()]

    def _swap(self, are_averages: bool) -> None:
        if self._are_averages is not are_averages:
            for variable, average in self._pairs():
                value = variable.numpy()
                variable.assign(average.numpy())
                average.assign(value)
            self._are_averages = are_averages

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Go on with the weights themselves."""
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Put the averages in; after the last epoch they stay."""
        if self.swap_on_epoch:
            self._swap(True)
            if epoch == self.params["epochs"] - 1:
                for variable, average in self._pairs():
                    average.assign(variable.numpy())

    def on_test_begin(self, logs: Any = None) -> None:
        """Put the averages in."""
        self._swap(True)

    def on_test_end(self, logs: Any = None) -> None:
        """Take them out again."""
        self._swap(False)

    def on_predict_begin(self, logs: Any = None) -> None:
        """Put the averages in."""
        self._swap(True)

    def on_predict_end(self, logs: Any = None) -> None:
        """Take them out again."""
        self._swap(False)
