"""Lamb and Adafactor: steps in proportion to the size of the parameters."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np

from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.optimizers.base import LearningRate, Optimizer, Options
from glassbrook.keras.registry import register
from glassbrook.tensor import Variable

__all__ = ["Adafactor", "Lamb"]


def _mean(x: Node, axis: int | None = None, keepdims: bool = False) -> Node:
    axes = tuple(range(x.rank)) if axis is None else (axis % x.rank,)
    count = math.prod(x.shape[each] for each in axes)
    mean = build.mul(build.sum(x, axes), build.constant(1.0 / max(count, 1), x.dtype))
    return build.expand_dims(mean, axes[0]) if keepdims else mean


def _length(x: Node) -> Node:
    return build.sqrt(build.sum(build.square(x), tuple(range(x.rank))))


@register("optimizer", "lamb")
class Lamb(Optimizer):
    """Adam's step for each layer, stretched to the length of the layer's parameters.

    ``m ← m + (1 - β₁)·(g - m)``, ``v ← v + (1 - β₂)·(g² - v)``,
    ``u = m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + ε)``, ``w ← w - η · ‖w‖ / ‖u‖ · u``.

    Args:
        learning_rate: η.
        beta_1: β₁, how much of the mean of gradients stays at each step.
        beta_2: β₂, how much of the mean of their squares stays.
        epsilon: ε, against division by zero.
        options: what every optimizer takes; see `Optimizer`.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable([3.0, 4.0])
        >>> step = tf.keras.optimizers.Lamb(0.1).apply_gradients([(tf.constant([1.0, 1.0]), x)])
        >>> x.numpy().round(4)
        array([2.6464, 3.6464], dtype=float32)

    Source: Y. You et al., Large Batch Optimization for Deep Learning, 2019.
    """

    slots = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η, 1 - β₁, 1 - β₂, 1 - β₁ᵗ, 1 - β₂ᵗ and ε."""
        return (
            learning_rate,
            1.0 - self.beta_1,
            1.0 - self.beta_2,
            1.0 - self.beta_1**step,
            1.0 - self.beta_2**step,
            self.epsilon,
        )

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and means."""
        rate, share, square_share, correction, square_correction, epsilon = scalars
        momentum, velocity = slots
        momentum = build.add(momentum, build.mul(build.sub(gradient, momentum), share))
        squares = build.sub(build.square(gradient), velocity)
        velocity = build.add(velocity, build.mul(squares, square_share))
        root = build.add(build.sqrt(build.div(velocity, square_correction)), epsilon)
        step = build.div(build.div(momentum, correction), root)
        ratio = _ratio(_length(parameter), _length(step))
        change = build.mul(build.mul(ratio, rate), step)
        return build.sub(parameter, change), momentum, velocity

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }


def _ratio(parameter: Node, step: Node) -> Node:
    """The ratio of two lengths; 1 if one of them is 0."""
    zero, one = build.constant(0.0, step.dtype), build.constant(1.0, step.dtype)
    both = build.logical_and(build.greater(parameter, zero), build.greater(step, zero))
    return build.select(both, build.div(parameter, build.select(both, step, one)), one)


@register("optimizer", "adafactor")
class Adafactor(Optimizer):
    """Adam with hardly any memory: the mean of squares is kept as one number per row and column.

    With β = 1 - t^d and s = g² + ε₁: ``r ← β·r + (1 - β)·mean(s, rows)``, ``c`` likewise over
    columns, ``v = r / mean(r) · c``, ``u = g / √v``, ``u ← u / max(1, rms(u) / D)``,
    ``w ← w - max(ε₂, rms(w)) · ρ · u`` with ``ρ = min(η, 1/√t)``. Vectors keep ``v`` itself.

    Args:
        learning_rate: η.
        beta_2_decay: d, how fast the mean gets slower.
        epsilon_1: ε₁, added to squares.
        epsilon_2: ε₂, the least size of parameters that counts.
        clip_threshold: D, the greatest root mean square of a step.
        relative_step: whether the rate of step t is at most 1/√t.
        options: what every optimizer takes; see `Optimizer`.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable([1.0, 2.0])
        >>> optimizer = tf.keras.optimizers.Adafactor(0.5)
        >>> step = optimizer.apply_gradients([(tf.constant([1.0, -1.0]), x)])
        >>> x.numpy().round(4)
        array([0.2094, 2.7906], dtype=float32)

    Source: N. Shazeer and M. Stern, Adafactor, 2018.
    """

    slots = ("row", "column", "velocity")

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1, self.epsilon_2 = epsilon_1, epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def initial_slot(self, slot: str, variable: Variable) -> Any:
        """Zeros: of the variable's shape, or without its last axis or the one before."""
        shape = variable.node.shape
        if slot == "velocity":
            return np.zeros(shape, variable.dtype.numpy)
        if len(shape) < 2:
            return np.zeros((), variable.dtype.numpy)
        kept = shape[:-1] if slot == "row" else (*shape[:-2], shape[-1])
        return np.zeros(kept, variable.dtype.numpy)

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """ρ, β, 1 - β, ε₁, ε₂ and D."""
        rate = min(learning_rate, step**-0.5)
        kept = 1.0 - step**self.beta_2_decay
        return rate, kept, 1.0 - kept, self.epsilon_1, self.epsilon_2, self.clip_threshold

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and means of squares."""
        rate, kept, share, epsilon, least, threshold = scalars
        row, column, velocity = slots
        squares = build.add(build.square(gradient), epsilon)
        if parameter.rank >= 2:
            row = build.add(build.mul(kept, row), build.mul(share, _mean(squares, -1)))
            column = build.add(build.mul(kept, column), build.mul(share, _mean(squares, -2)))
            weight = build.div(row, _mean(row, -1, keepdims=True))
            velocity = build.mul(
                build.expand_dims(weight, weight.rank),
                build.expand_dims(column, column.rank - 1),
            )
        else:
            velocity = build.add(build.mul(kept, velocity), build.mul(share, squares))
        step = build.div(gradient, build.sqrt(velocity))
        excess = build.div(build.sqrt(_mean(build.square(step))), threshold)
        step = build.div(step, build.maximum(build.constant(1.0, step.dtype), excess))
        size = build.maximum(least, build.sqrt(_mean(build.square(parameter))))
        change = build.mul(build.mul(size, rate), step)
        return build.sub(parameter, change), row, column, velocity

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {
            **super().get_config(),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }
