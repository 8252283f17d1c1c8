"""In which dtype layers compute, and in which they keep their variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from glassbrook.dtypes import DType, as_dtype
from glassbrook.errors import DTypeError, InvalidArgumentError
from glassbrook.keras import backend

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "deserialize",
    "dtype_policy",
    "get",
    "layer_dtype",
    "serialize",
    "set_dtype_policy",
]

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


class DTypePolicy:
    """A name for the dtype that a layer computes in and the one that its variables have.

    With ``"mixed_float16"`` and ``"mixed_bfloat16"``, other frameworks compute in half precision
    and keep variables in float32. That is faster on some graphics processors, never on a processor
    of the usual kind: Glassbrook takes these names, and computes in float32.

    Args:
        name: ``"float32"``, ``"float64"``, ``"float16"``, ``"mixed_float16"`` or
            ``"mixed_bfloat16"``; that of the policy that is set by default.

    Raises:
        DTypeError: the name is no text.
        InvalidArgumentError: there is no such policy.

    Example:
        >>> import glassbrook as tf
        >>> policy = tf.keras.mixed_precision.Policy("mixed_float16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('float16', 'float32')
    """

    def __init__(self, name: str | None = None) -> None:
        given = dtype_policy().name if name is None else name
        if not isinstance(given, str):
            raise DTypeError(f"DTypePolicy: the name is {given!r}, expected text: 'float32'.")
        if given not in _MIXED:
            try:
                as_dtype(given)
            except (TypeError, ValueError):
                raise InvalidArgumentError(
                    f"DTypePolicy: there is no policy {given!r}. Known: "
                    f"{', '.join(_MIXED)}, and the name of any float dtype, such as 'float32'."
                ) from None
        self._name = given

    @property
    def name(self) -> str:
        """The name of the policy."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The name of the dtype that the policy means layers to compute in."""
        return _MIXED.get(self._name, self._name)

    @property
    def variable_dtype(self) -> str:
        """The name of the dtype that variables have."""
        return "float32" if self._name in _MIXED else self._name

    @property
    def quantization_mode(self) -> None:
        """None: numbers are not quantized."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The policy that `get_config` described."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = DTypePolicy


class _Current:
    """The policy that was set, until `None` makes the default dtype count again."""

    policy: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are made without a dtype."""
    return _Current.policy or DTypePolicy(backend.floatx())


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers that are made from now on.

    Args:
        policy: a policy or its name; `None` for the one of ``keras.backend.floatx()``.

    Raises:
        InvalidArgumentError: there is no such policy.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.mixed_precision.set_global_policy("float64")
        >>> tf.keras.layers.Dense(2)(tf.ones([1, 3])).dtype
        tf.float64
        >>> tf.keras.mixed_precision.set_global_policy(None)
    """
    _Current.policy = None if policy is None else get(policy)


def layer_dtype() -> DType:
    """The dtype of layers that are made without one."""
    return as_dtype(backend.floatx() if _Current.policy is None else _Current.policy.variable_dtype)


def get(identifier: Any) -> DTypePolicy:
    """The policy that a name, a configuration or a policy stands for.

    Raises:
        InvalidArgumentError: there is none.
    """
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    if identifier is None:
        return dtype_policy()
    return DTypePolicy(getattr(identifier, "name", identifier))


def serialize(policy: DTypePolicy) -> dict[str, Any]:
    """A policy as the name of its class and its arguments."""
    return {"class_name": "DTypePolicy", "config": policy.get_config()}


def deserialize(config: Mapping[str, Any], custom_objects: Any = None) -> DTypePolicy:
    """The policy that `serialize` described."""
    return DTypePolicy.from_config(config.get("config", config))
