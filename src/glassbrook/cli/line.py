"""Fitting a line to noisy points by gradient descent: the first chapter of every course."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from glassbrook.cli.digits import make_folder
from glassbrook.errors import DivergedError
from glassbrook.explain.charts.line_fit import draw_line_fit
from glassbrook.ops.elementwise import square
from glassbrook.ops.reduce import reduce_mean
from glassbrook.tensor import GradientTape, Variable, constant

__all__ = ["LineJob"]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class LineJob:
    """Points on y = slope x + intercept with noise, and how to fit a line to them."""

    points: int
    noise: float
    slope: float
    intercept: float
    learning_rate: float
    steps: int
    seed: int
    folder: Path

    def sample(self) -> tuple[Array, Array]:
        """Abscissas drawn evenly from [-10, 10), and ordinates with Gaussian noise."""
        generator = np.random.default_rng(self.seed)
        x = generator.uniform(-10.0, 10.0, self.points)
        noise = generator.normal(0.0, self.noise, self.points)
        return x, self.slope * x + self.intercept + noise

    def run(self) -> dict[str, Any]:
        """Fit, draw ``fit.png``, and return what to report.

        Raises:
            DivergedError: the learning rate is so large that the loss grows without bound.
        """
        make_folder(self.folder)
        x, y = self.sample()
        slope, intercept, losses = self._descend(x, y)
        path = self.folder / "fit.png"
        draw_line_fit(x, y, slope, intercept, losses, to_file=path)
        return {
            "slope": slope,
            "intercept": intercept,
            "loss": losses[-1],
            "steps": self.steps,
            "true_slope": self.slope,
            "true_intercept": self.intercept,
            "picture": str(path),
        }

    def _descend(self, x: Array, y: Array) -> tuple[float, float, list[float]]:
        inputs, outputs = constant(x), constant(y)
        slope, intercept = Variable(np.float64(0.0)), Variable(np.float64(0.0))
        pending: list[Any] = []
        for _ in range(self.steps):
            with GradientTape() as tape:
                loss = reduce_mean(square(slope * inputs + intercept - outputs))
            slope_gradient, intercept_gradient = tape.gradient(loss, [slope, intercept])
            slope.assign_sub(self.learning_rate * slope_gradient)
            intercept.assign_sub(self.learning_rate * intercept_gradient)
            pending.append(loss)
        losses = [float(loss) for loss in pending]
        self._check(losses)
        return float(slope), float(intercept), losses

    def _check(self, losses: list[float]) -> None:
        for step, loss in enumerate(losses):
            if not np.isfinite(loss):
                raise DivergedError(
                    f"train line: the loss was no finite number from step {step} on, with a "
                    f"learning rate of {self.learning_rate}. Take a smaller one: "
                    f"--learning-rate {self.learning_rate / 10:g}."
                )
