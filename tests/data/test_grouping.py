"""Groups by key, and batches of elements that are about equally long."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError

Dataset = tf.data.Dataset


def lists(dataset: Dataset) -> list[object]:
    return [element.tolist() for element in dataset.as_numpy_iterator()]


def test_windows_come_as_they_fill_up_and_rests_by_key() -> None:
    numbers = Dataset.from_tensor_slices([5, 3, 5, 4, 3, 5, 5])
    dataset = numbers.group_by_window(lambda x: x, lambda key, window: window.batch(3), 2)
    assert lists(dataset) == [[5, 5], [3, 3], [5, 5], [4]]
    assert lists(dataset) == [[5, 5], [3, 3], [5, 5], [4]]


def test_the_key_comes_with_the_window() -> None:
    def tagged(key: tf.Tensor, window: Dataset) -> Dataset:
        return window.map(lambda x: (key, x))

    dataset = Dataset.range(5).group_by_window(lambda x: x % 2, tagged, window_size=9)
    found = [(int(key), int(x)) for key, x in dataset]
    assert found == [(0, 0), (0, 2), (0, 4), (1, 1), (1, 3)]
    assert dataset.element_spec == (tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.int64))


def test_the_size_is_asked_once_per_key() -> None:
    asked = []

    def size(key: tf.Tensor) -> int:
        asked.append(int(key))
        return int(key) + 1

    dataset = Dataset.range(6).group_by_window(
        lambda x: x % 2, lambda key, window: window.batch(9), window_size_func=size
    )
    assert lists(dataset) == [[0], [2], [1, 3], [4], [5]]
    assert asked == [0, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "window_size or window_size_func"),
        ({"window_size": 0}, "window_size"),
        ({"window_size": 2, "window_size_func": lambda key: 2}, "one of them"),
    ],
)
def test_wrong_sizes(options: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        Dataset.range(3).group_by_window(lambda x: x, lambda key, w: w.batch(2), **options)


def test_wrong_functions() -> None:
    for key in (lambda x: tf.cast(x, tf.float32), lambda x: (x, x), lambda x: [x, x]):
        dataset = Dataset.range(3).group_by_window(key, lambda key, w: w.batch(2), 2)
        with pytest.raises(InvalidArgumentError, match="one integer"):
            list(dataset)
    with pytest.raises(TypeError, match="Dataset"):
        list(Dataset.range(3).group_by_window(lambda x: x, lambda key, w: key, 2))


def test_ragged_batches() -> None:
    rows = Dataset.range(5).map(lambda n: {"row": tf.range(n), "size": n})
    dataset = rows.ragged_batch(2)
    found = [(e["row"].to_list(), e["size"].numpy().tolist()) for e in dataset]
    assert found == [
        ([[], [0]], [0, 1]),
        ([[0, 1], [0, 1, 2]], [2, 3]),
        ([[0, 1, 2, 3]], [4]),
    ]
    assert isinstance(dataset.element_spec["row"], tf.RaggedTensorSpec)
    sums = dataset.map(lambda e: tf.reduce_sum(e["row"], axis=1))
    assert lists(sums) == [[0, 0], [1, 3], [6]]
    assert len(list(rows.ragged_batch(2, drop_remainder=True))) == 2
    same = Dataset.from_tensor_slices(np.zeros((3, 2))).ragged_batch(2)
    assert isinstance(next(iter(same)), tf.Tensor)
    cube = Dataset.range(1, 3).map(lambda n: tf.reshape(tf.range(2 * n), [2, n]))
    assert next(iter(cube.ragged_batch(2))).to_list() == [[[0], [1]], [[0, 1], [2, 3]]]
    with pytest.raises(InvalidArgumentError, match="batch_size"):
        rows.ragged_batch(0)


def test_buckets_against_numpy() -> None:
    lengths = np.random.default_rng(0).integers(1, 20, 50)
    rows = Dataset.from_tensor_slices(lengths).map(lambda n: tf.ones([n]))
    dataset = rows.bucket_by_sequence_length(tf.size, [5, 10], [4, 3, 2])
    seen = []
    for batch in dataset.as_numpy_iterator():
        found = batch.sum(1).astype(int)
        bucket = {int(np.searchsorted([5, 10], n, "right")) for n in found}
        assert len(bucket) == 1
        assert len(found) <= [4, 3, 2][bucket.pop()]
        assert batch.shape[1] == found.max()
        seen += found.tolist()
    assert sorted(seen) == sorted(lengths.tolist())


def test_buckets_padded_to_their_boundary() -> None:
    rows = Dataset.range(1, 5).map(lambda n: (tf.range(n), n))
    dataset = rows.bucket_by_sequence_length(
        lambda x, _: tf.size(x), [3, 6], [2, 2, 1], pad_to_bucket_boundary=True
    )
    assert [x.shape for x, _ in dataset.as_numpy_iterator()] == [(2, 2), (2, 5)]
    too_long = Dataset.range(9, 10).map(lambda n: tf.range(n))
    with pytest.raises(InvalidArgumentError, match="shorter than the last boundary, 6"):
        list(
            too_long.bucket_by_sequence_length(
                tf.size, [3, 6], [2, 2, 1], pad_to_bucket_boundary=True
            )
        )
    with pytest.raises(InvalidArgumentError, match="3 buckets"):
        rows.bucket_by_sequence_length(lambda x, _: tf.size(x), [3, 6], [2, 2])
