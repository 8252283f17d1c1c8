"""Adam and its relatives: steps scaled by running moments of the gradient."""

from __future__ import annotations

import math
from typing import Any, Unpack

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.graph.node import Node
from glassbrook.keras.optimizers.base import LearningRate, Optimizer, Options
from glassbrook.keras.registry import register

__all__ = ["Adam", "AdamW", "Adamax", "Nadam"]


class _Moments(Optimizer):
    """What the family has in common: decay rates of the first and second moment."""

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        for name, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0 <= beta < 1:
                raise InvalidArgumentError(
                    f"{type(self).__name__}: {name} is {beta}, expected 0 up to, not including, 1."
                )
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }


def _towards(old: Node, new: Node, share: Node) -> Node:
    """A running average: old + (new - old) · share."""
    return build.add(old, build.mul(build.sub(new, old), share))


@register("optimizer", "adam")
class Adam(_Moments):
    """Steps along a running mean of gradients, scaled down where they vary.

    ``m ← m + (1 - β₁)(g - m)``, ``v ← v + (1 - β₂)(g² - v)``,
    ``w ← w - α·m / (√v + ε)`` with ``α = η·√(1 - β₂ᵗ) / (1 - β₁ᵗ)`` at step t.

    Args:
        learning_rate: η.
        beta_1: β₁, how much of the mean of gradients stays at each step.
        beta_2: β₂, how much of the mean of squared gradients stays at each step.
        epsilon: ε, against division by zero.
        amsgrad: whether to divide by the greatest v so far.
        options: what every optimizer takes; see `Optimizer`.

    Raises:
        InvalidArgumentError: β₁ or β₂ is not in [0, 1).

    Example:
        >>> import glassbrook as tf
        >>> x = tf.Variable(1.0)
        >>> step = tf.keras.optimizers.Adam(0.1).apply_gradients([(tf.constant(5.0), x)])
        >>> x.numpy().round(4)
        np.float32(0.9)

    Source: D. P. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015 (the form
    with ε before section 2.1); amsgrad: S. J. Reddi et al., On the Convergence of Adam and
    Beyond, 2018.
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **options)
        self.amsgrad = amsgrad
        self.slots = ("momentum", "velocity")
        if amsgrad:
            self.slots = (*self.slots, "velocity_hat")

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """α, 1 - β₁, 1 - β₂ and ε."""
        correction = math.sqrt(1.0 - self.beta_2**step) / (1.0 - self.beta_1**step)
        return learning_rate * correction, 1.0 - self.beta_1, 1.0 - self.beta_2, self.epsilon

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and moments."""
        alpha, share_1, share_2, epsilon = scalars
        first = _towards(slots[0], gradient, share_1)
        second = _towards(slots[1], build.square(gradient), share_2)
        greatest = (build.maximum(slots[2], second),) if self.amsgrad else ()
        scale = build.add(build.sqrt(greatest[0] if greatest else second), epsilon)
        change = build.div(build.mul(first, alpha), scale)
        return build.sub(parameter, change), first, second, *greatest

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal optimizer can be made."""
        return {**super().get_config(), "amsgrad": self.amsgrad}


@register("optimizer", "adamw")
class AdamW(Adam):
    """Adam whose weight decay stays out of the moments: first ``w ← w - η·λ·w``.

    Args:
        learning_rate: η.
        weight_decay: λ.
        beta_1: as for `Adam`.
        beta_2: as for `Adam`.
        epsilon: as for `Adam`.
        amsgrad: as for `Adam`.
        options: what every optimizer takes; see `Optimizer`.

    Source: I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, 2019.
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        options["weight_decay"] = weight_decay
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, **options)


@register("optimizer", "adamax")
class Adamax(_Moments):
    """Adam with the greatest gradient in place of the second moment.

    ``m ← m + (1 - β₁)(g - m)``, ``u ← max(β₂·u, |g|)``, ``w ← w - η·m / ((1 - β₁ᵗ)(u + ε))``.

    Args and errors are those of `Adam`, without `amsgrad`.

    Source: D. P. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015, section 7.
    """

    slots = ("momentum", "norm")

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """η / (1 - β₁ᵗ), 1 - β₁, β₂ and ε."""
        rate = learning_rate / (1.0 - self.beta_1**step)
        return rate, 1.0 - self.beta_1, self.beta_2, self.epsilon

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter, mean and norm."""
        rate, share_1, beta_2, epsilon = scalars
        first = _towards(slots[0], gradient, share_1)
        norm = build.maximum(build.mul(beta_2, slots[1]), build.abs(gradient))
        change = build.div(build.mul(rate, first), build.add(norm, epsilon))
        return build.sub(parameter, change), first, norm


@register("optimizer", "nadam")
class Nadam(_Moments):
    """Adam with Nesterov's momentum.

    With ``μₜ = β₁·(1 - 0.96ᵗ / 2)`` and Πₜ the product of all μ up to step t:
    ``m̂ = μₜ₊₁·m / (1 - Πₜ₊₁) + (1 - μₜ)·g / (1 - Πₜ)``, ``v̂ = v / (1 - β₂ᵗ)``,
    ``w ← w - η·m̂ / (√v̂ + ε)``.

    Args and errors are those of `Adam`, without `amsgrad`.

    Source: T. Dozat, Incorporating Nesterov Momentum into Adam, 2016.
    """

    slots = ("momentum", "velocity")
    _product = (0, 1.0)  # of the steps done so far: their number, and Π

    def _momentum(self, step: int) -> float:
        return self.beta_1 * (1.0 - 0.5 * 0.96**step)

    def _product_until(self, step: int) -> float:
        """Πₜ, from that of the step before if it is at hand, as it is in training."""
        done, product = self._product if self._product[0] <= step else (0, 1.0)
        for each in range(done + 1, step + 1):
            product *= self._momentum(each)
        self._product = (step, product)
        return product

    def scalars(self, learning_rate: float, step: int) -> tuple[float, ...]:
        """The factors of m, g and v in the formula, then η, 1 - β₁, 1 - β₂ and ε."""
        product, following = self._product_until(step), self._momentum(step + 1)
        return (
            following / (1.0 - product * following),
            (1.0 - self._momentum(step)) / (1.0 - product),
            1.0 / (1.0 - self.beta_2**step),
            learning_rate,
            1.0 - self.beta_1,
            1.0 - self.beta_2,
            self.epsilon,
        )

    def update(
        self,
        gradient: Node,
        parameter: Node,
        slots: tuple[Node, ...],
        scalars: tuple[Node, ...],
    ) -> tuple[Node, ...]:
        """The new parameter and moments."""
        of_mean, of_gradient, of_variance, rate, share_1, share_2, epsilon = scalars
        first = _towards(slots[0], gradient, share_1)
        second = _towards(slots[1], build.square(gradient), share_2)
        ahead = build.add(build.mul(of_mean, first), build.mul(of_gradient, gradient))
        scale = build.add(build.sqrt(build.mul(second, of_variance)), epsilon)
        return build.sub(parameter, build.div(build.mul(ahead, rate), scale)), first, second
