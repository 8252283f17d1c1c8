"""Metrics from counts of right and wrong decisions: precision, recall, area under a curve.

A sample is decided positive where its probability exceeds a threshold. For thresholds t, labels
y and weights w, all counts come from one product of matrices:
``[true positives, false positives] = [p > t] @ [w·y, w·(1 - y)]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassbrook import dtypes
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.base import divide_no_nan
from glassbrook.keras.losses.targets import EPSILON, aligned, convert, same_rank
from glassbrook.keras.metrics.base import Metric, add_to
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, Variable

__all__ = [
    "AUC",
    "FalseNegatives",
    "FalsePositives",
    "Precision",
    "Recall",
    "TrueNegatives",
    "TruePositives",
]

# Below every score: what is not among the k best is never decided positive.
LOWEST = -1e10


class _Counts(Metric):
    """What the family has in common: thresholds, and counts for each of them."""

    kept: tuple[str, ...] = ()
    """Which counts are kept, of the four ``true_positives``, ``false_positives``, …"""

    def __init__(
        self, thresholds: Sequence[float], counts: Sequence[str], name: str | None, dtype: Any
    ) -> None:
        super().__init__(name, dtype)
        self._thresholds = [float(each) for each in thresholds]
        self.kept = tuple(counts)
        for count in counts:
            setattr(self, count, self.add_variable((len(self._thresholds),), name=count))

    def _node(self, count: str) -> Node:
        variable: Variable = getattr(self, count)
        return variable.node

    def _add(self, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        """Count the decisions of a batch."""
        true, pred = aligned(self.name, y_true, y_pred)
        self._add_nodes(true, pred, sample_weight)

    def _add_nodes(self, true: Node, pred: Node, sample_weight: Any) -> None:
        kind = self._dtype
        flat = build.reshape(build.cast(pred, kind), (1, pred.size))
        thresholds = build.data([[each] for each in self._thresholds], kind)
        decided = build.cast(build.greater(flat, thresholds), kind)
        positive = build.cast(build.cast(true, dtypes.bool), kind)
        negative = build.sub(build.constant(1.0, kind), positive)
        if sample_weight is not None:
            weight = self._weights(sample_weight, true)
            positive, negative = build.mul(positive, weight), build.mul(negative, weight)
        columns = [build.reshape(each, (each.size, 1)) for each in (positive, negative)]
        table = build.matmul(decided, build.concat(columns, 1))
        rows = len(self._thresholds)
        found = [build.reshape(build.slice(table, (0, j), (rows, 1)), (rows,)) for j in (0, 1)]
        nodes = {
            "true_positives": found[0],
            "false_positives": found[1],
            "false_negatives": build.sub(build.sum(positive), found[0]),
            "true_negatives": build.sub(build.sum(negative), found[1]),
        }
        for count in self.kept:
            add_to(getattr(self, count), nodes[count])

    def _weights(self, sample_weight: Any, true: Node) -> Node:
        weight = convert(sample_weight, self._dtype)
        weight, _ = same_rank(weight, true)
        missing = len(true.shape) - len(weight.shape)
        if missing > 0:
            weight = build.reshape(weight, (*weight.shape, *(1,) * missing))
        return build.broadcast_to(weight, true.shape)


def _checked_thresholds(metric: str, thresholds: Any, default: float) -> list[float]:
    if thresholds is None:
        return [default]
    values = list(thresholds) if isinstance(thresholds, list | tuple) else [thresholds]
    if any(not 0 <= each <= 1 for each in values):
        raise InvalidArgumentError(f"{metric}: thresholds are {values}, expected 0 to 1.")
    return [float(each) for each in values]


def _only(values: Node) -> Tensor:
    """The value for a single threshold as a scalar."""
    return Tensor(build.reshape(values, ()) if values.shape == (1,) else values)


class _SingleCount(_Counts):
    """A count of its own.

    Args:
        thresholds: above which a probability is decided positive: a number, or a list for one
            result each; 0.5 by default.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
    """

    count: str

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        values = _checked_thresholds(type(self).__name__, thresholds, 0.5)
        super().__init__(values, (self.count,), name, dtype)
        self.thresholds = thresholds

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the decisions of a batch.

        Args:
            y_true: labels 0 and 1.
            y_pred: probabilities of the same shape.
            sample_weight: one weight per sample, or per label.
        """
        self._add(y_true, y_pred, sample_weight)

    def result(self) -> Tensor:
        """The count so far."""
        return _only(self._node(self.count))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return {**super().get_config(), "thresholds": self.thresholds}


