"""Lion: steps of one size, in the direction of a momentum's sign."""

from __future__ import annotations

from typing import Any, Unpack

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.optimizers.base import LearningRate, Optimizer, Options
from glassbrook.keras.registry import register

__all__ = ["Lion"]


@register("optimizer", "lion")
class Lion(Optimizer):
    """Every element moves by the learning rate, up or down.

    ``w ← w - η · sign(β₁·m + (1 - β₁)·g)``, then ``m ← β₂·m + (1 - β₂)·g``.

    Args:
        learning_rate: η; smaller than Adam's by a factor of 3 to 10.
        beta_1: β₁, how much of the momentum there is in the step.
        beta_2: β₂, how much of the momentum stays.
        options: what every optimizer takes; see `Optimizer`.

    Raises:
        InvalidArgumentError: `beta_1` is not above 0 and at most 1.

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable([1.0, 2.0])
        >>> step = tf.keras.optimizers.Lion(0.1).apply_gradients([(tf.constant([5.0, -0.1]), x)])
        >>> x.numpy()
        array([0.9, 2.1], dtype=float32)

    Source: X. Chen et al., Symbolic Discovery of Optimization Algorithms, 2023.
    """

    slots = ("momentum",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **options: Unpack[Options],
    ) -> None:
        if not 0 < beta_1 <= 1:
            raise InvalidArgumentError(f"Lion: beta_1 is {beta_1}, expected above 0, at most 1.")
        super().__init__(learning_rate, **options)
        self.beta_1, self.beta_2 = beta_1, beta_2

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η, β₁, 1 - β₁, β₂ and 1 - β₂."""
        return learning_rate, self.beta_1, 1.0 - self.beta_1, self.beta_2, 1.0 - self.beta_2

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and momentum."""
        rate, kept, share, kept_after, share_after = scalars
        (momentum,) = slots
        direction = build.sign(build.add(build.mul(momentum, kept), build.mul(gradient, share)))
        following = build.add(build.mul(momentum, kept_after), build.mul(gradient, share_after))
        return build.sub(parameter, build.mul(rate, direction)), following

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}
