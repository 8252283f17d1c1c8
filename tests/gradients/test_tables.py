"""Every operation has its entry in every table, and its gradients are right."""

from __future__ import annotations

import numpy as np
import pytest

from glassbrook.engine import realize
from glassbrook.engine.interpreter import EVALUATE
from glassbrook.gradients import NON_DIFFERENTIABLE, VJP, gradients
from glassbrook.graph import INFER, Node, build
from tests.cases import CASES, Case

# Random numbers have tests of their own.
RANDOM = {
    "random_binomial",
    "random_gamma",
    "random_normal",
    "random_permutation",
    "random_poisson",
    "random_truncated_normal",
    "random_uniform",
}
# Leaves hold their values. Branches and loops hold closed graphs, and have tests of their own too.
WITHOUT_CASE = {"cond", "data", "input", "item", *RANDOM, "scan", "while"}
HELD_BY_NODES = {"data", "input"}


def test_every_op_has_an_entry_in_every_table() -> None:
    assert INFER.keys() - HELD_BY_NODES == EVALUATE.keys()
    assert INFER.keys() == VJP.keys() | NON_DIFFERENTIABLE.keys()
    assert not VJP.keys() & NON_DIFFERENTIABLE.keys()
    assert INFER.keys() - WITHOUT_CASE == {case.op for case in CASES}
    assert all(NON_DIFFERENTIABLE.values())


def test_every_differentiable_op_is_differentiated_in_a_case() -> None:
    tried = {case.op for case in CASES if case.order and case.differentiated}
    assert VJP.keys() - tried - WITHOUT_CASE == {"sign", "cast"} - tried


def always(node: Node) -> bool:
    return True


def value_of(node: Node) -> np.ndarray:
    realize([node])
    assert node.value is not None
    return node.value


def weights(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 1.5, shape)


def first_gradients(case: Case, arrays: list[np.ndarray]) -> tuple[list[Node], list[Node]]:
    """The inputs that vary, and the gradients of the weighted sum of the result."""
    nodes = [build.data(array) for array in arrays]
    result = case.make(*nodes)
    sources = [nodes[index] for index in case.differentiated]
    seed = build.data(weights(result.shape, 1))
    found = gradients([result], [seed], sources, always)
    return sources, [
        build.zeros(source.shape, source.dtype) if grad is None else grad
        for source, grad in zip(sources, found, strict=True)
    ]


def numeric(function, array: np.ndarray) -> np.ndarray:
    """The derivative of a scalar function by central differences of fourth order."""
    step = 1e-3
    result = np.zeros(array.shape)
    for position in np.ndindex(array.shape):
        total = 0.0
        for factor, offset in ((-1, 2), (8, 1), (-8, -1), (1, -2)):
            moved = array.copy()
            moved[position] += offset * step
            total += factor * function(moved)
        result[position] = total / (12 * step)
    return result


DIFFERENTIABLE = [case for case in CASES if case.order and case.differentiated]


def first_expected(case: Case) -> list[np.ndarray]:
    """The gradients of the weighted sum of the result, by finite differences."""
    arrays = list(case.inputs)

    def total(moved: np.ndarray, index: int) -> float:
        nodes = [build.data(each) for each in (*arrays[:index], moved, *arrays[index + 1 :])]
        result = value_of(case.make(*nodes))
        return float(np.sum(weights(result.shape, 1) * result))

    return [
        numeric(lambda moved, index=index: total(moved, index), arrays[index])
        for index in case.differentiated
    ]


def check_first(case: Case, expected: list[np.ndarray]) -> None:
    sources, grads = first_gradients(case, list(case.inputs))
    for source, grad, numbers in zip(sources, grads, expected, strict=True):
        assert grad.shape == source.shape
        assert grad.dtype is source.dtype
        np.testing.assert_allclose(value_of(grad), numbers, rtol=1e-6, atol=1e-7)


def second_expected(case: Case) -> list[np.ndarray]:
    """The gradients of the weighted sum of the gradients, by finite differences."""
    arrays = list(case.inputs)

    def total(moved: np.ndarray, index: int) -> float:
        _, grads = first_gradients(case, [*arrays[:index], moved, *arrays[index + 1 :]])
        return sum(
            float(np.sum(weights(grad.shape, 2 + number) * value_of(grad)))
            for number, grad in enumerate(grads)
        )

    return [
        numeric(lambda moved, index=index: total(moved, index), arrays[index])
        for index in case.differentiated
    ]


def check_second(case: Case, expected: list[np.ndarray]) -> None:
    sources, grads = first_gradients(case, list(case.inputs))
    seeds = [build.data(weights(grad.shape, 2 + i)) for i, grad in enumerate(grads)]
    for source, second, numbers in zip(
        sources, gradients(grads, seeds, sources, always), expected, strict=True
    ):
        found = np.zeros(source.shape) if second is None else value_of(second)
        np.testing.assert_allclose(found, numbers, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
def test_first_gradient(case: Case) -> None:
    check_first(case, first_expected(case))


@pytest.mark.parametrize("case", [case for case in DIFFERENTIABLE if case.order > 1], ids=str)
def test_second_gradient(case: Case) -> None:
    check_second(case, second_expected(case))
