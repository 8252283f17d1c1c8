"""The metrics that a model was compiled with, and how their results become logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.keras import losses, metrics
from glassbrook.tensor import Tensor

__all__ = ["CompiledMetrics", "LazyLogs", "as_number", "as_numbers"]

_ACCURACY = ("accuracy", "acc", "Accuracy")
_CROSSENTROPY = ("crossentropy", "ce")


class CompiledMetrics:
    """The metrics of a model's outputs; names are resolved when the first batch shows its shapes.

    Args:
        given: what `compile` was given as `metrics`: names, metrics, functions; a list of such
            lists, or a dictionary, for a model of several outputs.
        weighted: what it was given as `weighted_metrics`: those see the sample weights.
    """

    def __init__(self, given: Any, weighted: Any = None) -> None:
        self.given = given
        self.given_weighted = weighted
        for each in (*_flat(given), *_flat(weighted)):
            if isinstance(each, str) and each not in (*_ACCURACY, *_CROSSENTROPY):
                _as_metric(each)
        # Pairs of the key of an output (None: the only one) and a metric.
        self._plain: list[tuple[Any, Any]] = []
        self._weighted: list[tuple[Any, Any]] = []
        self.built = False

    @property
    def metrics(self) -> list[Any]:
        """The metrics, as far as they are known: names wait for the first batch."""
        if self.built:
            return [metric for _, metric in (*self._plain, *self._weighted)]
        return [
            each
            for each in (*_flat(self.given), *_flat(self.given_weighted))
            if isinstance(each, metrics.Metric)
        ]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Make the metrics for labels and predictions of these shapes."""
        self._plain = list(_resolved(self.given, y_true, y_pred))
        self._weighted = list(_resolved(self.given_weighted, y_true, y_pred))
        self.built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account."""
        if not self.built:
            self.build(y_true, y_pred)
        for key, metric in self._plain:
            if key is None:
                metric.update_state(y_true, y_pred)
            else:
                metric.update_state(_part(y_true, key), _part(y_pred, key))
        for key, metric in self._weighted:
            weight = sample_weight if key is None else _part(sample_weight, key)
            true, pred = (y_true, y_pred) if key is None else (_part(y_true, key), y_pred[key])
            metric.update_state(true, pred, sample_weight=weight)

    def get_config(self) -> dict[str, Any]:
        """What `compile` was given, as JSON can hold it."""
        return {
            "metrics": _serialized(self.given),
            "weighted_metrics": _serialized(self.given_weighted),
        }


def _flat(given: Any) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [each for value in given.values() for each in _flat(value)]
    if isinstance(given, list | tuple):
        return [each for value in given for each in _flat(value)]
    return [given]


def _resolved(given: Any, y_true: Any, y_pred: Any) -> Iterator[tuple[Any, Any]]:
    if given is None:
        return
    if not isinstance(y_pred, list | tuple | Mapping):
        if type(y_true) in (list, tuple) and len(y_true) == 1:
            y_true = y_true[0]
        for each in _flat(given):
            yield None, _resolve(each, y_true, y_pred)
        return
    keys = list(y_pred) if isinstance(y_pred, Mapping) else list(range(len(y_pred)))
    per_output = isinstance(given, Mapping) or any(isinstance(each, list) for each in given)
    if per_output and not isinstance(given, Mapping) and len(given) != len(keys):
        raise InvalidArgumentError(
            f"compile: metrics holds {len(given)} lists, but the model has {len(keys)} outputs. "
            "Give one list for each output."
        )
    for position, key in enumerate(keys):
        own = given.get(key) if isinstance(given, Mapping) else given
        own = given[position] if per_output and not isinstance(given, Mapping) else own
        for each in _flat(own):
            yield key, _resolve(each, _part(y_true, key), _part(y_pred, key))


def _part(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get(key)
    return value[key] if isinstance(value, list | tuple) else value


def _resolve(identifier: Any, y_true: Any, y_pred: Any) -> Any:
    """The metric that an identifier means for labels and predictions of these shapes."""
    if identifier in _ACCURACY if isinstance(identifier, str) else False:
        return _by_shapes(
            y_true,
            y_pred,
            metrics.BinaryAccuracy,
            metrics.SparseCategoricalAccuracy,
            metrics.CategoricalAccuracy,
        )(name=identifier)
    if identifier in _CROSSENTROPY if isinstance(identifier, str) else False:
        function = _by_shapes(
            y_true,
            y_pred,
            losses.binary_crossentropy,
            losses.sparse_categorical_crossentropy,
            losses.categorical_crossentropy,
        )
        return metrics.MeanMetricWrapper(function, name=identifier)
    return _as_metric(identifier)


def _by_shapes(y_true: Any, y_pred: Any, binary: Any, sparse: Any, categorical: Any) -> Any:
    """The one of three that fits: one output, class numbers as labels, or rows of labels."""
    true, pred = tuple(getattr(y_true, "shape", ())), tuple(y_pred.shape)
    if not pred or pred[-1] == 1:
        return binary
    if len(true) < len(pred) or (true and true[-1] == 1):
        return sparse
    return categorical


def _as_metric(identifier: Any) -> Any:
    found = metrics.get(identifier)
    if isinstance(identifier, str) and isinstance(found, metrics.Metric):
        found.name = identifier
    if found is not None and not isinstance(found, metrics.Metric):
        name = identifier if isinstance(identifier, str) else getattr(found, "__name__", "metric")
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
        source: a function that gives the logs.
    """

    def __init__(self, source: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__()
        self._source: Callable[[], Mapping[str, Any]] | None = source

    def fetch(self) -> LazyLogs:
        """Compute the logs, if that has not been done yet."""
        source, self._source = self._source, None
        if source is not None:
            self.update(as_numbers(source()))
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
    if isinstance(value, Tensor) or hasattr(value, "held_node"):
        value = value.numpy()
    if getattr(value, "shape", None) == () or type(value).__module__ == "numpy":
        return value.item() if getattr(value, "size", 0) == 1 else value
    return value


def as_numbers(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Logs as Python numbers, in alphabetical order."""
    return {key: as_number(logs[key]) for key in sorted(logs)}
