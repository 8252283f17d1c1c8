"""The gradient of a branch is that of the branch that was taken."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.engine import realize
from glassbrook.gradients import gradients
from glassbrook.graph import build
from glassbrook.graph.closed import ClosedGraph, input_node
from glassbrook.graph.node import Node

rng = np.random.default_rng(5)
ARRAYS = [
    rng.uniform(0.5, 2, (2, 3)),
    rng.uniform(0.5, 2, (3,)),
    rng.uniform(0.5, 2, (2, 1)).astype(np.float32),
    np.array([1, 2, 3], np.int32),
    rng.uniform(0.5, 2, (4,)),
    rng.uniform(0.5, 2, (3,)).astype(np.float16),
]


def branches() -> list[ClosedGraph]:
    """Two branches of the same inputs: each leaves out one that the other reads."""
    closed = []
    for taken in (True, False):
        nodes = [input_node(i, a.shape, dtypes.as_dtype(a.dtype)) for i, a in enumerate(ARRAYS)]
        x, y, z, n, _, half = nodes
        wide = build.cast(z, dtypes.float64)
        if taken:
            result = build.add(build.mul(x, y), build.square(wide))
            result = build.add(result, build.cast(half, dtypes.float64))
        else:
            result = build.mul(build.mul(build.sin(x), wide), build.cast(n, dtypes.float64))
        closed.append(ClosedGraph(tuple(nodes), (result,)))
    return closed


def slopes(
    condition: bool, order: int, first: np.ndarray | None = None
) -> tuple[list[np.ndarray | None], np.ndarray]:
    """The gradients of the squared result, or those of the squares of the first two; the result."""
    arrays = ARRAYS if first is None else [first, *ARRAYS[1:]]
    nodes = [build.data(each) for each in arrays]
    result = build.cond(build.data(np.array(condition)), nodes, *branches())
    found = _gradients(build.square(result), nodes)
    if order == 2:
        of_x, of_y = (build.sum(build.square(each)) for each in found[:2])
        found = _gradients(build.add(of_x, of_y), nodes)
    realize([result, *(each for each in found if each is not None)])
    return [None if each is None else each.value for each in found], result.value


def _gradients(target: Node, nodes: list[Node]) -> list[Node | None]:
    seed = build.ones(target.shape, target.dtype)
    return gradients([target], [seed], nodes, lambda node: True)


def test_the_branch_that_was_taken() -> None:
    x, y, z, _, _, half = ARRAYS
    found, result = slopes(True, 1)
    expected = x * y + z.astype(float) ** 2 + half.astype(float)
    np.testing.assert_allclose(result, expected, rtol=1e-12)
    outer = 2 * expected
    np.testing.assert_allclose(found[0], outer * y, rtol=1e-12)
    np.testing.assert_allclose(found[1], (outer * x).sum(0), rtol=1e-12)
    np.testing.assert_allclose(found[2], (outer * 2 * z).sum(1, keepdims=True), rtol=1e-6)
    assert found[2].dtype == np.float32
    assert found[3] is None
    assert found[4] is None
    np.testing.assert_allclose(found[5], outer.sum(0), rtol=1e-3)
    assert found[5].dtype == np.float16


def test_the_other_branch() -> None:
    x, y, z, n, _, _ = ARRAYS
    found, result = slopes(False, 1)
    expected = np.sin(x) * z * n
    np.testing.assert_allclose(result, expected, rtol=1e-12)
    outer = 2 * expected
    np.testing.assert_allclose(found[0], outer * np.cos(x) * z * n, rtol=1e-12)
    # The other branch reads it, this one does not.
    np.testing.assert_array_equal(found[1], np.zeros_like(y))
    slope = (outer * np.sin(x) * n).sum(1, keepdims=True)
    np.testing.assert_allclose(found[2], slope, rtol=1e-6)
    assert found[3] is None
    assert found[4] is None


@pytest.mark.parametrize("condition", [True, False])
def test_second_gradients_are_differences_of_first_ones(condition: bool) -> None:
    found, _ = slopes(condition, 2)
    step = 1e-4

    def total(x: np.ndarray) -> float:
        (of_x, of_y, *_), _ = slopes(condition, 1, x)
        return float(np.sum(of_x**2) + np.sum(of_y**2))

    for position in np.ndindex(ARRAYS[0].shape):
        moved = np.zeros(ARRAYS[0].shape)
        moved[position] = step
        difference = (total(ARRAYS[0] + moved) - total(ARRAYS[0] - moved)) / (2 * step)
        assert found[0][position] == pytest.approx(difference, rel=1e-5)
