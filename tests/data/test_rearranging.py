"""take, skip, repeat, batch and the like, against the same with lists."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.data.values import Dataset, elements, mapped

INFINITE, UNKNOWN = tf.data.INFINITE_CARDINALITY, tf.data.UNKNOWN_CARDINALITY


def unknown(count):
    return Dataset.range(count).filter(lambda n: True)


@pytest.mark.parametrize("made", [lambda dataset: dataset, mapped], ids=["memory", "function"])
class TestAgainstLists:
    """Both ways for elements to flow: rows of arrays, and values made one by one."""

    @pytest.mark.parametrize("count", [0, 1, 3, 5, 9, -1, -7])
    def test_take(self, made, count):
        expected = list(range(5)) if count < 0 else list(range(5))[:count]
        dataset = made(Dataset.range(5)).take(count)
        assert elements(dataset) == expected
        assert len(dataset) == len(expected)

    @pytest.mark.parametrize("count", [0, 1, 4, 5, 9, -1, -7])
    def test_skip(self, made, count):
        expected = [] if count < 0 else list(range(5))[count:]
        dataset = made(Dataset.range(5)).skip(count)
        assert elements(dataset) == expected
        assert len(dataset) == len(expected)

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_repeat(self, made, count):
        dataset = made(Dataset.range(3)).repeat(count)
        assert elements(dataset) == list(range(3)) * count
        assert len(dataset) == 3 * count

    @pytest.mark.parametrize("shards", [1, 2, 3, 7])
    def test_shard(self, made, shards):
        for index in range(shards):
            dataset = made(Dataset.range(7)).shard(shards, index)
            assert elements(dataset) == list(range(7))[index::shards]
            assert elements(dataset.batch(2).unbatch()) == list(range(7))[index::shards]
            assert len(dataset) == len(range(7)[index::shards])

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
    @pytest.mark.parametrize("drop", [False, True])
    def test_batch(self, made, size, drop):
        groups = [list(range(5))[start : start + size] for start in range(0, 5, size)]
        expected = [group for group in groups if not drop or len(group) == size]
        dataset = made(Dataset.range(5)).batch(size, drop_remainder=drop)
        assert elements(dataset) == expected
        assert len(dataset) == len(expected)

    def test_batches_reach_over_the_end_of_an_epoch(self, made):
        assert elements(made(Dataset.range(3)).repeat().batch(4).take(3)) == [
            [0, 1, 2, 0],
            [1, 2, 0, 1],
            [2, 0, 1, 2],
        ]

    def test_batch_of_batches(self, made):
        dataset = made(Dataset.range(8)).batch(2).batch(3)
        assert elements(dataset) == [[[0, 1], [2, 3], [4, 5]], [[6, 7]]]

    def test_unbatch_and_rebatch(self, made):
        dataset = made(Dataset.from_tensor_slices((np.arange(14).reshape(7, 2), np.arange(7))))
        rows = elements(dataset)
        assert elements(dataset.batch(3).unbatch()) == rows
        assert [len(x) for x, _ in dataset.batch(3).rebatch(4)] == [4, 3]
        assert [len(x) for x, _ in dataset.batch(3).rebatch(4, drop_remainder=True)] == [4]
        assert elements(dataset.batch(3).rebatch(2).unbatch()) == rows

    def test_concatenate(self, made):
        dataset = made(Dataset.range(3)).concatenate(made(Dataset.range(5, 7)))
        assert elements(dataset) == [0, 1, 2, 5, 6]
        assert elements(dataset.batch(4)) == [[0, 1, 2, 5], [6]]
        assert elements(dataset.concatenate(Dataset.range(1)).skip(4)) == [6, 0]

    def test_enumerate(self, made):
        dataset = made(Dataset.from_tensor_slices(["a", "b"])).enumerate(start=5)
        assert elements(dataset) == [(5, b"a"), (6, b"b")]
        nested = made(Dataset.zip(Dataset.range(2), Dataset.range(2))).enumerate()
        assert elements(nested) == [(0, (0, 0)), (1, (1, 1))]

    @pytest.mark.parametrize(
        "options",
        [{}, {"shift": 1}, {"shift": 2, "stride": 2}, {"shift": 5}, {"shift": 1, "stride": 3}],
    )
    @pytest.mark.parametrize("drop", [False, True])
    def test_window(self, made, options, drop):
        size, shift, stride = 3, options.get("shift", 3), options.get("stride", 1)
        expected = [list(range(start, 7, stride))[:size] for start in range(0, 7, shift)]
        expected = [window for window in expected if not drop or len(window) == size]
        windows = made(Dataset.range(7)).window(size, **options, drop_remainder=drop)
        assert [elements(window) for window in windows] == expected
        assert elements(windows.flat_map(lambda window: window.batch(9))) == expected
        assert len(windows) == len(expected)


def test_window_of_tuples():
    pairs = Dataset.zip(Dataset.range(4), Dataset.range(4, 8))
    x, y = next(iter(pairs.window(2)))
    assert (elements(x), elements(y)) == ([0, 1], [4, 5])
    again = pairs.window(2).flat_map(lambda x, y: Dataset.zip(x.batch(2), y.batch(2)))
    assert elements(again) == [([0, 1], [4, 5]), ([2, 3], [6, 7])]


def test_empty_datasets_stay_empty():
    empty = Dataset.range(0)
    for dataset in (
        empty.repeat(),
        empty.repeat(3),
        unknown(0).repeat(),
        empty.batch(3),
        empty.shuffle(3),
        empty.cache(),
        empty.prefetch(3),
        empty.window(2),
        empty.enumerate(),
        empty.padded_batch(2),
        empty.map(lambda n: n).prefetch(2),
        empty.concatenate(empty),
        empty.batch(2).unbatch(),
        empty.interleave(Dataset.range),
    ):
        assert elements(dataset) == []


def test_cache_makes_elements_once():
    calls = []
    dataset = Dataset.range(5).map(lambda n: (calls.append(int(n)), n * n)[1]).cache()
    assert elements(dataset.take(2)) == [0, 1]
    assert calls == [0, 1]
    calls.clear()
    # What was begun and not finished is begun anew, as in TensorFlow.
    for _ in range(3):
        assert elements(dataset) == [0, 1, 4, 9, 16]
    assert calls == [0, 1, 2, 3, 4]
    assert sorted(elements(dataset.shuffle(5))) == [0, 1, 4, 9, 16]
    assert elements(dataset.batch(3)) == [[0, 1, 4], [9, 16]]


def test_cache_of_elements_of_different_shapes():
    dataset = Dataset.range(3).map(lambda n: tf.range(n)).cache()
    for _ in range(2):
        assert elements(dataset) == [[], [0], [0, 1]]


def test_cache_freezes_a_shuffle_before_it():
    dataset = Dataset.range(50).shuffle(50).cache()
    assert elements(dataset) == elements(dataset)


def test_padded_batch():
    lengths = [2, 0, 3]
    dataset = Dataset.from_tensor_slices(lengths).map(lambda n: tf.range(1, n + 1))
    assert elements(dataset.padded_batch(2)) == [[[1, 2], [0, 0]], [[1, 2, 3]]]
    assert elements(dataset.padded_batch(3, padded_shapes=[4])) == [
        [[1, 2, 0, 0], [0, 0, 0, 0], [1, 2, 3, 0]]
    ]
    assert elements(dataset.padded_batch(2, [-1], -7, drop_remainder=True)) == [[[1, 2], [-7, -7]]]
    named = dataset.map(lambda x: {"x": tf.cast(x, tf.float32), "n": tf.size(x)})
    batches = named.padded_batch(3, {"x": [None], "n": []}, {"x": 0.5, "n": None})
    assert elements(batches) == [{"x": [[1, 2, 0.5], [0.5, 0.5, 0.5], [1, 2, 3]], "n": [2, 0, 3]}]
    assert batches.element_spec == {
        "x": tf.TensorSpec((None, None), tf.float32),
        "n": tf.TensorSpec((None,), tf.int32),
    }


def test_padded_batch_of_strings_and_matrices():
    def generate():
        yield "ab", [[1]]
        yield "", [[2, 3], [4, 5]]

    dataset = Dataset.from_generator(
        generate,
        output_signature=(tf.TensorSpec((), tf.string), tf.TensorSpec((None, None), tf.int8)),
    )
    (batch,) = elements(dataset.padded_batch(2))
    assert batch == ([b"ab", b""], [[[1, 0], [0, 0]], [[2, 3], [4, 5]]])
    words = Dataset.from_tensor_slices([["a", "b"]]).map(lambda x: x)
    assert elements(words.padded_batch(1, [3], "?")) == [[[b"a", b"b", b"?"]]]


CARDINALITIES = [
    (lambda: Dataset.range(3).repeat(), INFINITE),
    (lambda: Dataset.range(0).repeat(), 0),
    (lambda: Dataset.range(3).repeat(0), 0),
    (lambda: Dataset.range(3).repeat(-5), INFINITE),
    (lambda: unknown(3), UNKNOWN),
    (lambda: unknown(3).repeat(), INFINITE),
    (lambda: unknown(3).repeat(2), UNKNOWN),
    (lambda: unknown(3).take(2), UNKNOWN),
    (lambda: Dataset.range(3).repeat().take(5), 5),
    (lambda: Dataset.range(3).repeat().skip(5), INFINITE),
    (lambda: Dataset.range(3).repeat().batch(5), INFINITE),
    (lambda: Dataset.range(3).repeat().concatenate(Dataset.range(2)), INFINITE),
    (lambda: unknown(3).concatenate(Dataset.range(2)), UNKNOWN),
    (lambda: unknown(3).concatenate(Dataset.range(2).repeat()), INFINITE),
    (lambda: Dataset.zip(unknown(3), Dataset.range(2)), UNKNOWN),
    (lambda: Dataset.zip(Dataset.range(3).repeat(), Dataset.range(2)), 2),
    (lambda: Dataset.zip(Dataset.range(3).repeat(), unknown(2)), UNKNOWN),
    (lambda: Dataset.range(3).enumerate(), 3),
    (lambda: Dataset.range(3).map(lambda n: n).cache().prefetch(1).shuffle(2), 3),
    (lambda: Dataset.range(3).flat_map(Dataset.range), UNKNOWN),
    (lambda: Dataset.range(3).interleave(Dataset.range), UNKNOWN),
    (lambda: Dataset.range(6).batch(2).unbatch(), UNKNOWN),
    (lambda: Dataset.range(6).batch(2, drop_remainder=True).unbatch(), 6),
    (lambda: Dataset.range(7).batch(2).rebatch(3), UNKNOWN),
    (lambda: Dataset.range(7).take_while(lambda n: n < 3), UNKNOWN),
    (lambda: Dataset.range(7).scan(0, lambda s, n: (s, n)), 7),
    (lambda: Dataset.range(3).unique(), UNKNOWN),
    (lambda: unknown(3).apply(tf.data.experimental.assert_cardinality(3)), 3),
]


@pytest.mark.parametrize(("make", "expected"), CARDINALITIES)
def test_cardinality_is_tensorflows(make, expected):
    dataset = make()
    assert int(dataset.cardinality()) == expected
    assert int(tf.data.experimental.cardinality(dataset)) == expected
    assert dataset.cardinality().dtype is tf.int64
    if expected < 0:
        with pytest.raises(TypeError, match="infinite" if expected == INFINITE else "unknown"):
            len(dataset)
    assert dataset


def test_assert_cardinality_checks():
    for claimed in (2, 4, INFINITE):
        dataset = unknown(3).apply(tf.data.experimental.assert_cardinality(claimed))
        with pytest.raises(tf.errors.InvalidArgumentError, match="expected to have"):
            list(dataset)
    assert len(list(unknown(3).apply(tf.data.experimental.assert_cardinality(3)))) == 3


def test_unique():
    assert elements(Dataset.from_tensor_slices(["b", "a", "b"]).unique()) == [b"b", b"a"]


def test_options_are_remembered():
    first, second = tf.data.Options(), tf.data.Options()
    first.deterministic = False
    first.threading.private_threadpool_size = 3
    second.deterministic = True
    dataset = Dataset.range(3).with_options(first).batch(2).with_options(second)
    assert dataset.options().deterministic is True
    assert dataset.options().threading.private_threadpool_size == 3
    assert elements(dataset) == [[0, 1], [2]]
    with pytest.raises(AttributeError, match="nope"):
        first.nope = 1


def test_counts_may_be_tensors():
    dataset = Dataset.range(6).skip(tf.constant(1)).batch(np.int32(2), drop_remainder=True)
    assert elements(dataset.take(tf.constant(1, tf.int64))) == [[1, 2]]
