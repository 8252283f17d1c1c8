"""The metrics that a model was compiled with, and how their results become logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from glassbrook.engine.tracing import is_tracing
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras import metrics
from glassbrook.keras.models.losses import OutputKeys
from glassbrook.keras.naming import object_name
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["CompiledMetrics", "LazyLogs", "as_number", "as_numbers"]


class CompiledMetrics:
    """The metrics of a model's outputs.

    Args:
        given: what `compile` was given as `metrics`: names, metrics, functions; a list of such
            lists, or a dictionary, for a model of several outputs.
        weighted: what it was given as `weighted_metrics`: those see the sample weights.
        output_names: the names of the outputs, if the model knows them.

    Raises:
        InvalidArgumentError: there is no metric of that name.
    """

    def __init__(
        self, given: Any, weighted: Any = None, output_names: Sequence[str] | None = None
    ) -> None:
        self._output_names = output_names
        self._outputs: OutputKeys | None = None
        self.given = given
        self.given_weighted = weighted
        # Pairs of the key of an output (None: the only one) and a metric. Until the first batch
        # shows the outputs, there is taken to be one.
        self._plain = [(None, _as_metric(each)) for each in _flat(given)]
        self._weighted = [(None, _as_metric(each)) for each in _flat(weighted)]
        self._checked = False

    @property
    def metrics(self) -> list[Any]:
        """The metrics."""
        return [metric for _, metric in (*self._plain, *self._weighted)]

    def named(self) -> list[tuple[str, Any]]:
        """The metrics with their names in logs: those of several outputs begin with its name."""
        found: dict[str, Any] = {}
        for key, metric in self._plain:
            _add_named(found, self._name(key, metric.name), metric)
        for key, metric in self._weighted:
            name = self._name(key, metric.name)
            if name in found:
                name = self._name(key, f"weighted_{metric.name}")
            _add_named(found, name, metric)
        return list(found.items())

    def _name(self, key: Any, name: str) -> str:
        output = None if self._outputs is None or key is None else self._outputs.name(key)
        return name if output is None else f"{output}_{name}"

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account."""
        if not self._checked:
            self._check_outputs(y_pred)
        if self._outputs is None:
            true, weight = _only(y_true), _only(sample_weight)
            for _, metric in self._plain:
                metric.update_state(true, y_pred)
            for _, metric in self._weighted:
                metric.update_state(true, y_pred, sample_weight=weight)
            return
        outputs = self._outputs
        trues = outputs.labels(y_true, []) if _is_nest(y_true) else {outputs.keys[0]: y_true}
        preds = outputs.each(y_pred, "output")
        weights = outputs.each(sample_weight, "sample weight", ignore=True)
        for key, metric in self._plain:
            metric.update_state(_there(trues, key, metric), preds[key])
        for key, metric in self._weighted:
            metric.update_state(_there(trues, key, metric), preds[key], sample_weight=weights[key])

    def _check_outputs(self, y_pred: Any) -> None:
        self._checked = True
        if _is_nest(y_pred):
            self._outputs = OutputKeys(y_pred, self._output_names)
            self._plain = list(_per_output(self.given, self._outputs))
            self._weighted = list(_per_output(self.given_weighted, self._outputs))

    def get_config(self) -> dict[str, Any]:
        """What `compile` was given, as JSON can hold it."""
        return {
            "metrics": _serialized(self.given),
            "weighted_metrics": _serialized(self.given_weighted),
        }


