"""The interpreter against NumPy formulas, over dtypes and edge shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glassbrook import dtypes
from glassbrook.engine import realize
from glassbrook.engine.interpreter import EVALUATE
from glassbrook.errors import InvalidArgumentError, OutOfRangeError
from glassbrook.graph import build
from glassbrook.graph.infer import elementwise
from tests.cases import CASES, Case


def run(case: Case, inputs) -> np.ndarray:
    node = case.make(*(build.data(array) for array in inputs))
    realize([node])
    value = node.value
    assert value is not None
    assert value.shape == node.shape
    assert value.dtype == node.dtype.numpy
    return value


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(case: Case) -> None:
    found = run(case, case.inputs)
    expected = np.asarray(case.expected(*case.inputs))
    assert found.shape == expected.shape
    if found.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=case.rtol, atol=1e-14)
    else:
        assert found.tolist() == expected.tolist()


FLOATING = [case for case in CASES if any(array.dtype == np.float64 for array in case.inputs)]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("case", FLOATING, ids=str)
def test_narrower_types_keep_their_dtype(case: Case, dtype: type) -> None:
    inputs = [array.astype(dtype) if array.dtype == np.float64 else array for array in case.inputs]
    found = run(case, inputs)
    wide = [array.astype(np.float64) if array.dtype == dtype else array for array in inputs]
    rtol = 2e-2 if dtype == np.float16 else 1e-5
    if found.dtype.kind == "f" and found.dtype != np.float64:
        np.testing.assert_allclose(found, case.expected(*wide), rtol=rtol, atol=rtol)


INTEGER_TYPES = [dtype for dtype in dtypes.ALL if dtype.is_integer]


@pytest.mark.parametrize("dtype", INTEGER_TYPES, ids=repr)
@pytest.mark.parametrize(
    "op", ["add", "sub", "mul", "floordiv", "mod", "maximum", "minimum", "pow"]
)
def test_integers_wrap_and_keep_their_dtype(op: str, dtype: dtypes.DType) -> None:
    x = np.array([7, 100, 3], dtype.numpy)
    y = np.array([2, 2, 1], dtype.numpy)
    node = getattr(build, op)(build.data(x), build.data(y))
    realize([node])
    with np.errstate(over="ignore"):
        expected = {
            "add": x + y, "sub": x - y, "mul": x * y, "floordiv": x // y, "mod": x % y,
            "maximum": np.maximum(x, y), "minimum": np.minimum(x, y), "pow": x**y,
        }[op]  # fmt: skip
    assert node.value.dtype == dtype.numpy
    assert node.value.tolist() == expected.tolist()


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (2, 0, 3), (1, 1)])
@pytest.mark.parametrize("op", [*elementwise.FLOATING_UNARY, *elementwise.NUMERIC_UNARY])
def test_elementwise_on_edge_shapes(op: str, shape: tuple[int, ...]) -> None:
    node = getattr(build, op)(build.data(np.full(shape, 0.5, np.float32)))
    realize([node])
    assert node.value.shape == shape


def test_folding_nothing_gives_the_neutral_element() -> None:
    empty = build.data(np.zeros((0, 2), np.float32))
    for op, expected in (("sum", 0), ("prod", 1), ("max", -np.inf), ("min", np.inf)):
        node = getattr(build, op)(empty, (0,))
        realize([node])
        assert node.value.tolist() == [expected] * 2


def test_random_numbers_depend_on_the_seed_alone() -> None:
    def draw(first: int, second: int) -> np.ndarray:
        state = build.data(np.array([0, first, second], np.int64))
        node = build.random_uniform(state, (1000,), dtypes.float32)
        realize([node])
        return node.value

    assert np.array_equal(draw(1, 2), draw(1, 2))
    assert not np.array_equal(draw(1, 2), draw(1, 3))
    assert not np.array_equal(draw(1, 2), draw(2, 2))
    numbers = draw(-5, 7)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 0.05


def test_extreme_values_do_not_overflow() -> None:
    x = build.data(np.array([-1000.0, 0.0, 1000.0], np.float32))
    for op, expected in (
        ("sigmoid", [0, 0.5, 1]),
        ("softplus", [0, np.log(2), 1000]),
        ("softmax", [0, 0, 1]),
        ("log_softmax", [-2000, -1000, 0]),
    ):
        node = getattr(build, op)(x)
        realize([node])
        np.testing.assert_allclose(node.value, expected, rtol=1e-6)


def test_erfinv_at_the_ends() -> None:
    node = build.erfinv(build.data(np.array([-1.0, 1.0, 1.5, 0.0, 1 - 2.0**-40])))
    realize([node])
    assert node.value[:2].tolist() == [-np.inf, np.inf]
    assert np.isnan(node.value[2])
    assert node.value[3] == 0
    assert math.erfc(node.value[4]) == pytest.approx(2.0**-40, rel=1e-12)


@pytest.mark.parametrize("op", ["floordiv", "mod"])
def test_integer_division_by_zero_is_an_error(op: str) -> None:
    one, zero = (build.data(np.array([value], np.int32)) for value in (1, 0))
    with pytest.raises(InvalidArgumentError, match="division by zero"):
        realize([getattr(build, op)(one, zero)])


def test_integers_to_negative_powers_are_an_error() -> None:
    two, minus = (build.data(np.array([value], np.int32)) for value in (2, -1))
    with pytest.raises(InvalidArgumentError, match="negative integer powers"):
        realize([build.pow(two, minus)])


def test_an_index_out_of_range_names_the_place() -> None:
    x = build.data(np.zeros((3, 2), np.float32))
    indices = build.data(np.array([[0, 1], [2, 5]], np.int32))
    with pytest.raises(OutOfRangeError, match=r"indices\[1, 1\] = 5 is not in \[0, 3\)"):
        realize([build.gather(x, indices)])


def test_every_entry_names_an_op() -> None:
    assert all(callable(function) for function in EVALUATE.values())
