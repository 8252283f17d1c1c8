"""F-scores, and the share of variance that is explained."""

from __future__ import annotations

import warnings
from typing import Any

from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.base import divide_no_nan
from glassbrook.keras.losses.targets import EPSILON, convert, same_rank
from glassbrook.keras.metrics.base import Metric, add_to
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = ["F1Score", "FBetaScore", "R2Score"]

_ALMOST_ZERO = 1e-9


def _matrices(what: str, true: Node, pred: Node) -> None:
    if true.rank != 2 or pred.rank != 2 or true.shape != pred.shape:
        raise ShapeError(
            f"{what}: y_true has shape {list(true.shape)}, y_pred {list(pred.shape)}, expected "
            "the same shape (samples, outputs)."
        )


def _complement(x: Node) -> Node:
    return build.sub(build.constant(1.0, x.dtype), x)


def _safe_ratio(x: Node, y: Node) -> Node:
    return build.div(x, build.add(y, build.constant(EPSILON, y.dtype)))


@register("metric", "fbeta_score")
class FBetaScore(Metric):
    """``(1 + β²)·precision·recall / (β²·precision + recall)`` for each class.

    Args:
        average: how classes become one number: `None` (one each), ``"macro"`` (their mean),
            ``"weighted"`` (weighted by how frequent they are) or ``"micro"`` (counted together).
        beta: β, how many times as much recall counts.
        threshold: above which a score is decided positive; the largest of a row by default.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Raises:
        InvalidArgumentError: an argument is none of these.
        ShapeError: labels and scores are not both of shape (samples, classes).

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.FBetaScore(beta=2.0, threshold=0.5)
        >>> labels = [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
        >>> scores = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]
        >>> metric(labels, scores).numpy().round(4)
        array([0.3846, 0.9091, 0.8333], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        beta: Any = 1.0,
        threshold: Any = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise InvalidArgumentError(
                f"{type(self).__name__}: average is {average!r}, expected None, 'micro', 'macro' "
                "or 'weighted'."
            )
        if not isinstance(beta, float) or beta <= 0:
            raise InvalidArgumentError(
                f"{type(self).__name__}: beta is {beta!r}, expected a float above 0."
            )
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise InvalidArgumentError(
                f"{type(self).__name__}: threshold is {threshold!r}, expected a float above 0 and "
                "at most 1."
            )
        self.average, self.beta, self.threshold = average, beta, threshold
        self._made = False

    def _make(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")
        self.intermediate_weights = self.add_variable(shape, name="intermediate_weights")
        self._made = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the decisions of a batch.

        Args:
            y_true: labels 0 and 1, of shape (samples, classes).
            y_pred: scores of the same shape.
            sample_weight: one weight per sample.
        """
        true, scores = convert(y_true, self._dtype), convert(y_pred, self._dtype)
        _matrices(type(self).__name__, true, scores)
        if not self._made:
            self._make(scores.shape[1])
        weight = None if sample_weight is None else convert(sample_weight, self._dtype)
        axes = (0, 1) if self.average == "micro" else (0,)
        decided = build.cast(self._decided(scores), self._dtype)

        def total(x: Node) -> Node:
            return build.sum(x if weight is None else build.mul(x, _column(weight)), axes)

        add_to(self.true_positives, total(build.mul(decided, true)))
        add_to(self.false_positives, total(build.mul(decided, _complement(true))))
        add_to(self.false_negatives, total(build.mul(_complement(decided), true)))
        add_to(self.intermediate_weights, total(true))

    def _decided(self, scores: Node) -> Node:
        if self.threshold is not None:
            return build.greater(scores, build.constant(self.threshold, scores.dtype))
        largest = build.max(scores, (1,), keepdims=True)
        # A row of zeros decides for nothing.
        some = build.greater(build.abs(scores), build.constant(_ALMOST_ZERO, scores.dtype))
        return build.logical_and(build.greater_equal(scores, largest), some)

    def result(self) -> Any:
        """The score so far; 0 before the first batch."""
        if not self._made:
            return Tensor(build.constant(0.0, self._dtype))
        right = self.true_positives.node
        precision = _safe_ratio(right, build.add(right, self.false_positives.node))
        recall = _safe_ratio(right, build.add(right, self.false_negatives.node))
        square = build.constant(self.beta**2, self._dtype)
        mean = _safe_ratio(
            build.mul(precision, recall), build.add(build.mul(square, precision), recall)
        )
        score = build.mul(mean, build.constant(1.0 + self.beta**2, self._dtype))
        if self.average == "weighted":
            weights = self.intermediate_weights.node
            return Tensor(build.sum(build.mul(score, _safe_ratio(weights, build.sum(weights)))))
        if self.average is not None:
            score = build.div(build.sum(score), build.constant(float(score.size), score.dtype))
        return Tensor(score)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


