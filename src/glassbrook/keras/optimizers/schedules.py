"""Learning rates that change with the step.

The step comes as a number or as an integer tensor; the rates here are computed in Python, as an
optimizer needs one number per step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

from glassbrook.errors import InvalidArgumentError, UnimplementedError
from glassbrook.keras import registry
from glassbrook.keras.registry import register
from glassbrook.tensor import Tensor, constant

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


class LearningRateSchedule:
    """Base of schedules; a subclass of your own defines ``__call__(step)``.

    Example:
        >>> import glassbrook as tf
        >>> class Halving(tf.keras.optimizers.schedules.LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 0.1 * 0.5 ** tf.cast(step, tf.float32)
        >>> Halving()(tf.constant(1)).numpy().round(4)
        np.float32(0.05)
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step, from 0 on."""
        raise UnimplementedError(
            f"{type(self).__name__} is a schedule without a formula. Define __call__(self, step)."
        )

    def rate(self, step: Any) -> float:
        """The learning rate at a step, as a number."""
        return float(self(step))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal schedule can be made."""
        raise UnimplementedError(
            f"{type(self).__name__} cannot be saved without get_config(self). Define it, returning "
            "the arguments of __init__."
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A schedule with the arguments that `get_config` gave."""
        return cls(**config)


class _Formula(LearningRateSchedule):
    """A schedule given by a formula on Python numbers; its arguments are its configuration."""

    def __init__(self, **arguments: Any) -> None:
        self._arguments = arguments
        for name, value in arguments.items():
            setattr(self, name, value)
        for name in ("decay_steps", "first_decay_steps"):
            if arguments.get(name, 1) <= 0:
                raise InvalidArgumentError(
                    f"{type(self).__name__}: {name} is {arguments[name]}, expected more than 0."
                )

    def formula(self, step: float) -> float:
        """The learning rate at a step."""
        raise NotImplementedError

    def __call__(self, step: Any) -> Tensor:
        return constant(self.formula(float(step)), "float32")

    def rate(self, step: Any) -> float:
        """The learning rate at a step, as a number."""
        return self.formula(float(step))

    def get_config(self) -> dict[str, Any]:
        """The arguments from which an equal schedule can be made."""
        return dict(self._arguments)


@register("schedule")
class ExponentialDecay(_Formula):
    """``initial_learning_rate · decay_rate^(step / decay_steps)``.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: after how many steps the rate has fallen to `decay_rate` of what it was.
        decay_rate: by what the rate is multiplied.
        staircase: whether it falls in steps: the exponent is rounded down.
        name: what the schedule is called.

    Example:
        >>> import glassbrook as tf
        >>> schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.5)
        >>> schedule(200).numpy()
        np.float32(0.025)
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "ExponentialDecay",
    ) -> None:
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
            staircase=staircase,
            name=name,
        )

    def formula(self, step: float) -> float:
        """The learning rate at a step."""
        exponent = step / self.decay_steps
        if self.staircase:
            exponent = math.floor(exponent)
        return float(self.initial_learning_rate * self.decay_rate**exponent)


