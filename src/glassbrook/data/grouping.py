"""The methods of `Dataset` that put elements into groups."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassbrook.data.arguments import positive
from glassbrook.data.functions import ElementFunction, compute
from glassbrook.data.plans.grouping import GroupPlan
from glassbrook.data.plans.plan import Plan
from glassbrook.data.plans.ragged import RaggedBatchPlan
from glassbrook.data.spec import TensorSpec
from glassbrook.data.structure import ALONE, map_leaves
from glassbrook.dtypes import as_dtype, int64
from glassbrook.errors import InvalidArgumentError
from glassbrook.tensor import as_node, constant

if TYPE_CHECKING:
    from glassbrook.data.dataset import Dataset

__all__ = ["Grouping"]

Function = Callable[..., Any]

_BUCKETS = "bucket_by_sequence_length"


class Grouping(ABC):
    """Transformations that collect elements of one kind."""

    __slots__ = ()

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """What the dataset is made of."""

    @staticmethod
    @abstractmethod
    def of_plan(plan: Plan) -> Dataset:
        """The dataset that a plan describes."""

    def group_by_window(
        self,
        key_func: Function,
        reduce_func: Function,
        window_size: Any = None,
        window_size_func: Function | None = None,
        name: str | None = None,
    ) -> Dataset:
        """What a function makes of windows of elements that have one key.

        Args:
            key_func: takes an element, returns its key, an integer.
            reduce_func: takes a key and a dataset of elements with that key, returns a dataset;
                its elements come out, one window after the other.
            window_size: how many elements make a window; the last ones may have fewer.
            window_size_func: takes a key, returns how many, instead.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: neither or both sizes are given, or one is not positive.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.range(8).group_by_window(
            ...     key_func=lambda x: x % 2,
            ...     reduce_func=lambda key, window: window.batch(3),
            ...     window_size=3,
            ... )
            >>> [x.numpy().tolist() for x in dataset]
            [[0, 2, 4], [1, 3, 5], [6], [7]]
        """
        if (window_size is None) == (window_size_func is None):
            raise InvalidArgumentError(
                "Dataset.group_by_window: give window_size or window_size_func, one of them."
            )
        if window_size_func is None:
            fixed = positive("group_by_window", "window_size", window_size)
            size: Callable[[int], int] = lambda key: fixed  # noqa: E731
        else:
            size = _size_function(window_size_func)
        plan = GroupPlan(self.plan, key_func, reduce_func, size, self.of_plan)
        return self.of_plan(plan)

    def ragged_batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        row_splits_dtype: Any = int64,
        name: str | None = None,
    ) -> Dataset:
        """Put consecutive elements of different sizes together as a `tf.RaggedTensor`.

        Args:
            batch_size: elements per batch.
            drop_remainder: whether to leave out the last batch if it is smaller.
            row_splits_dtype: int32 or int64, the dtype of the rows' places.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: `batch_size` is not positive.

        Example:
            >>> import glassbrook as tf
            >>> rows = tf.data.Dataset.range(3).map(lambda n: tf.range(n))
            >>> [batch.to_list() for batch in rows.ragged_batch(2)]
            [[[], [0]], [[0, 1]]]
        """
        size = positive("ragged_batch", "batch_size", batch_size)
        index = as_dtype(row_splits_dtype)
        return self.of_plan(RaggedBatchPlan(self.plan, size, bool(drop_remainder), index))

    def bucket_by_sequence_length(
        self,
        element_length_func: Function,
        bucket_boundaries: Sequence[int],
        bucket_batch_sizes: Sequence[int],
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Batches of elements that are about equally long, so that little padding is needed.

        Args:
            element_length_func: takes an element, returns its length, an integer.
            bucket_boundaries: lengths from which on elements belong to the next bucket.
            bucket_batch_sizes: elements per batch, for each bucket: one more than boundaries.
            padded_shapes: see `padded_batch`; by default as long as the longest of the batch.
            padding_values: see `padded_batch`.
            pad_to_bucket_boundary: whether to fill up to one less than the bucket's upper boundary.
            no_padding: whether to batch elements as they are.
            drop_remainder: whether to leave out batches that are not full.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: there are not as many batch sizes as buckets, or an element is
                longer than the last boundary where padding goes to boundaries.

        Example:
            >>> import glassbrook as tf
            >>> rows = tf.data.Dataset.range(1, 6).map(lambda n: tf.range(n))
            >>> dataset = rows.bucket_by_sequence_length(tf.size, [3], [2, 2])
            >>> for batch in dataset:
            ...     print(batch.numpy().tolist())
            [[0, 0], [0, 1]]
            [[0, 1, 2, 0], [0, 1, 2, 3]]
            [[0, 1, 2, 3, 4]]
        """
        limits = [int(each) for each in bucket_boundaries]
        sizes = [positive(_BUCKETS, "a batch size", each) for each in bucket_batch_sizes]
        if len(sizes) != len(limits) + 1:
            raise InvalidArgumentError(
                f"Dataset.{_BUCKETS}: {len(limits)} boundaries make {len(limits) + 1} buckets, but "
                f"there are {len(sizes)} batch sizes. Give one for each bucket."
            )
        length = ElementFunction(_BUCKETS, element_length_func)

        def bucket_of(*parts: Any) -> Any:
            (found,) = compute([as_node(length.function(*parts))])
            return constant(int(np.searchsorted(limits, int(found), "right")), int64)

        def batch_of(key: Any, window: Dataset) -> Dataset:
            bucket = int(key)
            if no_padding:
                return window.batch(sizes[bucket], drop_remainder)
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                shapes = _filled(window.element_spec, padded_shapes, _end_of(limits, bucket))
            return window.padded_batch(sizes[bucket], shapes, padding_values, drop_remainder)

        plan = GroupPlan(self.plan, bucket_of, batch_of, lambda key: sizes[key], self.of_plan)
        return self.of_plan(plan)


def _size_function(function: Function) -> Callable[[int], int]:
    def size(key: int) -> int:
        (found,) = compute([as_node(function(constant(key, int64)))])
        return positive("group_by_window", "window_size", int(found))

    return size


def _end_of(limits: Sequence[int], bucket: int) -> int:
    """The longest element that a bucket may have."""
    if bucket == len(limits):
        raise InvalidArgumentError(
            f"Dataset.{_BUCKETS}: with pad_to_bucket_boundary=True, all elements have to be "
            f"shorter than the last boundary, {limits[-1] if limits else 0}. Add a larger one, "
            "or filter."
        )
    return limits[bucket] - 1


def _filled(spec: Any, shapes: Any, size: int) -> Any:
    """Shapes to pad to, with a size where there is none."""

    def filled(shape: Any) -> list[int]:
        sizes = [each if each != -1 else None for each in shape]
        return [size if each is None else int(each) for each in sizes]

    if shapes is None:
        return map_leaves(lambda leaf: filled(leaf.shape), spec)
    found = ALONE if isinstance(spec, TensorSpec) else None
    if found is not None:
        return filled(shapes)
    return map_leaves(filled, shapes)
