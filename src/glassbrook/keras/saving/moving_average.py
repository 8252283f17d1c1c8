"""`tf.train.ExponentialMovingAverage`: shadows of variables that follow them slowly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from glassbrook.errors import InvalidArgumentError
from glassbrook.graph import build
from glassbrook.keras.saving.objects import Child
from glassbrook.tensor import Tensor, Variable, as_node

__all__ = ["ExponentialMovingAverage"]


class ExponentialMovingAverage:
    """Moving averages of variables: shadow ← decay · shadow + (1 - decay) · variable.

    Args:
        decay: how much of the shadow stays.
        num_updates: how often averages were updated; the decay is then at most
            (1 + num_updates) / (10 + num_updates).
        zero_debias: whether shadows begin at 0, and are corrected for it.
        name: accepted for TensorFlow's sake, without effect.

    Example:
        >>> import glassbrook as tf
        >>> v = tf.Variable(0.0)
        >>> average = tf.train.ExponentialMovingAverage(decay=0.9)
        >>> average.apply([v])
        >>> _ = v.assign(1.0)
        >>> average.apply([v])
        >>> average.average(v).numpy().round(2)
        np.float32(0.1)
    """

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._shadows: dict[int, tuple[Variable, Variable]] = {}
        self._biased: dict[int, tuple[Variable, float]] = {}

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    def checkpoint_children(self) -> Iterator[Child]:
        """What it holds, for checkpoints that hold it."""
        for variable, shadow in self._shadows.values():
            yield Child((("_averages", variable.path.replace("/", "_")),), shadow)

    def _present_decay(self) -> float:
        decay = float(self._decay)
        if self._num_updates is None:
            return decay
        count = float(self._num_updates)
        return min(decay, (1.0 + count) / (10.0 + count))

    def apply(self, var_list: Iterable[Any] | None = None) -> None:
        """Let the shadows follow; variables that have none get one that begins at their value.

        Args:
            var_list: the variables.

        Raises:
            InvalidArgumentError: one of them does not hold floats.
        """
        decay = self._present_decay()
        for variable in var_list or ():
            if not isinstance(variable, Variable) or not variable.dtype.is_floating:
                raise InvalidArgumentError(
                    f"ExponentialMovingAverage: expected variables of floats, got {variable!r:.80}."
                )
            known = self._shadows.get(id(variable))
            if known is None:
                known = variable, self._shadow(variable)
                self._shadows[id(variable)] = known
                if not self._zero_debias:
                    continue
            self._follow(variable, known[1], decay)

    def _shadow(self, variable: Variable) -> Variable:
        name = f"{variable.path}/{self._name}"
        if not self._zero_debias:
            return Variable(variable.value(), False, name=name)
        zeros = np.zeros(tuple(variable.shape), variable.dtype.numpy)
        self._biased[id(variable)] = Variable(zeros, False, name=f"{name}/biased"), 1.0
        return Variable(zeros, False, name=name)

    def _follow(self, variable: Variable, shadow: Variable, decay: float) -> None:
        target, rest = shadow, 1.0
        if self._zero_debias:
            target, rest = self._biased[id(variable)]
            rest *= decay
            self._biased[id(variable)] = target, rest
        share = build.data(1.0 - decay, variable.dtype)
        step = build.mul(build.sub(as_node(target), as_node(variable)), share)
        target.assign_sub(Tensor(step))
        if self._zero_debias:
            correction = build.data(1.0 - rest, variable.dtype)
            shadow.assign(Tensor(build.div(as_node(target), correction)))

    def average(self, var: Variable) -> Variable | None:
        """The shadow of a variable, or `None` if it has none."""
        known = self._shadows.get(id(var))
        return None if known is None else known[1]

    def average_name(self, var: Variable) -> str:
        """The name of the shadow of a variable."""
        return f"{var.path}/{self._name}"