@register("metric", "f1_score")
class F1Score(FBetaScore):
    """``2·precision·recall / (precision + recall)`` for each class; see `FBetaScore`.

    Args are those of `FBetaScore`, without `beta`.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.F1Score(average="macro", threshold=0.5)
        >>> metric([[1.0], [0.0], [1.0]], [[0.9], [0.8], [0.7]]).numpy().round(4)
        np.float32(0.8)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        config = super().get_config()
        del config["beta"]
        return config


def _column(weight: Node) -> Node:
    return build.expand_dims(weight, 1) if weight.rank == 1 else weight


_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


@register("metric", "r2_score")
class R2Score(Metric):
    """``1 - Σ(y - p)² / Σ(y - ȳ)²``: the share of variance that predictions explain.

    Args:
        class_aggregation: how several outputs become one number: ``"uniform_average"``,
            ``"variance_weighted_average"``, or `None` for one number each.
        num_regressors: how many inputs the model has, to adjust the score for; 0: not adjusted.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Raises:
        InvalidArgumentError: an argument is none of these.
        ShapeError: labels and predictions are not both of shape (samples, outputs).

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.R2Score()
        >>> metric([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]]).numpy().round(4)
        np.float32(0.5714)
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, dtype)
        if class_aggregation not in _AGGREGATIONS or num_regressors < 0:
            raise InvalidArgumentError(
                f"R2Score got class_aggregation={class_aggregation!r}, num_regressors="
                f"{num_regressors}, expected one of {_AGGREGATIONS}, and 0 or more."
            )
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_variable(name="num_samples")
        self._made = False

    def _make(self, outputs: int) -> None:
        self.squared_sum = self.add_variable((outputs,), name="squared_sum")
        self.sum = self.add_variable((outputs,), name="sum")
        self.total_mse = self.add_variable((outputs,), name="residual")
        self.count = self.add_variable((outputs,), name="count")
        self._made = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: true values, of shape (samples, outputs).
            y_pred: predictions of the same shape.
            sample_weight: one weight per sample.
        """
        true, pred = same_rank(convert(y_true, self._dtype), convert(y_pred, self._dtype))
        _matrices("R2Score", true, pred)
        if not self._made:
            self._make(pred.shape[1])
        one = build.constant(1.0, self._dtype)
        given = one if sample_weight is None else _column(convert(sample_weight, self._dtype))
        weight = build.broadcast_to(given, true.shape)
        weighted = build.mul(true, weight)
        error = build.square(build.sub(true, pred))
        add_to(self.sum, build.sum(weighted, (0,)))
        add_to(self.squared_sum, build.sum(build.mul(true, weighted), (0,)))
        add_to(self.total_mse, build.sum(build.mul(error, weight), (0,)))
        add_to(self.count, build.sum(weight, (0,)))
        add_to(self.num_samples, build.constant(float(true.size), self._dtype))

    def result(self) -> Tensor:
        """The score so far; 0 before the first batch."""
        if not self._made:
            return Tensor(build.constant(0.0, self._dtype))
        mean = divide_no_nan(self.sum.node, self.count.node)
        total = build.sub(self.squared_sum.node, build.mul(self.sum.node, mean))
        scores = _complement(build.div(self.total_mse.node, total))
        scores = build.select(build.is_inf(scores), build.constant(0.0, scores.dtype), scores)
        if self.class_aggregation == "uniform_average":
            count = build.constant(float(scores.size), scores.dtype)
            scores = build.div(build.sum(scores), count)
        elif self.class_aggregation is not None:
            scores = build.div(build.sum(build.mul(total, scores)), build.sum(total))
        return Tensor(self._adjusted(scores) if self.num_regressors else scores)

    def _adjusted(self, score: Node) -> Node:
        samples = float(Tensor(self.num_samples.node))
        degrees = samples - self.num_regressors - 1
        if degrees <= 0:
            warnings.warn(
                f"R2Score: {self.num_regressors} inputs for {samples:g} samples leave nothing to "
                "adjust by: this is the score itself.",
                stacklevel=3,
            )
            return score
        factor = build.constant((samples - 1) / degrees, score.dtype)
        return _complement(build.mul(_complement(score), factor))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
