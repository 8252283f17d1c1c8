"""Numbers that tell how good predictions are, gathered over many batches.

Every metric is a class with `update_state`, `result` and `reset_state`; many also exist as a
function, which gives one value per sample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError, shortened
from glassbrook.keras import registry
from glassbrook.keras.losses import (
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    cosine_similarity,
    hinge,
    huber,
    kl_divergence,
    kld,
    kullback_leibler_divergence,
    log_cosh,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from glassbrook.keras.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from glassbrook.keras.metrics.base import Metric
from glassbrook.keras.metrics.confusion import (
    AUC,
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from glassbrook.keras.metrics.constrained import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from glassbrook.keras.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from glassbrook.keras.metrics.errors import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from glassbrook.keras.metrics.overlap import (
    BinaryIoU,
    IoU,
    MeanIoU,
    OneHotIoU,
    OneHotMeanIoU,
)
from glassbrook.keras.metrics.reduction import Mean, MeanMetricWrapper, Sum
from glassbrook.keras.metrics.scores import F1Score, FBetaScore, R2Score

__all__ = [
    "ConcordanceCorrelation",
    "PearsonCorrelation",
    "concordance_correlation",
    "pearson_correlation",
    "PrecisionAtRecall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
    # Classes.
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "Poisson",
    "Precision",
    "R2Score",
    "Recall",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    # Functions.
    "accuracy",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
    # Short and old names.
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "kld",
    "kullback_leibler_divergence",
    "logcosh",
    "mae",
    "mape",
    "mse",
    "msle",
    # By name.
    "deserialize",
    "get",
    "serialize",
]


def get(identifier: Any) -> Metric | Callable[..., Any] | None:
    """The metric that a name, a configuration, a class or a function stands for.

    Args:
        identifier: a name such as ``"mse"``, what `serialize` gave, a metric, a function of
            ``(y_true, y_pred)``, or `None`.

    Raises:
        InvalidArgumentError: there is no such metric.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.metrics.get("mse")
        <MeanSquaredError name=mean_squared_error>
    """
    found: Any = identifier
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = registry.find("metric", identifier)
        # Losses without a class of metrics, such as "huber", are metrics as functions.
        found = registry.find("loss", identifier) if found is None else found
    elif isinstance(identifier, Mapping):
        found = deserialize(identifier)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise InvalidArgumentError(
            f"Could not interpret metric identifier: {shortened(identifier)}."
            f"{registry.suggestion('metric', identifier)} Give a function, a Metric, or "
            f"one of the names {registry.choices('metric')}."
        )
    return found  # type: ignore[no-any-return]


def serialize(metric: Any) -> str | dict[str, Any] | None:
    """A metric as JSON can hold it: the name of a function, or a class with its arguments.

    Raises:
        InvalidArgumentError: it is a function that nothing knows by name.
    """
    name = getattr(metric, "__name__", None)
    if name is not None and registry.find("metric function", name) is metric:
        return str(name)
    if name is not None and registry.find("loss", name) is metric:
        return str(name)
    return registry.serialize_any("metric", metric)


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The metric that `serialize` described.

    Raises:
        InvalidArgumentError, ModelFileError: there is no such metric.
    """
    if isinstance(config, str):
        return get(registry.find("metric", config, custom_objects) or config)
    return registry.deserialize("metric", config, custom_objects)
