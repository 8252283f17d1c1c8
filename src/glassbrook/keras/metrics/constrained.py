"""The best of one rate while another one is at least a given value: over all thresholds."""

from __future__ import annotations

from typing import Any

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.base import divide_no_nan
from glassbrook.keras.losses.targets import EPSILON, aligned
from glassbrook.keras.metrics.confusion import _Counts
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = [
    "PrecisionAtRecall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
]

_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class _Constrained(_Counts):
    """A metric with counts for many thresholds, of which it takes the best that is allowed."""

    _what = ""

    def __init__(
        self, value: float, num_thresholds: int, class_id: int | None, name: Any, dtype: Any
    ) -> None:
        title = type(self).__name__
        if not 0 <= value <= 1:
            raise InvalidArgumentError(
                f"{title}: {self._what} is {value!r}, expected a number between 0 and 1."
            )
        if num_thresholds < 1:
            raise InvalidArgumentError(
                f"{title}: num_thresholds is {num_thresholds}, expected at least 1."
            )
        last = max(num_thresholds - 1, 1)
        # Everything is decided positive at the first one, even a probability of 0.
        points = [-EPSILON, *(i / last for i in range(1, last)), 1.0]
        super().__init__([0.5] if num_thresholds == 1 else points, _COUNTS, name, dtype)
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the decisions of a batch.

        Args:
            y_true: labels 0 and 1.
            y_pred: probabilities of the same shape.
            sample_weight: one weight per sample, or per label.
        """
        true, pred = aligned(self.name, y_true, y_pred)
        if self.class_id is not None:
            true, pred = (_column(each, self.class_id) for each in (true, pred))
        self._add_nodes(true, pred, sample_weight)

    def _rate(self, part: str, rest: str) -> Node:
        counted = self._node(part)
        return divide_no_nan(counted, build.add(counted, self._node(rest)))

    def _recall(self) -> Node:
        return self._rate("true_positives", "false_negatives")

    def _specificity(self) -> Node:
        return self._rate("true_negatives", "false_positives")

    def _precision(self) -> Node:
        return self._rate("true_positives", "false_positives")

    def _best(self, rate: Node, limited: Node) -> Tensor:
        zero = build.constant_like(0, rate)
        allowed = build.greater_equal(limited, build.constant_like(self.value, limited))
        return Tensor(build.maximum(build.max(build.select(allowed, rate, zero)), zero))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal metric can be made."""
        return {
            **super().get_config(),
            "class_id": self.class_id,
            "num_thresholds": self.num_thresholds,
            self._what: self.value,
        }


def _column(x: Node, index: int) -> Node:
    last = x.rank - 1
    begin = tuple(index % x.shape[last] if axis == last else 0 for axis in range(x.rank))
    return build.slice(x, begin, (*x.shape[:last], 1))


@register("metric")
class SensitivityAtSpecificity(_Constrained):
    """The largest share of positives that is found, with a specificity of at least a given value.

    Args:
        specificity: the least share of negatives that has to be recognized, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class whose decisions count; all by default.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.SensitivityAtSpecificity(0.5)
        >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).numpy()
        np.float32(0.5)
    """

    _what = "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self) -> Tensor:
        """The best sensitivity so far."""
        return self._best(self._recall(), self._specificity())


@register("metric")
class SpecificityAtSensitivity(_Constrained):
    """The largest share of negatives that is recognized, with a sensitivity of at least a value.

    Args:
        sensitivity: the least share of positives that has to be found, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class whose decisions count; all by default.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.SpecificityAtSensitivity(0.5)
        >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).numpy()
        np.float32(0.6666667)
    """

    _what = "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self) -> Tensor:
        """The best specificity so far."""
        return self._best(self._specificity(), self._recall())


@register("metric")
class PrecisionAtRecall(_Constrained):
    """The best precision, with a recall of at least a given value.

    Args:
        recall: the least share of positives that has to be found, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class whose decisions count; all by default.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.PrecisionAtRecall(0.5)
        >>> metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]).numpy()
        np.float32(0.5)
    """

    _what = "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self) -> Tensor:
        """The best precision so far."""
        return self._best(self._precision(), self._recall())


@register("metric")
class RecallAtPrecision(_Constrained):
    """The best recall, with a precision of at least a given value.

    Args:
        precision: the least share of right decisions among the positive ones, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class whose decisions count; all by default.
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.

    Example:
        >>> import glassbrook as tf
        >>> metric = tf.keras.metrics.RecallAtPrecision(0.8)
        >>> metric([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]).numpy()
        np.float32(0.5)
    """

    _what = "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self) -> Tensor:
        """The best recall so far."""
        return self._best(self._recall(), self._precision())
