"""Tensors made from a shape and a rule, and the questions about tensors."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import errors

FLOAT, INT, LONG = np.float32, np.int32, np.int64

# What is called, and the array that comes out.
VALUES = {
    "zeros": (lambda: tf.zeros([2, 3]), np.zeros((2, 3), FLOAT)),
    "zeros of a size": (lambda: tf.zeros(3), np.zeros(3, FLOAT)),
    "zeros of a tuple": (lambda: tf.zeros((2,), tf.int32), np.zeros(2, INT)),
    "zeros of nothing": (lambda: tf.zeros([]), FLOAT(0)),
    "zeros of a shape": (lambda: tf.zeros(tf.zeros([2, 0]).shape), np.zeros((2, 0), FLOAT)),
    "zeros of a tensor": (lambda: tf.zeros(tf.constant([2, 3])), np.zeros((2, 3), FLOAT)),
    "zeros of an array": (lambda: tf.zeros(np.array([2, 3])), np.zeros((2, 3), FLOAT)),
    "zeros of tensors": (lambda: tf.zeros([tf.constant(2), 3]), np.zeros((2, 3), FLOAT)),
    "zeros of numpy ints": (lambda: tf.zeros([np.int64(2)]), np.zeros(2, FLOAT)),
    "zeros of bool": (lambda: tf.zeros([2], tf.bool), np.zeros(2, bool)),
    "zeros of string": (lambda: tf.zeros([2], tf.string), np.array([b"", b""], object)),
    "ones": (lambda: tf.ones([2, 1], "float64"), np.ones((2, 1))),
    "ones of bool": (lambda: tf.ones([2], tf.bool), np.ones(2, bool)),
    "zeros_like": (lambda: tf.zeros_like([[1, 2]]), np.zeros((1, 2), INT)),
    "zeros_like, string": (lambda: tf.zeros_like(["a"]), np.array([b""], object)),
    "zeros_like, dtype": (lambda: tf.zeros_like([1], dtype=tf.float64), np.zeros(1)),
    "ones_like": (lambda: tf.ones_like([True, False]), np.ones(2, bool)),
    "ones_like, dtype": (lambda: tf.ones_like([0], tf.uint8), np.ones(1, np.uint8)),
    "fill": (lambda: tf.fill([2, 2], 9), np.full((2, 2), 9, INT)),
    "fill of scalar shape": (lambda: tf.fill([], -1.5), FLOAT(-1.5)),
    "fill with a list": (lambda: tf.fill([2], [1]), np.ones(2, INT)),
    "fill with text": (lambda: tf.fill([1], "a"), np.array([b"a"], object)),
    "eye": (lambda: tf.eye(3), np.eye(3, dtype=FLOAT)),
    "eye, columns": (lambda: tf.eye(2, 4, dtype=tf.int32), np.eye(2, 4, dtype=INT)),
    "eye, batch": (
        lambda: tf.eye(2, batch_shape=[3]),
        np.broadcast_to(np.eye(2, dtype=FLOAT), (3, 2, 2)),
    ),
    "eye, bool": (lambda: tf.eye(2, dtype=tf.bool), np.eye(2, dtype=bool)),
    "range": (lambda: tf.range(5), np.arange(5, dtype=INT)),
    "range, start": (lambda: tf.range(2, 5), np.arange(2, 5, dtype=INT)),
    "range, step": (lambda: tf.range(1, 10, delta=3), np.array([1, 4, 7], INT)),
    "range, limit and step": (lambda: tf.range(10, delta=3), np.array([0, 3, 6, 9], INT)),
    "range, down": (lambda: tf.range(5, 0, -2), np.array([5, 3, 1], INT)),
    "range, empty": (lambda: tf.range(0), np.zeros(0, INT)),
    "range, floats": (lambda: tf.range(5.0), np.arange(5, dtype=FLOAT)),
    "range, mixed": (lambda: tf.range(0, 1, 0.25), np.array([0, 0.25, 0.5, 0.75], FLOAT)),
    "range, partly": (lambda: tf.range(1, 5.5), np.arange(1, 6, dtype=FLOAT)),
    "range, dtype": (lambda: tf.range(3, dtype=tf.float64), np.arange(3.0)),
    "range, long": (lambda: tf.range(np.int64(3)), np.arange(3, dtype=LONG)),
    "range, tensor": (lambda: tf.range(tf.constant(2), 4), np.array([2, 3], INT)),
    "range, tensor and dtype": (
        lambda: tf.range(tf.constant(2), dtype=tf.float32),
        np.array([0, 1], FLOAT),
    ),
    "range, tenths": (
        lambda: tf.range(0.0, 1.0, 0.1),
        np.arange(10).astype(FLOAT) * FLOAT(0.1),
    ),
    "linspace": (lambda: tf.linspace(0.0, 1.0, 5), np.linspace(0, 1, 5).astype(FLOAT)),
    "linspace, integers": (lambda: tf.linspace(0, 1, 5), np.linspace(0, 1, 5)),
    "linspace, one": (lambda: tf.linspace(2.0, 1.0, 1), np.array([2], FLOAT)),
    "linspace, two": (lambda: tf.linspace(2.0, 1.0, 2), np.array([2, 1], FLOAT)),
    "linspace, none": (lambda: tf.linspace(2.0, 1.0, 0), np.zeros(0, FLOAT)),
    "linspace, tensors": (
        lambda: tf.linspace([0.0, 1.0], [1.0, 3.0], 3),
        np.linspace([0, 1], [1, 3], 3).astype(FLOAT),
    ),
    "linspace, axis": (
        lambda: tf.linspace([0.0, 1.0], [1.0, 3.0], 3, axis=-1),
        np.linspace([0, 1], [1, 3], 3, axis=-1).astype(FLOAT),
    ),
    "linspace, one and axis": (
        lambda: tf.linspace([0.0, 1.0], [1.0, 3.0], 1, axis=1),
        np.array([[0], [1]], FLOAT),
    ),
    "linspace, broadcast": (
        lambda: tf.linspace(0.0, [1.0, 3.0], 3),
        np.linspace([0, 0], [1, 3], 3).astype(FLOAT),
    ),
    "linspace, double": (
        lambda: tf.linspace(tf.constant(0.0, tf.float64), 1.0, 3),
        np.linspace(0, 1, 3),
    ),
    "one_hot": (lambda: tf.one_hot([0, 2], 3), np.eye(3, dtype=FLOAT)[[0, 2]]),
    "one_hot, outside": (lambda: tf.one_hot([-1, 3], 3), np.zeros((2, 3), FLOAT)),
    "one_hot, scalar": (lambda: tf.one_hot(1, 3), np.array([0, 1, 0], FLOAT)),
    "one_hot, dtype": (lambda: tf.one_hot([1], 2, dtype=tf.int64), np.array([[0, 1]], LONG)),
    "one_hot, axis": (lambda: tf.one_hot([0, 2], 3, axis=0), np.eye(3, dtype=FLOAT)[:, [0, 2]]),
    "one_hot, values": (lambda: tf.one_hot([1], 2, 5.0, -1.0), np.array([[-1, 5]], FLOAT)),
    "one_hot, on": (lambda: tf.one_hot([1], 2, on_value=5), np.array([[0, 5]], INT)),
    "one_hot, off": (lambda: tf.one_hot([1], 2, off_value=-1), np.array([[-1, 1]], INT)),
    "one_hot, bool": (
        lambda: tf.one_hot([1], 2, on_value=True, off_value=False),
        np.array([[False, True]]),
    ),
    "one_hot, text": (
        lambda: tf.one_hot([1], 2, on_value="a", off_value="b"),
        np.array([[b"b", b"a"]], object),
    ),
    "one_hot, depth of a tensor": (
        lambda: tf.one_hot(tf.constant([1], tf.uint8), tf.constant(2)),
        np.array([[0, 1]], FLOAT),
    ),
    "sequence_mask": (
        lambda: tf.sequence_mask([1, 3, 2]),
        np.array([[1, 0, 0], [1, 1, 1], [1, 1, 0]], bool),
    ),
    "sequence_mask, length": (
        lambda: tf.sequence_mask([[1], [0]], 2, tf.float32),
        np.array([[[1, 0]], [[0, 0]]], FLOAT),
    ),
    "sequence_mask, empty": (lambda: tf.sequence_mask([0]), np.zeros((1, 0), bool)),
    "cast": (lambda: tf.cast([1.8, -1.8], tf.int32), np.array([1, -1], INT)),
    "cast, bool": (lambda: tf.cast([0.0, 0.5], tf.bool), np.array([False, True])),
    "cast, wrap": (lambda: tf.cast([300], tf.uint8), np.array([44], np.uint8)),
    "saturate_cast": (
        lambda: tf.saturate_cast([300.0, -5.0, 3.7], tf.uint8),
        np.array([255, 0, 3], np.uint8),
    ),
    "saturate_cast, int32": (
        lambda: tf.saturate_cast([3e9, -3e9], tf.int32),
        np.array([2147483520, -2147483648], INT),
    ),
    "saturate_cast, integers": (
        lambda: tf.saturate_cast([300, -5], tf.uint8),
        np.array([255, 0], np.uint8),
    ),
    "saturate_cast, unsigned": (
        lambda: tf.saturate_cast(tf.constant([2**40], tf.uint64), tf.int32),
        np.array([2**31 - 1], INT),
    ),
    "saturate_cast, to uint64": (
        lambda: tf.saturate_cast([1e30, -1.0], tf.uint64),
        np.array([2**64 - 2**40, 0], np.uint64),
    ),
    "saturate_cast, half": (
        lambda: tf.saturate_cast([1e6, -1e6, 1.0], tf.float16),
        np.array([65504, -65504, 1], np.float16),
    ),
    "shape": (lambda: tf.shape([[1, 2, 3]]), np.array([1, 3], INT)),
    "shape, scalar": (lambda: tf.shape(1), np.zeros(0, INT)),
    "shape, long": (lambda: tf.shape([1], tf.int64), np.array([1], LONG)),
    "size": (lambda: tf.size(tf.zeros([2, 3])), INT(6)),
    "size, long": (lambda: tf.size([1], out_type=tf.int64), LONG(1)),
    "rank": (lambda: tf.rank(tf.zeros([2, 3])), INT(2)),
    "identity": (lambda: tf.identity([1.0]), np.ones(1, FLOAT)),
}


@pytest.mark.parametrize("name", VALUES)
def test_value(name):
    call, expected = VALUES[name]
    found = call().numpy()
    assert np.asarray(found).dtype == expected.dtype
    assert np.shape(found) == expected.shape
    np.testing.assert_array_equal(found, expected)


def test_meshgrid():
    for indexing in ("xy", "ij"):
        for axes in ([], [[1, 2, 3]], [[1, 2, 3], [4, 5]], [[1, 2], [3, 4, 5], [6]], [1, [2, 3]]):
            found = tf.meshgrid(*axes, indexing=indexing)
            expected = np.meshgrid(*axes, indexing=indexing)
            assert len(found) == len(expected)
            for one, other in zip(found, expected, strict=True):
                assert one.dtype is tf.int32
                np.testing.assert_array_equal(one.numpy(), other)


def test_shape_n():
    found = tf.shape_n([tf.zeros([2]), tf.zeros([3, 4])])
    assert [each.numpy().tolist() for each in found] == [[2], [3, 4]]


def test_is_tensor():
    assert tf.is_tensor(tf.constant(1))
    assert tf.is_tensor(tf.Variable(1.0))
    assert not tf.is_tensor(np.ones(1))
    assert not tf.is_tensor(1.0)


def test_equal_tensors_have_gradients_of_their_own():
    for make in (
        lambda: tf.zeros([2]),
        lambda: tf.ones([2]),
        lambda: tf.fill([], 2.0),
        lambda: tf.fill([2], 2.0),
        lambda: tf.range(2.0),
        lambda: tf.identity(tf.ones([2])),
        lambda: tf.cast(2.0, tf.float32),
        lambda: tf.cast(2, tf.float32),
    ):
        x, y = make(), make()
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            z = tf.reduce_sum(x * 2.0 + y * 3.0)
        dx, dy = tape.gradient(z, [x, y])
        assert set(dx.numpy().ravel().tolist()) == {2.0}
        assert set(dy.numpy().ravel().tolist()) == {3.0}


def test_gradients_flow_through_fill_and_linspace():
    start, stop = tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        filled = tf.reduce_sum(tf.fill([2, 3], start))
        spaced = tf.linspace(start, stop, 5)
        weighted = tf.reduce_sum(spaced * [0.0, 1.0, 2.0, 3.0, 4.0])
    assert tape.gradient(filled, start).numpy() == 6.0
    # Value i is start + i/4 · (stop - start).
    assert tape.gradient(weighted, start).numpy() == pytest.approx(
        sum(i * (1 - i / 4) for i in range(5))
    )
    assert tape.gradient(weighted, stop).numpy() == pytest.approx(sum(i * i / 4 for i in range(5)))


def test_identity_keeps_what_a_variable_held():
    v = tf.Variable(1.0)
    before = tf.identity(v)
    v.assign(2.0)
    assert before.numpy() == 1.0


# What is called, the error, and what its message has to say.
ERRORS = {
    "zeros, negative": (lambda: tf.zeros([-1]), errors.InvalidArgumentError, r"-1 must be >= 0"),
    "zeros, fraction": (lambda: tf.zeros([2.5]), TypeError, "integers"),
    "zeros, unknown": (lambda: tf.zeros([None, 2]), ValueError, "not known"),
    "zeros, matrix": (lambda: tf.zeros([[1, 2]]), ValueError, "list"),
    "ones, string": (lambda: tf.ones([2], tf.string), TypeError, "tf.fill"),
    "fill, negative": (lambda: tf.fill([-1], 0), ValueError, ">= 0"),
    "fill, vector": (lambda: tf.fill([2], [1, 2]), errors.ShapeError, "single"),
    "eye, negative": (lambda: tf.eye(-1), ValueError, ">= 0"),
    "range, no step": (lambda: tf.range(0, 5, 0), ValueError, "delta != 0"),
    "range, away": (lambda: tf.range(5, 0), ValueError, "start <= limit"),
    "range, away down": (lambda: tf.range(0, 5, -1), ValueError, "start >= limit"),
    "range, vector": (lambda: tf.range([1, 2]), errors.ShapeError, "scalars"),
    "range, bool": (lambda: tf.range(True), errors.DTypeError, "bool"),
    "range, fraction": (lambda: tf.range(3.7, dtype=tf.int32), TypeError, "3.7"),
    "linspace, negative": (lambda: tf.linspace(0.0, 1.0, -1), ValueError, "num"),
    "one_hot, floats": (lambda: tf.one_hot([0.0], 2), errors.DTypeError, "one_hot"),
    "one_hot, depth": (lambda: tf.one_hot([0], -1), errors.ShapeError, "depth"),
    "one_hot, bool": (lambda: tf.one_hot([0], 2, dtype=tf.bool), TypeError, "on_value"),
    "one_hot, values": (lambda: tf.one_hot([0], 2, 5, 1.0), TypeError, "off_value"),
    "one_hot, dtype": (lambda: tf.one_hot([0], 2, 5.0, dtype=tf.int32), TypeError, "on_value"),
    "one_hot, vector": (lambda: tf.one_hot([0], 2, [1.0]), errors.ShapeError, "scalar"),
    "one_hot, axis": (lambda: tf.one_hot([0], 2, axis=3), errors.OutOfRangeError, "axis 3"),
    "sequence_mask": (lambda: tf.sequence_mask([1.0]), errors.DTypeError, "integer"),
    "meshgrid, matrix": (lambda: tf.meshgrid([[1]]), errors.ShapeError, "vectors"),
    "meshgrid, order": (lambda: tf.meshgrid([1], indexing="yx"), ValueError, "indexing"),
    "cast, text": (lambda: tf.cast("a", tf.int32), errors.DTypeError, "to_number"),
    "cast, unknown": (lambda: tf.cast(1, "int33"), TypeError, "int33"),
    "saturate_cast, bool": (lambda: tf.saturate_cast(1, tf.bool), TypeError, "numbers"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error(name):
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message):
        call()
