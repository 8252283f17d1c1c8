"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any, Unpack

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.optimizers.base import LearningRate, Optimizer, Options
from glassbrook.keras.registry import register

__all__ = ["SGD"]


@register("optimizer", "sgd")
class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    ``w ← w - η·g``; with momentum μ: ``m ← μ·m - η·g``, ``w ← w + m``; and Nesterov's:
    ``w ← w + μ·m - η·g``, with the new m.

    Args:
        learning_rate: η.
        momentum: μ, from 0 to 1.
        nesterov: whether to use Nesterov's form of momentum.
        options: what every optimizer takes; see `Optimizer`.

    Raises:
        InvalidArgumentError: the momentum is not between 0 and 1.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable(1.0)
        >>> optimizer = tf.keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
        >>> for _ in range(2):
        ...     step = optimizer.apply_gradients([(tf.constant(1.0), x)])
        >>> x.numpy().round(4)
        np.float32(0.71)

    Source: I. Sutskever et al., On the Importance of Initialization and Momentum in Deep
    Learning, 2013.
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **options: Unpack[Options],
    ) -> None:
        if not 0 <= momentum <= 1:
            raise InvalidArgumentError(f"SGD: momentum is {momentum}, expected 0 to 1.")
        super().__init__(learning_rate, **options)
        self.momentum = float(momentum)
        self.nesterov = nesterov
        self.slots = ("momentum",) if momentum else ()

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η and μ."""
        return learning_rate, self.momentum

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and, if there is one, the new momentum."""
        rate, momentum = scalars
        step = build.mul(gradient, rate)
        if not slots:
            return (build.sub(parameter, step),)
        velocity = build.sub(build.mul(slots[0], momentum), step)
        change = build.sub(build.mul(velocity, momentum), step) if self.nesterov else velocity
        return build.add(parameter, change), velocity

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
