"""`tf.data.experimental`: older names that programs still use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassbrook.data.arguments import integer
from glassbrook.data.dataset import Dataset
from glassbrook.data.plans.plan import INFINITE, UNKNOWN
from glassbrook.data.plans.select import AssertCardinalityPlan
from glassbrook.data.rearranging import AUTOTUNE
from glassbrook.tensor import Tensor

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "assert_cardinality",
    "cardinality",
]

INFINITE_CARDINALITY = INFINITE
UNKNOWN_CARDINALITY = UNKNOWN


def cardinality(dataset: Dataset) -> Tensor:
    """The number of elements of a dataset, as `Dataset.cardinality` gives it.

    Example:
        >>> import glassbrook as tf
        >>> int(tf.data.experimental.cardinality(tf.data.Dataset.range(4)))
        4
    """
    return dataset.cardinality()


def assert_cardinality(expected_cardinality: Any) -> Callable[[Dataset], Dataset]:
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
