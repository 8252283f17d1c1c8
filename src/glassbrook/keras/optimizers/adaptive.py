"""RMSprop, Adagrad and Adadelta: steps scaled by the size of past gradients."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.optimizers.base import LearningRate, Optimizer, Options
from glassbrook.keras.registry import register
from glassbrook.tensor import Variable

__all__ = ["Adadelta", "Adagrad", "RMSprop"]


def _average(old: Node, new: Node, kept: Node, share: Node) -> Node:
    """A running average: kept · old + share · new."""
    return build.add(build.mul(kept, old), build.mul(share, new))


@register("optimizer", "rmsprop")
class RMSprop(Optimizer):
    """Steps divided by a running root mean square of gradients.

    ``v ← ρ·v + (1 - ρ)·g²``, ``w ← w - η·g / √(v + ε)``; centered: ``a ← ρ·a + (1 - ρ)·g`` and
    ``v - a²`` in place of v; with momentum: ``m ← μ·m + η·g / √(v + ε)``, ``w ← w - m``.

    Args:
        learning_rate: η.
        rho: ρ, how much of the average stays at each step.
        momentum: μ.
        epsilon: ε, against division by zero.
        centered: whether to divide by the standard deviation.
        options: what every optimizer takes; see `Optimizer`.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable(1.0)
        >>> step = tf.keras.optimizers.RMSprop(0.1).apply_gradients([(tf.constant(5.0), x)])
        >>> x.numpy().round(4)
        np.float32(0.6838)

    Source: T. Tieleman and G. Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012.
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **options: Unpack[Options],
    ) -> None:
        if not 0 <= rho <= 1 or momentum < 0:
            raise InvalidArgumentError(
                f"RMSprop: rho is {rho}, expected 0 to 1; momentum is {momentum}, expected 0 or "
                "more."
            )
        super().__init__(learning_rate, **options)
        self.rho, self.momentum = rho, momentum
        self.epsilon = epsilon
        self.centered = centered
        self.slots = (
            "velocity",
            *(["momentum"] if momentum else []),
            *(["average_gradient"] if centered else []),
        )

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η, ρ, 1 - ρ, ε and μ."""
        return learning_rate, self.rho, 1.0 - self.rho, self.epsilon, self.momentum

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and averages."""
        rate, rho, share, epsilon, momentum = scalars
        updated = [_average(slots[0], build.square(gradient), rho, share)]
        variance = updated[0]
        if self.centered:
            mean = _average(slots[-1], gradient, rho, share)
            variance = build.sub(variance, build.square(mean))
        scale = build.sqrt(build.add(variance, epsilon))
        change = build.div(build.mul(rate, gradient), scale)
        if self.momentum:
            change = build.add(build.mul(momentum, slots[1]), change)
            updated.append(change)
        if self.centered:
            updated.append(mean)
        return build.sub(parameter, change), *updated

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }


@register("optimizer", "adagrad")
class Adagrad(Optimizer):
    """Steps that get smaller the more a parameter has moved.

    ``a ← a + g²``, ``w ← w - η·g / √(a + ε)``.

    Args:
        learning_rate: η.
        initial_accumulator_value: the first value of a.
        epsilon: ε, against division by zero.
        options: what every optimizer takes; see `Optimizer`.

    Source: J. Duchi et al., Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization, 2011.
    """

    slots = ("accumulator",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        """The first value of a."""
        like = variable.node
        return np.full(like.shape, self.initial_accumulator_value, like.dtype.numpy)

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η and ε."""
        return learning_rate, self.epsilon

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and sum of squares."""
        rate, epsilon = scalars
        total = build.add(slots[0], build.square(gradient))
        scale = build.sqrt(build.add(total, epsilon))
        return build.sub(parameter, build.div(build.mul(rate, gradient), scale)), total

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }


@register("optimizer", "adadelta")
class Adadelta(Optimizer):
    """Steps in the parameter's own unit: past steps over past gradients.

    ``v ← ρ·v + (1 - ρ)·g²``, ``d = g·√(s + ε) / √(v + ε)``, ``s ← ρ·s + (1 - ρ)·d²``,
    ``w ← w - η·d``.

    Args:
        learning_rate: η; the paper has 1.
        rho: ρ, how much of the averages stays at each step.
        epsilon: ε, which also starts the movement.
        options: what every optimizer takes; see `Optimizer`.

    Source: M. D. Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012.
    """

    slots = ("accumulated_grad", "accumulated_delta_var")

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho = rho
        self.epsilon = epsilon

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η, ρ, 1 - ρ and ε."""
        return learning_rate, self.rho, 1.0 - self.rho, self.epsilon

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and averages."""
        rate, rho, share, epsilon = scalars
        squares = _average(slots[0], build.square(gradient), rho, share)
        above = build.mul(build.sqrt(build.add(slots[1], epsilon)), gradient)
        change = build.div(above, build.sqrt(build.add(squares, epsilon)))
        changes = _average(slots[1], build.square(change), rho, share)
        return build.sub(parameter, build.mul(rate, change)), squares, changes

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
