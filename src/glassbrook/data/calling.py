"""The methods of `Dataset` that take functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glassbrook.data.arguments import positive
from glassbrook.data.functions import is_dataset
from glassbrook.data.plans.ignoring import IgnoringPlan
from glassbrook.data.plans.mapping import FilterPlan, MapPlan, ScanPlan, TakeWhilePlan
from glassbrook.data.plans.nesting import FlatMapPlan, InterleavePlan
from glassbrook.data.plans.plan import Plan
from glassbrook.data.reducing import reduce_elements
from glassbrook.errors import UsageError

if TYPE_CHECKING:
    from glassbrook.data.dataset import Dataset

__all__ = ["Calling"]

Function = Callable[..., Any]

_CYCLE_LENGTH = 4


class Calling(ABC):
    """Transformations by functions of the user."""

    __slots__ = ()

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """What the dataset is made of."""

    @staticmethod
    @abstractmethod
    def of_plan(plan: Plan) -> Dataset:
        """The dataset that a plan describes."""

    def map(
        self,
        map_func: Function,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Replace each element by what a function makes of it.

        The function is called whenever an element is asked for, once per element: after `batch`
        that is once per batch, which is much cheaper. An element that is a tuple arrives as
        several arguments. Python in the function really runs each time, printing included.

        Args:
            map_func: takes the components of an element, returns the new element: a tensor, or a
                tuple or dictionary of tensors.
            num_parallel_calls: accepted for TensorFlow's sake, without effect.
            deterministic: accepted for TensorFlow's sake: the order is always the same.
            synchronous: accepted for TensorFlow's sake, without effect.
            use_unbounded_threadpool: accepted for TensorFlow's sake, without effect.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            TypeError: the function does not take as many arguments as elements have parts.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.from_tensor_slices(([1.0, 2.0], [3.0, 4.0]))
            >>> [float(z) for z in dataset.map(lambda x, y: x * y)]
            [3.0, 8.0]
        """
        shown_name = "_MapDataset" if num_parallel_calls is None else "_ParallelMapDataset"
        return self.of_plan(MapPlan(self.plan, map_func, self.of_plan, shown_name))

    def filter(self, predicate: Function, name: str | None = None) -> Dataset:
        """Keep the elements for which a function returns true.

        Args:
            predicate: takes the components of an element, returns a scalar truth value.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            TypeError: the function's parameters do not fit the elements, or, while iterating, it
                returns something else than a truth value.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(6).filter(lambda x: x % 2 == 0)]
            [0, 2, 4]
        """
        return self.of_plan(FilterPlan(self.plan, predicate))

    def take_while(self, predicate: Function, name: str | None = None) -> Dataset:
        """The elements before the first one for which a function returns false.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(6).take_while(lambda x: x < 3)]
            [0, 1, 2]
        """
        return self.of_plan(TakeWhilePlan(self.plan, predicate))

    def flat_map(self, map_func: Function, name: str | None = None) -> Dataset:
        """The elements of the datasets that a function returns, one dataset after the other.

        Args:
            map_func: takes the components of an element, returns a dataset.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            TypeError: the function does not return a dataset; raised while iterating.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(4).flat_map(tf.data.Dataset.range)]
            [0, 0, 1, 0, 1, 2]
        """
        return self.of_plan(FlatMapPlan(self.plan, map_func, self.of_plan))

    def interleave(
        self,
        map_func: Function,
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements of the datasets that a function returns, several datasets taking turns.

        Args:
            map_func: takes the components of an element, returns a dataset.
            cycle_length: how many datasets are open at a time; by default, and for
                `tf.data.AUTOTUNE`, 4 on every machine, so that the order does not depend on it.
            block_length: how many elements one gives before it is the next one's turn; 1 by
                default.
            num_parallel_calls: accepted for TensorFlow's sake, without effect.
            deterministic: accepted for TensorFlow's sake: the order is always the same.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: a length is not positive.
            TypeError: the function does not return a dataset; raised while iterating.

        Example:
            >>> import glassbrook as tf
            >>> def twice(x):
            ...     return tf.data.Dataset.from_tensors(x).repeat(2)
            >>> [int(x) for x in tf.data.Dataset.range(3).interleave(twice, cycle_length=2)]
            [0, 1, 0, 1, 2, 2]
        """
        if cycle_length is None or cycle_length == -1:
            cycle_length = _CYCLE_LENGTH
        is_parallel = num_parallel_calls is not None
        plan = InterleavePlan(
            self.plan,
            map_func,
            self.of_plan,
            positive("interleave", "cycle_length", cycle_length),
            positive("interleave", "block_length", 1 if block_length is None else block_length),
            "_ParallelInterleaveDataset" if is_parallel else "_InterleaveDataset",
        )
        return self.of_plan(plan)

    def scan(self, initial_state: Any, scan_func: Function, name: str | None = None) -> Dataset:
        """The outputs of a function that also hands on a state.

        Args:
            initial_state: a tensor, or a structure of tensors.
            scan_func: takes the state and an element, returns the new state and the output.
            name: accepted for TensorFlow's sake, without effect.

        Example:
            >>> import glassbrook as tf
            >>> zero = tf.constant(0, tf.int64)
            >>> sums = tf.data.Dataset.range(5).scan(zero, lambda s, x: (s + x, s + x))
            >>> [int(x) for x in sums]
            [0, 1, 3, 6, 10]
        """
        return self.of_plan(ScanPlan(self.plan, initial_state, scan_func, self.of_plan))

    def ignore_errors(self, log_warning: bool = False, name: str | None = None) -> Dataset:
        """Leave out the elements that raise an error while they are made.

        Args:
            log_warning: whether to warn of each.
            name: accepted for TensorFlow's sake, without effect.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 4.0])
            >>> checked = dataset.map(lambda x: tf.debugging.check_numerics(1 / x, "inverse"))
            >>> [float(x) for x in checked.ignore_errors()]
            [1.0, 0.25]
        """
        return self.of_plan(IgnoringPlan(self.plan, bool(log_warning)))

    def reduce(self, initial_state: Any, reduce_func: Function, name: str | None = None) -> Any:
        """One value out of all elements, by a function of a running state and an element.

        Args:
            initial_state: a tensor, or a structure of tensors.
            reduce_func: takes the state and an element, returns the new state, of the same
                structure and dtypes.
            name: accepted for TensorFlow's sake, without effect.

        Returns:
            The last state; the first one if there are no elements.

        Raises:
            TypeError: the function returns a state of another structure or dtype.

        Example:
            >>> import glassbrook as tf
            >>> print(tf.data.Dataset.range(5).reduce(tf.constant(0, tf.int64), lambda s, x: s + x))
            tf.Tensor(10, shape=(), dtype=int64)
        """
        return reduce_elements(self.plan, initial_state, reduce_func)

    def apply(self, transformation_func: Callable[[Any], Any]) -> Dataset:
        """What a function makes of the whole dataset.

        Args:
            transformation_func: takes a dataset, returns a dataset.

        Raises:
            TypeError: the function returns something else.

        Example:
            >>> import glassbrook as tf
            >>> def last_two(dataset):
            ...     return dataset.skip(len(dataset) - 2)
            >>> [int(x) for x in tf.data.Dataset.range(5).apply(last_two)]
            [3, 4]
        """
        dataset: Dataset = transformation_func(self)
        if not is_dataset(dataset):
            raise UsageError(
                "`transformation_func` must return a `tf.data.Dataset` object. Got "
                f"{type(dataset)}. For a function of elements, use Dataset.map."
            )
        return dataset
