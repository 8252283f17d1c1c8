"""`Dataset`: a description of elements, which may be iterated over any number of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassbrook.data import creation
from glassbrook.data.calling import Calling
from glassbrook.data.functions import is_dataset
from glassbrook.data.grouping import Grouping
from glassbrook.data.iterator import Iterator, NumpyIterator
from glassbrook.data.options import Options
from glassbrook.data.plans.nesting import ChoicePlan, SamplePlan
from glassbrook.data.plans.plan import INFINITE, Plan
from glassbrook.data.plans.select import OptionsPlan, ZipPlan
from glassbrook.data.plans.sources import RandomPlan
from glassbrook.data.rearranging import Rearranging
from glassbrook.data.reducing import single_element
from glassbrook.data.seeds import Seeds
from glassbrook.data.storing import Storing, load_plan
from glassbrook.data.structure import Form
from glassbrook.dtypes import int64
from glassbrook.errors import InvalidArgumentError, UsageError
from glassbrook.tensor import Tensor, constant

__all__ = ["Dataset"]


class Dataset(Rearranging, Calling, Grouping, Storing):
    """Elements to train with: tensors, or tuples and dictionaries of tensors.

    A dataset is an immutable description. Every method gives a new one, and every iteration starts
    anew, independent of all others. Arrays in memory flow through `shuffle`, `repeat`, `take` and
    the like as numbers of rows only, and are copied once, whole batch by whole batch.

    Make one with `from_tensor_slices`, `from_tensors`, `from_generator`, `range`, `zip` or
    `list_files`.

    Example:
        >>> import glassbrook as tf
        >>> dataset = tf.data.Dataset.from_tensor_slices(([[1.0], [2.0], [3.0]], [0, 1, 0]))
        >>> dataset.batch(2)
        <_BatchDataset element_spec=(TensorSpec(shape=(None, 1), dtype=tf.float32, name=None), \
TensorSpec(shape=(None,), dtype=tf.int32, name=None))>
        >>> for x, y in dataset.batch(2):
        ...     print(x.shape, y.numpy())
        (2, 1) [0 1]
        (1, 1) [0]
    """

    __slots__ = ("__dict__", "__weakref__", "_plan")

    _plan: Plan

    def __init__(self) -> None:
        raise UsageError(
            "A Dataset is not made directly. Use Dataset.from_tensor_slices(arrays), "
            "Dataset.from_generator(function, ...), Dataset.range(count), or another of its "
            "functions."
        )

    @property
    def plan(self) -> Plan:
        """What the dataset is made of."""
        return self._plan

    @staticmethod
    def of_plan(plan: Plan) -> Dataset:
        """The dataset that a plan describes."""
        dataset = object.__new__(Dataset)
        dataset._plan = plan
        return dataset

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """A dataset whose elements are the rows of tensors, that is, their first axis.

        NumPy arrays are copied once: what is written to them later does not show.

        Args:
            tensors: a tensor, array or list, or a tuple or dictionary of these, with equally many
                rows each.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            ShapeError: a component has no rows, or the numbers of rows differ.

        Example:
            >>> import glassbrook as tf
            >>> images, labels = tf.zeros([3, 28, 28]), [7, 2, 1]
            >>> tf.data.Dataset.from_tensor_slices({"image": images, "label": labels}).element_spec
            {'image': TensorSpec(shape=(28, 28), dtype=tf.float32, name=None), \
'label': TensorSpec(shape=(), dtype=tf.int32, name=None)}
        """
        return Dataset.of_plan(creation.slices_plan(tensors))

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """A dataset with a single element.

        Args:
            tensors: a tensor, array or list, or a tuple or dictionary of these.
            name: accepted for TensorFlow's sake, without effect.

        Example:
            >>> import glassbrook as tf
            >>> list(tf.data.Dataset.from_tensors([1, 2]).as_numpy_iterator())
            [array([1, 2], dtype=int32)]
        """
        return Dataset.of_plan(creation.tensors_plan(tensors))

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Sequence[Any] | None = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """A dataset of what a Python generator yields; each iteration calls the function anew.

        Args:
            generator: a function that returns an iterator, such as a generator function.
            output_types: the dtype of each component; better give `output_signature`.
            output_shapes: the shape of each component, with `output_types`.
            args: arguments for the function; they arrive as NumPy values.
            output_signature: a `tf.TensorSpec` for each component, in the structure of the
                elements. Values are converted to its dtypes.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            TypeError: the function cannot be called, or the signature is missing or wrong.
            InvalidArgumentError: a yielded element does not fit the signature; raised while
                iterating. What the generator raises itself comes through unchanged.

        Example:
            >>> import glassbrook as tf
            >>> def squares(count):
            ...     for n in range(count):
            ...         yield n, n * n
            >>> signature = (tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.int32))
            >>> dataset = tf.data.Dataset.from_generator(
            ...     squares, args=(3,), output_signature=signature
            ... )
            >>> [(int(n), int(square)) for n, square in dataset]
            [(0, 0), (1, 1), (2, 4)]
        """
        return Dataset.of_plan(
            creation.generator_plan(generator, output_types, output_shapes, args, output_signature)
        )

    @staticmethod
    def range(*args: Any, output_type: Any = int64, name: str | None = None) -> Dataset:
        """A dataset of integers: ``range(stop)``, ``range(start, stop)``, with a step as third.

        Args:
            *args: as for Python's `range`.
            output_type: the dtype; int64 by default.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: not one to three numbers, or a step of zero.
            TypeError: a number is not an integer.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.range(1, 8, 3)]
            [1, 4, 7]
        """
        return Dataset.of_plan(creation.range_plan(args, output_type))

    @staticmethod
    def counter(
        start: Any = 0, step: Any = 1, dtype: Any = int64, name: str | None = None
    ) -> Dataset:
        """An endless dataset of integers.

        Example:
            >>> import glassbrook as tf
            >>> [int(x) for x in tf.data.Dataset.counter(5, 2).take(3)]
            [5, 7, 9]
        """
        return Dataset.of_plan(creation.counter_plan(start, step, dtype))

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """The elements of several datasets side by side, until one of them ends.

        Args:
            *args: datasets, or one tuple or dictionary of datasets.
            datasets: the same, by name.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            TypeError: something among them is no dataset.

        Example:
            >>> import glassbrook as tf
            >>> both = tf.data.Dataset.zip(tf.data.Dataset.range(3), tf.data.Dataset.range(5, 9))
            >>> [(int(x), int(y)) for x, y in both]
            [(0, 5), (1, 6), (2, 7)]
        """
        if args and datasets is not None:
            raise UsageError("Dataset.zip: Both `*args` and `datasets` cannot be set.")
        structure = datasets if not args else args[0] if len(args) == 1 else args
        form = Form.of(structure)
        plans = []
        for dataset in form.leaves(structure) or [structure]:
            if not is_dataset(dataset):
                mend = " Use a tuple instead of a list." if isinstance(dataset, list) else ""
                raise UsageError(
                    "Invalid input to `zip`. Inputs are expected to be (nested) structures of "
                    f"`tf.data.Dataset` objects but encountered object of type {type(dataset)}."
                    + mend
                )
            plans.append(dataset.plan)
        return Dataset.of_plan(ZipPlan(form, plans))

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: Any = None, name: str | None = None
    ) -> Dataset:
        """A dataset of the names of files that match patterns such as ``"images/*.png"``.

        Args:
            file_pattern: a pattern, or a list of them.
            shuffle: whether to shuffle the names in each iteration; true by default, else they
                are sorted.
            seed: see `shuffle`.
            name: accepted for TensorFlow's sake, without effect.

        Raises:
            InvalidArgumentError: no file matches.
        """
        plan = creation.files_plan(file_pattern)
        files = Dataset.of_plan(plan)
        if shuffle is None or shuffle:
            return files.shuffle(max(plan.cardinality(), 1), seed=seed)
        return files

    @staticmethod
    def random(
        seed: Any = None, rerandomize_each_iteration: bool | None = None, name: str | None = None
    ) -> Dataset:
        """An endless dataset of random integers from 0 to 2³² - 1 (int64).

        Args:
            seed: the same seed gives the same numbers. Without one, `tf.random.set_seed` decides.
            rerandomize_each_iteration: whether each iteration has numbers of its own.
            name: accepted for TensorFlow's sake, without effect.
        """
        return Dataset.of_plan(RandomPlan(Seeds("random", seed, bool(rerandomize_each_iteration))))

    @staticmethod
    def load(
        path: Any,
        element_spec: Any = None,
        compression: str | None = None,
        reader_func: Callable[..., Any] | None = None,
        wait: bool = False,
    ) -> Dataset:
        """The dataset that `save` wrote to a folder.

        Args:
            path: the folder.
            element_spec: its spec; it stands in the file, so it may be left out.
            compression: accepted for TensorFlow's sake: the file tells.
            reader_func: accepted for TensorFlow's sake, without effect.
            wait: accepted for TensorFlow's sake, without effect.

        Raises:
            NotFoundError: there is none.
            DataError: the file is damaged.
            DTypeError: its elements are of another spec.
        """
        return Dataset.of_plan(load_plan(path, element_spec))

    @staticmethod
    def choose_from_datasets(
        datasets: Sequence[Dataset], choice_dataset: Dataset, stop_on_empty_dataset: bool = True
    ) -> Dataset:
        """Elements of several datasets, in an order that a dataset of numbers gives.

        Args:
            datasets: what to choose from.
            choice_dataset: scalars (int64), the number of the dataset to take the next element of.
            stop_on_empty_dataset: whether the end of one dataset is the end of all.

        Example:
            >>> import glassbrook as tf
            >>> datasets = [tf.data.Dataset.range(3), tf.data.Dataset.range(10, 20)]
            >>> choices = tf.data.Dataset.from_tensor_slices([0, 1, 1, 0])
            >>> [int(x) for x in tf.data.Dataset.choose_from_datasets(datasets, choices)]
            [0, 10, 11, 1]
        """
        plans = _plans("choose_from_datasets", datasets)
        return Dataset.of_plan(ChoicePlan(choice_dataset.plan, plans, stop_on_empty_dataset))

    @staticmethod
    def sample_from_datasets(
        datasets: Sequence[Dataset],
        weights: Any = None,
        seed: Any = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Elements of several datasets, chosen at random.

        Args:
            datasets: what to choose from.
            weights: how often to choose each; all alike by default.
            seed: the same seed gives the same choices. Without one, `tf.random.set_seed` decides.
            stop_on_empty_dataset: whether the end of one dataset is the end of all.
            rerandomize_each_iteration: whether each iteration has choices of its own.

        Raises:
            InvalidArgumentError: the weights are not as many positive numbers as datasets.
        """
        plans = _plans("sample_from_datasets", datasets)
        given = [1.0] * len(plans) if weights is None else np.asarray(weights).ravel().tolist()
        if len(given) != len(plans) or min(given) < 0 or sum(given) <= 0:
            raise InvalidArgumentError(
                f"Dataset.sample_from_datasets: expected {len(plans)} weights that are not "
                f"negative, one per dataset, got {given}."
            )
        seeds = Seeds("sample_from_datasets", seed, bool(rerandomize_each_iteration))
        return Dataset.of_plan(SamplePlan(given, plans, stop_on_empty_dataset, seeds))

    @property
    def element_spec(self) -> Any:
        """The shapes and dtypes of the elements, as `tf.TensorSpec` in their structure.

        After `map` this calls the function with tensors that have no value, to see what it
        returns.

        Example:
            >>> import glassbrook as tf
            >>> tf.data.Dataset.range(4).batch(2).element_spec
            TensorSpec(shape=(None,), dtype=tf.int64, name=None)
        """
        return self._plan.spec

    def cardinality(self) -> Tensor:
        """The number of elements (int64), or `tf.data.INFINITE_CARDINALITY` (-1), or
        `tf.data.UNKNOWN_CARDINALITY` (-2).

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.range(5)
            >>> int(dataset.batch(2).cardinality()), int(dataset.repeat().cardinality())
            (3, -1)
        """  # noqa: D205
        return constant(self._plan.cardinality(), int64)

    def __len__(self) -> int:
        size = self._plan.cardinality()
        if size >= 0:
            return size
        if size == INFINITE:
            raise UsageError("The dataset is infinite. Limit it first: dataset.take(count).")
        raise UsageError(
            "The dataset length is unknown. Count the elements: "
            "dataset.reduce(0, lambda count, _: count + 1), where an element that is a tuple "
            "counts as one."
        )

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator:
        return Iterator(self._plan)

    def as_numpy_iterator(self) -> NumpyIterator:
        """Iterate over the elements as NumPy arrays, which are read-only, and scalars.

        Example:
            >>> import glassbrook as tf
            >>> dataset = tf.data.Dataset.from_tensor_slices(["a", "b"])
            >>> list(dataset.as_numpy_iterator())
            [b'a', b'b']
        """
        return NumpyIterator(self._plan)

    def get_single_element(self, name: str | None = None) -> Any:
        """The only element of the dataset.

        Raises:
            InvalidArgumentError: there is none, or more than one.

        Example:
            >>> import glassbrook as tf
            >>> print(tf.data.Dataset.range(3).batch(3).get_single_element())
            tf.Tensor([0 1 2], shape=(3,), dtype=int64)
        """
        return single_element(self._plan)

    def options(self) -> Options:
        """The options that were set with `with_options` on the way here."""
        merged = Options()
        for plan in _way_to(self._plan):
            if isinstance(plan, OptionsPlan):
                merged = merged.merge(plan.options)
        return merged

    def with_options(self, options: Options, name: str | None = None) -> Dataset:
        """Accept options, for TensorFlow's sake; they have no effect."""
        return Dataset.of_plan(OptionsPlan(self._plan, options))

    def __repr__(self) -> str:
        return f"<{self._plan.shown_name} element_spec={self._plan.spec!r}>"


def _plans(method: str, datasets: Sequence[Any]) -> list[Plan]:
    if not datasets or not all(map(is_dataset, datasets)):
        raise UsageError(f"Dataset.{method}: expected a list of datasets, got {datasets!r}.")
    return [dataset.plan for dataset in datasets]


def _way_to(plan: Plan) -> list[Plan]:
    """A plan and all it is made from, sources first."""
    return [*(each for source in plan.inputs for each in _way_to(source)), plan]
