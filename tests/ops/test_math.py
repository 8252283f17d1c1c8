"""The functions of `tf.math` against NumPy, and their gradients against finite differences."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.rows import (
    Row,
    check_gradients,
    check_narrow,
    check_value,
    parametrize,
)

rng = np.random.default_rng(7)
ANY = np.array([-2.3, -1.1, -0.4, 0.3, 0.8, 1.7])
POSITIVE = np.array([0.2, 0.5, 0.9, 1.3, 2.6, 4.1])
INSIDE = np.array([-0.8, -0.5, -0.1, 0.2, 0.4, 0.7])
ABOVE_ONE = np.array([1.2, 1.5, 2.1, 3.3])
SHARE = np.array([0.1, 0.3, 0.5, 0.8, 0.9])
M = rng.uniform(0.5, 2.0, (2, 3)) * rng.choice([-1.0, 1.0], (2, 3))
ROW = np.array([0.7, -1.3, 2.4])
P = np.abs(M)


def each(function):
    return lambda *arrays: np.vectorize(function, otypes=[np.float64])(*arrays)


UNARY = {
    "abs": (ANY, np.abs, 2),
    "acos": (INSIDE, np.arccos, 2),
    "acosh": (ABOVE_ONE, np.arccosh, 2),
    "asin": (INSIDE, np.arcsin, 2),
    "asinh": (ANY, np.arcsinh, 2),
    "atan": (ANY, np.arctan, 2),
    "atanh": (INSIDE, np.arctanh, 2),
    "ceil": (ANY, np.ceil, 0),
    "cos": (ANY, np.cos, 2),
    "cosh": (ANY, np.cosh, 2),
    "erf": (ANY, each(math.erf), 2),
    "erfc": (ANY, each(math.erfc), 2),
    "erfinv": (INSIDE, each(lambda x: NormalDist().inv_cdf((x + 1) / 2) / math.sqrt(2)), 2),
    "exp": (ANY, np.exp, 2),
    "expm1": (ANY, np.expm1, 2),
    "floor": (ANY, np.floor, 0),
    "log": (POSITIVE, np.log, 2),
    "log1p": (INSIDE, np.log1p, 2),
    "log_sigmoid": (ANY, lambda x: np.log(1 / (1 + np.exp(-x))), 2),
    "ndtri": (SHARE, each(NormalDist().inv_cdf), 2),
    "negative": (ANY, np.negative, 2),
    "reciprocal": (ANY, lambda x: 1 / x, 2),
    "reciprocal_no_nan": (ANY, lambda x: 1 / x, 2),
    "rint": (ANY, np.rint, 0),
    "round": (ANY, np.round, 0),
    "rsqrt": (POSITIVE, lambda x: 1 / np.sqrt(x), 2),
    "sigmoid": (ANY, lambda x: 1 / (1 + np.exp(-x)), 2),
    "sign": (ANY, np.sign, 0),
    "sin": (ANY, np.sin, 2),
    "sinh": (ANY, np.sinh, 2),
    "softplus": (ANY, lambda x: np.log(1 + np.exp(x)), 2),
    "softsign": (ANY, lambda x: x / (1 + np.abs(x)), 2),
    "sqrt": (POSITIVE, np.sqrt, 2),
    "square": (ANY, lambda x: x * x, 2),
    "tan": (INSIDE, np.tan, 2),
    "tanh": (ANY, np.tanh, 2),
}

BINARY = {
    "add": (M, ROW, np.add),
    "subtract": (M, ROW, np.subtract),
    "multiply": (M, ROW, np.multiply),
    "divide": (M, ROW, np.divide),
    "truediv": (M, ROW, np.divide),
    "divide_no_nan": (M, ROW, np.divide),
    "multiply_no_nan": (M, ROW, np.multiply),
    "xdivy": (M, ROW, np.divide),
    "xlogy": (M, np.abs(ROW), lambda x, y: x * np.log(y)),
    "xlog1py": (M, np.abs(ROW), lambda x, y: x * np.log1p(y)),
    "pow": (P, ROW, np.power),
    "squared_difference": (M, ROW, lambda x, y: (x - y) ** 2),
    "maximum": (M, ROW, np.maximum),
    "minimum": (M, ROW, np.minimum),
    "atan2": (M, ROW, np.arctan2),
    "floormod": (M, ROW, np.mod),
}


def cumulative(x, axis):
    return np.logaddexp.accumulate(x, axis)


S = rng.permutation(24).reshape(2, 3, 4) / 7.0
IDS = np.array([0, 0, 1, 3, 3, 3])
MIXED = np.array([2, 0, -1, 2, 0, 0])
SIX = rng.uniform(0.5, 2.0, (6, 2))


def by_segment(function, ids, count, empty):
    def expected(x):
        rows = [x[ids == s] for s in range(count)]
        return np.stack(
            [function(r, axis=0) if len(r) else np.full(x.shape[1:], empty) for r in rows]
        )

    return expected


def root_sum(x, axis):
    return np.sum(x, axis) / np.sqrt(len(x))


SEGMENTS = {"sum": (np.sum, 0), "mean": (np.mean, 0), "prod": (np.prod, 1)}
EXTREMES = {"max": (np.max, -1), "min": (np.min, 1)}


def segment_rows():
    lowest = np.finfo(np.float64).max
    for name, (function, empty) in (SEGMENTS | {"max": (np.max, 0), "min": (np.min, 0)}).items():
        call = getattr(tf.math, f"segment_{name}")
        expected = by_segment(function, IDS, 4, empty)
        yield Row(f"segment_{name}", lambda x, f=call: f(x, IDS), [SIX], expected, 2)
    for name, (function, empty) in (SEGMENTS | {"sqrt_n": (root_sum, 0)}).items():
        call = getattr(tf.math, f"unsorted_segment_{name}")
        expected = by_segment(function, MIXED, 4, empty)
        yield Row(f"unsorted_segment_{name}", lambda x, f=call: f(x, MIXED, 4), [SIX], expected, 2)
    for name, (function, sign) in EXTREMES.items():
        call = getattr(tf.math, f"unsorted_segment_{name}")
        expected = by_segment(function, MIXED, 4, sign * lowest)
        yield Row(
            f"unsorted_segment_{name}",
            lambda x, f=call: f(x, MIXED, 4),
            [SIX],
            expected,
            narrow=False,
        )


ROWS = [
    *(
        Row(name, getattr(tf.math, name), [x], expected, order, rtol=1e-10)
        for name, (x, expected, order) in UNARY.items()
    ),
    *(
        Row(name, getattr(tf.math, name), [x, y], expected, 2)
        for name, (x, y, expected) in BINARY.items()
    ),
    Row("floordiv", tf.math.floordiv, [M, ROW], np.floor_divide),
    Row("mod", tf.math.mod, [M, ROW], np.mod, 2),
    Row("truncatediv", tf.truncatediv, [M, ROW], lambda x, y: np.trunc(x / y)),
    Row("truncatemod", tf.truncatemod, [M, ROW], np.fmod),
    Row("scalar_mul", lambda x: tf.scalar_mul(2.0, x), [M], lambda x: 2 * x, 2),
    Row("add_n", lambda *xs: tf.add_n(xs), [M, P, M], lambda *xs: sum(xs), 2),
    Row(
        "accumulate_n",
        lambda *xs: tf.math.accumulate_n(xs, [2, 3], xs[0].dtype),
        [M, P],
        lambda *xs: sum(xs),
        2,
    ),
    Row(
        "polyval",
        lambda x: tf.math.polyval([3.0 * tf.ones([], x.dtype), -1.0 * tf.ones([], x.dtype), x], x),
        [M],
        lambda x: 3 * x * x - x + x,
        2,
    ),
    Row("clip_by_value", lambda x: tf.clip_by_value(x, -1, 1), [M], lambda x: np.clip(x, -1, 1), 2),
    Row(
        "clip_by_norm",
        lambda x: tf.clip_by_norm(x, 1.0),
        [M],
        lambda x: x / np.linalg.norm(x),
        2,
    ),
    Row(
        "clip_by_norm of rows",
        lambda x: tf.clip_by_norm(x, 1.5, axes=[1]),
        [M],
        lambda x: x * np.minimum(1.5 / np.linalg.norm(x, axis=1, keepdims=True), 1),
        2,
    ),
    Row("clip_by_norm, within", lambda x: tf.clip_by_norm(x, 100.0), [M], lambda x: x, 2),
    Row(
        "clip_by_global_norm",
        lambda x, y: tf.concat(tf.clip_by_global_norm([x, y], 2.0)[0], 0),
        [M, P],
        lambda x, y: np.concatenate([x, y]) * 2 / np.sqrt(np.sum(x * x) + np.sum(y * y)),
        2,
    ),
    Row(
        "global_norm",
        lambda x, y: tf.linalg.global_norm([x, None, y]),
        [M, P],
        lambda x, y: np.sqrt(np.sum(x * x) + np.sum(y * y)),
        2,
    ),
    Row("cumsum", lambda x: tf.cumsum(x, 1), [M], lambda x: np.cumsum(x, 1), 2),
    Row(
        "cumsum, reverse",
        lambda x: tf.cumsum(x, -1, reverse=True),
        [M],
        lambda x: np.flip(np.cumsum(np.flip(x, 1), 1), 1),
        2,
    ),
    Row(
        "cumsum, exclusive",
        lambda x: tf.cumsum(x, 0, exclusive=True),
        [M],
        lambda x: np.cumsum(x, 0) - x,
        2,
    ),
    Row("cumprod", tf.math.cumprod, [M], lambda x: np.cumprod(x, 0), 2),
    Row("cumulative_logsumexp", tf.math.cumulative_logsumexp, [S], lambda x: cumulative(x, 0), 2),
    Row(
        "cumulative_logsumexp, axis",
        lambda x: tf.math.cumulative_logsumexp(x, axis=-1),
        [S],
        lambda x: cumulative(x, 2),
        2,
    ),
    Row(
        "cumulative_logsumexp, reverse",
        lambda x: tf.math.cumulative_logsumexp(x, axis=1, reverse=True),
        [S],
        lambda x: np.flip(cumulative(np.flip(x, 1), 1), 1),
        2,
    ),
    Row("sort", tf.sort, [S], lambda x: np.sort(x, -1), 2),
    Row(
        "sort, descending",
        lambda x: tf.sort(x, 0, "DESCENDING"),
        [S],
        lambda x: -np.sort(-x, 0),
        2,
    ),
    Row("argsort", tf.argsort, [S], lambda x: np.argsort(x, -1).astype(np.int32)),
    Row(
        "argsort, descending",
        lambda x: tf.argsort(x, 1, "DESCENDING"),
        [S],
        lambda x: np.argsort(-x, 1).astype(np.int32),
    ),
    Row(
        "top_k",
        lambda x: tf.math.top_k(x, 2).values,
        [S],
        lambda x: -np.sort(-x, -1)[..., :2],
        2,
    ),
    Row(
        "top_k, indices",
        lambda x: tf.math.top_k(x, 3, index_type=tf.int64).indices,
        [S],
        lambda x: np.argsort(-x, -1)[..., :3],
    ),
    Row(
        "where",
        lambda x, y: tf.where(M > 0, x, y),
        [M, ROW],
        lambda x, y: np.where(M > 0, x, y),
        2,
    ),
    Row(
        "weighted bincount",
        lambda x: tf.math.bincount([0, 3, 3, 9], weights=x, maxlength=5),
        [POSITIVE[:4]],
        lambda x: np.bincount([0, 3, 3], x[:3], 4 + 1),
        2,
    ),
    *segment_rows(),
]


@parametrize(ROWS)
def test_value(row):
    check_value(row)


@parametrize([row for row in ROWS if row.narrow])
def test_narrow(row):
    check_narrow(row)


@parametrize([row for row in ROWS if row.order])
def test_gradients(row):
    check_gradients(row)


COMPARISONS = {
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}


@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.float16, np.float64])
def test_comparison(name, kind):
    x, y = np.array([[1, 2, 3]], kind), np.array([[1], [2]], kind)
    found = getattr(tf, name)(x, y).numpy()
    np.testing.assert_array_equal(found, COMPARISONS[name](x, y))


@pytest.mark.parametrize("name", ["logical_and", "logical_or", "logical_xor"])
def test_logic(name):
    x, y = np.array([[True], [False]]), np.array([True, False])
    np.testing.assert_array_equal(getattr(tf.math, name)(x, y).numpy(), getattr(np, name)(x, y))


BITS = {
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "left_shift": np.left_shift,
    "right_shift": np.right_shift,
}


@pytest.mark.parametrize("name", BITS)
@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64])
def test_bits(name, kind):
    x, y = np.array([5, 120, 17], kind), np.array([3, 1, 2], kind)
    found = getattr(tf.bitwise, name)(x, y).numpy()
    assert found.dtype == kind
    np.testing.assert_array_equal(found, BITS[name](x, y))
