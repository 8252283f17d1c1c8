"""Shuffling: every element once, near where it was, in orders that seeds determine."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

import glassbrook as tf
from tests.data.values import Dataset, elements, mapped


@pytest.fixture(autouse=True)
def _seed():
    tf.random.set_seed(0)
    yield
    tf.random.set_seed(None)


@pytest.mark.parametrize("made", [lambda dataset: dataset, mapped], ids=["memory", "function"])
@pytest.mark.parametrize(("count", "size"), [(1, 1), (5, 5), (5, 9), (100, 10), (3000, 7)])
def test_every_element_comes_once_and_never_too_early(made, count, size):
    order = elements(made(Dataset.range(count)).shuffle(size))
    assert sorted(order) == list(range(count))
    # The element at position p is in the buffer only from step p - size + 1 on.
    assert max(element - step for step, element in enumerate(order)) < size


def test_a_buffer_of_one_changes_nothing():
    assert elements(Dataset.range(20).shuffle(1)) == list(range(20))


def test_all_orders_are_equally_likely():
    """Chi-squared test of 24 orders in 4800 shuffles."""
    dataset = Dataset.range(4).shuffle(4, seed=3).repeat(4800).batch(4)
    counts = Counter(tuple(order) for order in elements(dataset))
    assert len(counts) == math.factorial(4)
    statistic = sum((count - 200) ** 2 / 200 for count in counts.values())
    assert statistic < 49.7  # 23 degrees of freedom: exceeded with probability 0.001


def test_a_small_buffer_draws_each_place_alike():
    """How far the first element of many travels is geometric, as with one draw per step."""
    size, count, repetitions = 5, 60, 400
    steps = []
    dataset = Dataset.range(count).shuffle(size, seed=5)
    for _ in range(repetitions):
        steps.append(elements(dataset).index(0))
    # P(step = k) = (1 - 1/size)^k / size: mean size - 1, variance size (size - 1).
    deviation = math.sqrt(size * (size - 1) / repetitions)
    assert np.mean(steps) == pytest.approx(size - 1, abs=4 * deviation)


def test_memory_and_functions_give_the_same_order_however_they_are_read():
    """The order depends on seeds alone, not on how elements are made or asked for."""
    for size in (3, 64, 1000):
        shuffled = Dataset.range(500).shuffle(size, seed=7)
        expected = elements(shuffled)
        for other in (
            mapped(Dataset.range(500)).shuffle(size, seed=7),
            Dataset.range(500).shuffle(size, seed=7).batch(7).unbatch(),
            mapped(Dataset.range(500)).shuffle(size, seed=7).batch(100).unbatch(),
            Dataset.range(500).batch(1).unbatch().shuffle(size, seed=7).prefetch(3),
        ):
            assert elements(other) == expected


def test_a_cached_function_shuffles_alike_before_and_after_it_is_cached():
    cached = mapped(Dataset.range(100)).cache()
    dataset = cached.shuffle(10, seed=1, reshuffle_each_iteration=False)
    assert elements(dataset) == elements(dataset)


def test_reshuffling():
    dataset = Dataset.range(50).shuffle(50, seed=1)
    first, second = elements(dataset), elements(dataset)
    assert first != second
    again = Dataset.range(50).shuffle(50, seed=1)
    assert [elements(again), elements(again)] == [first, second]
    epochs = elements(Dataset.range(50).shuffle(50, seed=1).repeat(2).batch(50))
    assert epochs == [first, second]
    fixed = Dataset.range(50).shuffle(50, seed=1, reshuffle_each_iteration=False)
    assert elements(fixed) == elements(fixed)


def test_global_seed_determines_the_order():
    def orders(seed):
        tf.random.set_seed(seed)
        one, two = Dataset.range(50).shuffle(50), Dataset.range(50).shuffle(20)
        return elements(one), elements(two), elements(one)

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    assert len({tuple(order) for order in orders(1)}) == 3


def test_without_a_seed_orders_differ():
    tf.random.set_seed(None)
    orders = {tuple(elements(Dataset.range(50).shuffle(50))) for _ in range(3)}
    assert len(orders) == 3


def test_seeds_may_be_any_integers():
    orders = [elements(Dataset.range(50).shuffle(50, seed=s)) for s in (0, 1, -1, 2**70)]
    assert len(set(map(tuple, orders))) == 4


def test_components_stay_together():
    x = np.arange(300).reshape(100, 3)
    dataset = Dataset.from_tensor_slices({"x": x, "sum": x.sum(1)})
    both = dataset.take(30).concatenate(dataset.skip(30).enumerate().map(lambda n, e: e))
    for pipeline in (dataset, both, dataset.batch(9).unbatch(), mapped(dataset).cache()):
        for _ in range(2):
            seen = list(pipeline.shuffle(40).batch(11))
            rows = np.concatenate([batch["x"] for batch in seen])
            assert sorted(rows[:, 0].tolist()) == x[:, 0].tolist()
            assert np.concatenate([batch["sum"] for batch in seen]).tolist() == rows.sum(1).tolist()


@pytest.mark.parametrize("size", [1, 7, 60, 200])
def test_rows_of_several_arrays(size):
    arrays = [np.arange(start, start + 40, dtype=np.int32).reshape(20, 2) for start in (0, 40, 80)]
    first, second, third = map(Dataset.from_tensor_slices, arrays)
    dataset = first.concatenate(second).repeat(2).concatenate(third).shuffle(size)
    rows = [row for batch in elements(dataset.batch(9)) for row in batch]
    assert sorted(rows) == sorted(np.concatenate(arrays[:2] * 2 + arrays[2:]).tolist())
    assert next(iter(dataset)).dtype is tf.int32
    words = Dataset.from_tensor_slices(["a", "b"]).concatenate(Dataset.from_tensor_slices(["c"]))
    assert sorted(elements(words.shuffle(size))) == [b"a", b"b", b"c"]


def test_rows_of_many_sources():
    """More arrays than a column keeps apart: they are put into one on the way."""
    dataset = Dataset.range(1000).batch(4).unbatch()
    for size in (50, 1000):
        assert sorted(elements(dataset.shuffle(size))) == list(range(1000))
    assert sorted(elements(dataset.repeat(2).shuffle(70).batch(9).unbatch())) == sorted(
        [*range(1000), *range(1000)]
    )


def test_unknown_cardinality_as_size_holds_everything():
    order = elements(Dataset.range(2000).shuffle(tf.data.UNKNOWN_CARDINALITY, seed=1))
    assert sorted(order) == list(range(2000))
    assert np.mean(np.abs(np.subtract(order, range(2000)))) > 500


def test_nothing_runs_before_it_is_asked_for():
    calls = []
    dataset = Dataset.range(100).map(lambda n: (calls.append(1), n)[1]).shuffle(10)
    iterator = iter(dataset)
    assert not calls
    next(iterator)
    assert len(calls) <= 11


def test_a_fixed_order_can_be_split():
    dataset = Dataset.range(100).shuffle(100, reshuffle_each_iteration=False)
    training, validation = dataset.take(80), dataset.skip(80)
    for _ in range(2):
        assert sorted(elements(training) + elements(validation)) == list(range(100))
