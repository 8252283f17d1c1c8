"""`fit`, `evaluate` and `predict`: loops over batches around the steps of `Trainer`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from glassbrook import config
from glassbrook.errors import InvalidArgumentError, UsageError, shortened
from glassbrook.keras.callbacks import CallbackList, History
from glassbrook.keras.layers.state import PROBE_BATCH, unknown_batch
from glassbrook.keras.mistakes import check_batch, check_first_batch
from glassbrook.keras.models.batches import (
    ArrayBatches,
    Batches,
    batches_of,
    split_validation,
    unpack,
)
from glassbrook.keras.models.divergence import Watch
from glassbrook.keras.models.inference import looks_at_values
from glassbrook.keras.models.losses import check_labels
from glassbrook.keras.models.metrics import LazyLogs, as_numbers
from glassbrook.keras.models.stretches import BatchFunction, Programs, Stretches, row_function
from glassbrook.keras.models.training import Trainer
from glassbrook.tensor import Tensor, nest

__all__ = ["Loops"]

_IGNORED = ("max_queue_size", "use_multiprocessing", "workers")


class Loops(Trainer):
    """The part of `Model` that goes over data."""

    built: bool
    history: Any
    _samples_seen: int = 0
    _validates: bool = False
    _first_epoch: int = 0
    _watch: Watch | None = None
    _train_stretches: tuple[Batches, Stretches | None] | None = None

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        **kwargs: Any,
    ) -> History:
        """Learn from data, several times over.

        Args:
            x: inputs: an array or tensor, or a list or dictionary of them for several inputs; or
                a data set, generator or sequence that yields ``(x, y)`` or
                ``(x, y, sample_weight)`` batch by batch.
            y: labels, if `x` does not bring them along.
            batch_size: samples per step, 32 by default; only for arrays.
            epochs: up to which epoch to train.
            verbose: 0 for silence; 1 for a progress bar; 2 for a line per epoch; "auto" for a bar
                on a terminal and lines elsewhere.
            callbacks: objects that are told of the progress; see `tf.keras.callbacks`.
            validation_split: the share of the data, taken from their end, to evaluate on.
            validation_data: ``(x, y)``, ``(x, y, sample_weight)`` or a data set to evaluate on
                after every epoch.
            shuffle: whether arrays are shuffled before every epoch.
            class_weight: a weight for each class number.
            sample_weight: a weight for each sample.
            initial_epoch: from which epoch to train.
            steps_per_epoch: batches per epoch; all by default.
            validation_steps: batches per evaluation; all by default.
            validation_batch_size: samples per batch of the evaluation.
            validation_freq: evaluate after every so many epochs, or after the listed ones.
            kwargs: `workers`, `use_multiprocessing` and `max_queue_size` have no effect.

        Returns:
            A `History`: ``history.history["loss"]`` lists the loss of each epoch.

        Raises:
            InvalidArgumentError: the model is not compiled, or an argument makes no sense.
            ShapeError: arrays differ in length, are empty, or do not fit the model.
            OutOfRangeError: a label is no class; the message names its row.
            DivergedError: the loss became NaN or infinite; the message says where.

        Example:
            >>> import glassbrook as tf
            >>> tf.keras.utils.set_random_seed(1)
            >>> x = tf.linspace([-1.0], [1.0], 64)
            >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            >>> model.compile(optimizer=tf.keras.optimizers.SGD(0.5), loss="mse")
            >>> history = model.fit(x, 3 * x + 1, epochs=40, verbose=0)
            >>> print(model.get_weights()[0].round(2), model.get_weights()[1].round(2))
            [[3.]] [1.]
        """
        self._require_compiled("fit")
        _check_unknown("fit", kwargs)
        _check_epochs(epochs)
        if validation_split:
            (x, y, sample_weight), held_out = split_validation(
                x, y, sample_weight, validation_split
            )
            validation_data = held_out if validation_data is None else validation_data
        source = batches_of(
            x,
            y,
            sample_weight,
            batch_size=batch_size,
            shuffle=shuffle,
            class_weight=class_weight,
            steps=steps_per_epoch,
            restarts=True,
        )
        validation = _validation_source(
            validation_data, validation_batch_size or batch_size, validation_steps
        )
        self._validates = validation is not None
        self._prepare(source)
        if (arrays := source.arrays()) is not None:
            check_batch(self, *arrays[:2])
        listeners = CallbackList.of(
            callbacks,
            model=self,
            verbose=verbose,
            history=True,
            params={"verbose": verbose, "epochs": epochs, "steps": source.count},
        )
        watch = Watch(self, source, raises=not listeners.handles_divergence)
        self.stop_training = False
        self._watch = watch
        self._first_epoch = initial_epoch
        logs: dict[str, Any] = {}
        with listeners.watching():
            listeners.on_train_begin()
            # A callback may have found that some epochs are done already.
            restored: int = vars(self).pop("_initial_epoch", None) or initial_epoch
            for epoch in range(restored, epochs):
                self.reset_metrics()
                listeners.on_epoch_begin(epoch)
                stretches = self._stretches(source, listeners)
                if stretches is not None:
                    logs = self._train_in_stretches(stretches, source, listeners, watch, epoch)
                else:
                    logs = self._train_epoch(source, listeners, watch, epoch)
                if not logs and self.stop_training:
                    break
                if validation is not None and _is_due(validation_freq, epoch):
                    found = self._evaluate(validation, listeners)
                    logs |= {f"val_{name}": value for name, value in found.items()}
                listeners.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            listeners.on_train_end(logs)
        history: History = listeners.history
        self._train_stretches = self._watch = None
        return history

    def _train_epoch(
        self, source: Batches, listeners: CallbackList, watch: Watch, epoch: int
    ) -> dict[str, Any]:
        logs: Any = {}
        step = -1
        self._samples_seen = 0
        wants_batches = listeners.wants_train_batches
        for step, batch in enumerate(source.epoch()):
            if step == 0 and epoch == self._first_epoch:
                check_batch(self, *unpack(batch)[:2])
            if wants_batches:
                listeners.on_train_batch_begin(step)
            watch.before(batch)
            self._last_loss = None
            # The results of the step before are let go first: nobody asked for them.
            logs = None
            if self.built:
                logs = self._step("train_step")(batch)
            else:
                with watch.building():
                    logs = self._first_step(batch)
            watch.after(epoch, step)
            self._samples_seen += _rows(batch)
            if wants_batches:
                listeners.on_train_batch_end(step, _as_logs(logs))
                if self.stop_training:
                    break
        if step < 0 and epoch == self._first_epoch:
            raise InvalidArgumentError(
                "fit: there were no batches in the first epoch. Is the data set empty, or a "
                "generator used up?"
            )
        is_short = step < 0 or (source.count is not None and step + 1 < source.count)
        if is_short and not self.stop_training:
            of_all = "" if source.count is None else f" of {source.count}"
            warnings.warn(
                f"fit: the data ran out after {step + 1}{of_all} steps of epoch {epoch + 1}. "
                "Repeat the data set, lower steps_per_epoch, or let the generator go on for ever.",
                stacklevel=3,
            )
        if step < 0:
            # A generator that is used up stays so: there is nothing left to learn from.
            self.stop_training = True
            return {}
        numbers = as_numbers(_checked_logs(logs, "train_step"))
        watch.end_of_epoch(epoch, numbers)
        return numbers

    def _stretches(self, source: Batches, listeners: CallbackList) -> Stretches | None:
        """The steps of training as programs, if nobody has to hear of each and they can be."""
        if not self._is_compiled() or listeners.wants_each_train_batch:
            return None
        known = self._train_stretches
        if known is None or known[0] is not source:
            function = self._kept("train rows", lambda: row_function(self, self.train_step))
            known = self._train_stretches = (source, Stretches.of(self, function, source))
        return known[1]

    def _train_in_stretches(
        self,
        stretches: Stretches,
        source: Batches,
        listeners: CallbackList,
        watch: Watch,
        epoch: int,
    ) -> dict[str, Any]:
        assert isinstance(source, ArrayBatches)
        self._samples_seen = 0

        def after(step: int, count: int, loss: Any, rows: Any) -> bool:
            watch.after_stretch(epoch, step, loss, lambda: map(source.batch, rows))
            self._samples_seen += rows.size
            if listeners.wants_train_batches:
                results = LazyLogs(self.get_metrics_result)
                listeners.on_train_batch_end(step + count - 1, results)
            return not self.stop_training

        logs = stretches.run(after, watch.before_stretch)
        numbers = as_numbers(_checked_logs(logs, "train_step"))
        watch.end_of_epoch(epoch, numbers)
        return numbers

    def _is_compiled(self) -> bool:
        """Whether steps run as programs, not as they are written."""
        return (
            self.built
            and not self.run_eagerly
            and config.engine != "interpreter"
            and not config.eager_functions
            and not any(map(looks_at_values, self._flatten_layers()))
        )

    def _step(self, name: str) -> Callable[[Any], Any]:
        """``train_step``, ``test_step`` or ``predict_step``, as a program if it can be one."""
        step: Callable[[Any], Any] = getattr(self, name)
        if not self._is_compiled():
            return step
        program: BatchFunction = self._kept(name, lambda: BatchFunction(self, step))
        return program

    def _kept(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` made for this name since the model was compiled last."""
        kept = vars(self).setdefault("_programs", Programs())
        if name not in kept:
            kept[name] = make()
        return kept[name]

    def _first_step(self, batch: Any) -> Any:
        """A step that builds the model, for batches of any size."""
        with unknown_batch(_rows(batch)):
            return self.train_step(batch)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The loss and the metrics on data.

        Args:
            x: inputs, as for `fit`.
            y: labels.
            batch_size: samples per batch, 32 by default.
            verbose: as for `fit`.
            sample_weight: a weight for each sample.
            steps: how many batches to take; all by default.
            callbacks: objects that are told of the progress.
            return_dict: whether to return a dictionary.
            kwargs: `workers`, `use_multiprocessing` and `max_queue_size` have no effect.

        Returns:
            The loss alone if there are no metrics, else a list in the order of `metrics_names`; or
            a dictionary.

        Raises:
            InvalidArgumentError: the model is not compiled.
        """
        self._require_compiled("evaluate")
        _check_unknown("evaluate", kwargs)
        source = batches_of(
            x, y, sample_weight, batch_size=batch_size, steps=steps, what="evaluate"
        )
        if (arrays := source.arrays()) is not None:
            check_first_batch(self, *arrays[:2])
        listeners = CallbackList.of(
            callbacks,
            model=self,
            verbose=verbose,
            params={"verbose": verbose, "epochs": 1, "steps": source.count},
        )
        return self._reported(self._evaluate(source, listeners), return_dict)

    def _evaluate(self, source: Batches, listeners: CallbackList) -> dict[str, Any]:
        self.reset_metrics()
        listeners.on_test_begin()
        logs: Any = None
        stretches = None
        if self._is_compiled() and not listeners.wants_each_test_batch:
            function = self._kept("test rows", lambda: row_function(self, self.test_step))
            stretches = Stretches.of(self, function, source)
        if stretches is not None:

            def after(step: int, count: int, loss: Any, rows: Any) -> bool:
                if listeners.wants_test_batches:
                    results = LazyLogs(self.get_metrics_result)
                    listeners.on_test_batch_end(step + count - 1, results)
                return True

            numbers = as_numbers(_checked_logs(stretches.run(after, _nothing), "test_step"))
            listeners.on_test_end(numbers)
            return numbers
        step = -1
        wants_batches = listeners.wants_test_batches
        for step, batch in enumerate(source.epoch()):
            if step == 0:
                check_first_batch(self, *unpack(batch)[:2])
            if wants_batches:
                listeners.on_test_batch_begin(step)
            logs = None
            logs = self._step("test_step")(batch)
            if wants_batches:
                listeners.on_test_batch_end(step, _as_logs(logs))
        if step < 0:
            raise InvalidArgumentError("evaluate: there were no batches. Is the data set empty?")
        numbers = as_numbers(_checked_logs(logs, "test_step"))
        listeners.on_test_end(numbers)
        return numbers

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """The outputs for data, as NumPy arrays.

        Args:
            x: inputs, as for `fit`; labels that come along are ignored.
            batch_size: samples per batch, 32 by default.
            verbose: as for `fit`; "auto" shows nothing but a bar on a terminal.
            steps: how many batches to take; all by default.
            callbacks: objects that are told of the progress.
            kwargs: `workers`, `use_multiprocessing` and `max_queue_size` have no effect.

        Returns:
            An array with one row for each sample; for several outputs, a list or dictionary.

        Example:
            >>> import glassbrook as tf
            >>> model = tf.keras.Sequential([tf.keras.layers.Dense(2, kernel_initializer="ones")])
            >>> model.predict(tf.ones([3, 4]))
            array([[4., 4.],
                   [4., 4.],
                   [4., 4.]], dtype=float32)
        """
        _check_unknown("predict", kwargs)
        source = batches_of(x, batch_size=batch_size, steps=steps, what="predict")
        if source.count == 1 and callbacks is None and verbose in ("auto", 0):
            outputs = [self._step("predict_step")(batch) for batch in source.epoch()]
            return nest.map_structure(_own_array, outputs[0])
        listeners = CallbackList.of(
            callbacks,
            model=self,
            verbose="predict" if verbose == "auto" else verbose,
            params={"verbose": verbose, "epochs": 1, "steps": source.count},
        )
        listeners.on_predict_begin()
        found: list[Any] = []
        for step, batch in enumerate(source.epoch()):
            listeners.on_predict_batch_begin(step)
            outputs = nest.map_structure(_own_array, self._step("predict_step")(batch))
            found.append(outputs)
            listeners.on_predict_batch_end(step, {"outputs": outputs})
        listeners.on_predict_end()
        if not found:
            raise InvalidArgumentError("predict: there were no batches. Is the data set empty?")
        return nest.map_structure(lambda *parts: np.concatenate(parts), *found)

    # Names of Keras 2.

    def fit_generator(self, generator: Any, *args: Any, **kwargs: Any) -> History:
        """The older name of `fit` for generators: ``steps_per_epoch`` and ``epochs`` come next."""
        names = ("steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data")
        return self.fit(generator, **_named("fit_generator", names, args, kwargs))

    def evaluate_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """The older name of `evaluate` for generators: ``steps`` and ``callbacks`` come next."""
        options = _named("evaluate_generator", ("steps", "callbacks"), args, kwargs)
        return self.evaluate(generator, **{"verbose": 0, **options})

    def predict_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """The older name of `predict` for generators: ``steps`` and ``callbacks`` come next."""
        options = _named("predict_generator", ("steps", "callbacks"), args, kwargs)
        return self.predict(generator, **{"verbose": 0, **options})

    # Before the first step.

    def _prepare(self, source: Batches) -> None:
        """Build the model for the data, and check all labels that are in memory."""
        if not self._is_ordinary() or (self.built and source.labels() is None):
            return
        size = self._declared_batch() or _usual_batch(source)
        zeros = source.probe(size)
        if zeros is None:
            return
        if isinstance(zeros, Tensor) and zeros.ndim == 1:
            self._take_numbers()
        with unknown_batch(size):
            output = self(zeros, training=False)
        if isinstance(output, Tensor):
            check_labels(self._compiled_loss, source.labels(), output.node)

    def _declared_batch(self) -> int | None:
        """The batch size that the model was made for, if there is one."""
        return None

    def _take_numbers(self) -> None:
        """Get ready for data whose samples are single numbers, if that takes anything."""

    def _is_ordinary(self) -> bool:
        """Whether steps of training are Keras's own, which call the model on `x`."""
        return type(self).train_step is Trainer.train_step


