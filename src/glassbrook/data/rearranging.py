"""The methods of `Dataset` that choose, order and group elements without calling functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from glassbrook.data.arguments import integer, positive
from glassbrook.data.functions import is_dataset
from glassbrook.data.plans import padding
from glassbrook.data.plans.batch import BatchPlan, RebatchPlan, UnbatchPlan
from glassbrook.data.plans.mapping import UniquePlan
from glassbrook.data.plans.plan import UNKNOWN, Plan
from glassbrook.data.plans.prefetch import PrefetchPlan
from glassbrook.data.plans.select import (
    ConcatenatePlan,
    RepeatPlan,
    ShardPlan,
    SkipPlan,
    TakePlan,
    ZipPlan,
)
from glassbrook.data.plans.shuffle import ShufflePlan
from glassbrook.data.plans.sources import RangePlan
from glassbrook.data.plans.window import WindowPlan
from glassbrook.data.seeds import Seeds
from glassbrook.data.structure import Form
from glassbrook.dtypes import int64
from glassbrook.errors import InvalidArgumentError, UsageError

if TYPE_CHECKING:
    from glassbrook.data.dataset import Dataset

__all__ = ["AUTOTUNE", "Rearranging"]

AUTOTUNE = -1
"""Leave a number to the program: ``dataset.prefetch(tf.data.AUTOTUNE)``."""

_PREFETCHED = 2
"""How many elements to make in advance when nobody says."""


class Rearranging(ABC):
    """Transformations that need no function."""

    __slots__ = ()

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """What the dataset is made of."""

    @staticmethod
    @abstractmethod
    def of_plan(plan: Plan) -> Dataset:
        """The dataset that a plan describes."""

    def batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Stack consecutive elements along a new first axis.

        Args:
            batch_size: elements per batch.
            drop_remainder: whether to leave out the last batch if it is smaller.
            num_parallel_calls: accepted for TensorFlow's sake, without effect.
            deterministic: accepted for TensorFlow's sake: the order is always the same.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: `batch_size` is not positive.
            ShapeError: elements of one batch differ in shape; raised while iterating.

        Example:
            >>> import glassbrook as tf
            >>> list(tf.data.Dataset.range(5).batch(2).as_numpy_iterator())
            [array([0, 1]), array([2, 3]), array([4])]
        """
        size = positive("batch", "batch_size", batch_size)
        shown_name = "_BatchDataset" if num_parallel_calls is None else "_ParallelBatchDataset"
        return self.of_plan(BatchPlan(self.plan, size, bool(drop_remainder), shown_name))

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Stack consecutive elements after filling up the shorter ones.

        Args:
            batch_size: elements per batch.
            padded_shapes: one shape per component; `None` or -1 as a size means that of the
                batch's longest element. By default, all sizes that are not known.
            padding_values: one scalar per component, or one for all; by default 0, or an empty
                string.
            drop_remainder: whether to leave out the last batch if it is smaller.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: `batch_size` is not positive, or shapes or values do not fit the
                structure of the elements.
            ShapeError: an element is larger than its padded shape; raised while iterating.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.range(1, 4).map(lambda n: tf.range(n))
            >>> for batch in dataset.padded_batch(3, padded_shapes=[None]):
            ...     print(batch.numpy())
            [[0 0 0]
             [0 1 0]
             [0 1 2]]
        """
        size = positive("padded_batch", "batch_size", batch_size)
        form, spec = self.plan.form, self.plan.spec
        shapes = padding.shapes_to_pad_to(form, spec, padded_shapes)
        values = padding.values_to_pad_with(form, spec, padding_values)
        plan = padding.PaddedBatchPlan(self.plan, size, shapes, values, bool(drop_remainder))
        return self.of_plan(plan)

    def unbatch(self, name: str | None = None) -> Dataset:
        """Make an element of every row of every element.

        Raises:
            ShapeError: a component is a scalar, or components differ in their number of rows.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.from_tensors([[1, 2], [3, 4]])
            >>> list(dataset.unbatch().as_numpy_iterator())
            [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]
        """
        return self.of_plan(UnbatchPlan(self.plan))

    def rebatch(
        self, batch_size: Any, drop_remainder: bool = False, name: str | None = None
    ) -> Dataset:
        """Make batches of another size out of batches.

        Args:
            batch_size: the new number of rows per batch.
            drop_remainder: whether to leave out the last batch if it is smaller.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: `batch_size` is not positive.

        Example:
            >>> import glassbrook as tf
            >>> list(tf.data.Dataset.range(5).batch(2).rebatch(3).as_numpy_iterator())
            [array([0, 1, 2]), array([3, 4])]
        """
        size = positive("rebatch", "batch_size", batch_size)
        return self.of_plan(RebatchPlan(self.plan, size, bool(drop_remainder)))

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> Dataset:
        """Put elements in random order, drawing each from a buffer of those that come next.

        For a thorough shuffle the buffer must hold the whole dataset, which costs next to nothing
        when the data are arrays in memory: only numbers of rows are shuffled.

        Args:
            buffer_size: the number of elements in the buffer; -2, for an unknown cardinality,
                makes it hold all.
            seed: the same seed gives the same orders. Without one, `tf.random.set_seed` decides.
            reshuffle_each_iteration: whether each iteration has an order of its own.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: `buffer_size` is not positive.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.range(5).shuffle(5, seed=1)
            >>> sorted(int(x) for x in dataset)
            [0, 1, 2, 3, 4]
        """
        size: int | None = integer("shuffle", "buffer_size", buffer_size)
        size = None if size == UNKNOWN else positive("shuffle", "buffer_size", size)
        anew = reshuffle_each_iteration is None or bool(reshuffle_each_iteration)
        return self.of_plan(ShufflePlan(self.plan, size, Seeds("shuffle", seed, anew)))

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """Go through the dataset `count` times; without end if it is `None` or negative.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(2).repeat(3)]
            [0, 1, 0, 1, 0, 1]
        """
        times = None if count is None else integer("repeat", "count", count)
        return self.of_plan(RepeatPlan(self.plan, None if times is None or times < 0 else times))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first `count` elements; all of them if it is negative.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(10).take(3)]
            [0, 1, 2]
        """
        return self.of_plan(TakePlan(self.plan, integer("take", "count", count)))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """All but the first `count` elements; none if it is negative.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(5).skip(3)]
            [3, 4]
        """
        return self.of_plan(SkipPlan(self.plan, integer("skip", "count", count)))

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Every `num_shards`-th element, beginning with number `index`.

        Raises:
            InvalidArgumentError: `index` does not lie between 0 and `num_shards` - 1.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(7).shard(3, 1)]
            [1, 4]
        """
        shards = positive("shard", "num_shards", num_shards)
        number = integer("shard", "index", index)
        if not 0 <= number < shards:
            raise InvalidArgumentError(
                f"Dataset.shard: Index must be between 0 and {shards - 1} (currently index = "
                f"{number})."
            )
        return self.of_plan(ShardPlan(self.plan, shards, number))

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """These elements, then those of another dataset.

        Raises:
            TypeError: structures or dtypes differ.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(2).concatenate(tf.data.Dataset.range(3))]
            [0, 1, 0, 1, 2]
        """
        if not is_dataset(dataset):
            raise UsageError(
                f"Dataset.concatenate: expected a `tf.data.Dataset`, got {type(dataset)}. "
                "Make one first: tf.data.Dataset.from_tensor_slices(values)."
            )
        return self.of_plan(ConcatenatePlan(self.plan, dataset.plan))

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """Pairs of a number (int64) and an element, counting from `start`.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.from_tensor_slices([7, 8])
            >>> [(int(n), int(x)) for n, x in dataset.enumerate(start=1)]
            [(1, 7), (2, 8)]
        """
        numbers = RangePlan(integer("enumerate", "start", start), None, 1, int64)
        return self.of_plan(ZipPlan(Form.of((0, 0)), [numbers, self.plan]))

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """Make elements in advance, in a thread of their own.

        This pays where functions or generators make the elements. Rows of arrays in memory are
        taken so quickly that nothing is done in advance.

        A function that draws random numbers does so beside the rest of the program, in an order
        that may differ from run to run. With a `tf.random.Generator` of its own, or functions such
        as `tf.random.stateless_uniform`, its numbers are the same in each run.

        Args:
            buffer_size: how many elements may wait; `tf.data.AUTOTUNE` for a few.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: `buffer_size` is below -1.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.range(3).map(lambda x: x * x)
            >>> [int(x) for x in dataset.prefetch(tf.data.AUTOTUNE)]
            [0, 1, 4]
        """
        size = integer("prefetch", "buffer_size", buffer_size)
        if size < AUTOTUNE:
            raise InvalidArgumentError(
                "Dataset.prefetch: buffer_size must be >= 0 or set buffer_size to be -1 for "
                f"auto-tuning, got {size}."
            )
        return self.of_plan(PrefetchPlan(self.plan, _PREFETCHED if size == AUTOTUNE else size))

    def window(
        self,
        size: Any,
        shift: Any = None,
        stride: Any = 1,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Stretches of elements, each as a dataset; of a tuple, one dataset per component.

        Args:
            size: elements per window.
            shift: by how many elements a window begins after the one before; `size` by default.
            stride: the distance between the elements of a window.
            drop_remainder: whether to leave out windows that are not full.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: `size`, `shift` or `stride` is not positive.

        Example:
            >>> import glassbrook as tf
            >>> windows = tf.data.Dataset.range(5).window(3, shift=1, drop_remainder=True)
            >>> [x.numpy().tolist() for x in windows.flat_map(lambda window: window.batch(3))]
            [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        """
        elements = positive("window", "size", size)
        plan = WindowPlan(
            self.plan,
            elements,
            elements if shift is None else positive("window", "shift", shift),
            positive("window", "stride", stride),
            bool(drop_remainder),
            self.of_plan,
        )
        return self.of_plan(plan)

    def unique(self, name: str | None = None) -> Dataset:
        """Every element once, where it appears first.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.from_tensor_slices([1, 2, 1, 3, 2])
            >>> [int(x) for x in dataset.unique()]
            [1, 2, 3]
        """
        return self.of_plan(UniquePlan(self.plan))
