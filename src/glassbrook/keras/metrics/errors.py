"""Losses as metrics: their mean over all samples of all batches."""

from __future__ import annotations

from typing import Any

from glassbrook.graph import build
from glassbrook.keras import losses
from glassbrook.keras.losses.targets import aligned
from glassbrook.keras.metrics.reduction import Mean, MeanMetricWrapper
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Hinge",
    "KLDivergence",
    "LogCoshError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "RootMeanSquaredError",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
]


@register("metric", "mse", "MSE", "mean_squared_error")
class MeanSquaredError(MeanMetricWrapper):
    """The mean of ``(y_true - y_pred)²``.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.MeanSquaredError()([[0.0], [1.0]], [[1.0], [3.0]]).numpy()
        np.float32(2.5)
    """

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


@register("metric", "mae", "MAE", "mean_absolute_error")
class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of ``|y_true - y_pred|``."""

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


@register("metric", "mape", "MAPE", "mean_absolute_percentage_error")
class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of ``100 · |y_true - y_pred| / |y_true|``."""

    def __init__(
        self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None
    ) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


@register("metric", "msle", "MSLE", "mean_squared_logarithmic_error")
class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of ``(log(1 + y_true) - log(1 + y_pred))²``."""

    def __init__(
        self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None
    ) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


@register("metric", "root_mean_squared_error", "rmse")
class RootMeanSquaredError(Mean):
    """``√mean((y_true - y_pred)²)`` over all values.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [4.0]]).numpy().round(4)
        np.float32(3.5355)
    """

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(  # type: ignore[override]  # as in Keras: a mean, but of two arguments
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take the squared errors of a batch into account."""
        true, pred = aligned("root_mean_squared_error", y_true, y_pred)
        super().update_state(Tensor(build.square(build.sub(pred, true))), sample_weight)

    def result(self) -> Tensor:
        """The root of the mean so far."""
        return Tensor(build.sqrt(super().result().node))


@register("metric", "cosine_similarity")
class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between labels and predictions: 1 if they point the same way.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        axis: the axis along which the vectors lie.
    """

    def __init__(
        self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(_cosine, name, dtype, axis=axis)


def _cosine(y_true: Any, y_pred: Any, axis: int) -> Tensor:
    return -losses.cosine_similarity(y_true, y_pred, axis)


@register("metric", "logcosh", "log_cosh_error")
class LogCoshError(MeanMetricWrapper):
    """The mean of ``log(cosh(y_pred - y_true))``."""

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)


@register("metric", "hinge")
class Hinge(MeanMetricWrapper):
    """The mean of ``max(1 - y_true · y_pred, 0)``."""

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


@register("metric", "squared_hinge")
class SquaredHinge(MeanMetricWrapper):
    """The mean of ``max(1 - y_true · y_pred, 0)²``."""

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


@register("metric", "categorical_hinge")
class CategoricalHinge(MeanMetricWrapper):
    """The mean margin between the right class and the best of the others."""

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)


@register("metric", "poisson")
class Poisson(MeanMetricWrapper):
    """The mean of ``y_pred - y_true · log(y_pred)``."""

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(losses.poisson, name, dtype)


@register("metric", "kl_divergence", "kullback_leibler_divergence", "kld", "KLD")
class KLDivergence(MeanMetricWrapper):
    """The mean Kullback-Leibler divergence of predicted from true probabilities."""

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(losses.kl_divergence, name, dtype)


@register("metric", "binary_crossentropy", "bce", "BCE")
class BinaryCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy for labels 0 and 1.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        from_logits: whether predictions are logits.
        label_smoothing: how far to draw the labels towards 1/2.
    """

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(
            losses.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


@register("metric", "categorical_crossentropy")
class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy for one-hot labels.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        from_logits: whether predictions are logits.
        label_smoothing: the part of the labels' weight to spread evenly over all classes.
        axis: the axis of the classes.
    """

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@register("metric", "sparse_categorical_crossentropy")
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean cross-entropy for labels that are class numbers.

    Args:
        name: what the metric is called.
        dtype: the floating-point type of its state; float32 by default.
        from_logits: whether predictions are logits.
        axis: the axis of the classes.
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            axis=axis,
        )
