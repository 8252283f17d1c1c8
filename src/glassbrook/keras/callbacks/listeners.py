"""`CallbackList`: many callbacks as one, and `History`, the one that is always there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras.callbacks.base import Callback, overrides

__all__ = ["CallbackList", "History"]


class History(Callback):
    """What `fit` returns: the metrics of every epoch.

    Attributes:
        history: from the name of a metric to the list of its values, one per epoch.
        epoch: the numbers of the epochs, counted from 0.

    Example:
        >>> import glassbrook as tf
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(tf.zeros([4, 2]), tf.zeros([4, 1]), epochs=3, verbose=0)
        >>> history.history, history.epoch
        ({'loss': [0.0, 0.0, 0.0]}, [0, 1, 2])
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin a new record."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Add an epoch to the record."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self


class CallbackList(Callback):
    """Callbacks that are told of everything in turn.

    Args:
        callbacks: the callbacks.
        add_history: whether to add a `History`, if there is none.
        add_progbar: whether to add a `ProgbarLogger`, if there is none.
        model: the model that is trained.
        params: further items of `params`.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        from glassbrook.keras.callbacks.progress import ProgbarLogger

        self.callbacks: list[Any] = _as_list(callbacks)
        if add_progbar and not any(isinstance(each, ProgbarLogger) for each in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        if add_history and not any(isinstance(each, History) for each in self.callbacks):
            self.callbacks.append(History())
        self.history: Any = next((c for c in self.callbacks if isinstance(c, History)), None)
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)
        self._find_batch_listeners()

    @classmethod
    def of(
        cls,
        callbacks: Any,
        model: Any,
        verbose: Any,
        params: Mapping[str, Any],
        history: bool = False,
    ) -> Self:
        """The list for a call of `fit`, `evaluate` or `predict`; a list that is given stays."""
        if isinstance(callbacks, cls):
            if history and callbacks.history is None:
                callbacks.history = History()
                callbacks.append(callbacks.history)
            callbacks.set_model(model)
            callbacks.set_params(params)
            return callbacks
        shows = verbose not in (0, False, "0", None)
        found = cls(callbacks, add_history=history, add_progbar=shows, model=model, **params)
        if verbose == "predict":
            found.set_params({**params, "quiet": True})
        return found

    def _find_batch_listeners(self) -> None:
        """Note who wants to hear of every batch: often nobody does, and logs are left out."""

        def listening(*hooks: str) -> list[Any]:
            return [each for each in self.callbacks if overrides(each, *hooks)]

        begin, end = (
            ("on_train_batch_begin", "on_batch_begin"),
            ("on_train_batch_end", "on_batch_end"),
        )
        self._train_begin, self._train_end = listening(*begin), listening(*end)
        self._test_begin = listening("on_test_batch_begin")
        self._test_end = listening("on_test_batch_end")

    @property
    def wants_train_batches(self) -> bool:
        """Whether anyone listens to steps of training."""
        return bool(self._train_begin or self._train_end)

    @property
    def wants_each_train_batch(self) -> bool:
        """Whether anyone must hear of every step of training, not just of every few."""
        return _any_needs_each([*self._train_begin, *self._train_end])

    @property
    def wants_each_test_batch(self) -> bool:
        """Whether anyone must hear of every batch of evaluations, not just of every few."""
        return _any_needs_each([*self._test_begin, *self._test_end])

    @property
    def wants_test_batches(self) -> bool:
        """Whether anyone listens to batches of evaluations."""
        return bool(self._test_begin or self._test_end)

    @property
    def handles_divergence(self) -> bool:
        """Whether a callback stops training by itself when the loss is no number any more."""
        return any(getattr(each, "handles_divergence", False) for each in self.callbacks)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """A stretch of work: if it fails or is interrupted, callbacks may tidy up."""
        try:
            yield
        except BaseException:
            for callback in self.callbacks:
                if hasattr(callback, "on_interrupted"):
                    callback.on_interrupted()
            raise

    def append(self, callback: Any) -> None:
        """Add a callback."""
        self.callbacks.append(callback)
        self._find_batch_listeners()

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Tell all callbacks the parameters."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Tell all callbacks the model."""
        self.model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs if logs is not None else {})

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Tell those who listen."""
        for callback in self._train_begin:
            callback.on_train_batch_begin(batch, logs or {})

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Tell those who listen."""
        for callback in self._train_end:
            callback.on_train_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Tell those who listen."""
        for callback in self._test_begin:
            callback.on_test_batch_begin(batch, logs or {})

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Tell those who listen."""
        for callback in self._test_end:
            callback.on_test_batch_end(batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_predict_batch_begin(batch, logs or {})

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_predict_batch_end(batch, logs)

    def on_train_begin(self, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_train_begin(logs or {})

    def on_train_end(self, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_train_end(logs or {})

    def on_test_begin(self, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_test_begin(logs or {})

    def on_test_end(self, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_test_end(logs or {})

    def on_predict_begin(self, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_predict_begin(logs or {})

    def on_predict_end(self, logs: Any = None) -> None:
        """Tell all callbacks."""
        for callback in self.callbacks:
            callback.on_predict_end(logs or {})


def _any_needs_each(callbacks: Iterable[Any]) -> bool:
    return not all(getattr(each, "may_skip_batches", False) for each in callbacks)


def _as_list(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    found = list(callbacks) if isinstance(callbacks, Iterable) else [callbacks]
    for each in found:
        if isinstance(each, type) or not hasattr(each, "set_model"):
            hint = f" Make one: {each.__name__}()." if isinstance(each, type) else ""
            raise InvalidArgumentError(
                f"callbacks: {each!r} is no callback, expected objects of subclasses of "
                f"tf.keras.callbacks.Callback.{hint}"
            )
    return found
