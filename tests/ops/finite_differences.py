"""Gradients of functions of tensors against finite differences in float64, to second order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook.ops.reduce import reduce_sum
from glassbrook.tensor import GradientTape, Tensor, constant

Function = Callable[..., Any]


def weighted(result: Tensor) -> Tensor:
    """A scalar in which every element of the result counts differently."""
    weights = np.random.default_rng(7).uniform(0.5, 1.5, tuple(result.shape))
    return reduce_sum(result * constant(weights))


def gradients(function: Function, tensors: Sequence[Tensor]) -> list[Tensor]:
    with GradientTape() as tape:
        tape.watch(list(tensors))
        total = weighted(function(*tensors))
    return tape.gradient(total, list(tensors), unconnected_gradients="zero")


def numeric(scalar: Callable[[list[np.ndarray]], float], arrays: list[np.ndarray]) -> list[Any]:
    """Central differences of fourth order."""
    step = 1e-3
    results = []
    for index, array in enumerate(arrays):
        grad = np.zeros(array.shape)
        for position in np.ndindex(array.shape):
            total = 0.0
            for factor, offset in ((-1, 2), (8, 1), (-8, -1), (1, -2)):
                moved = [each.copy() for each in arrays]
                moved[index][position] += offset * step
                total += factor * scalar(moved)
            grad[position] = total / (12 * step)
        results.append(grad)
    return results


def check_gradients(
    function: Function, *arrays: Any, order: int = 2, tolerance: float = 1e-6
) -> None:
    """Compare the gradient of every argument; `order` 2 compares the gradient of that as well."""
    values = [np.asarray(array, np.float64) for array in arrays]

    def scalar(moved: list[np.ndarray]) -> float:
        return float(weighted(function(*map(constant, moved))))

    found = gradients(function, [constant(value) for value in values])
    for ours, expected in zip(found, numeric(scalar, values)):
        np.testing.assert_allclose(ours.numpy(), expected, rtol=tolerance, atol=tolerance)
    if order > 1:

        def gradient_total(*tensors: Tensor) -> Tensor:
            parts = [weighted(each) for each in gradients(function, tensors)]
            return sum(parts[1:], parts[0])

        check_gradients(gradient_total, *values, order=order - 1, tolerance=10 * tolerance)