@register("metric", "true_positives")
class TruePositives(_SingleCount):
    """How many positive samples are decided positive."""

    count = "true_positives"


@register("metric", "false_positives")
class FalsePositives(_SingleCount):
    """How many negative samples are decided positive."""

    count = "false_positives"


@register("metric", "true_negatives")
class TrueNegatives(_SingleCount):
    """How many negative samples are decided negative."""

    count = "true_negatives"


@register("metric", "false_negatives")
class FalseNegatives(_SingleCount):
    """How many positive samples are decided negative."""

    count = "false_negatives"


class _Ratio(_Counts):
    """True positives over true positives and one kind of errors."""

    wrong: str

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        default = 0.5 if top_k is None else LOWEST
        values = _checked_thresholds(type(self).__name__, thresholds, default)
        super().__init__(values, ("true_positives", self.wrong), name, dtype)
        self.thresholds, self.top_k, self.class_id = thresholds, top_k, class_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the decisions of a batch.

        Args:
            y_true: labels 0 and 1.
            y_pred: probabilities of the same shape.
            sample_weight: one weight per sample, or per label.

        Raises:
            ShapeError: the shapes do not fit, or `class_id` names a class that does not exist.
        """
        true, pred = aligned(self.name, y_true, y_pred)
        if self.top_k is not None:
            pred = _only_best(pred, self.top_k)
        if self.class_id is not None:
            true, pred = (self._of_class(each) for each in (true, pred))
        self._add_nodes(true, pred, sample_weight)

    def _of_class(self, x: Node) -> Node:
        """The column of one class."""
        number = self.class_id
        if number is None or len(x.shape) < 2 or not -x.shape[-1] <= number < x.shape[-1]:
            raise ShapeError(
                f"{self.name}: class_id is {number}, but predictions and labels have shape "
                f"{list(x.shape)}: expected a column for each class."
            )
        begin = (*(0,) * (x.rank - 1), number % x.shape[-1])
        return build.slice(x, begin, (*x.shape[:-1], 1))

    def result(self) -> Tensor:
        """The ratio so far; 0 if there was nothing to count."""
        right = self._node("true_positives")
        return _only(divide_no_nan(right, build.add(right, self._node(self.wrong))))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        own = {"thresholds": self.thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


def _only_best(scores: Node, k: int) -> Node:
    """The k best scores of every row; the others far below every threshold."""
    axis = scores.rank - 1
    order = build.argsort(scores, axis, descending=True)
    rank = build.argsort(order, axis)
    is_best = build.less(rank, build.data(k, rank.dtype))
    return build.select(is_best, scores, build.constant(LOWEST, scores.dtype))


@register("metric", "precision")
class Precision(_Ratio):
    """``true positives / (true positives + false positives)``: how many alarms are right.

    Args:
        thresholds: above which a probability is decided positive: a number, or a list for one
            result each; 0.5 by default.
        top_k: decide the k best classes of every row positive instead.
        class_id: look at one class only.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.Precision()([0, 1, 1, 1], [1, 0, 1, 1]).numpy().round(4)
        np.float32(0.6667)
    """

    wrong = "false_positives"


@register("metric", "recall")
class Recall(_Ratio):
    """``true positives / (true positives + false negatives)``: how many positives are found.

    Args are those of `Precision`.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.Recall()([0, 1, 1, 1], [1, 0, 1, 1]).numpy().round(4)
        np.float32(0.6667)
    """

    wrong = "false_negatives"


@register("metric", "auc")
class AUC(_Counts):
    """The area under a curve that every threshold gives a point of.

    ROC: true positive rate over false positive rate; 1 is perfect, 0.5 is guessing. PR: precision
    over recall.

    Args:
        num_thresholds: how many points the curve has.
        curve: ``"ROC"`` or ``"PR"``.
        summation_method: what is taken between points: ``"interpolation"`` (their mean; for PR
            the interpolation of Davis and Goadrich), ``"minoring"`` or ``"majoring"``.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        thresholds: thresholds between 0 and 1, in place of evenly spaced ones.
        multi_label: not supported.
        from_logits: whether predictions are logits.

    Raises:
        InvalidArgumentError: an argument is none of these.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.AUC(num_thresholds=3)
        >>> metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).numpy()
        np.float32(0.75)

    Source: J. Davis and M. Goadrich, The Relationship Between Precision-Recall and ROC Curves,
    2006.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        from_logits: bool = False,
    ) -> None:
        if curve not in ("ROC", "PR") or summation_method not in _HEIGHTS or multi_label:
            raise InvalidArgumentError(
                f"AUC got curve={curve!r}, summation_method={summation_method!r}, multi_label="
                f"{multi_label}, expected 'ROC' or 'PR', one of {', '.join(_HEIGHTS)}, and False."
            )
        if thresholds is None and num_thresholds < 2:
            raise InvalidArgumentError(
                f"AUC: num_thresholds is {num_thresholds}, expected more than 1."
            )
        self.given_thresholds = None if thresholds is None else sorted(thresholds)
        last = num_thresholds - 1
        inner = self.given_thresholds or [i / last for i in range(1, last)]
        points = [-EPSILON, *inner, 1.0 + EPSILON]
        counts = ("true_positives", "false_positives", "true_negatives", "false_negatives")
        super().__init__(points, counts, name, dtype)
        self.num_thresholds = len(points)
        self.curve, self.summation_method = curve, summation_method
        self.from_logits = from_logits

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, from just below 0 to just above 1."""
        return list(self._thresholds)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the decisions of a batch.

        Args:
            y_true: labels 0 and 1.
            y_pred: probabilities of the same shape.
            sample_weight: one weight per sample, or per label.
        """
        true, pred = aligned(self.name, y_true, y_pred)
        if self.from_logits:
            pred = build.sigmoid(pred)
        self._add_nodes(true, pred, sample_weight)

    def result(self) -> Tensor:
        """The area so far."""
        right, false_alarms = self._node("true_positives"), self._node("false_positives")
        missed, rejected = self._node("false_negatives"), self._node("true_negatives")
        if self.curve == "PR" and self.summation_method == "interpolation":
            return Tensor(_interpolated_precision(right, false_alarms, missed))
        recall = divide_no_nan(right, build.add(right, missed))
        if self.curve == "ROC":
            x, y = divide_no_nan(false_alarms, build.add(false_alarms, rejected)), recall
        else:
            x, y = recall, divide_no_nan(right, build.add(right, false_alarms))
        heights = _HEIGHTS[self.summation_method](_before(y), _after(y))
        return Tensor(build.sum(build.mul(build.sub(_before(x), _after(x)), heights)))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "from_logits": self.from_logits,
        }
        given = self.given_thresholds
        return config if given is None else {**config, "thresholds": given}


