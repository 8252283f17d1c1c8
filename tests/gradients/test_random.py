"""The slope of gamma numbers against those that the same random words give for other shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.engine import realize
from glassbrook.gradients import gradients
from glassbrook.graph import build


def cumulative(alpha: float, x: float) -> float:
    """The distribution function of the gamma distribution, by its power series."""
    term = total = 1 / alpha
    for number in range(1, 500):
        term *= x / (alpha + number)
        total += term
        if term < 1e-18 * total:
            break
    return total * math.exp(alpha * math.log(x) - x - math.lgamma(alpha))


def sample_at(alpha: float, share: float) -> float:
    """The number below which that share of the gamma distribution lies, by bisection."""
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if cumulative(alpha, middle) > share else (middle, high)
    return (low + high) / 2


@pytest.mark.parametrize("shape", [(2,), (5, 2)])
def test_slope_of_gamma_numbers(shape: tuple[int, ...]) -> None:
    alpha = build.data(np.array([0.7, 3.0]))
    state = build.data(np.array([1, 2, 3], np.uint64).view(np.int64))
    drawn = build.random_gamma(state, alpha, shape)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, shape)
    (slope,) = gradients([drawn], [build.data(weights)], [alpha], lambda node: True)
    realize([drawn, slope])
    expected = np.zeros(2)
    step = 1e-4
    for position in np.ndindex(shape):
        place = position[-1]
        share = cumulative(alpha.value[place], drawn.value[position])
        above, below = (sample_at(alpha.value[place] + each, share) for each in (step, -step))
        expected[place] += weights[position] * (above - below) / (2 * step)
    assert slope.dtype is dtypes.float64
    np.testing.assert_allclose(slope.value, expected, rtol=1e-5)