@register("schedule")
class InverseTimeDecay(_Formula):
    """``initial_learning_rate / (1 + decay_rate · step / decay_steps)``.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the unit in which steps are counted.
        decay_rate: how fast the rate falls.
        staircase: whether it falls in steps: ``step / decay_steps`` is rounded down.
        name: what the schedule is called.
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "InverseTimeDecay",
    ) -> None:
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
            staircase=staircase,
            name=name,
        )

    def formula(self, step: float) -> float:
        """The learning rate at a step."""
        elapsed = step / self.decay_steps
        if self.staircase:
            elapsed = math.floor(elapsed)
        return self.initial_learning_rate / (1.0 + self.decay_rate * elapsed)


@register("schedule")
class PolynomialDecay(_Formula):
    """``(initial - end) · (1 - step / decay_steps)^power + end``, constant after `decay_steps`.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: after how many steps the end is reached.
        end_learning_rate: the rate from then on.
        power: 1 for a straight line.
        cycle: whether it starts anew, with twice, three times, … as many steps.
        name: what the schedule is called.
    """

    initial_learning_rate: float
    decay_steps: int
    end_learning_rate: float
    power: float
    cycle: bool

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str | None = "PolynomialDecay",
    ) -> None:
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            end_learning_rate=end_learning_rate,
            power=power,
            cycle=cycle,
            name=name,
        )

    def formula(self, step: float) -> float:
        """The learning rate at a step."""
        steps: float = self.decay_steps
        if self.cycle:
            steps *= math.ceil(step / self.decay_steps) if step else 1
        else:
            step = min(step, steps)
        span = self.initial_learning_rate - self.end_learning_rate
        return float(span * (1.0 - step / steps) ** self.power + self.end_learning_rate)


@register("schedule")
class PiecewiseConstantDecay(_Formula):
    """``values[i]`` up to and including the step ``boundaries[i]``, the last value after that.

    Args:
        boundaries: steps, in order, at which the rate changes.
        values: the rates; one more than there are boundaries.
        name: what the schedule is called.

    Raises:
        InvalidArgumentError: there is not one more value than boundaries.

    Example:
        >>> import glassbrook as tf
        >>> schedule = tf.keras.optimizers.schedules.PiecewiseConstantDecay([10], [0.1, 0.01])
        >>> schedule(10).numpy(), schedule(11).numpy()
        (np.float32(0.1), np.float32(0.01))
    """

    boundaries: list[float]
    values: list[float]

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str | None = "PiecewiseConstant",
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise InvalidArgumentError(
                f"PiecewiseConstantDecay: {len(boundaries)} boundaries separate "
                f"{len(boundaries) + 1} values, but there are {len(values)}."
            )
        super().__init__(boundaries=list(boundaries), values=list(values), name=name)

    def formula(self, step: float) -> float:
        """The learning rate at a step."""
        for boundary, value in zip(self.boundaries, self.values):
            if step <= boundary:
                return float(value)
        return float(self.values[-1])


@register("schedule")
class CosineDecay(_Formula):
    """Half a cosine wave from the initial rate down to `alpha` of it.

    ``initial · ((1 - alpha) · (1 + cos(π · step / decay_steps)) / 2 + alpha)``

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps the descent takes.
        alpha: the part of the rate that is left at the end.
        name: what the schedule is called.
        warmup_target: a rate to rise to in a straight line first; the descent starts from there.
        warmup_steps: how many steps the rise takes.

    Source: I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.
    """

    initial_learning_rate: float
    decay_steps: int
    alpha: float
    warmup_target: float | None
    warmup_steps: int

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str | None = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            alpha=alpha,
            name=name,
            warmup_target=warmup_target,
            warmup_steps=warmup_steps,
        )

    def formula(self, step: float) -> float:
        """The learning rate at a step."""
        peak = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return peak + (self.warmup_target - peak) * step / self.warmup_steps
            peak, step = self.warmup_target, step - self.warmup_steps
        fraction = min(step, self.decay_steps) / self.decay_steps
        wave = 0.5 * (1.0 + math.cos(math.pi * fraction))
        return peak * ((1.0 - self.alpha) * wave + self.alpha)


@register("schedule")
class CosineDecayRestarts(_Formula):
    """Half cosine waves one after the other, each `t_mul` times as long and `m_mul` as high.

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: how many steps the first wave takes.
        t_mul: how many times longer each next wave is.
        m_mul: how high each next wave starts, compared with the one before.
        alpha: the part of the rate that is left at the end of a wave.
        name: what the schedule is called.

    Source: I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.
    """

    initial_learning_rate: float
    first_decay_steps: int
    t_mul: float
    m_mul: float
    alpha: float

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str | None = "SGDRDecay",
    ) -> None:
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            first_decay_steps=first_decay_steps,
            t_mul=t_mul,
            m_mul=m_mul,
            alpha=alpha,
            name=name,
        )

    def formula(self, step: float) -> float:
        """The learning rate at a step."""
        fraction, length, height = step / self.first_decay_steps, 1.0, 1.0
        while fraction >= length:
            fraction -= length
            length *= self.t_mul
            height *= self.m_mul
        wave = 0.5 * height * (1.0 + math.cos(math.pi * fraction / length))
        return self.initial_learning_rate * ((1.0 - self.alpha) * wave + self.alpha)


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """A schedule as the name of its class and its arguments."""
    return registry.serialize(learning_rate_schedule)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The schedule that `serialize` described.

    Raises:
        ModelFileError: there is no such schedule.
    """
    return registry.deserialize("schedule", config, custom_objects)
