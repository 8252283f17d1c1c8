"""Ragged tensors against nested lists."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.finite_differences import check_gradients

ROWS = [[3.0, 1.0, 4.0], [], [1.0], [5.0, 9.0]]
LENGTHS = [3, 0, 1, 2]
DEEP = [[[1.0], [2.0, 3.0]], [], [[4.0, 5.0, 6.0], [], [7.0]]]
FLAT = [x for row in ROWS for x in row]


def ragged(rows: Any = ROWS, dtype: Any = None) -> tf.RaggedTensor:
    return tf.ragged.constant(rows, dtype=dtype)


MADE = {
    "splits": lambda: tf.RaggedTensor.from_row_splits(FLAT, [0, 3, 3, 4, 6]),
    "lengths": lambda: tf.RaggedTensor.from_row_lengths(FLAT, LENGTHS),
    "starts": lambda: tf.RaggedTensor.from_row_starts(FLAT, [0, 3, 3, 4]),
    "limits": lambda: tf.RaggedTensor.from_row_limits(FLAT, [3, 3, 4, 6]),
    "row numbers": lambda: tf.RaggedTensor.from_value_rowids(FLAT, [0, 0, 0, 2, 3, 3]),
    "lists": ragged,
    "padding": lambda: tf.RaggedTensor.from_tensor(ragged().to_tensor(), padding=0.0),
    "kept": lambda: tf.RaggedTensor.from_tensor(ragged().to_tensor(), lengths=LENGTHS),
    "stack": lambda: tf.ragged.stack([tf.constant(row, tf.float32) for row in ROWS]),
}


@pytest.mark.parametrize("name", MADE)
def test_ways_to_make_one(name):
    x = MADE[name]()
    assert x.to_list() == ROWS
    assert x.row_lengths().numpy().tolist() == LENGTHS
    assert x.row_splits.numpy().tolist() == [0, 3, 3, 4, 6]
    assert x.value_rowids().numpy().tolist() == [0, 0, 0, 2, 3, 3]
    assert x.row_starts().numpy().tolist() == [0, 3, 3, 4]
    assert x.row_limits().numpy().tolist() == [3, 3, 4, 6]
    assert x.flat_values.numpy().tolist() == FLAT
    assert x.bounding_shape().numpy().tolist() == [4, 3]
    assert int(x.nrows()) == 4
    assert x.shape.as_list() == [4, None]
    assert (x.dtype, x.ragged_rank) == (tf.float32, 1)
    assert tf.is_tensor(x)


def test_rows_of_rows():
    x = ragged(DEEP)
    assert x.to_list() == DEEP
    assert x.ragged_rank == 2
    assert [s.numpy().tolist() for s in x.nested_row_splits] == [
        [0, 2, 2, 5],
        [0, 1, 3, 6, 6, 7],
    ]
    again = tf.RaggedTensor.from_nested_row_splits(x.flat_values, x.nested_row_splits)
    assert again.to_list() == DEEP
    lengths = tf.RaggedTensor.from_nested_row_lengths(x.flat_values, x.nested_row_lengths())
    assert lengths.to_list() == DEEP
    assert x.merge_dims(0, 1).to_list() == [row for rows in DEEP for row in rows]
    assert x.merge_dims(1, 2).to_list() == [[x for row in rows for x in row] for rows in DEEP]
    assert x.merge_dims(0, 2).numpy().tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert x.row_lengths(axis=2).to_list() == [[1, 2], [], [3, 0, 1]]


@pytest.mark.parametrize("rows", [ROWS, DEEP, [[]], [["a"], ["b", "c"]]], ids=str)
def test_filled_up(rows):
    x = ragged(rows)
    filler = "-" if isinstance(rows[0][0] if rows[0] else 0, str) else -1
    dense = x.to_tensor(default_value=filler).numpy()
    expected = np.full(x.bounding_shape().numpy(), b"-" if filler == "-" else -1, dense.dtype)

    def write(target: np.ndarray, items: list[Any]) -> None:
        for place, item in enumerate(items):
            if isinstance(item, list):
                write(target[place], item)
            else:
                target[place] = item.encode() if isinstance(item, str) else item

    write(expected, rows)
    np.testing.assert_array_equal(dense, expected)


def test_filled_up_to_a_shape():
    found = ragged().to_tensor(shape=[None, 2]).numpy()
    np.testing.assert_array_equal(found, [[3, 1], [0, 0], [1, 0], [5, 9]])
    assert ragged().to_tensor(shape=[6, 5]).shape == [6, 5]


KEYS = {
    "row": (0, lambda rows: rows[0]),
    "last row": (-1, lambda rows: rows[-1]),
    "element": ((3, 1), lambda rows: rows[3][1]),
    "rows": (slice(1, 3), lambda rows: rows[1:3]),
    "every other": (slice(None, None, 2), lambda rows: rows[::2]),
    "backwards": (slice(None, None, -1), lambda rows: rows[::-1]),
    "beginnings": ((slice(None), slice(None, 2)), lambda rows: [row[:2] for row in rows]),
    "ends": ((slice(None), slice(-1, None)), lambda rows: [row[-1:] for row in rows]),
    "turned": ((slice(1, None), slice(None, None, -1)), lambda rows: [r[::-1] for r in rows[1:]]),
    "all": (Ellipsis, lambda rows: rows),
    "new first": (None, lambda rows: [rows]),
    "new second": ((slice(None), None), lambda rows: [[row] for row in rows]),
    "new last": ((Ellipsis, None), lambda rows: [[[x] for x in row] for row in rows]),
    "part of a row": ((0, slice(1, None)), lambda rows: rows[0][1:]),
}


@pytest.mark.parametrize("name", KEYS)
def test_indexing(name):
    key, expected = KEYS[name]
    found = ragged()[key]
    found = found.to_list() if isinstance(found, tf.RaggedTensor) else found.numpy().tolist()
    assert found == expected(ROWS)


def test_indexing_rows_of_rows():
    x = ragged(DEEP)
    assert x[2].to_list() == DEEP[2]
    assert x[2, 0].numpy().tolist() == DEEP[2][0]
    assert x[:, :1].to_list() == [rows[:1] for rows in DEEP]
    assert x[:, :, 1:].to_list() == [[row[1:] for row in rows] for rows in DEEP]
    assert [row.to_list() for row in x] == DEEP


@pytest.mark.parametrize(
    "combine",
    [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.lt],
)
def test_operators(combine):
    x, y = ragged(), ragged() + 1.0
    expected = [[combine(np.float32(a), np.float32(a + 1)) for a in row] for row in ROWS]
    assert combine(x, y).to_list() == expected
    assert combine(x, 2.0).to_list() == [[combine(np.float32(a), 2) for a in r] for r in ROWS]
    assert combine(2.0, x).to_list() == [
        [combine(np.float32(2), np.float32(a)) for a in r] for r in ROWS
    ]


def test_tensors_beside_are_stretched():
    x = ragged()
    column = tf.constant([[10.0], [20.0], [30.0], [40.0]])
    expected = [[a + 10.0 * (i + 1) for a in row] for i, row in enumerate(ROWS)]
    assert (x + column).to_list() == expected
    assert (column + x).to_list() == expected
    assert tf.add(x, column).to_list() == expected
    square = tf.RaggedTensor.from_row_lengths([1.0, 2.0, 3.0, 4.0], [2, 2])
    assert (square * tf.constant([1.0, 10.0])).to_list() == [[1, 20], [3, 40]]
    assert (x == x).to_list() == [[True] * n for n in LENGTHS]
    assert (-x).to_list() == [[-a for a in row] for row in ROWS]


def flat(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda rows: [[function(x) for x in row] for row in rows]


OPERATIONS = {
    "square": (tf.square, flat(lambda x: x * x)),
    "cast": (lambda x: tf.cast(x, tf.int32), flat(int)),
    "maximum": (lambda x: tf.maximum(x, 3.0), flat(lambda x: max(x, 3))),
    "clip": (lambda x: tf.clip_by_value(x, 2.0, 4.0), flat(lambda x: min(max(x, 2), 4))),
    "relu": (lambda x: tf.nn.relu(x - 2.0), flat(lambda x: max(x - 2, 0))),
    "where": (lambda x: tf.where(x > 2.0, x, 0.0), flat(lambda x: x if x > 2 else 0)),
    "zeros_like": (tf.zeros_like, flat(lambda x: 0)),
    "one_hot": (
        lambda x: tf.one_hot(tf.cast(x, tf.int32), 3),
        flat(lambda x: [float(x == i) for i in range(3)]),
    ),
    "map": (lambda x: tf.ragged.map_flat_values(tf.negative, x), flat(lambda x: -x)),
    "lookup": (
        lambda x: tf.nn.embedding_lookup(tf.range(10.0)[:, None], tf.cast(x, tf.int32)),
        flat(lambda x: [x]),
    ),
    "gather": (lambda x: tf.gather(x, [3, 0]), lambda rows: [rows[3], rows[0]]),
    "gather matrix": (lambda x: tf.gather(x, [[3], [1]]), lambda rows: [[rows[3]], [rows[1]]]),
    "concat 0": (lambda x: tf.concat([x, x], 0), lambda rows: rows + rows),
    "concat 1": (lambda x: tf.concat([x, x[:, :1]], 1), lambda rows: [r + r[:1] for r in rows]),
    "concat dense": (
        lambda x: tf.concat([x, tf.zeros([4, 1])], axis=1),
        lambda rows: [r + [0] for r in rows],
    ),
    "stack 0": (lambda x: tf.stack([x, x]), lambda rows: [rows, rows]),
    "stack 1": (lambda x: tf.stack([x, x], axis=1), lambda rows: [[r, r] for r in rows]),
    "tile": (lambda x: tf.tile(x, [1, 2]), lambda rows: [r * 2 for r in rows]),
    "reverse": (lambda x: tf.reverse(x, [1]), lambda rows: [r[::-1] for r in rows]),
    "expand": (lambda x: tf.expand_dims(x, -1), flat(lambda x: [x])),
    "squeeze": (lambda x: tf.squeeze(tf.expand_dims(x, 1), 1), lambda rows: rows),
    "mask": (
        lambda x: tf.ragged.boolean_mask(x, x > 2.0),
        lambda rows: [[x for x in r if x > 2] for r in rows],
    ),
    "split": (lambda x: tf.concat(tf.split(x, 2), 0), lambda rows: rows),
    "add_n": (lambda x: tf.add_n([x, x]), flat(lambda x: 2 * x)),
    "as_string": (lambda x: tf.strings.as_string(tf.cast(x, tf.int32)), flat(lambda x: b"%d" % x)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations(name):
    call, expected = OPERATIONS[name]
    assert call(ragged()).to_list() == expected(ROWS)


FOLDS = {
    "reduce_sum": sum,
    "reduce_max": max,
    "reduce_min": min,
    "reduce_prod": functools.partial(functools.reduce, operator.mul),
    "reduce_mean": np.mean,
}


@pytest.mark.parametrize("name", FOLDS)
def test_reductions(name):
    fold = FOLDS[name]
    rows = [row for row in ROWS if row]
    x = ragged(rows)
    reduce = getattr(tf, name)
    assert float(reduce(x)) == pytest.approx(fold([a for row in rows for a in row]))
    np.testing.assert_allclose(reduce(x, axis=1).numpy(), [fold(row) for row in rows])
    np.testing.assert_allclose(reduce(x, axis=-1, keepdims=True).numpy()[:, 0], [*map(fold, rows)])
    columns = [[row[i] for row in rows if len(row) > i] for i in range(3)]
    np.testing.assert_allclose(reduce(x, axis=0).numpy(), [fold(c) for c in columns])


def test_reductions_of_rows_of_rows():
    x = ragged(DEEP)
    assert tf.reduce_sum(x, axis=2).to_list() == [[1, 5], [], [15, 0, 7]]
    assert tf.reduce_sum(x, axis=1).to_list() == [[3, 3], [], [11, 5, 6]]
    assert tf.reduce_sum(x, axis=0).to_list() == [[5, 5, 6], [2, 3], [7]]
    assert tf.reduce_sum(x, axis=[1, 2]).numpy().tolist() == [6, 0, 22]
    assert float(tf.reduce_sum(x)) == 28


def test_reductions_of_rows_without_elements():
    x = ragged()
    assert tf.reduce_sum(x, axis=1).numpy().tolist() == [8, 0, 1, 14]
    assert np.isnan(tf.reduce_mean(x, axis=1).numpy()[1])
    assert tf.reduce_any(x > 4.0, axis=1).numpy().tolist() == [False, False, False, True]
    assert tf.reduce_all(x > 2.0, axis=1).numpy().tolist() == [False, True, False, True]
    spread = tf.math.reduce_std(x, axis=1).numpy()
    np.testing.assert_allclose(spread[[0, 3]], [np.std(ROWS[0]), np.std(ROWS[3])], 1e-6)


def test_softmax_of_each_row():
    found = tf.nn.softmax(ragged()).to_list()
    for row, expected in zip(found, ROWS):
        powers = np.exp(expected)
        np.testing.assert_allclose(row, powers / powers.sum(), 1e-6)


GRADIENTS = {
    "to_tensor": lambda x: x.to_tensor() ** 2,
    "rows": lambda x: tf.reduce_sum(x * x, axis=1),
    "columns": lambda x: tf.reduce_sum(x * x, axis=0),
    "mean": lambda x: tf.reduce_mean(x[::2] ** 2, axis=1),
    "beside": lambda x: (x * tf.reduce_sum(x, axis=1)[:, None]).flat_values,
    "softmax": lambda x: tf.nn.softmax(x).flat_values,
    "concat": lambda x: tf.concat([x, x * x], axis=1).flat_values,
    "part": lambda x: x[0, 1:] ** 2,
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(name):
    def function(values):
        return GRADIENTS[name](tf.RaggedTensor.from_row_lengths(values, LENGTHS))

    check_gradients(function, FLAT, order=1)


def test_in_a_traced_function():
    @tf.function
    def sums(x):
        return tf.reduce_sum(x, axis=1)

    assert sums(ragged()).numpy().tolist() == [8, 0, 1, 14]
    assert sums(ragged([[1.0], [2.0, 3.0]])).numpy().tolist() == [1, 5]


def test_functions_of_every_row():
    doubled = tf.map_fn(lambda row: row * 2.0, ragged())
    assert doubled.to_list() == [[2 * x for x in row] for row in ROWS]
    sums = tf.map_fn(tf.reduce_sum, ragged(), fn_output_signature=tf.float32)
    assert sums.numpy().tolist() == [8, 0, 1, 14]
    counted = tf.map_fn(
        tf.range, tf.constant([2, 0, 3]), fn_output_signature=tf.RaggedTensorSpec([None], tf.int32)
    )
    assert counted.to_list() == [[0, 1], [], [0, 1, 2]]
    turned = tf.map_fn(lambda rows: tf.reverse(rows, [0]), ragged(DEEP))
    assert turned.to_list() == [rows[::-1] for rows in DEEP]
    both = tf.map_fn(
        lambda pair: (pair[0] + pair[1], tf.size(pair[0])),
        (ragged(), tf.constant([1.0, 2.0, 3.0, 4.0])),
        fn_output_signature=(tf.RaggedTensorSpec([None], tf.float32), tf.int32),
    )
    assert both[0].to_list() == [[x + i + 1 for x in row] for i, row in enumerate(ROWS)]
    assert both[1].numpy().tolist() == LENGTHS
    with pytest.raises(ValueError, match="rows differ"):
        tf.map_fn(lambda pair: pair[0], (ragged(), tf.constant([1.0])))


def test_from_sparse():
    assert tf.RaggedTensor.from_sparse(ragged().to_sparse()).to_list() == ROWS
    gap = tf.SparseTensor([[0, 1]], [1], [1, 2])
    with pytest.raises(ValueError, match="from the left"):
        tf.RaggedTensor.from_sparse(gap)


def test_as_the_result_of_a_function():
    @tf.function
    def rows(x):
        return tf.RaggedTensor.from_row_lengths(x * 2.0, [2, 1])

    with pytest.warns(UserWarning, match="ragged"):
        assert rows(tf.constant([1.0, 2.0, 3.0])).to_list() == [[2, 4], [6]]
    assert rows(tf.constant([1.0, 1.0, 1.0])).to_list() == [[2, 2], [2]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([[1, 2], [], [3]], "<tf.RaggedTensor [[1, 2], [], [3]]>"),
        ([["a"], ["b", "c"]], "<tf.RaggedTensor [[b'a'], [b'b', b'c']]>"),
        ([[0.5], [1, 2.25]], "<tf.RaggedTensor [[0.5], [1.0, 2.25]]>"),
        ([[], []], "<tf.RaggedTensor [[], []]>"),
        ([[1, 2], [3, 4]], "<tf.RaggedTensor [[1, 2],\n [3, 4]]>"),
    ],
)
def test_printing(value, text):
    assert str(ragged(value)) == repr(ragged(value)) == text


def test_ranges_and_segments():
    assert tf.ragged.range([0, 3], [3, 9], 2).to_list() == [[0, 2], [3, 5, 7]]
    assert tf.ragged.range(3).to_list() == [[0, 1, 2]]
    assert tf.ragged.row_splits_to_segment_ids([0, 2, 2, 3]).numpy().tolist() == [0, 0, 2]
    assert tf.ragged.segment_ids_to_row_splits([0, 0, 2], 4).numpy().tolist() == [0, 2, 2, 3, 3]
    parts = tf.ragged.stack_dynamic_partitions([1, 2, 3], [2, 0, 2], 3)
    assert parts.to_list() == [[2], [], [1, 3]]


def test_specs():
    spec = tf.RaggedTensorSpec([None, None], tf.float32)
    assert spec.is_compatible_with(ragged())
    assert not spec.is_compatible_with(ragged([[1]]))
    assert not spec.is_compatible_with(ragged(DEEP))
    assert tf.type_spec_from_value(ragged()) == tf.RaggedTensorSpec([4, None], tf.float32)


BAD = {
    "splits that end elsewhere": lambda: tf.RaggedTensor.from_row_splits([1, 2], [0, 3]),
    "splits that fall": lambda: tf.RaggedTensor.from_row_splits([1, 2], [0, 2, 1, 2]),
    "splits that begin elsewhere": lambda: tf.RaggedTensor.from_row_splits([1, 2], [1, 2]),
    "a negative length": lambda: tf.RaggedTensor.from_row_lengths([1], [2, -1]),
    "numbers that fall": lambda: tf.RaggedTensor.from_value_rowids([1, 2], [1, 0]),
    "too few rows": lambda: tf.RaggedTensor.from_value_rowids([1, 2], [0, 5], nrows=3),
    "rows that do not come out": lambda: tf.RaggedTensor.from_uniform_row_length([1, 2, 3], 2),
    "a scalar": lambda: tf.RaggedTensor.from_row_splits(1, [0, 1]),
    "depths that differ": lambda: tf.ragged.constant([[1, [2]]]),
    "a column": lambda: ragged()[:, 0],
    "no such row": lambda: ragged()[4],
    "other rows": lambda: ragged() + ragged([[1.0], [2.0, 3.0]]),
    "a tensor that does not fit": lambda: ragged() + tf.zeros([3, 1]),
    "more values": lambda: ragged().with_values([1.0]),
    "an index out of range": lambda: tf.gather(ragged(), [4]),
    "a step of 0": lambda: tf.ragged.range(3, 5, 0),
    "no ragged matrices": lambda: tf.matmul(ragged(), ragged()),
    "no tensor": lambda: tf.convert_to_tensor(ragged()),
    "other numbers of rows": lambda: tf.concat([ragged(), ragged([[1.0]])], 1),
    "a mask of other rows": lambda: tf.ragged.boolean_mask(ragged(), ragged([[True]])),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name):
    with pytest.raises((ValueError, TypeError, IndexError), match=r".+"):
        BAD[name]()


def test_no_truth_and_no_length():
    for call in (bool, len, hash):
        with pytest.raises(TypeError, match="RaggedTensor"):
            call(ragged())
