"""Reductions: values, dtypes, empty axes, NaN, gradients and errors."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import errors
from tests.ops.rows import (
    Row,
    check_gradients,
    check_narrow,
    check_value,
    gradient,
    parametrize,
)

INF, NAN = float("inf"), float("nan")
rng = np.random.default_rng(3)
X = rng.uniform(-2, 2, (2, 3, 4))
AXES = {"all": None, "0": 0, "-1": -1, "pair": [0, 2], "tuple": (1,), "none": []}


def numpy_axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def log_sum_exp(x, axis, keepdims):
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


FOLDS = {
    "reduce_sum": (tf.reduce_sum, np.sum),
    "reduce_mean": (tf.reduce_mean, np.mean),
    "reduce_max": (tf.reduce_max, np.max),
    "reduce_min": (tf.reduce_min, np.min),
    "reduce_prod": (tf.reduce_prod, np.prod),
    "reduce_logsumexp": (tf.reduce_logsumexp, log_sum_exp),
    "reduce_std": (tf.math.reduce_std, np.std),
    "reduce_variance": (tf.math.reduce_variance, np.var),
    "reduce_euclidean_norm": (
        tf.math.reduce_euclidean_norm,
        lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims)),
    ),
}


def fold_row(name, label, keepdims):
    function, expected = FOLDS[name]
    axis = AXES[label]
    smooth = not (label == "none" and name in ("reduce_std", "reduce_euclidean_norm"))
    return Row(
        f"{name}-{label}{'-kept' if keepdims else ''}",
        lambda x: function(x, axis, keepdims),
        [X],
        lambda x: expected(x, axis=numpy_axis(axis), keepdims=keepdims),
        order=2 if smooth and label in ("all", "-1", "pair") else 0,
    )


ROWS = [fold_row(name, label, kept) for name in FOLDS for label in AXES for kept in (False, True)]
ROWS += [
    Row(
        "moments",
        lambda x: tf.stack(tf.nn.moments(x, [0, 2])),
        [X],
        lambda x: np.stack([np.mean(x, (0, 2)), np.var(x, (0, 2))]),
        order=2,
    ),
    Row(
        "moments-kept",
        lambda x: tf.stack(tf.nn.moments(x, [-1], keepdims=True)),
        [X],
        lambda x: np.stack([np.mean(x, -1, keepdims=True), np.var(x, -1, keepdims=True)]),
        order=2,
    ),
    Row(
        "count_nonzero",
        lambda x: tf.math.count_nonzero(x, axis=1),
        [np.round(X)],
        lambda x: np.count_nonzero(x, axis=1).astype(np.int64),
    ),
]


@parametrize(ROWS)
def test_value(row):
    check_value(row)


@parametrize([row for row in ROWS if row.narrow and "none" not in row.name])
def test_narrow(row):
    check_narrow(row)


@parametrize([row for row in ROWS if row.order])
def test_gradients(row):
    check_gradients(row)


@pytest.mark.parametrize("name", ["reduce_any", "reduce_all"])
@pytest.mark.parametrize("axis", AXES.values(), ids=AXES)
def test_truth(name, axis):
    x = X > -1
    found = getattr(tf, name)(x, axis, keepdims=True).numpy()
    expected = (np.any if name == "reduce_any" else np.all)(x, numpy_axis(axis), keepdims=True)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_positions(name, axis):
    found = getattr(tf, name)(X, axis)
    expected = getattr(np, name)(X, 0 if axis is None else axis)
    assert found.dtype is tf.int64
    np.testing.assert_array_equal(found.numpy(), expected)
    assert getattr(tf, name)(X, axis, output_type=tf.int32).dtype is tf.int32


def test_integers():
    x = tf.constant([[1, 2], [4, 4]])
    assert tf.reduce_mean(x).numpy() == 2
    assert tf.reduce_mean(tf.constant([-1, -2])).numpy() == -1
    assert tf.reduce_mean(tf.constant([200, 101], tf.uint8)).numpy() == 150
    assert tf.reduce_mean(tf.constant([2**31 - 1, 2**31 - 3])).numpy() == 2**31 - 2
    assert tf.reduce_sum(tf.constant([200, 100], tf.uint8)).numpy() == 44
    assert tf.math.reduce_euclidean_norm(tf.constant([1, 2])).numpy() == 2
    assert tf.reduce_prod(x).dtype is tf.int32
    assert tf.reduce_max(x, axis=1).numpy().tolist() == [2, 4]


def test_the_mean_of_many_halves_does_not_overflow():
    x = tf.fill([4000], tf.constant(100.0, tf.float16))
    assert tf.reduce_mean(x).numpy() == 100
    assert tf.math.reduce_variance(x).numpy() == 0


# An expression's value as TensorFlow gives it.
SPECIAL = {
    "sum of none": (lambda: tf.reduce_sum(tf.zeros([0])), 0.0),
    "mean of none": (lambda: tf.reduce_mean(tf.zeros([0])), NAN),
    "mean of no integers": (lambda: tf.reduce_mean(tf.zeros([0], tf.int32)), 0),
    "max of none": (lambda: tf.reduce_max(tf.zeros([0])), -INF),
    "min of none": (lambda: tf.reduce_min(tf.zeros([0])), INF),
    "max of no integers": (lambda: tf.reduce_max(tf.zeros([0], tf.int32)), -(2**31)),
    "product of none": (lambda: tf.reduce_prod(tf.zeros([0])), 1.0),
    "all of none": (lambda: tf.reduce_all(tf.zeros([0], tf.bool)), True),
    "any of none": (lambda: tf.reduce_any(tf.zeros([0], tf.bool)), False),
    "logsumexp of none": (lambda: tf.reduce_logsumexp(tf.zeros([0])), -INF),
    "sum of no rows": (lambda: tf.reduce_sum(tf.zeros([0, 3]), 0), [0.0, 0.0, 0.0]),
    "argmax of no rows": (lambda: tf.argmax(tf.zeros([0, 3]), 1), []),
    "max with NaN": (lambda: tf.reduce_max([1.0, NAN, 3.0]), NAN),
    "min with NaN": (lambda: tf.reduce_min([NAN, 1.0]), NAN),
    "argmax with NaN": (lambda: tf.argmax([1.0, NAN, 3.0]), 2),
    "argmin with NaN": (lambda: tf.argmin([NAN, 1.0, 2.0]), 1),
    "argmax of NaN": (lambda: tf.argmax([NAN, NAN]), 0),
    "argmax, NaN in a row": (lambda: tf.argmax([[NAN, 1.0], [2.0, 1.0]], axis=1), [1, 0]),
    "argmax of ties": (lambda: tf.argmax([1, 3, 3]), 1),
    "argmin of ties": (lambda: tf.argmin([3, 1, 1]), 1),
    "argmax of truth": (lambda: tf.argmax([False, True]), 1),
    "logsumexp, large": (lambda: tf.reduce_logsumexp([1000.0, 1000.0]), 1000.6931471805599),
    "logsumexp, infinite": (lambda: tf.reduce_logsumexp([INF, 1.0]), INF),
    "logsumexp, minus infinite": (lambda: tf.reduce_logsumexp([-INF, -INF]), -INF),
    "logsumexp, partly": (lambda: tf.reduce_logsumexp([-INF, 1.0]), 1.0),
    "axis of a tensor": (lambda: tf.reduce_sum([[1, 2], [3, 4]], tf.constant(1)), [3, 7]),
    "axes of a tensor": (lambda: tf.reduce_sum([[1, 2], [3, 4]], tf.constant([0, 1])), 10),
    "axis of an array": (lambda: tf.reduce_sum([[1, 2], [3, 4]], np.array(1)), [3, 7]),
    "axis of NumPy": (lambda: tf.reduce_sum([[1, 2], [3, 4]], np.int64(1)), [3, 7]),
    "a range of axes": (lambda: tf.reduce_sum([[1, 2], [3, 4]], range(1, 2)), [3, 7]),
    "count of text": (lambda: tf.math.count_nonzero(["a", ""]), 1),
    "count of truth": (lambda: tf.math.count_nonzero([True, False]), 1),
    "count of NaN": (lambda: tf.math.count_nonzero([NAN, 0.0]), 1),
    "count, dtype": (lambda: tf.math.count_nonzero([[0, 1]], 0, True, tf.int32), [[0, 1]]),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special(name):
    call, expected = SPECIAL[name]
    np.testing.assert_allclose(call().numpy(), expected, 1e-6)


# The gradient where it is not obvious, as TensorFlow gives it.
EDGES = {
    "max, tie": (tf.reduce_max, [1.0, 2.0, 2.0], [0.0, 0.5, 0.5]),
    "min, tie": (tf.reduce_min, [1.0, 1.0, 2.0], [0.5, 0.5, 0.0]),
    "max, rows": (lambda x: tf.reduce_max(x, 1), [[1.0, 1.0], [2.0, 3.0]], [[0.5, 0.5], [0, 1]]),
    "max, NaN": (tf.reduce_max, [NAN, 1.0], [NAN, NAN]),
    "prod, one zero": (tf.reduce_prod, [0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
    "prod, two zeros": (tf.reduce_prod, [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
    "std, equal": (tf.math.reduce_std, [1.0, 1.0], [NAN, NAN]),
    "std": (tf.math.reduce_std, [1.0, 3.0], [-0.5, 0.5]),
    "variance": (tf.math.reduce_variance, [1.0, 3.0], [-1.0, 1.0]),
    "norm at zero": (tf.math.reduce_euclidean_norm, [0.0, 0.0], [NAN, NAN]),
    "logsumexp": (tf.reduce_logsumexp, [1.0, 1.0], [0.5, 0.5]),
    "logsumexp, partly": (tf.reduce_logsumexp, [-INF, 1.0], [0.0, 1.0]),
    "logsumexp, nothing": (tf.reduce_logsumexp, [-INF, -INF], [NAN, NAN]),
    "mean": (tf.reduce_mean, [1.0, 2.0], [0.5, 0.5]),
}


@pytest.mark.parametrize("name", EDGES)
def test_gradient_at_the_edge(name):
    function, point, expected = EDGES[name]
    np.testing.assert_allclose(gradient(function, point), expected, 1e-6)


ERRORS = {
    "no such axis": (lambda: tf.reduce_sum([1, 2], axis=1), errors.OutOfRangeError, "axis 1"),
    "no such axis below": (lambda: tf.reduce_sum([1], axis=-2), errors.OutOfRangeError, "axis -2"),
    "axis of a scalar": (lambda: tf.reduce_sum(1, axis=0), errors.OutOfRangeError, "rank 0"),
    "axis twice": (lambda: tf.reduce_sum([[1]], axis=[0, -2]), ValueError, "twice"),
    "fraction of an axis": (lambda: tf.reduce_sum([1], axis=0.5), errors.DTypeError, "integers"),
    "sum of truth": (lambda: tf.reduce_sum([True]), errors.DTypeError, "bool"),
    "mean of truth": (lambda: tf.reduce_mean([True]), errors.DTypeError, "bool"),
    "max of text": (lambda: tf.reduce_max(["a"]), errors.DTypeError, "string"),
    "any of numbers": (lambda: tf.reduce_any([1, 0]), TypeError, "bool"),
    "all of floats": (lambda: tf.reduce_all(tf.zeros([2])), TypeError, "bool"),
    "std of integers": (lambda: tf.math.reduce_std([1, 2]), TypeError, "floating-point"),
    "variance of integers": (lambda: tf.math.reduce_variance([1, 2]), TypeError, "tf.cast"),
    "logsumexp of integers": (lambda: tf.reduce_logsumexp([1, 2]), TypeError, "floating-point"),
    "argmax of a scalar": (lambda: tf.argmax(5), errors.OutOfRangeError, "axis 0"),
    "argmax of nothing": (lambda: tf.argmax(tf.zeros([0])), ValueError, "empty"),
    "argmax of text": (lambda: tf.argmax(["a"]), errors.DTypeError, "string"),
    "moments of integers": (lambda: tf.nn.moments([1, 2], [0]), TypeError, "floating-point"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error(name):
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message):
        call()