def _before(x: Node) -> Node:
    """All but the last element."""
    return build.slice(x, (0,), (x.shape[0] - 1,))


def _after(x: Node) -> Node:
    """All but the first element."""
    return build.slice(x, (1,), (x.shape[0] - 1,))


def _middle(x: Node, y: Node) -> Node:
    return build.mul(build.add(x, y), build.constant(0.5, x.dtype))


_HEIGHTS = {"interpolation": _middle, "minoring": build.minimum, "majoring": build.maximum}


def _interpolated_precision(right: Node, false_alarms: Node, missed: Node) -> Node:
    """The area under precision over recall, true positives rising evenly between thresholds."""
    zero, one = build.constant(0.0, right.dtype), build.constant(1.0, right.dtype)
    decided = build.add(right, false_alarms)
    more_right = build.sub(_before(right), _after(right))
    more_decided = build.sub(_before(decided), _after(decided))
    slope = divide_no_nan(more_right, build.maximum(more_decided, zero))
    intercept = build.sub(_after(right), build.mul(slope, _after(decided)))
    both = build.logical_and(
        build.greater(_before(decided), zero), build.greater(_after(decided), zero)
    )
    ratio = build.select(both, divide_no_nan(_before(decided), _after(decided)), one)
    area = build.mul(slope, build.add(more_right, build.mul(intercept, build.log(ratio))))
    positives = build.maximum(build.add(_after(right), _after(missed)), zero)
    return build.sum(divide_no_nan(area, positives))
