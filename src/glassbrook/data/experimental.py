"""`tf.data.experimental`: older names that programs still use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassbrook.data.arguments import integer
from glassbrook.data.csv import CsvDataset, make_csv_dataset
from glassbrook.data.dataset import Dataset
from glassbrook.data.options import (
    AutoShardPolicy,
    AutotuneAlgorithm,
    AutotuneOptions,
    DistributeOptions,
    ExternalStatePolicy,
    OptimizationOptions,
    ThreadingOptions,
)
from glassbrook.data.plans.plan import INFINITE, UNKNOWN
from glassbrook.data.plans.select import AssertCardinalityPlan
from glassbrook.data.rearranging import AUTOTUNE
from glassbrook.dtypes import int64
from glassbrook.errors import OutOfRangeError
from glassbrook.tensor import Tensor

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "AutoShardPolicy",
    "AutotuneAlgorithm",
    "AutotuneOptions",
    "Counter",
    "CsvDataset",
    "DistributeOptions",
    "ExternalStatePolicy",
    "OptimizationOptions",
    "RandomDataset",
    "ThreadingOptions",
    "assert_cardinality",
    "at",
    "bucket_by_sequence_length",
    "cardinality",
    "choose_from_datasets",
    "copy_to_device",
    "dense_to_ragged_batch",
    "enumerate_dataset",
    "from_list",
    "get_single_element",
    "get_structure",
    "group_by_window",
    "ignore_errors",
    "load",
    "make_csv_dataset",
    "map_and_batch",
    "parallel_interleave",
    "prefetch_to_device",
    "sample_from_datasets",
    "save",
    "scan",
    "shuffle_and_repeat",
    "snapshot",
    "take_while",
    "unbatch",
    "unique",
]

INFINITE_CARDINALITY = INFINITE
UNKNOWN_CARDINALITY = UNKNOWN

Function = Callable[..., Any]
Transformation = Callable[[Dataset], Dataset]


def cardinality(dataset: Dataset) -> Tensor:
    """The number of elements of a dataset, as `Dataset.cardinality` gives it.

    Example:
        >>> import glassbrook as tf
        >>> int(tf.data.experimental.cardinality(tf.data.Dataset.range(4)))
        4
    """
    return dataset.cardinality()


def assert_cardinality(expected_cardinality: Any) -> Transformation:
    """A transformation that says how many elements a dataset has, for `Dataset.apply`.

    Args:
        expected_cardinality: the number of elements; iterating checks it.

    Example:
        >>> import glassbrook as tf
        >>> odd = tf.data.Dataset.range(6).filter(lambda x: x % 2 == 1)
        >>> len(odd.apply(tf.data.experimental.assert_cardinality(3)))
        3
    """
    expected = integer("apply", "expected_cardinality", expected_cardinality)

    def claim(dataset: Dataset) -> Dataset:
        return Dataset.of_plan(AssertCardinalityPlan(dataset.plan, expected))

    return claim


def Counter(start: Any = 0, step: Any = 1, dtype: Any = int64) -> Dataset:  # noqa: N802
    """The older name of `Dataset.counter`."""
    return Dataset.counter(start, step, dtype)


def RandomDataset(  # noqa: N802
    seed: Any = None, rerandomize_each_iteration: bool | None = None, name: str | None = None
) -> Dataset:
    """The older name of `Dataset.random`."""
    return Dataset.random(seed, rerandomize_each_iteration)


def from_list(elements: Any, name: str | None = None) -> Dataset:
    """A dataset of the items of a list, which may be structures of tensors.

    Example:
        >>> import glassbrook as tf
        >>> dataset = tf.data.experimental.from_list([(1, "a"), (2, "b")])
        >>> [(int(x), y.numpy()) for x, y in dataset]
        [(1, b'a'), (2, b'b')]
    """
    parts = [Dataset.from_tensors(element) for element in elements]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.concatenate(part)
    return whole


def at(dataset: Dataset, index: Any) -> Any:
    """The element at a position, counted from 0.

    Raises:
        OutOfRangeError: there are not so many.

    Example:
        >>> import glassbrook as tf
        >>> int(tf.data.experimental.at(tf.data.Dataset.range(5, 9), 2))
        7
    """
    place = integer("at", "index", index)
    for element in dataset.skip(place).take(1) if place >= 0 else ():
        return element
    raise OutOfRangeError(f"at: there is no element {place}. Elements are counted from 0.")


def get_single_element(dataset: Dataset) -> Any:
    """The older name of `Dataset.get_single_element`."""
    return dataset.get_single_element()


def get_structure(dataset_or_iterator: Any) -> Any:
    """The older name of `element_spec`."""
    return dataset_or_iterator.element_spec


def save(
    dataset: Dataset,
    path: Any,
    compression: str | None = None,
    shard_func: Function | None = None,
    checkpoint_args: Any = None,
) -> None:
    """The older name of `Dataset.save`."""
    dataset.save(path, compression)


def load(
    path: Any,
    element_spec: Any = None,
    compression: str | None = None,
    reader_func: Function | None = None,
) -> Dataset:
    """The older name of `Dataset.load`."""
    return Dataset.load(path, element_spec, compression)


def choose_from_datasets(
    datasets: Any, choice_dataset: Dataset, stop_on_empty_dataset: bool = False
) -> Dataset:
    """The older name of `Dataset.choose_from_datasets`; ends with the last dataset by default."""
    return Dataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def sample_from_datasets(
    datasets: Any, weights: Any = None, seed: Any = None, stop_on_empty_dataset: bool = False
) -> Dataset:
    """The older name of `Dataset.sample_from_datasets`."""
    return Dataset.sample_from_datasets(datasets, weights, seed, stop_on_empty_dataset)


# Transformations for `Dataset.apply`, which are methods now.


def unbatch() -> Transformation:
    """The older name of `Dataset.unbatch`, for `Dataset.apply`."""
    return lambda dataset: dataset.unbatch()


def unique() -> Transformation:
    """The older name of `Dataset.unique`, for `Dataset.apply`."""
    return lambda dataset: dataset.unique()


def enumerate_dataset(start: Any = 0) -> Transformation:
    """The older name of `Dataset.enumerate`, for `Dataset.apply`."""
    return lambda dataset: dataset.enumerate(start)


def ignore_errors(log_warning: bool = False) -> Transformation:
    """The older name of `Dataset.ignore_errors`, for `Dataset.apply`."""
    return lambda dataset: dataset.ignore_errors(log_warning)


def take_while(predicate: Function) -> Transformation:
    """The older name of `Dataset.take_while`, for `Dataset.apply`."""
    return lambda dataset: dataset.take_while(predicate)


def scan(initial_state: Any, scan_func: Function) -> Transformation:
    """The older name of `Dataset.scan`, for `Dataset.apply`."""
    return lambda dataset: dataset.scan(initial_state, scan_func)


def snapshot(
    path: Any,
    compression: str | None = "AUTO",
    reader_func: Function | None = None,
    shard_func: Function | None = None,
) -> Transformation:
    """The older name of `Dataset.snapshot`, for `Dataset.apply`."""
    return lambda dataset: dataset.snapshot(path, compression)


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Transformation:
    """``shuffle(buffer_size, seed).repeat(count)``, for `Dataset.apply`."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def map_and_batch(
    map_func: Function,
    batch_size: Any,
    num_parallel_batches: Any = None,
    drop_remainder: bool = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """``map(map_func).batch(batch_size)``, for `Dataset.apply`."""
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def parallel_interleave(
    map_func: Function,
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: bool = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """The older name of `Dataset.interleave`, for `Dataset.apply`."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def group_by_window(
    key_func: Function,
    reduce_func: Function,
    window_size: Any = None,
    window_size_func: Function | None = None,
) -> Transformation:
    """The older name of `Dataset.group_by_window`, for `Dataset.apply`."""
    return lambda dataset: dataset.group_by_window(
        key_func, reduce_func, window_size, window_size_func
    )


def bucket_by_sequence_length(
    element_length_func: Function,
    bucket_boundaries: Any,
    bucket_batch_sizes: Any,
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """The older name of `Dataset.bucket_by_sequence_length`, for `Dataset.apply`."""
    return lambda dataset: dataset.bucket_by_sequence_length(
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes,
        padding_values,
        pad_to_bucket_boundary,
        no_padding,
        drop_remainder,
    )


def dense_to_ragged_batch(
    batch_size: Any, drop_remainder: bool = False, row_splits_dtype: Any = int64
) -> Transformation:
    """The older name of `Dataset.ragged_batch`, for `Dataset.apply`."""
    return lambda dataset: dataset.ragged_batch(batch_size, drop_remainder, row_splits_dtype)


def copy_to_device(target_device: Any, source_device: Any = "/cpu:0") -> Transformation:
    """Accepted for TensorFlow's sake, for `Dataset.apply`: there is one device."""
    return lambda dataset: dataset


def prefetch_to_device(device: Any, buffer_size: Any = None) -> Transformation:
    """``prefetch(buffer_size)``, for `Dataset.apply`: there is one device."""
    return lambda dataset: dataset.prefetch(AUTOTUNE if buffer_size is None else buffer_size)
