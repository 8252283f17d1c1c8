"""`Trainer`: what `compile` sets up, and one step of training, testing and predicting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, UsageError
from glassbrook.graph import build
from glassbrook.keras import losses, metrics, optimizers
from glassbrook.keras.mistakes import check_first_batch, check_outputs
from glassbrook.keras.models.batches import batches_of, pack, unpack
from glassbrook.keras.models.losses import CompiledLoss, as_scalar
from glassbrook.keras.models.metrics import CompiledMetrics, LazyLogs, as_numbers
from glassbrook.tensor import GradientTape, Tensor, Variable, convert_to_tensor, nest

if TYPE_CHECKING:
    from glassbrook.keras.layers import Layer

__all__ = ["Trainer"]

_OLDER_ARGUMENTS = frozenset(
    {"distribute", "experimental_run_tf_function", "sample_weight_mode", "target_tensors"}
)


class Trainer:
    """The part of `Model` that knows about losses, metrics and optimizers."""

    if TYPE_CHECKING:
        name: str
        trainable_variables: list[Variable]
        losses: list[Tensor]
        _has_losses: Callable[[], bool]
        _flatten_layers: Callable[[], list[Layer]]

        def _output_names(self) -> Sequence[str] | None:
            """The names of the outputs, if the model knows them."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Compute the outputs."""

    optimizer: Any = None
    loss: Any = None
    stop_training: bool = False
    compiled: bool = False
    _compiled_loss: CompiledLoss | None = None
    _compiled_metrics: CompiledMetrics | None = None
    _loss_tracker: Any = None
    _last_loss: Tensor | None = None
    run_eagerly: bool = False
    _holds_pixels: bool = False
    _labels: Any = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        **kwargs: Any,
    ) -> None:
        """Say how the model is trained.

        Args:
            optimizer: a name such as ``"adam"``, or an optimizer.
            loss: what is minimized: a name such as ``"mse"``, a loss, or a function of
                ``(y_true, y_pred)``; a list or dictionary of these for several outputs.
            loss_weights: a factor for each output's loss.
            metrics: what is reported beside the loss: names, metrics and functions. "accuracy"
                means the one that fits the shapes of labels and outputs.
            weighted_metrics: the same, but these take sample weights into account.
            run_eagerly: whether steps run as they are written, never as traced programs.
            steps_per_execution: accepted for Keras's sake, without effect.
            jit_compile: accepted for Keras's sake, without effect.
            auto_scale_loss: accepted for Keras's sake, without effect.
            kwargs: `experimental_run_tf_function`, `sample_weight_mode`, `target_tensors` and
                `distribute`, which Keras 2 knew, have no effect.

        Raises:
            InvalidArgumentError: there is no optimizer, loss or metric of that name.
            TypeError: an argument is unknown.

        Example:
            >>> import glassbrook as tf
            >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
            >>> model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
            >>> model.optimizer.name
            'sgd'
        """
        unknown = sorted(kwargs.keys() - _OLDER_ARGUMENTS)
        if unknown:
            raise UsageError(f"compile() got an unexpected keyword argument {unknown[0]!r}")
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        names = self._output_names()
        self._compiled_loss = None if loss is None else CompiledLoss(loss, loss_weights, names)
        self._compiled_metrics = CompiledMetrics(metrics, weighted_metrics, names)
        self._loss_tracker = _mean("loss")
        self.stop_training = False
        self.run_eagerly = bool(run_eagerly)
        vars(self).pop("_programs", None)
        self.compiled = True

    def _require_compiled(self, what: str) -> None:
        if not self.compiled:
            raise InvalidArgumentError(
                f"{what}: model {self.name!r} is not compiled. You must call compile() first, such "
                "as model.compile(optimizer='adam', loss='mse')."
            )

    # Losses and metrics.

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """The number that training minimizes: the compiled loss and all penalties.

        Raises:
            InvalidArgumentError: the model was compiled without a loss and adds none itself.
        """
        total: Any = None
        if self._holds_pixels or self._labels is not None:
            check_outputs(self, x, y_pred)
        if self._compiled_loss is not None:
            if y is None:
                raise InvalidArgumentError(
                    "There are no labels to compute the loss with: pass y, or data of pairs (x, y)."
                )
            total = as_scalar(self._compiled_loss(y, y_pred, sample_weight))
        if self._has_losses():
            for term in self.losses:
                total = term if total is None else total + term
        if total is None:
            raise InvalidArgumentError(
                f"Model {self.name!r} has no loss to compute: compile it with loss='mse', say, "
                "or call add_loss in it."
            )
        return as_scalar(total)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Take a batch into account in the compiled metrics; return their results."""
        if self._compiled_metrics is not None and y is not None:
            self._compiled_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    @property
    def metrics(self) -> list[Any]:
        """All metrics: the loss, those that are attributes of layers, and the compiled ones."""
        found = self._own_metrics()
        if self._compiled_metrics is not None:
            found.extend(self._compiled_metrics.metrics)
        return found

    def _own_metrics(self) -> list[Any]:
        """The loss, that of each output of several, and metrics that are attributes of layers."""
        found = [] if self._loss_tracker is None else [self._loss_tracker]
        if self._compiled_loss is not None:
            found.extend(self._compiled_loss.trackers.values())
        for layer in self._flatten_layers():
            if isinstance(layer, Trainer) and layer is not self:
                continue  # a model within this one counts for its own training only
            for value in vars(layer).values():
                for each in value if isinstance(value, list | tuple) else (value,):
                    if isinstance(each, metrics.Metric) and not any(each is m for m in found):
                        found.append(each)
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The names of all metrics."""
        names = [metric.name for metric in self._own_metrics()]
        if self._compiled_metrics is not None:
            named = self._compiled_metrics.named()
            ordered = [name for name, metric in named if name == metric.name]
            names += ordered + sorted(name for name, _ in named if name not in ordered)
        return names

    def get_metrics_result(self) -> dict[str, Any]:
        """The present results of all metrics, by name."""
        results: dict[str, Any] = {}
        named = [(metric.name, metric) for metric in self._own_metrics()]
        if self._compiled_metrics is not None:
            named += self._compiled_metrics.named()
        for name, metric in named:
            result = metric.result()
            results.update(result if isinstance(result, Mapping) else {name: result})
        return results

    def reset_metrics(self) -> None:
        """Set all metrics back to their beginning."""
        for metric in self.metrics:
            metric.reset_state()

    @property
    def compiled_loss(self) -> Callable[..., Tensor]:
        """The compiled loss as Keras 2 offers it to a `train_step` of one's own."""

        def compute(
            y_true: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None
        ) -> Tensor:
            self._require_compiled("compiled_loss")
            assert self._compiled_loss is not None
            total = as_scalar(self._compiled_loss(y_true, y_pred, sample_weight))
            for term in regularization_losses or ():
                total = total + term
            self._note_loss(total, y_true)
            return total

        return compute

    @property
    def compiled_metrics(self) -> Any:
        """The compiled metrics, with `update_state`, as Keras 2 offers them."""
        return self._compiled_metrics

    def _note_loss(self, loss: Tensor, batch: Any) -> None:
        self._last_loss = loss
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(batch))

    # One step.

    def train_step(self, data: Any) -> Any:
        """Learn from one batch; a subclass may define its own.

        Args:
            data: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.

        Returns:
            A dictionary from the names of metrics to their values.
        """
        x, y, sample_weight = unpack(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight)
        variables = self.trainable_variables
        if not variables:
            raise InvalidArgumentError(
                f"fit: model {self.name!r} has no trainable variables: nothing can be learned."
            )
        gradients = tape.gradient(loss, variables)
        # Metrics come first, so that the update below computes them in the same run.
        self._note_loss(loss, x)
        self._update_metrics(x, y, y_pred, sample_weight)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return LazyLogs(self.get_metrics_result)

    def test_step(self, data: Any) -> Any:
        """Evaluate one batch; a subclass may define its own.

        Args:
            data: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.

        Returns:
            A dictionary from the names of metrics to their values.
        """
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=False)
        if self._compiled_loss is not None or self._has_losses():
            self._note_loss(self.compute_loss(x, y, y_pred, sample_weight, training=False), x)
        self._update_metrics(x, y, y_pred, sample_weight)
        return LazyLogs(self.get_metrics_result)

    def predict_step(self, data: Any) -> Any:
        """The outputs for one batch; a subclass may define its own."""
        return self(unpack(data)[0], training=False)

    def _update_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> None:
        if type(self).compute_metrics is not Trainer.compute_metrics:
            self.compute_metrics(x, y, y_pred, sample_weight)
        elif self._compiled_metrics is not None and y is not None:
            self._compiled_metrics.update_state(y, y_pred, sample_weight)

    # Single batches.

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
        reset_metrics: bool = True,
    ) -> Any:
        """Learn from one batch.

        Returns:
            The loss and the metrics of the batch (of all since the last reset, without
            `reset_metrics`), as a list of numbers in the order of `metrics_names` (one number if
            there is only the loss), or as a dictionary.

        Raises:
            InvalidArgumentError: the model is not compiled.
        """
        self._require_compiled("train_on_batch")
        if reset_metrics:
            self.reset_metrics()
        batch = _one_batch(x, y, sample_weight, class_weight)
        check_first_batch(self, *unpack(batch)[:2])
        logs = self.train_step(batch)
        return self._reported(logs, return_dict)

    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        return_dict: bool = False,
        reset_metrics: bool = True,
    ) -> Any:
        """Evaluate one batch; see `train_on_batch`."""
        self._require_compiled("test_on_batch")
        if reset_metrics:
            self.reset_metrics()
        return self._reported(self.test_step(_one_batch(x, y, sample_weight)), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as NumPy arrays."""
        return nest.map_structure(_as_array, self.predict_step(_one_batch(x)))

    def _reported(self, logs: Any, return_dict: bool) -> Any:
        """Logs as users get them: a dictionary, or the values in the order of the metrics."""
        numbers = as_numbers(logs)
        if return_dict:
            return numbers
        names = [name for name in self.metrics_names if name in numbers]
        values = [numbers[name] for name in names]
        values += [value for name, value in numbers.items() if name not in names]
        return values[0] if len(values) == 1 else values

    # For saving.

    def get_compile_config(self) -> dict[str, Any]:
        """What `compile` was given, as JSON can hold it."""
        if not self.compiled or self._compiled_metrics is None:
            return {}
        loss = {} if self._compiled_loss is None else self._compiled_loss.get_config()
        return {
            "optimizer": optimizers.serialize(self.optimizer),
            **loss,
            **self._compiled_metrics.get_config(),
        }

    def compile_from_config(
        self, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> None:
        """Compile the model as `get_compile_config` describes."""
        self.compile(
            optimizer=optimizers.deserialize(config["optimizer"], custom_objects),
            loss=_revived(losses.deserialize, config.get("loss"), custom_objects),
            loss_weights=config.get("loss_weights"),
            metrics=_revived(metrics.deserialize, config.get("metrics"), custom_objects),
            weighted_metrics=_revived(
                metrics.deserialize, config.get("weighted_metrics"), custom_objects
            ),
        )


def _revived(deserialize: Any, config: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    """Losses or metrics in the form in which `compile` was given them; names stay names."""
    if config is None:
        return None
    if isinstance(config, list):
        return [_revived(deserialize, each, custom_objects) for each in config]
    if isinstance(config, Mapping) and not ({"class", "class_name"} & set(config)):
        return {key: _revived(deserialize, each, custom_objects) for key, each in config.items()}
    if isinstance(config, str) and not (custom_objects and config in custom_objects):
        return config
    return deserialize(config, custom_objects)


def _mean(name: str) -> Any:
    return metrics.Mean(name=name)


_sizes: dict[int, Tensor] = {}


def _batch_size(batch: Any) -> Tensor:
    """The number of samples in a batch, as a tensor that equal batches share."""
    first = batch if isinstance(batch, Tensor) else nest.flatten(batch)[0]
    shape: Any = tuple(getattr(first, "shape", ()))
    size = int(shape[0]) if shape else 1
    found = _sizes.get(size)
    if found is None:
        if len(_sizes) > 1024:
            _sizes.clear()
        found = _sizes[size] = Tensor(build.data(np.float32(size)))
    return found


def _one_batch(x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None) -> Any:
    if isinstance(x, Tensor) and (y is None or isinstance(y, Tensor)) and class_weight is None:
        weight = None if sample_weight is None else convert_to_tensor(sample_weight)
        return pack(x, y, weight)
    everything = 2**31
    source = batches_of(
        x, y, sample_weight, batch_size=everything, class_weight=class_weight, what="train_on_batch"
    )
    return next(source.epoch())


def _as_array(tensor: Any) -> Any:
    return np.asarray(tensor.numpy()) if hasattr(tensor, "numpy") else np.asarray(tensor)