class _ByShapes(metrics.Metric):
    """A metric of which only a name such as "accuracy" is known until it sees a batch.

    Args:
        name: what it is called.
        candidates: what the name may mean: for one output, for class numbers as labels, and for
            rows of labels; each makes a metric of a name.
    """

    def __init__(self, name: str, candidates: tuple[Callable[[str], Any], ...]) -> None:
        super().__init__(name=name)
        self._candidates = candidates
        self._found: Any = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account."""
        if self._found is None:
            self._found = self._candidates[_kind_of_labels(y_true, y_pred)](self.name)
        self._found.update_state(y_true, y_pred, sample_weight=sample_weight)

    def result(self) -> Any:
        """The metric of all batches since the last reset."""
        return convert_to_tensor(0.0) if self._found is None else self._found.result()

    def reset_state(self) -> None:
        """Forget all batches."""
        if self._found is not None:
            self._found.reset_state()


def _accuracy(name: str) -> Any:
    return _ByShapes(
        name,
        (
            lambda name: metrics.BinaryAccuracy(name=name),
            lambda name: metrics.SparseCategoricalAccuracy(name=name),
            lambda name: metrics.CategoricalAccuracy(name=name),
        ),
    )


def _crossentropy(name: str) -> Any:
    return _ByShapes(
        name,
        (
            lambda name: metrics.BinaryCrossentropy(name=name),
            lambda name: metrics.SparseCategoricalCrossentropy(name=name),
            lambda name: metrics.CategoricalCrossentropy(name=name),
        ),
    )


_BY_SHAPES = {
    "accuracy": _accuracy,
    "acc": _accuracy,
    "crossentropy": _crossentropy,
    "ce": _crossentropy,
}


def _kind_of_labels(y_true: Any, y_pred: Any) -> int:
    """0 for one output, 1 for class numbers as labels, 2 for rows of labels."""
    true, pred = tuple(getattr(y_true, "shape", ())), tuple(y_pred.shape)
    if not pred or pred[-1] == 1:
        return 0
    return 1 if len(true) < len(pred) or (true and true[-1] == 1) else 2


def _flat(given: Any) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [each for value in given.values() for each in _flat(value)]
    if isinstance(given, list | tuple):
        return [each for value in given for each in _flat(value)]
    return [given]


def _per_output(given: Any, outputs: OutputKeys) -> Iterator[tuple[Any, Any]]:
    """For every output of several, its metrics: the same ones, unless each has its own."""
    if given is None:
        return
    lists = isinstance(given, list | tuple)
    own = isinstance(given, Mapping) or (lists and len(given) == len(outputs.keys))
    if not own and lists and any(isinstance(each, list | tuple) for each in given):
        raise InvalidArgumentError(
            f"compile: metrics holds {len(given)} lists, but the model has {len(outputs.keys)} "
            "outputs. Give one list for each output."
        )
    if own:
        given = outputs.each(given, "metric")
    for key in outputs.keys:
        for each in _flat(given[key] if own else given):
            if each is not None:
                yield key, _as_metric(each)


def _is_nest(value: Any) -> bool:
    return isinstance(value, list | tuple | Mapping)


def _only(value: Any) -> Any:
    """The only item of a list or dictionary, and anything else itself."""
    if type(value) in (list, tuple) and len(value) == 1:
        return value[0]
    if isinstance(value, Mapping) and len(value) == 1:
        return next(iter(value.values()))
    return value


def _there(labels: Mapping[Any, Any], key: Any, metric: Any) -> Any:
    found = labels.get(key)
    if found is None:
        raise InvalidArgumentError(
            f"There are no labels for output {key!r}, but it has the metric {metric.name!r}."
        )
    return found


def _add_named(found: dict[str, Any], name: str, metric: Any) -> None:
    """Add a metric under a name that none has yet."""
    free, number = name, 0
    while free in found:
        number += 1
        free = f"{name}_{number}"
    found[free] = metric


def _as_metric(identifier: Any) -> Any:
    if isinstance(identifier, str) and identifier in _BY_SHAPES:
        return _BY_SHAPES[identifier](identifier)
    found = metrics.get(identifier)
    if isinstance(identifier, str) and isinstance(found, metrics.Metric):
        found.name = identifier
    if found is not None and not isinstance(found, metrics.Metric):
        name = identifier if isinstance(identifier, str) else object_name(found)
        found = metrics.MeanMetricWrapper(found, name=name)
    return found


def _serialized(given: Any) -> Any:
    if isinstance(given, Mapping):
        return {key: _serialized(each) for key, each in given.items()}
    if isinstance(given, list | tuple):
        return [_serialized(each) for each in given]
    return given if given is None or isinstance(given, str) else metrics.serialize(given)


# Logs.


class LazyLogs(dict[str, Any]):
    """Logs of a batch that are computed only if someone looks at them.

    Args:
        source: a function that gives the logs; or the logs themselves.
    """

    def __init__(self, source: Callable[[], Mapping[str, Any]] | Mapping[str, Any]) -> None:
        super().__init__()
        self._source: Callable[[], Mapping[str, Any]] | None = None
        if callable(source):
            self._source = source
        else:
            self.update(source)

    def fetch(self) -> LazyLogs:
        """Compute the logs, if that has not been done yet."""
        source, self._source = self._source, None
        if source is not None:
            # A function that is traced returns tensors: there are no numbers yet.
            self.update(source() if is_tracing() else as_numbers(source()))
        return self

    def __getitem__(self, key: str) -> Any:
        self.fetch()
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        self.fetch()
        return super().__iter__()

    def __len__(self) -> int:
        self.fetch()
        return super().__len__()

    def __contains__(self, key: object) -> bool:
        self.fetch()
        return super().__contains__(key)

    def __eq__(self, other: object) -> bool:
        self.fetch()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        self.fetch()
        return super().__repr__()

    def get(self, key: str, default: Any = None) -> Any:
        """The value for a key, or the default."""
        self.fetch()
        return super().get(key, default)

    def keys(self) -> Any:
        """The names of the metrics."""
        self.fetch()
        return super().keys()

    def values(self) -> Any:
        """The values of the metrics."""
        self.fetch()
        return super().values()

    def items(self) -> Any:
        """Names and values of the metrics."""
        self.fetch()
        return super().items()

    def copy(self) -> dict[str, Any]:
        """The logs as an ordinary dictionary."""
        self.fetch()
        return dict(super().items())


def as_number(value: Any) -> Any:
    """A Python number for a scalar tensor or array; anything else as it is."""
    if isinstance(value, Tensor) or hasattr(value, "used_node"):
        value = value.numpy()
    if getattr(value, "shape", None) == () or type(value).__module__ == "numpy":
        return value.item() if getattr(value, "size", 0) == 1 else value
    return value


def as_numbers(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Logs as Python numbers, in alphabetical order."""
    return {key: as_number(logs[key]) for key in sorted(logs)}
