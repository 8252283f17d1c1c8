"""Sparse tensors against dense ones; indexed slices; sets."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.finite_differences import check_gradients

S = tf.sparse
DENSE = np.array([[0.0, 1.5, 0.0], [2.0, 0.0, -3.0]])
OTHER = np.array([[1.0, 0.0, 0.0], [-2.0, 0.0, 4.0]])


def sparse(array: np.ndarray = DENSE) -> tf.SparseTensor:
    return S.from_dense(array)


def dense(x: tf.SparseTensor) -> np.ndarray:
    return S.to_dense(x).numpy()


def test_there_and_back():
    x = sparse()
    assert x.indices.numpy().tolist() == [[0, 1], [1, 0], [1, 2]]
    assert x.values.numpy().tolist() == [1.5, 2, -3]
    assert x.dense_shape.numpy().tolist() == [2, 3]
    assert (x.shape, x.dtype) == (tf.TensorShape([2, 3]), tf.float64)
    np.testing.assert_array_equal(dense(x), DENSE)
    found = S.to_dense(x, default_value=9.0).numpy()
    np.testing.assert_array_equal(found, np.where(DENSE == 0, 9, DENSE))
    words = S.from_dense([["a", ""], ["", "b"]])
    assert S.to_dense(words, "?").numpy().tolist() == [[b"a", b"?"], [b"?", b"b"]]
    assert tf.is_tensor(x)
    assert tf.SparseTensorSpec([None, 3], tf.float64).is_compatible_with(x)


RESULTS = {
    "add": (lambda x, y: S.add(x, y), DENSE + OTHER),
    "maximum": (S.maximum, np.maximum(DENSE, OTHER)),
    "minimum": (S.minimum, np.minimum(DENSE, OTHER)),
    "concat 0": (lambda x, y: S.concat(0, [x, y]), np.concatenate([DENSE, OTHER])),
    "concat 1": (lambda x, y: S.concat(1, [x, y]), np.concatenate([DENSE, OTHER], 1)),
    "transpose": (lambda x, y: S.transpose(x), DENSE.T),
    "reshape": (lambda x, y: S.reshape(x, [3, -1]), DENSE.reshape(3, 2)),
    "expand": (lambda x, y: S.expand_dims(x, 1), DENSE[:, None]),
    "slice": (lambda x, y: S.slice(x, [0, 1], [2, 5]), DENSE[:, 1:]),
    "retain": (lambda x, y: S.retain(x, [True, False, True]), [[0, 1.5, 0], [0, 0, -3]]),
    "larger": (lambda x, y: S.reset_shape(x, [3, 4]), np.pad(DENSE, [(0, 1), (0, 1)])),
    "map": (lambda x, y: S.map_values(tf.square, x), DENSE**2),
    "times": (lambda x, y: x * 2.0, DENSE * 2),
    "times rows": (lambda x, y: x * np.array([[1.0, 2.0, 3.0]]), DENSE * [1, 2, 3]),
    "over": (lambda x, y: x / 4.0, DENSE / 4),
    "abs": (lambda x, y: tf.abs(x), abs(DENSE)),
    "cast": (lambda x, y: tf.cast(x, tf.int32), DENSE.astype(int)),
    "eye": (lambda x, y: S.eye(2, 3), np.eye(2, 3)),
    "split": (lambda x, y: S.split(x, 2, axis=1)[0], DENSE[:, :2]),
}


@pytest.mark.parametrize("name", RESULTS)
def test_sparse_results(name):
    call, expected = RESULTS[name]
    np.testing.assert_array_equal(dense(call(sparse(), sparse(OTHER))), expected)


MATRIX = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda x: S.add(x, OTHER), DENSE + OTHER),
        (lambda x: S.reduce_sum(x), DENSE.sum()),
        (lambda x: S.reduce_sum(x, axis=1), DENSE.sum(1)),
        (lambda x: S.reduce_sum(x, axis=0, keepdims=True), DENSE.sum(0, keepdims=True)),
        (lambda x: S.reduce_max(x, axis=1), [1.5, 2]),
        (lambda x: S.sparse_dense_matmul(x, MATRIX), DENSE @ MATRIX),
        (lambda x: S.sparse_dense_matmul(x, OTHER, adjoint_b=True), DENSE @ OTHER.T),
        (lambda x: S.sparse_dense_matmul(x, OTHER, adjoint_a=True), DENSE.T @ OTHER),
        (lambda x: S.sparse_dense_matmul(MATRIX.T, x, adjoint_b=True), MATRIX.T @ DENSE.T),
        (lambda x: S.sparse_dense_matmul(OTHER.T, x), OTHER.T @ DENSE),
        (lambda x: S.softmax(x).values, [1, 1 / (1 + np.exp(-5)), 1 / (1 + np.exp(5))]),
    ],
)
def test_dense_results(call, expected):
    np.testing.assert_allclose(call(sparse()).numpy(), expected, 1e-12)


def test_rows_without_elements_are_filled():
    x = tf.SparseTensor([[0, 1], [2, 0]], [1, 2], [4, 3])
    filled, empty = S.fill_empty_rows(x, 9)
    assert S.to_dense(filled).numpy().tolist() == [[0, 1, 0], [9, 0, 0], [2, 0, 0], [9, 0, 0]]
    assert empty.numpy().tolist() == [False, True, False, True]


def test_numbers_that_occur():
    x = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [2, 0, 1], [2, 2])
    found = S.to_indicator(x, 4).numpy()
    assert found.tolist() == [[True, False, True, False], [False, True, False, False]]
    assert S.to_dense(S.bincount([1, 1, 3])).numpy().tolist() == [0, 2, 0, 1]
    rows = tf.constant([[1.0], [2.0], [3.0]])
    assert S.segment_sum(rows, [0, 2, 1], [0, 0, 2]).numpy().tolist() == [[4], [0], [2]]
    assert S.segment_mean(rows, [0, 2], [0, 0]).numpy().tolist() == [[2]]
    found = S.segment_sqrt_n(rows, [0, 2], [0, 0]).numpy()
    np.testing.assert_allclose(found, [[4 / np.sqrt(2)]], 1e-6)


def with_values(values: tf.Tensor) -> tf.SparseTensor:
    return tf.SparseTensor([[0, 1], [1, 0], [1, 2]], values, [2, 3])


@pytest.mark.parametrize(
    "function",
    [
        lambda v: S.to_dense(with_values(v)) ** 2,
        lambda v: S.sparse_dense_matmul(with_values(v), MATRIX) ** 2,
        lambda v: S.reduce_sum(with_values(v), axis=0) ** 2,
        lambda v: S.softmax(with_values(v)).values,
        lambda v: S.to_dense(S.add(with_values(v), with_values(v * v))),
    ],
)
def test_gradients(function):
    check_gradients(function, [0.5, -1.5, 2.0], order=1)


def test_ragged_and_sparse():
    rows = tf.ragged.constant([[1, 2], [], [3]])
    assert S.to_dense(rows.to_sparse()).numpy().tolist() == [[1, 2], [0, 0], [3, 0]]


@pytest.mark.parametrize(
    "call",
    [
        lambda: tf.SparseTensor([[0, 1]], [1, 2], [2, 2]),
        lambda: tf.SparseTensor([0, 1], [1, 2], [2, 2]),
        lambda: S.to_dense(tf.SparseTensor([[0, 3]], [1], [2, 2])),
        lambda: S.to_dense(tf.SparseTensor([[0, 1], [0, 0]], [1, 2], [2, 2])),
        lambda: S.to_dense(tf.SparseTensor([[0, 0], [0, 0]], [1, 2], [2, 2])),
        lambda: S.to_dense([1, 2]),
        lambda: S.add(sparse(), np.zeros([3, 3])),
        lambda: S.concat(0, [sparse(), sparse(DENSE.T)]),
        lambda: S.sparse_dense_matmul(sparse(), DENSE),
        lambda: S.reset_shape(sparse(), [1, 3]),
        lambda: S.map_values(tf.add, sparse(), sparse(OTHER)),
        lambda: S.map_values(tf.square, DENSE),
        lambda: tf.exp(tf.constant(1.0)) + sparse(),
        lambda: tf.matmul(sparse(), MATRIX),
        lambda: tf.convert_to_tensor(sparse()),
        lambda: S.to_indicator(tf.SparseTensor([[0]], [5], [1]), 3),
    ],
)
def test_what_is_refused(call):
    with pytest.raises((ValueError, TypeError), match=r".+"):
        call()


def test_indexed_slices():
    rows = tf.IndexedSlices(tf.constant([[1.0], [2.0], [4.0]]), tf.constant([1, 1, 0]), [3, 1])
    assert tf.convert_to_tensor(rows).numpy().tolist() == [[4], [3], [0]]
    assert float(tf.reduce_sum(rows)) == 7
    assert S.mask(rows, [1]).numpy().tolist() == [[4], [0], [0]]
    assert (-rows).numpy().tolist() == [[-4], [-3], [0]]
    v = tf.Variable([[1.0], [1.0], [1.0]])
    tf.keras.optimizers.SGD(1.0).apply_gradients([(rows, v)])
    assert v.numpy().tolist() == [[-3], [-2], [1]]
    clipped, norm = tf.clip_by_global_norm([rows], 2.5)
    assert float(norm) == 5
    assert tf.convert_to_tensor(clipped[0]).numpy().tolist() == [[2], [1.5], [0]]
    with pytest.raises(ValueError, match="dense_shape"):
        tf.convert_to_tensor(tf.IndexedSlices([1.0], [0]))
    with pytest.raises(ValueError, match="one for each row"):
        tf.IndexedSlices([1.0, 2.0], [0])


def test_sets():
    a, b = [[1, 2, 2], [5, 6, 7]], [[2, 3, 3], [7, 5, 5]]
    rows = zip(map(set, a), map(set, b))
    both, either, left = zip(*((x & y, x | y, x - y) for x, y in rows))
    for function, expected in (
        (tf.sets.intersection, both),
        (tf.sets.union, either),
        (tf.sets.difference, left),
    ):
        found = function(a, b)
        table = S.to_dense(found, -1).numpy()
        assert [set(row[row >= 0].tolist()) for row in table] == list(expected)
        assert tf.sets.size(found).numpy().tolist() == [len(each) for each in expected]
    turned = tf.sets.difference(a, b, aminusb=False)
    assert S.to_dense(turned).numpy().tolist() == [[3], [0]]
    mixed = tf.sets.intersection(S.from_dense(a), [[2, 9], [6, 9]])
    assert mixed.values.numpy().tolist() == [2, 6]
    with pytest.raises(ValueError, match="match"):
        tf.sets.union(a, [[1]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scatter_add", [[1, 1], [8, 9], [1, 1]]),
        ("scatter_sub", [[1, 1], [-6, -7], [1, 1]]),
        ("scatter_update", [[1, 1], [4, 3], [1, 1]]),
        ("scatter_mul", [[1, 1], [12, 15], [1, 1]]),
        ("scatter_div", [[1, 1], [1 / 12, 1 / 15], [1, 1]]),
        ("scatter_max", [[1, 1], [4, 5], [1, 1]]),
        ("scatter_min", [[1, 1], [1, 1], [1, 1]]),
    ],
)
def test_variables_take_indexed_slices(name, expected):
    v = tf.Variable(tf.ones([3, 2]))
    rows = tf.IndexedSlices(tf.constant([[3.0, 5.0], [4.0, 3.0]]), tf.constant([1, 1]))
    assert getattr(v, name)(rows) is v
    np.testing.assert_allclose(v.numpy(), expected, 1e-6)
    with pytest.raises(TypeError, match="IndexedSlices"):
        getattr(v, name)(tf.ones([2]))
    with pytest.raises((ValueError, IndexError), match=r".+"):
        getattr(v, name)(tf.IndexedSlices(tf.ones([1, 2]), tf.constant([5])))
