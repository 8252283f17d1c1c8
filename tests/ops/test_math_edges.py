"""The functions of `tf.math` where it gets difficult: limits, NaN, integers, ties, errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import errors
from tests.ops.rows import gradient

INF, NAN = float("inf"), float("nan")

# An expression's value as TensorFlow gives it: integers, limits, NaN.
SPECIAL = {
    "abs of integers": (lambda: tf.abs([-3, 2]), [3, 2]),
    "sign of integers": (lambda: tf.sign([-3, 0]), [-1, 0]),
    "sign of NaN": (lambda: tf.sign([NAN, -0.0]), [NAN, 0]),
    "round": (lambda: tf.round([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999]), [0, 2, 2, 0, -2, 2]),
    "round of integers": (lambda: tf.round([1, 2]), [1, 2]),
    "square of integers": (lambda: tf.square([2, -3]), [4, 9]),
    "sqrt below 0": (lambda: tf.sqrt([-1.0, 0.0]), [NAN, 0]),
    "log": (lambda: tf.math.log([0.0, -1.0]), [-INF, NAN]),
    "rsqrt at 0": (lambda: tf.math.rsqrt([0.0]), [INF]),
    "exp": (lambda: tf.exp([1000.0, -1000.0]), [INF, 0]),
    "expm1 near 0": (lambda: tf.math.expm1([1e-7]), [1e-7]),
    "log1p near 0": (lambda: tf.math.log1p([1e-7]), [1e-7]),
    "sigmoid": (lambda: tf.sigmoid([-1000.0, 1000.0]), [0, 1]),
    "log_sigmoid": (lambda: tf.math.log_sigmoid([-1000.0, 1000.0]), [-1000, 0]),
    "softplus": (lambda: tf.math.softplus([-1000.0, 1000.0]), [0, 1000]),
    "asin outside": (lambda: tf.asin([2.0]), [NAN]),
    "erfinv": (lambda: tf.math.erfinv([1.0, -1.0, 2.0]), [INF, -INF, NAN]),
    "ndtri": (lambda: tf.math.ndtri([0.0, 0.5, 1.0, 2.0]), [-INF, 0, INF, NAN]),
    "is_nan": (lambda: tf.math.is_nan([NAN, INF, 1.0]), [True, False, False]),
    "is_inf": (lambda: tf.math.is_inf([NAN, INF, 1.0]), [False, True, False]),
    "is_finite": (lambda: tf.math.is_finite([NAN, INF, 1.0]), [False, False, True]),
    "divide integers": (lambda: tf.divide([1, 3], 2), [0.5, 1.5]),
    "divide numbers": (lambda: tf.divide(1, 2), 0.5),
    "truediv bytes": (lambda: tf.truediv(tf.constant([1], tf.int8), 2), [0.5]),
    "floordiv": (lambda: tf.math.floordiv([7, -7, 7, -7], [2, 2, -2, -2]), [3, -4, -4, 3]),
    "floormod": (lambda: tf.math.floormod([7, -7, 7, -7], [3, 3, -3, -3]), [1, 2, -2, -1]),
    "truncatediv": (lambda: tf.truncatediv([7, -7, 7, -7], [2, 2, -2, -2]), [3, -3, -3, 3]),
    "truncatemod": (lambda: tf.truncatemod([7, -7, 7, -7], [3, 3, -3, -3]), [1, -1, 1, -1]),
    "truncatediv by 0": (lambda: tf.truncatediv([1.0, -1.0], 0.0), [INF, -INF]),
    "pow of integers": (lambda: tf.pow([2, 3], [3, 2]), [8, 9]),
    "squared_difference": (lambda: tf.math.squared_difference(3, 1), 4),
    "maximum, NaN": (lambda: tf.maximum([1.0, NAN], [NAN, 1.0]), [NAN, NAN]),
    "minimum, NaN": (lambda: tf.minimum([1.0, NAN], [NAN, 1.0]), [NAN, NAN]),
    "divide_no_nan": (lambda: tf.math.divide_no_nan([1.0, NAN, 3.0], [0.0, 0.0, 2.0]), [0, 0, 1.5]),
    "divide_no_nan, integers": (lambda: tf.math.divide_no_nan([3, 1], [2, 0]), [1.5, 0]),
    "multiply_no_nan": (
        lambda: tf.math.multiply_no_nan([NAN, INF, 3.0], [0.0, 0.0, 2.0]),
        [0, 0, 6],
    ),
    "reciprocal_no_nan": (lambda: tf.math.reciprocal_no_nan([0.0, 2.0]), [0, 0.5]),
    "xlogy": (lambda: tf.math.xlogy([0.0, 0.0, 1.0], [0.0, -1.0, 1.0]), [0, 0, 0]),
    "xlog1py": (lambda: tf.math.xlog1py([0.0, 0.0], [-1.0, -2.0]), [0, 0]),
    "xdivy": (lambda: tf.math.xdivy([0.0, 1.0], [0.0, 0.0]), [0, INF]),
    "add_n of one": (lambda: tf.add_n([[1, 2]]), [1, 2]),
    "add_n of a tensor": (lambda: tf.add_n(tf.constant([1.0, 2.0])), 3),
    "polyval of none": (lambda: tf.math.polyval([], tf.constant([3.0])), [0]),
    "clip_by_value, integers": (lambda: tf.clip_by_value([1, 5, 10], 2, 6), [2, 5, 6]),
    "clip_by_value, NaN": (lambda: tf.clip_by_value([1.0, 5.0, NAN], 2, 6), [2, 5, NAN]),
    "clip_by_value, swapped": (lambda: tf.clip_by_value([5.0], 6, 2), [6]),
    "clip_by_value, tensors": (lambda: tf.clip_by_value([1.0, 5.0], [0.0, 6.0], 8.0), [1, 6]),
    "clip_by_norm of 0": (lambda: tf.clip_by_norm([0.0, 0.0], 1.0), [0, 0]),
    "clip_by_global_norm, none": (lambda: tf.clip_by_global_norm([[3.0], None], 1.0)[0][0], [1]),
    "clip_by_global_norm of 0": (lambda: tf.clip_by_global_norm([[0.0]], 1.0)[0][0], [0]),
    "clip_by_global_norm, inf": (lambda: tf.clip_by_global_norm([[INF]], 1.0)[0][0], [NAN]),
    "clip_by_global_norm, norm": (lambda: tf.clip_by_global_norm([[3.0]], 1.0, 6.0)[0][0], [0.5]),
    "cumsum": (lambda: tf.cumsum([1, 2, 3]), [1, 3, 6]),
    "cumsum, both": (lambda: tf.cumsum([1, 2, 3], exclusive=True, reverse=True), [5, 3, 0]),
    "cumprod": (lambda: tf.math.cumprod([2, 3, 4], exclusive=True), [1, 2, 6]),
    "cumulative_logsumexp": (
        lambda: tf.math.cumulative_logsumexp([-1000.0, 0.0, -INF]),
        [-1000, 0, 0],
    ),
    "cumulative_logsumexp, exclusive": (
        lambda: tf.math.cumulative_logsumexp([1.0, 1.0, 3.0], exclusive=True),
        [-INF, 1, 1 + math.log(2)],
    ),
    "cumulative_logsumexp, both": (
        lambda: tf.math.cumulative_logsumexp([1.0, 1.0, 3.0], exclusive=True, reverse=True),
        [math.log(math.e + math.e**3), 3, -INF],
    ),
    "cumulative_logsumexp of none": (lambda: tf.math.cumulative_logsumexp(tf.zeros([0])), []),
    "where, condition": (lambda: tf.where([[True, False], [False, True]]), [[0, 0], [1, 1]]),
    "where, numbers": (lambda: tf.where([1.0, 0.0, NAN]), [[0], [2]]),
    "where, broadcast": (lambda: tf.where([[True], [False]], [1, 2], 0), [[1, 2], [0, 0]]),
    "where, mixed": (lambda: tf.where([True, False], 1, tf.constant([2.0, 3.0])), [1, 3]),
    "sort, NaN": (lambda: tf.sort([1.0, NAN, 0.0]), [0, 1, NAN]),
    "argsort, ties": (lambda: tf.argsort([1, 0, 1, 0]), [1, 3, 0, 2]),
    "argsort down, ties": (lambda: tf.argsort([1, 0, 1, 0], direction="DESCENDING"), [0, 2, 1, 3]),
    "top_k of none": (lambda: tf.math.top_k([3, 1], k=0).values, []),
    "top_k, ties": (lambda: tf.math.top_k([1, 3, 3], k=2).indices, [1, 2]),
    "in_top_k": (
        lambda: tf.math.in_top_k([0, 1, 1], [[0.5, 0.5], [NAN, 1.0], [0.1, INF]], 1),
        [True, False, False],
    ),
    "in_top_k, outside": (lambda: tf.math.in_top_k([5, -1], [[0.1, 0.9]] * 2, 2), [False, False]),
    "in_top_k, k": (lambda: tf.math.in_top_k([0, 0], [[1.0, 2.0, 3.0]] * 2, 3), [True, True]),
    "unique": (lambda: tf.unique([5, 2, 5, 9]).y, [5, 2, 9]),
    "unique, idx": (lambda: tf.unique([5, 2, 5, 9]).idx, [0, 1, 0, 2]),
    "unique of none": (lambda: tf.unique(tf.zeros([0])).y, []),
    "unique, count": (lambda: tf.unique_with_counts([5, 2, 5, 9]).count, [2, 1, 1]),
    "invert_permutation": (lambda: tf.math.invert_permutation([2, 0, 1]), [1, 2, 0]),
    "bincount": (lambda: tf.math.bincount([1, 1, 5], minlength=3, maxlength=4), [0, 2, 0, 0]),
    "bincount of none": (lambda: tf.math.bincount([], minlength=2), [0, 0]),
    "bincount, rows": (
        lambda: tf.math.bincount([[1, 1], [2, 0]], axis=-1),
        [[0, 2, 0], [1, 0, 1]],
    ),
    "bincount, all": (lambda: tf.math.bincount([[1, 1], [2, 0]]), [1, 2, 1]),
    "bincount, binary": (lambda: tf.math.bincount([1, 1, 2], binary_output=True), [0, 1, 1]),
    "confusion_matrix": (lambda: tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]), [[1, 0], [1, 1]]),
    "confusion_matrix, column": (
        lambda: tf.math.confusion_matrix([[0], [1]], tf.constant([1, 1], tf.int64), 3),
        [[0, 1, 0], [0, 1, 0], [0, 0, 0]],
    ),
    "confusion_matrix, weights": (
        lambda: tf.math.confusion_matrix([0, 1], [0, 1], weights=[0.5, 2.0], dtype=tf.float32),
        [[0.5, 0], [0, 2]],
    ),
    "histogram_fixed_width": (
        lambda: tf.histogram_fixed_width([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], nbins=5),
        [2, 1, 1, 0, 2],
    ),
    "histogram_fixed_width_bins": (
        lambda: tf.histogram_fixed_width_bins([[0, 4], [9, -3]], [0, 5], 5, tf.int64),
        [[0, 4], [4, 0]],
    ),
    "segment_sum of integers": (lambda: tf.math.segment_sum([1, 2, 3], [0, 0, 2]), [3, 0, 3]),
    "segment_max of integers": (lambda: tf.math.segment_max([1, 2, 3], [0, 0, 2]), [2, 0, 3]),
    "segment_sum of none": (
        lambda: tf.math.segment_sum(tf.zeros([0]), tf.zeros([0], tf.int32)),
        [],
    ),
    "unsorted_segment_sum, nested": (
        lambda: tf.math.unsorted_segment_sum([[1, 2], [3, 4]], [[0, 1], [0, 1]], 3),
        [4, 6, 0],
    ),
    "unsorted_segment_max of integers": (
        lambda: tf.math.unsorted_segment_max([1, 2, 3], [0, 0, -1], 2),
        [2, -(2**31)],
    ),
    "invert": (lambda: tf.bitwise.invert([5, 0]), [-6, -1]),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special(name):
    call, expected = SPECIAL[name]
    found = call().numpy()
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, 1e-6)


def test_strings():
    assert tf.add("a", ["b", "c"]).numpy().tolist() == [b"ab", b"ac"]
    assert tf.equal("a", ["a", "b"]).numpy().tolist() == [True, False]
    assert tf.where([True, False], "a", "b").numpy().tolist() == [b"a", b"b"]
    assert tf.unique(["b", "a", "b"]).y.numpy().tolist() == [b"b", b"a"]


def test_dtypes():
    assert tf.divide([1], [2]).dtype is tf.float64
    assert tf.truediv(tf.constant([1], tf.int16), 2).dtype is tf.float32
    assert tf.math.divide_no_nan(1, 2).dtype is tf.float64
    assert tf.unique([1], out_idx=tf.int64).idx.dtype is tf.int64
    assert tf.math.bincount([1], dtype=tf.int64).dtype is tf.int64
    assert tf.math.top_k([1], index_type=tf.int64).indices.dtype is tf.int64
    assert tf.where([True]).dtype is tf.int64
    assert tf.math.top_k([1]).indices.dtype is tf.int32


# The gradient where it is not obvious, as TensorFlow gives it.
EDGES = {
    "abs": (tf.abs, [[-1.0, 0.0, 1.0]], [-1, 0, 1]),
    "sign": (tf.sign, [[2.0]], [0]),
    "sqrt": (tf.sqrt, [[0.0]], [INF]),
    "maximum": (tf.maximum, [1.0, 1.0], [1, 0]),
    "minimum": (tf.minimum, [1.0, 1.0], [1, 0]),
    "pow, square": (tf.pow, [0.0, 2.0], [0, 0]),
    "pow, negative base": (tf.pow, [-2.0, 3.0], [12, 0]),
    "pow, negative base, even": (tf.pow, [-2.0, 2.0], [-4, 0]),
    "pow, at 1": (tf.pow, [2.0, 0.0], [0, math.log(2)]),
    "clip": (
        lambda x: tf.clip_by_value(x, 0.0, 1.0),
        [[-1.0, 0.0, 0.5, 1.0, 2.0]],
        [0, 1, 1, 1, 0],
    ),
    "clip, limits": (tf.clip_by_value, [[-1.0, 0.5, 2.0], 0.0, 1.0], [[0, 1, 0], 1, 1]),
    "where": (
        lambda x, y: tf.where([True, False], x, y),
        [[1.0, 2.0], [3.0, 4.0]],
        [[1, 0], [0, 1]],
    ),
    "divide": (tf.divide, [1.0, 0.0], [INF, -INF]),
    "divide_no_nan": (tf.math.divide_no_nan, [1.0, 0.0], [0, 0]),
    "multiply_no_nan": (tf.math.multiply_no_nan, [3.0, 0.0], [0, 3]),
    "reciprocal_no_nan": (tf.math.reciprocal_no_nan, [0.0], 0),
    "xlogy": (tf.math.xlogy, [0.0, 0.0], [0, 0]),
    "xlogy, finite": (tf.math.xlogy, [0.0, 2.0], [0, 0]),
    "xdivy": (tf.math.xdivy, [0.0, 0.0], [0, 0]),
    "floormod": (tf.math.floormod, [[7.5, -7.5], [2.0, 2.0]], [[1, 1], [-3, 4]]),
    "clip_by_norm": (lambda x: tf.clip_by_norm(x, 1.0), [[3.0, 4.0]], [0.032, -0.024]),
    "clip_by_norm at 0": (lambda x: tf.clip_by_norm(x, 1.0), [[0.0, 0.0]], [1, 1]),
    "softplus": (tf.math.softplus, [[0.0, 100.0]], [0.5, 1]),
    "softsign": (tf.math.softsign, [[0.0]], [1]),
    "erf": (tf.math.erf, [[0.0]], [2 / math.sqrt(math.pi)]),
    "asin": (tf.asin, [[1.0]], [INF]),
    "atan2": (tf.atan2, [0.0, 0.0], [NAN, NAN]),
    "sort": (tf.sort, [[3.0, 1.0]], [1, 1]),
    "bessel_i0e": (tf.math.bessel_i0e, [[0.0]], [0]),
    "bessel_i1e": (tf.math.bessel_i1e, [[0.0, 1.0]], [0.5, 0.0499388]),
    "cumprod, zero": (tf.math.cumprod, [[2.0, 0.0, 3.0]], [1, 0, 0]),
    "cumprod, zero, exclusive": (
        lambda x: tf.math.cumprod(x, exclusive=True),
        [[2.0, 0.0, 3.0, 4.0]],
        [1, 0, 0, 0],
    ),
    "nextafter": (tf.math.nextafter, [1.0, 2.0], [1, 0]),
    "top_k": (lambda x: tf.math.top_k(x, 2).values, [[3.0, 1.0, 2.0]], [1, 0, 1]),
    "segment_max, tie": (
        lambda x: tf.math.segment_max(x, [0, 0, 1]),
        [[1.0, 1.0, 2.0]],
        [0.5, 0.5, 1],
    ),
    "cumulative_logsumexp, tie": (
        lambda x: tf.math.cumulative_logsumexp(x)[1],
        [[1.0, 1.0]],
        [0.5, 0.5],
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_gradient_at_the_edge(name):
    function, points, expected = EDGES[name]
    found = gradient(function, *points)
    for one, other in zip(found, expected, strict=True) if len(points) > 1 else [(found, expected)]:
        np.testing.assert_allclose(one, other, 2e-6, 1e-7)


@pytest.mark.parametrize("name", ["floor", "ceil", "round", "rint"])
def test_stairs_have_no_gradient(name):
    assert gradient(getattr(tf.math, name), [1.5]) is None


ERRORS = {
    "add, dtypes": (lambda: tf.add(tf.constant(1), tf.constant(1.0)), errors.DTypeError, "int32"),
    "add, number": (lambda: tf.add(1, 1.5), TypeError, "1.5"),
    "add, shapes": (lambda: tf.add([1, 2], [1, 2, 3]), errors.ShapeError, r"\[2\] and \[3\]"),
    "multiply, bool": (lambda: tf.multiply(True, True), errors.DTypeError, "bool"),
    "negative, unsigned": (lambda: tf.negative(tf.constant(1, tf.uint8)), TypeError, "signed"),
    "exp of integers": (lambda: tf.exp(1), errors.DTypeError, "tf.cast"),
    "floor of integers": (lambda: tf.floor([1]), errors.DTypeError, "floating"),
    "ceil of integers": (lambda: tf.math.ceil([1]), errors.DTypeError, "floating"),
    "abs of truth": (lambda: tf.abs([True]), errors.DTypeError, "bool"),
    "less of text": (lambda: tf.less("a", "b"), errors.DTypeError, "string"),
    "equal, shapes": (lambda: tf.equal([1, 2, 3], [1, 2]), errors.ShapeError, "equal"),
    "equal, dtypes": (lambda: tf.equal(1, 1.0), TypeError, "1.0"),
    "logical_and of numbers": (lambda: tf.logical_and(1, 0), TypeError, "bool"),
    "logical_not of a tensor": (lambda: tf.logical_not(tf.constant([1])), TypeError, "bool"),
    "where, one side": (lambda: tf.where([True], 1), ValueError, "both"),
    "where, condition": (lambda: tf.where([1, 0], 1, 2), TypeError, "bool"),
    "where, dtypes": (
        lambda: tf.where([True], tf.constant(1), tf.constant(2.5)),
        errors.DTypeError,
        "int32",
    ),
    "where, shapes": (lambda: tf.where([True, False], [1, 2, 3], 0), errors.ShapeError, "where"),
    "where, text": (lambda: tf.where(["a"]), errors.DTypeError, "string"),
    "where, scalar": (lambda: tf.where(True), errors.ShapeError, "scalar"),
    "floordiv by 0": (lambda: tf.math.floordiv(1, 0).numpy(), ValueError, "division by zero"),
    "truncatediv by 0": (lambda: tf.truncatediv(1, 0).numpy(), ValueError, "division by zero"),
    "pow, negative": (lambda: tf.pow(2, -1).numpy(), ValueError, "negative"),
    "scalar_mul": (lambda: tf.scalar_mul([1.0], [1.0]), errors.ShapeError, "scalar"),
    "add_n of none": (lambda: tf.add_n([]), ValueError, "at least one"),
    "add_n, shapes": (lambda: tf.add_n([[1.0], [1.0, 2.0]]), errors.ShapeError, "same shape"),
    "add_n of a number": (lambda: tf.add_n(3), TypeError, "iterable"),
    "accumulate_n, shape": (lambda: tf.math.accumulate_n([[1]], [2]), ValueError, r"\[1\]"),
    "accumulate_n, dtype": (
        lambda: tf.math.accumulate_n([[1]], None, tf.int64),
        TypeError,
        "int32",
    ),
    "polyval": (lambda: tf.math.polyval(tf.ones([2]), 1.0), ValueError, "list"),
    "clip_by_value, dtype": (lambda: tf.clip_by_value([1, 2], 0.5, 1.5), TypeError, "1.5|0.5"),
    "clip_by_value, shape": (
        lambda: tf.clip_by_value([1.0, 2.0], [[0.0], [1.0]], 3.0),
        errors.ShapeError,
        "enlarge",
    ),
    "clip_by_norm, integers": (lambda: tf.clip_by_norm([3, 4], 1), TypeError, "floating"),
    "clip_by_norm, shape": (
        lambda: tf.clip_by_norm([3.0], [[1.0], [2.0]]),
        errors.ShapeError,
        "enlarge",
    ),
    "clip_by_global_norm": (
        lambda: tf.clip_by_global_norm(tf.ones([2]), 1.0),
        ValueError,
        "sequence",
    ),
    "cumsum of a scalar": (lambda: tf.cumsum(1), errors.OutOfRangeError, "axis 0"),
    "cumsum, axis": (lambda: tf.cumsum([1], axis=1), errors.OutOfRangeError, "axis 1"),
    "sort, direction": (lambda: tf.sort([1], direction="UP"), ValueError, "direction"),
    "top_k, too many": (lambda: tf.math.top_k([1, 2], k=3), ValueError, "at least k"),
    "top_k, negative": (lambda: tf.math.top_k([1, 2], k=-1), ValueError, "k is -1"),
    "top_k of a scalar": (lambda: tf.math.top_k(1), errors.ShapeError, "scalar"),
    "in_top_k, shapes": (lambda: tf.math.in_top_k([1], [0.5], 1), errors.ShapeError, "classes"),
    "in_top_k, floats": (lambda: tf.math.in_top_k([1.0], [[0.5]], 1), TypeError, "integers"),
    "unique of a matrix": (lambda: tf.unique([[1]]), errors.ShapeError, "vector"),
    "invert_permutation": (
        lambda: tf.math.invert_permutation([0, 0]),
        errors.OutOfRangeError,
        "once",
    ),
    "bincount, negative": (lambda: tf.math.bincount([-1]), errors.OutOfRangeError, "-1"),
    "bincount, floats": (lambda: tf.math.bincount([1.0]), errors.DTypeError, "integers"),
    "bincount, axis": (lambda: tf.math.bincount([1], axis=2), ValueError, "axis"),
    "bincount, weights": (lambda: tf.math.bincount([1], [1.0, 2.0]), ValueError, "weights"),
    "confusion_matrix, class": (
        lambda: tf.math.confusion_matrix([0, 1], [0, 3], 2),
        errors.OutOfRangeError,
        r"predictions\[1\] = 3",
    ),
    "confusion_matrix, negative": (
        lambda: tf.math.confusion_matrix([0, -1], [0, 1]),
        errors.OutOfRangeError,
        r"labels\[1\] = -1",
    ),
    "confusion_matrix, sizes": (
        lambda: tf.math.confusion_matrix([0, 1], [0]),
        errors.ShapeError,
        "2 labels",
    ),
    "confusion_matrix, codes": (
        lambda: tf.math.confusion_matrix([[0, 1]], [1]),
        errors.ShapeError,
        "argmax",
    ),
    "histogram, bins": (
        lambda: tf.histogram_fixed_width([1.0], [0.0, 1.0], 0),
        ValueError,
        "nbins",
    ),
    "histogram, range": (lambda: tf.histogram_fixed_width([1.0], [1.0, 1.0]), ValueError, "low"),
    "histogram, shape": (lambda: tf.histogram_fixed_width([1.0], [1.0]), ValueError, "value_range"),
    "segment_sum, order": (lambda: tf.math.segment_sum([1, 2], [1, 0]), ValueError, "unsorted_"),
    "segment_sum, sizes": (lambda: tf.math.segment_sum([1, 2], [0]), errors.ShapeError, "each row"),
    "segment_sum, floats": (lambda: tf.math.segment_sum([1], [0.0]), ValueError, "integers"),
    "unsorted_segment_sum": (
        lambda: tf.math.unsorted_segment_sum([1, 2], [0, 5], 3),
        errors.OutOfRangeError,
        r"segment_ids\[1\] = 5",
    ),
    "unsorted_segment_sum, shape": (
        lambda: tf.math.unsorted_segment_sum([1, 2], [0], 3),
        errors.ShapeError,
        "begin",
    ),
    "bitwise_and of floats": (lambda: tf.bitwise.bitwise_and(1.0, 2.0), TypeError, "integer"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error(name):
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message):
        call()
