"""Penalties on variables that are added to the loss, so that parameters stay small."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from glassbrook.errors import InvalidArgumentError, ShapeError, UnimplementedError, shortened
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras import registry
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, as_node

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


class Regularizer:
    """Base of all regularizers; a subclass of your own defines ``__call__(x)``."""

    def __call__(self, x: Any) -> Any:
        """The penalty for a variable, a scalar."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal regularizer can be made."""
        raise UnimplementedError(
            f"{type(self).__name__} cannot be saved without get_config(self). Define it, returning "
            "the arguments of __init__."
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A regularizer with the arguments that `get_config` gave."""
        return cls(**config)


def _factor(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise InvalidArgumentError(
            f"A regularizer got {name}={value!r}, expected a number of 0 or more."
        )
    return float(value)


def _absolute(x: Node, factor: float) -> Node:
    return build.mul(build.constant(factor, x.dtype), build.sum(build.abs(x)))


def _squared(x: Node, factor: float) -> Node:
    return build.mul(build.constant(factor, x.dtype), build.sum(build.square(x)))


@register("regularizer", "l1_l2")
class L1L2(Regularizer):
    """``l1·Σ|x| + l2·Σx²``.

    Args:
        l1: the weight of the absolute values.
        l2: the weight of the squares.

    Raises:
        InvalidArgumentError: a weight is negative or not a number.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.regularizers.L1L2(l1=1.0, l2=2.0)(tf.constant([1.0, -3.0])).numpy()
        np.float32(24.0)
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = _factor("l1", l1 or 0.0)
        self.l2 = _factor("l2", l2 or 0.0)

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a variable, a scalar."""
        node = as_node(x)
        penalty = build.constant(0.0, node.dtype)
        if self.l1:
            penalty = build.add(penalty, _absolute(node, self.l1))
        if self.l2:
            penalty = build.add(penalty, _squared(node, self.l2))
        return Tensor(penalty)

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal regularizer can be made."""
        return {"l1": self.l1, "l2": self.l2}


@register("regularizer", "l1")
class L1(Regularizer):
    """``l1·Σ|x|``: drives parameters to exactly 0.

    Args:
        l1: the weight.

    Raises:
        InvalidArgumentError: the weight is negative or not a number.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.regularizers.L1(0.5)(tf.constant([1.0, -3.0])).numpy()
        np.float32(2.0)
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a variable, a scalar."""
        return Tensor(_absolute(as_node(x), self.l1))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal regularizer can be made."""
        return {"l1": self.l1}


@register("regularizer", "l2")
class L2(Regularizer):
    """``l2·Σx²``: keeps parameters small.

    Args:
        l2: the weight; there is no factor 1/2.

    Raises:
        InvalidArgumentError: the weight is negative or not a number.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.regularizers.L2(0.5)(tf.constant([1.0, -3.0])).numpy()
        np.float32(5.0)
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a variable, a scalar."""
        return Tensor(_squared(as_node(x), self.l2))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal regularizer can be made."""
        return {"l2": self.l2}


@register("regularizer", "orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """The mean of ``|cos|`` of the angles between rows, or columns: keeps them at right angles.

    Args:
        factor: the weight.
        mode: ``"rows"`` or ``"columns"``.

    Raises:
        InvalidArgumentError: the weight is negative, or there is no such mode.
        ShapeError: it is applied to something else than a matrix.

    Example:
        >>> import glassbrook as tf
        >>> punish = tf.keras.regularizers.OrthogonalRegularizer(factor=1.0)
        >>> punish(tf.constant([[1.0, 0.0], [3.0, 4.0]])).numpy().round(4)
        np.float32(0.6)
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _factor("factor", factor)
        if mode not in ("rows", "columns"):
            raise InvalidArgumentError(
                f"OrthogonalRegularizer: mode is {mode!r}, expected 'rows' or 'columns'."
            )
        self.mode = mode

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a matrix, a scalar."""
        node = as_node(x)
        if node.rank != 2:
            raise ShapeError(
                f"OrthogonalRegularizer: expected a matrix, got shape {list(node.shape)}."
            )
        rows = node if self.mode == "rows" else build.transpose(node, (1, 0))
        square = build.sum(build.square(rows), (1,), True)
        unit = build.mul(
            rows, build.rsqrt(build.maximum(square, build.constant(1e-14, node.dtype)))
        )
        product = build.abs(build.matmul(unit, unit, False, True))
        count = rows.shape[0]
        others = build.data(1.0 - np.eye(count), node.dtype)
        pairs = count * (count - 1) / 2
        scale = build.constant(self.factor * 0.5, node.dtype)
        total = build.mul(scale, build.sum(build.mul(product, others)))
        return Tensor(build.div(total, build.constant(pairs, node.dtype)))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal regularizer can be made."""
        return {"factor": self.factor, "mode": self.mode}


orthogonal_regularizer = OrthogonalRegularizer
l1 = L1
l2 = L2


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """An `L1L2` regularizer, whose weights are 0.01 by default."""
    return L1L2(l1, l2)


def get(identifier: Any) -> Callable[..., Any] | None:
    """The regularizer that a name, a configuration, a class or a function stands for.

    Raises:
        InvalidArgumentError: there is no such regularizer.

    Example:
        >>> import glassbrook as tf
        >>> tf.keras.regularizers.get("l2").get_config()
        {'l2': 0.01}
    """
    found: Any = identifier
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = registry.find("regularizer", identifier)
    elif isinstance(identifier, Mapping):
        found = deserialize(identifier)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise InvalidArgumentError(
            f"Could not interpret regularizer identifier: {shortened(identifier)}."
            f"{registry.suggestion('regularizer', identifier)} Give a function of one "
            f"tensor, or one of the names {registry.choices('regularizer')}."
        )
    return found  # type: ignore[no-any-return]


def serialize(regularizer: Any) -> str | dict[str, Any] | None:
    """A regularizer as the name of its class and its arguments.

    Raises:
        InvalidArgumentError: it is a function that nothing knows by name.
    """
    return registry.serialize_any("regularizer", regularizer)


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The regularizer that `serialize` described.

    Raises:
        InvalidArgumentError, ModelFileError: there is no such regularizer.
    """
    if isinstance(config, str):
        return get(registry.find("regularizer", config, custom_objects) or config)
    return registry.deserialize("regularizer", config, custom_objects)
