"""TensorSpec, element_spec and how datasets are shown."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.data.values import Dataset, elements

Spec = tf.TensorSpec

SHOWN = [
    (Spec([2]), "TensorSpec(shape=(2,), dtype=tf.float32, name=None)"),
    (Spec(None), "TensorSpec(shape=<unknown>, dtype=tf.float32, name=None)"),
    (Spec([None, 3], tf.int32, name="x"), "TensorSpec(shape=(None, 3), dtype=tf.int32, name='x')"),
    (Spec((), tf.string), "TensorSpec(shape=(), dtype=tf.string, name=None)"),
    (Spec(3, "float64"), "TensorSpec(shape=(3,), dtype=tf.float64, name=None)"),
]


@pytest.mark.parametrize(("spec", "text"), SHOWN)
def test_spec_repr(spec, text):
    assert repr(spec) == text


def test_spec_comparisons():
    assert Spec([2]) == Spec([2])
    assert hash(Spec([2])) == hash(Spec([2]))
    assert Spec([2]) != Spec([2], name="x")
    assert Spec([2]) != Spec([3])
    assert Spec([2]).is_compatible_with(tf.constant([1.0, 2.0]))
    assert Spec([2]).is_compatible_with(Spec([None]))
    assert not Spec([2]).is_compatible_with(3)
    assert not Spec([2]).is_compatible_with(tf.constant([1, 2]))
    assert Spec([2]).is_subtype_of(Spec([None]))
    assert not Spec([None]).is_subtype_of(Spec([2]))
    assert Spec([2]).most_specific_compatible_type(Spec([3])) == Spec([None])
    assert Spec([2]).most_specific_common_supertype([Spec([3, 4])]) == Spec(None)
    assert Spec([2]).most_specific_common_supertype([Spec([2], tf.int32)]) is None
    with pytest.raises(ValueError, match="No TensorSpec is compatible"):
        Spec([2]).most_specific_compatible_type(Spec([2], tf.int32))
    assert Spec.from_tensor(tf.constant([1]), name="q") == Spec([1], tf.int32, "q")
    assert Spec.from_spec(Spec([2]), name="q") == Spec([2], name="q")


def numbers():
    return Dataset.range(6)


REPRS = [
    (numbers, "_RangeDataset", "()"),
    (lambda: numbers().batch(2), "_BatchDataset", "(None,)"),
    (lambda: numbers().batch(2, drop_remainder=True), "_BatchDataset", "(2,)"),
    (lambda: numbers().batch(2, num_parallel_calls=2), "_ParallelBatchDataset", "(None,)"),
    (lambda: numbers().padded_batch(2), "_PaddedBatchDataset", "(None,)"),
    (lambda: numbers().batch(2).unbatch(), "_UnbatchDataset", "()"),
    (lambda: numbers().batch(2).rebatch(3), "_RebatchDataset", "(None,)"),
    (lambda: numbers().shuffle(2), "_ShuffleDataset", "()"),
    (lambda: numbers().repeat(), "_RepeatDataset", "()"),
    (lambda: numbers().take(1), "_TakeDataset", "()"),
    (lambda: numbers().skip(1), "_SkipDataset", "()"),
    (lambda: numbers().shard(2, 0), "_ShardDataset", "()"),
    (lambda: numbers().cache(), "CacheDataset", "()"),
    (lambda: numbers().prefetch(1), "_PrefetchDataset", "()"),
    (lambda: numbers().concatenate(numbers()), "_ConcatenateDataset", "()"),
    (lambda: Dataset.zip(numbers()), "_ZipDataset", "()"),
    (lambda: numbers().map(lambda n: n), "_MapDataset", "()"),
    (lambda: numbers().map(lambda n: n, num_parallel_calls=2), "_ParallelMapDataset", "()"),
    (lambda: numbers().filter(lambda n: n > 0), "_FilterDataset", "()"),
    (lambda: numbers().take_while(lambda n: n > 0), "_TakeWhileDataset", "()"),
    (lambda: numbers().flat_map(Dataset.range), "_FlatMapDataset", "()"),
    (lambda: numbers().interleave(Dataset.range), "_InterleaveDataset", "()"),
    (
        lambda: numbers().interleave(Dataset.range, num_parallel_calls=2),
        "_ParallelInterleaveDataset",
        "()",
    ),
    (lambda: numbers().scan(np.int64(0), lambda s, n: (s + n, s)), "_ScanDataset", "()"),
    (lambda: numbers().unique(), "_UniqueDataset", "()"),
    (lambda: numbers().with_options(tf.data.Options()), "_OptionsDataset", "()"),
    (lambda: Dataset.from_tensors(np.int64(1)), "_TensorDataset", "()"),
    (lambda: Dataset.from_tensor_slices(np.int64([[1]])), "_TensorSliceDataset", "(1,)"),
]


@pytest.mark.parametrize(("make", "name", "shape"), REPRS)
def test_repr_is_tensorflows(make, name, shape):
    spec = f"TensorSpec(shape={shape}, dtype=tf.int64, name=None)"
    assert repr(make()) == f"<{name} element_spec={spec}>"


def test_window_repr():
    windows = numbers().window(2)
    assert repr(windows) == (
        "<_WindowDataset element_spec=DatasetSpec(TensorSpec(shape=(), dtype=tf.int64, name=None), "
        "TensorShape([]))>"
    )
    assert repr(next(iter(windows))) == (
        "<_VariantDataset element_spec=TensorSpec(shape=(), dtype=tf.int64, name=None)>"
    )


def test_spec_of_functions_of_windows():
    windows = numbers().window(3)
    assert windows.flat_map(lambda window: window.batch(3)).element_spec == Spec([None], tf.int64)
    nested = windows.map(lambda window: window.map(tf.ones_like))
    assert nested.element_spec == tf.data.DatasetSpec(Spec([], tf.int64))
    assert nested.element_spec.is_compatible_with(numbers())
    assert not nested.element_spec.is_compatible_with(3)
    # A function that looks into its window is called with the first one.
    first = windows.map(lambda window: next(iter(window)))
    assert first.element_spec == Spec([], tf.int64)
    assert windows.concatenate(windows).element_spec == windows.element_spec


def test_spec_of_choices():
    datasets = [Dataset.from_tensors([1.0]), Dataset.from_tensors([1.0, 2.0])]
    assert Dataset.choose_from_datasets(datasets, numbers()).element_spec == Spec([None])
    assert repr(Dataset.sample_from_datasets(datasets[:1])) == (
        "<_DirectedInterleaveDataset element_spec=TensorSpec(shape=(1,), dtype=tf.float32, "
        "name=None)>"
    )
    with pytest.raises(TypeError, match="do not fit together"):
        _ = Dataset.choose_from_datasets([*datasets, numbers()], numbers()).element_spec


def test_spec_of_structures():
    dataset = Dataset.from_tensor_slices(([1, 2], {"x": [[3.0], [4.0]]}))
    assert dataset.element_spec == (Spec((), tf.int32), {"x": Spec((1,), tf.float32)})
    assert dataset.batch(2).element_spec == (Spec([None], tf.int32), {"x": Spec([None, 1])})
    assert dataset.enumerate().element_spec == (Spec((), tf.int64), dataset.element_spec)


def test_spec_of_what_has_sizes_in_common():
    one, two = Dataset.from_tensors([1]), Dataset.from_tensors([1, 2])
    assert one.concatenate(two).element_spec == Spec([None], tf.int32)
    assert one.concatenate(Dataset.from_tensors(1)).element_spec == Spec(None, tf.int32)


MAPPED = [
    (lambda x: tf.reshape(x, [-1, 1]), Spec([None, 1], tf.int64)),
    (lambda x: x[0], Spec([], tf.int64)),
    (lambda x: tf.zeros([3]), Spec([3])),
    (lambda x: {"sum": tf.reduce_sum(x), "x": x}, None),
    (
        lambda x: (x, "a", [1, 2]),
        (Spec([None], tf.int64), Spec([], tf.string), Spec([2], tf.int32)),
    ),
    (Dataset.from_tensor_slices, tf.data.DatasetSpec(Spec([], tf.int64))),
]


@pytest.mark.parametrize(("function", "expected"), MAPPED)
def test_spec_after_map_knows_which_sizes_vary(function, expected):
    spec = numbers().batch(4).map(function).element_spec
    assert spec == (expected or {"sum": Spec([], tf.int64), "x": Spec([None], tf.int64)})


def test_spec_of_functions_that_look_at_values():
    """What depends on values cannot be told from the first element."""
    assert numbers().map(lambda n: tf.range(n)).element_spec == Spec([None], tf.int64)
    assert numbers().map(lambda n: [1.0] * (int(n) + 1)).element_spec == (Spec([], tf.float32),)
    assert numbers().map(lambda n: np.ones(int(n))).element_spec == Spec([None], tf.float64)
    untold = Dataset.from_generator(lambda: iter([[1, 2]]), output_types=tf.int32)
    assert untold.map(lambda x: x * 2).element_spec == Spec([None], tf.int32)


def test_asking_for_the_spec_changes_nothing():
    calls = []
    dataset = numbers().map(lambda n: (calls.append(1), tf.random.uniform([2]))[1])
    assert not calls
    tf.random.set_seed(1)
    first = elements(dataset)
    tf.random.set_seed(1)
    assert dataset.element_spec == Spec([2])
    assert elements(dataset) == first
    assert len(calls) == 13
    tf.random.set_seed(None)


def test_asking_for_the_spec_leaves_pending_work_alone():
    pending = tf.constant(2.0) * 3.0
    variable = tf.Variable(1.0)
    variable.assign_add(pending)
    leaked = []

    def function(n):
        leaked.append(n)
        return tf.ones([int(tf.constant(1) + 1), int(n)])

    assert numbers().map(function).element_spec == Spec([None, None])
    assert (float(pending), float(variable)) == (6.0, 7.0)


def test_spec_of_a_function_that_fails():
    with pytest.raises(ZeroDivisionError):
        _ = numbers().map(lambda n: 1 // 0).element_spec


def test_element_spec_cannot_be_set():
    with pytest.raises(AttributeError):
        numbers().element_spec = 3
    with pytest.raises(AttributeError, match="no_such_method"):
        numbers().no_such_method()
    with pytest.raises(TypeError, match="not subscriptable"):
        numbers()[0]


def test_spec_of_filters_and_caches_follows_their_source():
    mapped = numbers().map(lambda n: tf.ones([2]))
    for dataset in (mapped.filter(lambda x: True), mapped.cache(), mapped.repeat().prefetch(1)):
        assert dataset.element_spec == Spec([2])
