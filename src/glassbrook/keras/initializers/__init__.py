"""First values of variables: constants, and random numbers of a fitting size.

An initializer is called with a shape and a dtype. A random one gives the same numbers whenever it
is called with the same shape: those of its seed, or of a seed that it draws when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError, ShapeError, shortened
from glassbrook.graph import build
from glassbrook.keras import registry
from glassbrook.keras.initializers.base import (
    Constant,
    Identity,
    Initializer,
    Ones,
    Zeros,
    checked_shape,
    dtype_or_float32,
)
from glassbrook.keras.initializers.random import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomInitializer,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    compute_fans,
)
from glassbrook.tensor import Tensor, as_node, convert_to_tensor

__all__ = [
    # Classes.
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    # The same in snake case.
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "zeros",
    # By name.
    "compute_fans",
    "deserialize",
    "get",
    "serialize",
]

constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros


def get(identifier: Any) -> Callable[..., Any] | None:
    """The initializer that a name, a configuration, a class, a function or an array stands for.

    Args:
        identifier: a name such as ``"glorot_uniform"``, what `serialize` gave, an initializer, a
            function of ``(shape, dtype)``, an array of the first values, or `None`.

    Raises:
        InvalidArgumentError: there is no such initializer.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.initializers.get("he_normal").get_config()
        {'seed': None, 'input_axes': None, 'output_axes': None}
    """
    found: Any = identifier
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = registry.find("initializer", identifier)
    elif isinstance(identifier, Mapping):
        found = deserialize(identifier)
    elif isinstance(identifier, np.ndarray | np.generic | Tensor):
        return _given(identifier)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise InvalidArgumentError(
            f"Could not interpret initializer identifier: {shortened(identifier)}."
            f"{registry.suggestion('initializer', identifier)} Give an initializer, a "
            "function of (shape, dtype), an array, or one of the names "
            f"{registry.choices('initializer')}."
        )
    return found  # type: ignore[no-any-return]


def _given(values: Any) -> Callable[..., Tensor]:
    """An initializer that gives these values."""

    def initialize(shape: Sequence[int], dtype: Any = None, **kwargs: Any) -> Tensor:
        node = as_node(convert_to_tensor(values))
        if node.shape != checked_shape(shape):
            raise ShapeError(
                f"The initializer is an array of shape {list(node.shape)}, but the variable has "
                f"shape {list(checked_shape(shape))}."
            )
        return Tensor(build.cast(node, dtype_or_float32(dtype)))

    return initialize


def serialize(initializer: Any) -> str | dict[str, Any] | None:
    """An initializer as the name of its class and its arguments.

    Raises:
        InvalidArgumentError: it is a function that nothing knows by name.
    """
    return registry.serialize_any("initializer", initializer)


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The initializer that `serialize` described.

    Raises:
        InvalidArgumentError, ModelFileError: there is no such initializer.
    """
    if isinstance(config, str):
        return get(registry.find("initializer", config, custom_objects) or config)
    return registry.deserialize("initializer", config, custom_objects)
