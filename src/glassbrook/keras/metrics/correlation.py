"""How well predictions go along with labels: coefficients of correlation."""

from __future__ import annotations

from typing import Any

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.losses.targets import EPSILON, aligned
from glassbrook.keras.metrics.reduction import MeanMetricWrapper
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = [
    "ConcordanceCorrelation",
    "PearsonCorrelation",
    "concordance_correlation",
    "pearson_correlation",
]


def _mean(x: Node, axis: int, keepdims: bool = True) -> Node:
    total = build.sum(x, (axis,), keepdims)
    return build.div(total, build.constant_like(x.shape[axis], total))


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """The coefficient of correlation: 1 if predictions rise with labels along a straight line.

    Args:
        y_true: labels.
        y_pred: predictions of the same shape.
        axis: the axis along which they are compared.

    Returns:
        One value for each row, between -1 and 1.

    Example:
        >>> import glassbrook as tf
        >>> rows = [[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]]
        >>> tf.keras.metrics.pearson_correlation(*rows).numpy().round(4)
        array([1.], dtype=float32)
    """
    true, pred = aligned("pearson_correlation", y_true, y_pred)
    axis %= pred.rank
    parts = []
    for each in (true, pred):
        apart = build.sub(each, _mean(each, axis))
        parts.append(build.div(apart, build.sqrt(_mean(build.square(apart), axis))))
    return Tensor(_mean(build.mul(*parts), axis, False))


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Like `pearson_correlation`, but 1 only if predictions equal the labels.

    Args:
        y_true: labels.
        y_pred: predictions of the same shape.
        axis: the axis along which they are compared.

    Returns:
        One value for each row, between -1 and 1.

    Example:
        >>> import glassbrook as tf
        >>> rows = [[0.0, 1.0, 2.0]], [[1.0, 2.0, 3.0]]
        >>> tf.keras.metrics.concordance_correlation(*rows).numpy().round(4)
        array([0.5714], dtype=float32)
    """
    true, pred = aligned("concordance_correlation", y_true, y_pred)
    axis %= pred.rank
    first, second = _mean(true, axis), _mean(pred, axis)
    spread = build.add(
        _mean(build.square(build.sub(true, first)), axis),
        _mean(build.square(build.sub(pred, second)), axis),
    )
    spread = build.add(spread, build.square(build.sub(first, second)))
    together = build.mul(build.sub(true, second), build.sub(pred, second))
    twice = build.mul(build.constant_like(2, together), together)
    spread = build.add(spread, build.constant_like(EPSILON, spread))
    return Tensor(_mean(build.div(twice, spread), axis, False))


@register("metric")
class PearsonCorrelation(MeanMetricWrapper):
    """The mean of `pearson_correlation` over rows.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        axis: the axis along which labels and predictions are compared.
    """

    def __init__(
        self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


@register("metric")
class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean of `concordance_correlation` over rows.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        axis: the axis along which labels and predictions are compared.
    """

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
