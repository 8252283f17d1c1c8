"""Ftrl: descent that keeps sparse models sparse."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.optimizers.base import LearningRate, Optimizer, Options
from glassbrook.keras.registry import register
from glassbrook.tensor import Variable

__all__ = ["Ftrl"]

_NOT_NEGATIVE = (
    "initial_accumulator_value",
    "l1_regularization_strength",
    "l2_regularization_strength",
    "l2_shrinkage_regularization_strength",
)


@register("optimizer", "ftrl")
class Ftrl(Optimizer):
    """Follow the regularized leader: the point that would have been best, under penalties.

    With p the negative `learning_rate_power` and s the shrinkage: ``a' = a + g²``,
    ``z ← z + g + 2s·w - (a'ᵖ - aᵖ) / η · w``,
    ``w ← (clip(z, ±λ₁) - z) / (a'ᵖ / η + 2·(λ₂ + β / 2η))``.

    Args:
        learning_rate: η.
        learning_rate_power: how steps shrink with the sum of squares; at most 0.
        initial_accumulator_value: the first value of a.
        l1_regularization_strength: λ₁; it sets small parameters to 0.
        l2_regularization_strength: λ₂.
        l2_shrinkage_regularization_strength: s, a penalty on the gradient's side.
        beta: β.
        options: what every optimizer takes; see `Optimizer`.

    Raises:
        InvalidArgumentError: a strength is negative, or the power positive.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable([1.0, 2.0])
        >>> step = tf.keras.optimizers.Ftrl(0.5).apply_gradients([(tf.constant([1.0, -1.0]), x)])
        >>> x.numpy().round(4)
        array([0.2218, 1.8737], dtype=float32)

    Source: H. B. McMahan et al., Ad Click Prediction: a View from the Trenches, 2013.
    """

    slots = ("accumulator", "linear")

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for name in _NOT_NEGATIVE:
            if getattr(self, name) < 0:
                raise InvalidArgumentError(
                    f"Ftrl: {name} is {getattr(self, name)}, expected 0 or more."
                )
        if learning_rate_power > 0:
            raise InvalidArgumentError(
                f"Ftrl: learning_rate_power is {learning_rate_power}, expected 0 or less."
            )

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        """The accumulator's first value, zeros for the linear part."""
        value = self.initial_accumulator_value if slot == "accumulator" else 0.0
        return np.full(variable.node.shape, value, variable.dtype.numpy)

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η, p, λ₁, 2·(λ₂ + β / 2η) and 2s."""
        penalty = self.l2_regularization_strength + self.beta / (2.0 * learning_rate)
        return (
            learning_rate,
            -self.learning_rate_power,
            self.l1_regularization_strength,
            2.0 * penalty,
            2.0 * self.l2_shrinkage_regularization_strength,
        )

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter, sum of squares and linear part."""
        rate, power, bound, penalty, shrinkage = scalars
        accumulator, linear = slots
        following = build.add(accumulator, build.square(gradient))
        strength = build.pow(following, power)
        grown = build.div(build.sub(strength, build.pow(accumulator, power)), rate)
        shrunk = build.add(gradient, build.mul(shrinkage, parameter))
        linear = build.add(linear, build.sub(shrunk, build.mul(grown, parameter)))
        clipped = build.minimum(build.maximum(linear, build.neg(bound)), bound)
        quadratic = build.add(build.div(strength, rate), penalty)
        return build.div(build.sub(clipped, linear), quadratic), following, linear

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        names = (*_NOT_NEGATIVE, "learning_rate_power", "beta")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
