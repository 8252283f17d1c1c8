"""What a variable must fulfil: optimizers apply a constraint to its value after every update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError, shortened
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import registry
from glassbrook.keras.losses.targets import EPSILON, clip
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

Axis = int | list[int] | tuple[int, ...]


class Constraint:
    """Base of all constraints; a subclass of your own defines ``__call__(w)``."""

    def __call__(self, w: Any) -> Any:
        """The value nearby that fulfils the constraint."""
        return w

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal constraint can be made."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A constraint with the arguments that `get_config` gave."""
        return cls(**config)


def _number(value: float, like: Node) -> Node:
    return build.constant(value, like.dtype)


def _norms(x: Node, axis: Axis) -> Node:
    """The lengths of the vectors along an axis, which stays with size 1."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    positions = tuple(each % max(x.rank, 1) for each in axes)
    return build.sqrt(build.sum(build.square(x), positions, keepdims=True))


@register("constraint", "max_norm", "maxnorm")
class MaxNorm(Constraint):
    """Vectors of length at most `max_value`: longer ones are scaled down.

    Args:
        max_value: the greatest length.
        axis: the axis along which the vectors lie: 0 for a dense layer's incoming weights.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.constraints.MaxNorm(1.0)(tf.constant([[3.0], [4.0]])).numpy().round(4)
        array([[0.6],
               [0.8]], dtype=float32)
    """

    def __init__(self, max_value: float = 2, axis: Axis = 0) -> None:
        self.max_value, self.axis = max_value, axis

    def __call__(self, w: Any) -> Tensor:
        """The value nearby that fulfils the constraint."""
        node = as_node(w)
        norms = _norms(node, self.axis)
        desired = clip(norms, 0.0, float(self.max_value))
        return Tensor(build.mul(node, build.div(desired, build.add(_number(EPSILON, node), norms))))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal constraint can be made."""
        return {"max_value": self.max_value, "axis": self.axis}


@register("constraint", "non_neg", "nonneg")
class NonNeg(Constraint):
    """No negative numbers: they become 0."""

    def __call__(self, w: Any) -> Tensor:
        """The value nearby that fulfils the constraint."""
        node = as_node(w)
        return Tensor(build.maximum(node, _number(0.0, node)))


@register("constraint", "unit_norm", "unitnorm")
class UnitNorm(Constraint):
    """Vectors of length 1.

    Args:
        axis: the axis along which the vectors lie.
    """

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The value nearby that fulfils the constraint."""
        node = as_node(w)
        return Tensor(build.div(node, build.add(_number(EPSILON, node), _norms(node, self.axis))))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal constraint can be made."""
        return {"axis": self.axis}


@register("constraint", "min_max_norm")
class MinMaxNorm(Constraint):
    """Vectors of length from `min_value` to `max_value`, or at least nearer to that.

    Args:
        min_value: the least length.
        max_value: the greatest length.
        rate: how far to go to the wanted length in one step, from 0 to 1.
        axis: the axis along which the vectors lie.
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axis = 0
    ) -> None:
        self.min_value, self.max_value = min_value, max_value
        self.rate, self.axis = rate, axis

    def __call__(self, w: Any) -> Tensor:
        """The value nearby that fulfils the constraint."""
        node = as_node(w)
        norms = _norms(node, self.axis)
        wanted = clip(norms, float(self.min_value), float(self.max_value))
        desired = build.add(
            build.mul(_number(self.rate, node), wanted),
            build.mul(_number(1.0 - self.rate, node), norms),
        )
        return Tensor(build.mul(node, build.div(desired, build.add(_number(EPSILON, node), norms))))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal constraint can be made."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm


def get(identifier: Any) -> Callable[..., Any] | None:
    """The constraint that a name, a configuration, a class or a function stands for.

    Raises:
        InvalidArgumentError: there is no such constraint.
    """
    found: Any = identifier
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = registry.find("constraint", identifier)
    elif isinstance(identifier, Mapping):
        found = deserialize(identifier)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise InvalidArgumentError(
            f"Could not interpret constraint identifier: {shortened(identifier)}."
            f"{registry.suggestion('constraint', identifier)} Give a function of one "
            f"tensor, or one of the names {registry.choices('constraint')}."
        )
    return found  # type: ignore[no-any-return]


def serialize(constraint: Any) -> str | dict[str, Any] | None:
    """A constraint as the name of its class and its arguments.

    Raises:
        InvalidArgumentError: it is a function that nothing knows by name.
    """
    return registry.serialize_any("constraint", constraint)


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The constraint that `serialize` described.

    Raises:
        InvalidArgumentError, ModelFileError: there is no such constraint.
    """
    if isinstance(config, str):
        return get(registry.find("constraint", config, custom_objects) or config)
    return registry.deserialize("constraint", config, custom_objects)
