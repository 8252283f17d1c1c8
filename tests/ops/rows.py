"""A row: a public function on sample arguments, and what NumPy says comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import glassbrook as tf

Array = np.ndarray


@dataclass(frozen=True)
class Row:
    """One call.

    Attributes:
        name: what pytest shows.
        call: takes one tensor for each of `arrays`.
        arrays: float64 ones are also tried in narrower types, and differentiated.
        expected: computes the result from the arrays, without Glassbrook.
        order: how many times the call can be differentiated, up to 2.
        rtol: how well the two agree in float64.
        narrow: whether to try float32 and float16.
    """

    name: str
    call: Callable[..., Any]
    arrays: Sequence[Array]
    expected: Callable[..., Any]
    order: int = 0
    rtol: float = 1e-12
    narrow: bool = True

    def __str__(self) -> str:
        return self.name


def parametrize(rows: Sequence[Row]) -> pytest.MarkDecorator:
    names = [row.name for row in rows]
    assert len(set(names)) == len(names), "two rows have the same name"
    return pytest.mark.parametrize("row", rows, ids=str)


def check_value(row: Row) -> None:
    """The value, in float64."""
    found = row.call(*map(tf.constant, row.arrays)).numpy()
    expected = np.asarray(row.expected(*row.arrays))
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, row.rtol, 1e-14)


def check_narrow(row: Row) -> None:
    """Narrower types come out as they went in, and nearly as exact as they can be."""
    for kind, tolerance in ((np.float32, 1e-5), (np.float16, 2e-2)):
        arrays = [x.astype(kind) if x.dtype == np.float64 else x for x in row.arrays]
        found = row.call(*map(tf.constant, arrays)).numpy()
        wide = [x.astype(np.float64) if x.dtype == kind else x for x in arrays]
        expected = np.asarray(row.expected(*wide))
        assert found.dtype == (kind if expected.dtype == np.float64 else expected.dtype)
        np.testing.assert_allclose(found, expected, tolerance, tolerance)


def weights(shape: Sequence[int], seed: int) -> Array:
    return np.random.default_rng(seed).uniform(0.5, 1.5, tuple(shape))


def first_gradients(row: Row, arrays: Sequence[Array]) -> list[Array]:
    """The gradients of a weighted sum of the result, with respect to the float64 arrays."""
    inputs = [tf.constant(x) for x in arrays]
    varied = [x for x in inputs if x.dtype is tf.float64]
    with tf.GradientTape() as tape:
        tape.watch(varied)
        result = row.call(*inputs)
        total = tf.reduce_sum(result * weights(result.shape, 1))
    found = tape.gradient(total, varied, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return [grad.numpy() for grad in found]


def second_gradients(row: Row, arrays: Sequence[Array]) -> list[Array]:
    """The gradients of a weighted sum of the first gradients."""
    inputs = [tf.constant(x) for x in arrays]
    varied = [x for x in inputs if x.dtype is tf.float64]
    zero = tf.UnconnectedGradients.ZERO
    with tf.GradientTape() as outer:
        outer.watch(varied)
        with tf.GradientTape() as tape:
            tape.watch(varied)
            result = row.call(*inputs)
            total = tf.reduce_sum(result * weights(result.shape, 1))
        found = tape.gradient(total, varied, unconnected_gradients=zero)
        mixed = tf.add_n([tf.reduce_sum(g * weights(g.shape, 2)) for g in found])
    again = outer.gradient(mixed, varied, unconnected_gradients=zero)
    return [grad.numpy() for grad in again]


def numeric(function: Callable[[list[Array]], float], arrays: Sequence[Array]) -> list[Array]:
    """The derivatives of a scalar function by central differences of fourth order."""
    step = 1e-3
    results = []
    for index, array in enumerate(arrays):
        if array.dtype != np.float64:
            continue
        slopes = np.zeros(array.shape)
        for position in np.ndindex(array.shape):
            total = 0.0
            for factor, offset in ((-1, 2), (8, 1), (-8, -1), (1, -2)):
                moved = array.copy()
                moved[position] += offset * step
                total += factor * function([*arrays[:index], moved, *arrays[index + 1 :]])
            slopes[position] = total / (12 * step)
        results.append(slopes)
    return results


def check_gradients(row: Row) -> None:
    """First gradients against differences of values, second against differences of the first."""

    def value(arrays: list[Array]) -> float:
        result = row.call(*map(tf.constant, arrays)).numpy()
        return float(np.sum(result * weights(result.shape, 1)))

    def slope(arrays: list[Array]) -> float:
        grads = first_gradients(row, arrays)
        return float(sum(np.sum(g * weights(g.shape, 2)) for g in grads))

    pairs = [(first_gradients(row, row.arrays), numeric(value, row.arrays))]
    if row.order > 1:
        pairs.append((second_gradients(row, row.arrays), numeric(slope, row.arrays)))
    for found, expected in pairs:
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, 1e-6, 1e-7)


def gradient(function: Callable[..., Any], *values: Any) -> Any:
    """The gradient of a function at given points, as nested lists; a list of them for several."""
    inputs = [tf.constant(value) for value in values]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        result = function(*inputs)
    found = [g if g is None else g.numpy().tolist() for g in tape.gradient(result, inputs)]
    return found if len(found) > 1 else found[0]
