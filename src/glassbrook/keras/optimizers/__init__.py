"""How gradients change variables: SGD, Adam, RMSprop and their relatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassbrook.errors import InvalidArgumentError, shortened
from glassbrook.keras import registry
from glassbrook.keras.optimizers import legacy, schedules
from glassbrook.keras.optimizers.adam import Adam, Adamax, AdamW, Nadam
from glassbrook.keras.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from glassbrook.keras.optimizers.base import Optimizer
from glassbrook.keras.optimizers.ftrl import Ftrl
from glassbrook.keras.optimizers.lion import Lion
from glassbrook.keras.optimizers.scaled import Adafactor, Lamb
from glassbrook.keras.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "legacy",
    "schedules",
    "serialize",
]


def get(identifier: Any) -> Optimizer | None:
    """The optimizer that a name or a configuration stands for, or the one that is given.

    Args:
        identifier: a name such as ``"adam"``, what `serialize` gave, an optimizer, or `None`.

    Raises:
        InvalidArgumentError: there is no such optimizer.

    Example:
        >>> import glassbrook as tf
        >>> type(tf.keras.optimizers.get("adam")).__name__
        'Adam'
    """
    found: Any = identifier
    if identifier is None:
        return None
    if isinstance(identifier, str):
        cls = registry.find("optimizer", identifier) or registry.find(
            "optimizer", identifier.lower()
        )
        found = cls() if isinstance(cls, type) else None
    elif isinstance(identifier, Mapping):
        found = deserialize(identifier)
    elif isinstance(identifier, type):
        found = identifier()
    if not isinstance(found, Optimizer):
        raise InvalidArgumentError(
            f"Could not interpret optimizer identifier: {shortened(identifier)}."
            f"{registry.suggestion('optimizer', identifier)} Give an optimizer, such as "
            "tf.keras.optimizers.Adam(0.001), or one of the names "
            f"{registry.choices('optimizer')}."
        )
    return found


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """An optimizer as the name of its class and its arguments, without its state."""
    return registry.serialize(optimizer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The optimizer that `serialize` described, without a state.

    Raises:
        ModelFileError: there is no such optimizer.
    """
    return registry.deserialize("optimizer", config, custom_objects)
