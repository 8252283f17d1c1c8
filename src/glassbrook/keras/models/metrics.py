"""The metrics that a model was compiled with, and how their results become logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from glassbrook.engine.tracing import is_tracing
from glassbrook.errors import InvalidArgumentError
from glassbrook.keras import metrics
from glassbrook.tensor import Tensor, convert_to_tensor

__all__ = ["CompiledMetrics", "LazyLogs", "as_number", "as_numbers"]


class CompiledMetrics:
    """The metrics of a model's outputs.

    Args:
        given: what `compile` was given as `metrics`: names, metrics, functions; a list of such
            lists, or a dictionary, for a model of several outputs.
        weighted: what it was given as `weighted_metrics`: those see the sample weights.

    Raises:
        InvalidArgumentError: there is no metric of that name.
    """

    def __init__(self, given: Any, weighted: Any = None) -> None:
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

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account."""
        if not self._checked:
            self._check_outputs(y_pred)
        for key, metric in self._plain:
            metric.update_state(_part(y_true, key), _part(y_pred, key))
        for key, metric in self._weighted:
            weight = _part(sample_weight, key)
            metric.update_state(_part(y_true, key), _part(y_pred, key), sample_weight=weight)

    def _check_outputs(self, y_pred: Any) -> None:
        self._checked = True
        if isinstance(y_pred, list | tuple | Mapping):
            self._plain = list(_per_output(self.given, y_pred))
            self._weighted = list(_per_output(self.given_weighted, y_pred))

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


def _per_output(given: Any, y_pred: Any) -> Iterator[tuple[Any, Any]]:
    """For every output of several, its metrics: the same ones, unless each has its own list."""
    if given is None:
        return
    keys = list(y_pred) if isinstance(y_pred, Mapping) else list(range(len(y_pred)))
    own_lists = not isinstance(given, Mapping) and any(isinstance(each, list) for each in given)
    if own_lists and len(given) != len(keys):
        raise InvalidArgumentError(
            f"compile: metrics holds {len(given)} lists, but the model has {len(keys)} outputs. "
            "Give one list for each output."
        )
    for position, key in enumerate(keys):
        if isinstance(given, Mapping):
            own = given.get(key)
        else:
            own = given[position] if own_lists else given
        for each in _flat(own):
            yield key, _as_metric(each)


def _part(value: Any, key: Any) -> Any:
    """The part of labels, predictions or weights that belongs to an output."""
    if key is None:
        return value[0] if type(value) in (list, tuple) and len(value) == 1 else value
    if isinstance(value, Mapping):
        return value.get(key)
    return value[key] if isinstance(value, list | tuple) else value


def _as_metric(identifier: Any) -> Any:
    if isinstance(identifier, str) and identifier in _BY_SHAPES:
        return _BY_SHAPES[identifier](identifier)
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
