"""`Callback`: hooks that training, evaluation and prediction call on their way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError

__all__ = ["Callback", "LambdaCallback"]

Logs = Mapping[str, Any] | None


class Callback:
    """Base of all callbacks; a subclass defines the hooks that it needs.

    Attributes:
        model: the model that is trained; set ``model.stop_training = True`` to stop.
        params: a dictionary with ``verbose``, ``epochs`` and ``steps``.

    ``on_batch_begin`` and ``on_batch_end`` are other names of ``on_train_batch_begin`` and
    ``on_train_batch_end``.

    Example:
        >>> import glassbrook as tf
        >>> class Printer(tf.keras.callbacks.Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(f"epoch {epoch}: {sorted(logs)}")
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x = tf.zeros([8, 2])
        >>> history = model.fit(x, tf.zeros([8, 1]), verbose=0, callbacks=[Printer()])
        epoch 0: ['loss']
    """

    model: Any = None
    params: Any = None
    validation_data: Any = None

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take `params`, before training begins."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model, before training begins."""
        self.model = model

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch, counted from 0; `logs` is empty."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After an epoch; `logs` holds its metrics, those of the evaluation as ``val_…``."""

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Another name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step of training, counted from 0; `logs` is empty."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a step of training; `logs` holds the metrics of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of an evaluation."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of an evaluation."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of a prediction; ``logs["outputs"]`` is what came out."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Any = None) -> None:
        """After the last epoch; `logs` are those of that epoch."""

    def on_test_begin(self, logs: Any = None) -> None:
        """Before an evaluation, also those within training."""

    def on_test_end(self, logs: Any = None) -> None:
        """After an evaluation; `logs` holds its metrics."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: Any = None) -> None:
        """After a prediction."""


_HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """A callback out of functions.

    Args:
        on_epoch_begin: a function of ``(epoch, logs)``.
        on_epoch_end: a function of ``(epoch, logs)``.
        on_train_begin: a function of ``(logs)``.
        on_train_end: a function of ``(logs)``.
        on_train_batch_begin: a function of ``(batch, logs)``.
        on_train_batch_end: a function of ``(batch, logs)``.
        kwargs: any other hook of `Callback`, by its name.

    Raises:
        InvalidArgumentError: there is no hook of that name.

    Example:
        >>> import glassbrook as tf
        >>> shout = tf.keras.callbacks.LambdaCallback(on_train_end=lambda logs: print("done"))
        >>> shout.on_train_end({})
        done
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if name not in _HOOKS:
                raise InvalidArgumentError(
                    f"LambdaCallback: there is no hook {name!r}. Hooks: {', '.join(_HOOKS)}."
                )
            if function is not None:
                setattr(self, name, function)


def overrides(callback: Any, *hooks: str) -> bool:
    """Whether a callback defines one of these hooks itself."""
    for name in hooks:
        own = getattr(callback, name, None)
        if own is None:
            continue
        function = getattr(own, "__func__", own)
        if function is not getattr(Callback, name, None):
            return True
    return False
