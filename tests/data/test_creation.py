"""Where elements come from: tensors, ranges, several datasets, files."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections import OrderedDict, namedtuple

import numpy as np
import pytest

import glassbrook as tf
from tests.data.values import Dataset, elements

Point = namedtuple("Point", "x y")

SLICES = [
    ([1, 2, 3], [1, 2, 3]),
    ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
    (["a", "b"], [b"a", b"b"]),
    (np.arange(6.0).reshape(3, 2), [[0, 1], [2, 3], [4, 5]]),
    (range(3), [0, 1, 2]),
    (([1, 2], [3.5, 4.5]), [(1, 3.5), (2, 4.5)]),
    (
        ([1, 2], {"x": [3, 4], "y": ["a", "b"]}),
        [(1, {"x": 3, "y": b"a"}), (2, {"x": 4, "y": b"b"})],
    ),
    ({"b": [1], "a": [2]}, [{"b": 1, "a": 2}]),
    (Point([1, 2], [3, 4]), [Point(1, 3), Point(2, 4)]),
    ([], []),
    (np.zeros((2, 0)), [[], []]),
]


@pytest.mark.parametrize(("tensors", "expected"), SLICES)
def test_slices_are_rows(tensors, expected):
    assert elements(Dataset.from_tensor_slices(tensors)) == expected


def test_structures_keep_their_type_and_order():
    point = next(iter(Dataset.from_tensor_slices(Point([1], [2]))))
    assert isinstance(point, Point)
    assert list(next(iter(Dataset.from_tensor_slices({"b": [1], "a": [2]})))) == ["b", "a"]
    ordered = next(iter(Dataset.from_tensor_slices(OrderedDict(b=[1], a=[2]))))
    assert isinstance(ordered, OrderedDict)


def test_elements_are_tensors_of_the_values_dtype():
    x, y = next(iter(Dataset.from_tensor_slices((np.zeros(3, np.float64), ["a"] * 3))))
    assert isinstance(x, tf.Tensor)
    assert (x.dtype, y.dtype) == (tf.float64, tf.string)
    assert x.shape == ()


def test_an_array_that_is_written_to_later_does_not_show():
    array = np.arange(4)
    whole, rows = Dataset.from_tensors(array), Dataset.from_tensor_slices(array)
    array[:] = 7
    assert elements(rows) == [0, 1, 2, 3]
    assert elements(whole) == [[0, 1, 2, 3]]


def test_a_variable_that_is_assigned_later_does_not_show():
    variable = tf.Variable([1.0, 2.0])
    dataset = Dataset.from_tensor_slices(variable)
    variable.assign([7.0, 7.0])
    assert elements(dataset) == [1.0, 2.0]


def test_a_tensor_is_not_copied():
    tensor = tf.constant(np.arange(8.0))
    (batch,) = Dataset.from_tensor_slices(tensor).batch(8)
    assert np.shares_memory(batch.node.value, tensor.node.value)


def test_a_pending_tensor_is_computed():
    assert elements(Dataset.from_tensor_slices(tf.constant([1, 2]) * 2)) == [2, 4]


def test_list_of_tensors():
    rows = [tf.constant([1, 2]), tf.constant([3, 4])]
    assert elements(Dataset.from_tensor_slices(rows)) == [[1, 2], [3, 4]]


def test_from_tensors_is_a_single_element():
    dataset = Dataset.from_tensors(([1, 2], "a"))
    assert elements(dataset) == [([1, 2], b"a")]
    assert len(dataset) == 1


@pytest.mark.parametrize(
    "arguments", [(5,), (0,), (2, 8, 2), (5, 0), (5, 0, -2), (-3, 4), (3, 4, 100), (0, -1)]
)
def test_range_is_pythons(arguments):
    dataset = Dataset.range(*arguments)
    assert elements(dataset) == list(range(*arguments))
    assert len(dataset) == len(range(*arguments))


def test_range_of_another_dtype_wraps_around():
    dataset = Dataset.range(300, output_type=tf.uint8)
    assert list(dataset.as_numpy_iterator())[254:258] == [254, 255, 0, 1]
    assert next(iter(dataset)).dtype is tf.uint8


def test_counter_has_no_end():
    assert elements(Dataset.counter(3, -2).take(3)) == [3, 1, -1]
    assert int(Dataset.counter().cardinality()) == tf.data.INFINITE_CARDINALITY


def test_zip_stops_with_the_shortest():
    x, y = Dataset.range(3), Dataset.range(5, 9)
    assert elements(Dataset.zip(x, y)) == list(zip(range(3), range(5, 9)))
    assert elements(Dataset.zip((y, x))) == list(zip(range(5, 9), range(3)))
    assert elements(Dataset.zip({"a": x, "b": (y, x)}))[2] == {"a": 2, "b": (7, 2)}
    assert elements(Dataset.zip(x)) == [0, 1, 2]
    assert elements(Dataset.zip(datasets=(x,))) == [(0,), (1,), (2,)]


def test_zip_of_memory_and_function():
    images = Dataset.from_tensor_slices(np.arange(12).reshape(6, 2))
    labels = Dataset.range(6).map(lambda n: n * 10)
    batches = elements(Dataset.zip(images, labels).batch(4))
    assert batches[1] == ([[8, 9], [10, 11]], [40, 50])


def test_text_lines(tmp_path):
    text = b"one\ntwo\r\n\nlast"
    for name, content in (("a", text), ("b", gzip.compress(text)), ("c", zlib.compress(text))):
        (tmp_path / name).write_bytes(content)
    expected = [b"one", b"two", b"", b"last"]
    path = str(tmp_path / "a")
    assert elements(tf.data.TextLineDataset(path)) == expected
    assert elements(tf.data.TextLineDataset([path, path])) == expected * 2
    assert elements(tf.data.TextLineDataset(Dataset.from_tensor_slices([path]))) == expected
    gzipped = tf.data.TextLineDataset(str(tmp_path / "b"), compression_type="GZIP")
    assert elements(gzipped.skip(1).map(lambda line: tf.strings.upper(line)).take(1)) == [b"TWO"]
    assert elements(tf.data.TextLineDataset(str(tmp_path / "c"), "ZLIB")) == expected


def test_text_line_errors(tmp_path):
    (tmp_path / "plain").write_bytes(b"not compressed at all")
    with pytest.raises(tf.errors.NotFoundError, match="No such file"):
        list(tf.data.TextLineDataset(str(tmp_path / "missing")))
    for compression in ("GZIP", "ZLIB"):
        with pytest.raises(tf.errors.InvalidArgumentError, match="not a complete"):
            list(tf.data.TextLineDataset(str(tmp_path / "plain"), compression))
    with pytest.raises(tf.errors.InvalidArgumentError, match="'ZIP' is unknown"):
        tf.data.TextLineDataset("x", "ZIP")


def test_list_files(tmp_path):
    for name in ("b.txt", "a.txt", "c.png"):
        (tmp_path / name).touch()
    names = [str(tmp_path / name).encode() for name in ("a.txt", "b.txt")]
    pattern = str(tmp_path / "*.txt")
    assert elements(Dataset.list_files(pattern, shuffle=False)) == names
    assert sorted(elements(Dataset.list_files(pattern))) == names
    assert sorted(elements(Dataset.list_files([pattern, str(tmp_path / "*.png")])))[:2] == names
    with pytest.raises(tf.errors.InvalidArgumentError, match="No files matched pattern"):
        Dataset.list_files(str(tmp_path / "*.gif"))


def test_choose_from_datasets():
    datasets = [Dataset.range(3), Dataset.range(3, 9)]
    choices = Dataset.range(2).repeat(6)
    chosen = Dataset.choose_from_datasets(datasets, choices)
    assert elements(chosen) == [0, 3, 1, 4, 2, 5]
    chosen = Dataset.choose_from_datasets(datasets, choices, stop_on_empty_dataset=False)
    assert elements(chosen) == [0, 3, 1, 4, 2, 5, 6, 7, 8]


def test_sample_from_datasets():
    datasets = [Dataset.from_tensors(n).repeat(4000) for n in (0, 1)]
    sampled = Dataset.sample_from_datasets(datasets, [1.0, 3.0], seed=1).take(4000)
    # A binomial share of 3/4 in 4000 draws has a standard deviation of 0.7 percent.
    assert np.mean(elements(sampled)) == pytest.approx(0.75, abs=0.03)
    assert elements(sampled) == elements(sampled)
    short = [Dataset.range(3), Dataset.range(3, 9)]
    assert sorted(elements(Dataset.sample_from_datasets(short, seed=2))) == list(range(9))


def test_iterations_are_independent():
    dataset = Dataset.range(4).batch(2)
    one, other = iter(dataset), iter(dataset)
    taken = [next(one), next(one), next(other)]
    assert [x.numpy().tolist() for x in taken] == [[0, 1], [2, 3], [0, 1]]
    with pytest.raises(StopIteration):
        next(one)
    with pytest.raises(StopIteration):
        next(one)
    assert next(other).numpy().tolist() == [2, 3]


def test_iterator_methods():
    iterator = iter(Dataset.range(1))
    assert int(iterator.get_next()) == 0
    assert iterator.element_spec == tf.TensorSpec((), tf.int64)
    assert isinstance(iterator, tf.data.Iterator)
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        iterator.get_next()


def test_numpy_iterator_is_read_only():
    dataset = Dataset.from_tensor_slices(np.zeros((2, 3)))
    row = next(dataset.as_numpy_iterator())
    with pytest.raises(ValueError, match="read-only"):
        row[0] = 1
    assert isinstance(next(Dataset.range(3).as_numpy_iterator()), np.int64)
    assert Dataset.from_tensor_slices(["a"]).as_numpy_iterator().next() == b"a"


def test_datasets_can_be_subclassed_as_the_guides_do():
    class Numbers(tf.data.Dataset):
        def __new__(cls, count):
            return tf.data.Dataset.from_generator(
                lambda: iter(range(count)), output_signature=tf.TensorSpec((), tf.int32)
            )

    assert elements(Numbers(3)) == [0, 1, 2]


def test_get_single_element():
    assert int(Dataset.from_tensors(5).get_single_element()) == 5
    with pytest.raises(tf.errors.InvalidArgumentError, match="was empty"):
        Dataset.range(0).get_single_element()
    with pytest.raises(tf.errors.InvalidArgumentError, match="more than one element"):
        Dataset.range(2).get_single_element()


def test_memory_is_taken_by_whole_batches(monkeypatch):
    """However the rows are rearranged, each batch costs one access per component."""
    from glassbrook.data.blocks import ArraySource

    calls = []
    rows = ArraySource.rows
    monkeypatch.setattr(
        ArraySource, "rows", lambda self, index: (calls.append(len(index)), rows(self, index))[1]
    )
    arrays = (np.zeros((100, 3), np.float32), np.arange(100))
    dataset = Dataset.from_tensor_slices(arrays)
    for rearranged in (
        dataset,
        dataset.shuffle(100),
        dataset.shuffle(10),
        dataset.skip(1).repeat(3).take(100),
        dataset.cache().shuffle(100).prefetch(2),
        Dataset.zip(*map(Dataset.from_tensor_slices, arrays)).shuffle(1000),
        dataset.enumerate()
        .shuffle(64)
        .map(lambda n, xy: (n, xy))
        .take(0)
        .concatenate(dataset.enumerate().shuffle(64)),
        dataset.shard(2, 0).concatenate(dataset.shard(2, 1)),
    ):
        calls.clear()
        assert sum(1 for _ in rearranged.batch(20)) == 5
        assert calls == [20] * 10


def test_reading_gives_views():
    tensor = tf.constant(np.arange(20.0))
    for batch in Dataset.from_tensor_slices(tensor).skip(2).batch(5):
        assert np.shares_memory(batch.node.value, tensor.node.value)


def test_a_huge_range_costs_nothing():
    assert list(itertools.islice(Dataset.range(10**12), 2))[1].numpy() == 1