def _usual_batch(source: Batches) -> int:
    """How many samples a batch has: a model may hold states for just as many."""
    arrays = getattr(source, "_source", source)
    if not isinstance(arrays, ArrayBatches):
        return PROBE_BATCH
    return min(arrays.batch_size, arrays.size) or PROBE_BATCH


def _validation_source(data: Any, batch_size: int | None, steps: int | None) -> Batches | None:
    if data is None:
        return None
    if isinstance(data, list | tuple):
        x, y, weight = unpack(data)
        return batches_of(x, y, weight, batch_size=batch_size, steps=steps, what="validation_data")
    return batches_of(data, batch_size=batch_size, steps=steps, what="validation_data")


def _is_due(frequency: int | Sequence[int], epoch: int) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % max(frequency, 1) == 0
    return epoch + 1 in frequency


def _named(
    method: str, names: Sequence[str], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Arguments by position with their names, beside those by name."""
    if len(args) > len(names):
        raise UsageError(f"{method}() takes {len(names)} arguments by position, got {len(args)}.")
    return {**dict(zip(names, args, strict=False)), **kwargs}


def _nothing() -> None:
    """What is done before a stretch that cannot go wrong."""


def _rows(batch: Any) -> int:
    first = batch
    while isinstance(first, tuple | list) and first:
        first = first[0]
    if not isinstance(first, Tensor):
        first = nest.flatten(first)[0]
    shape = first.node.shape
    return shape[0] if shape else 1


def _checked_logs(logs: Any, what: str) -> Mapping[str, Any]:
    """What a step returned, if it is what a step has to return."""
    if logs is None:
        return {}
    if not isinstance(logs, Mapping):
        raise InvalidArgumentError(
            f"{what} returned {type(logs).__name__}, expected a dictionary from names of metrics "
            "to their values, such as {'loss': loss}."
        )
    return logs


def _as_logs(logs: Any) -> Any:
    return logs if isinstance(logs, LazyLogs) or logs is None else as_numbers(logs)


def _own_array(tensor: Any) -> Any:
    return tensor.numpy() if isinstance(tensor, Tensor) else np.asarray(tensor)


def _check_epochs(epochs: Any) -> None:
    if not isinstance(epochs, int | np.integer):
        raise UsageError(
            f"fit: epochs is {shortened(epochs)}, expected a whole number: how often training "
            "goes through the data."
        )


def _check_unknown(what: str, kwargs: Mapping[str, Any]) -> None:
    for key in kwargs:
        if key not in _IGNORED:
            raise UsageError(f"{what}() got an unexpected keyword argument {key!r}")
