"""What training minimizes: a number that says how far predictions are from labels.

Every loss exists as a function, which gives one value per sample, and as a class, which weights
and reduces these values to one number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError, shortened
from glassbrook.keras import registry
from glassbrook.keras.losses.base import Loss, LossFunctionWrapper, Reduction
from glassbrook.keras.losses.classification import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    hinge,
    kl_divergence,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from glassbrook.keras.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
)
from glassbrook.keras.losses.overlap import Dice, Tversky, dice, tversky
from glassbrook.keras.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
)

__all__ = [
    # Classes.
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "Reduction",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    # Functions.
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "cosine_similarity",
    "dice",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
    # Short and old names.
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "bce",
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

bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
mse = MSE = mean_squared_error
msle = MSLE = mean_squared_logarithmic_error
logcosh = log_cosh


def get(identifier: Any) -> Loss | Callable[..., Any] | None:
    """The loss that a name, a configuration, a class or a function stands for.

    Args:
        identifier: a name such as ``"mse"``, what `serialize` gave, a loss, a function of
            ``(y_true, y_pred)``, or `None`.

    Raises:
        InvalidArgumentError: there is no such loss.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.losses.get("mse") is tf.keras.losses.mean_squared_error
        True
    """
    found: Any = identifier
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = registry.find("loss", identifier)
    elif isinstance(identifier, Mapping):
        found = deserialize(identifier)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise InvalidArgumentError(
            f"Could not interpret loss identifier: {shortened(identifier)}."
            f"{registry.suggestion('loss', identifier)} Give a function, a Loss, or "
            f"one of the names {registry.choices('loss')}."
        )
    return found  # type: ignore[no-any-return]


def serialize(loss: Any) -> str | dict[str, Any] | None:
    """A loss as JSON can hold it: the name of a function, or a class with its arguments.

    Raises:
        InvalidArgumentError: it is a function that nothing knows by name.
    """
    return registry.serialize_any("loss", loss)


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The loss that `serialize` described.

    Raises:
        InvalidArgumentError, ModelFileError: there is no such loss.
    """
    if isinstance(config, str):
        return get(registry.find("loss", config, custom_objects) or config)
    return registry.deserialize("loss", config, custom_objects)
