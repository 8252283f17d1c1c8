"""Prefetching: a thread that works ahead, hands everything over, and ends when it is not needed."""

from __future__ import annotations

import gc
import threading
import time

import pytest

import glassbrook as tf
from tests.data.values import Dataset, elements


def threads():
    return [each for each in threading.enumerate() if each.name == "glassbrook-prefetch"]


def wait_until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "waited for 5 seconds"
        time.sleep(0.001)


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    gc.collect()
    wait_until(lambda: not threads())


def generated(generate):
    return Dataset.from_generator(generate, output_signature=tf.TensorSpec((), tf.int64))


@pytest.mark.parametrize("size", [0, 1, 3, 100, tf.data.AUTOTUNE])
def test_elements_and_order_stay(size):
    dataset = Dataset.range(50).map(lambda n: n * n)
    expected = [n * n for n in range(50)]
    assert elements(dataset.prefetch(size)) == expected
    assert elements(dataset.batch(7).prefetch(size).unbatch()) == expected
    assert elements(dataset.prefetch(size).batch(50)) == [expected]
    assert elements(dataset.prefetch(size).prefetch(size).repeat(2)) == expected * 2


def test_memory_needs_no_thread():
    iterator = iter(Dataset.range(100).shuffle(10).batch(2).prefetch(5))
    next(iterator)
    assert not threads()


def test_it_works_ahead_but_not_too_far():
    made = []
    dataset = generated(lambda: (made.append(n) or n for n in range(100))).prefetch(3)
    iterator = iter(dataset)
    assert not made
    next(iterator)
    # Three wait, and one more is made that finds no room.
    wait_until(lambda: len(made) == 5)
    time.sleep(0.02)
    assert len(made) == 5
    next(iterator)
    wait_until(lambda: len(made) == 6)


def test_work_happens_in_the_other_thread_and_is_done_when_handed_over():
    names = []

    def function(n):
        names.append(threading.current_thread().name)
        return n * 2

    (batch,) = Dataset.range(3).map(function).batch(3).prefetch(1)
    assert set(names) == {"glassbrook-prefetch"}
    assert batch.node.value is not None


def test_an_error_arrives_in_its_turn_with_its_traceback():
    def function(n):
        if int(n) == 2:
            raise KeyError("lost")
        return n

    iterator = iter(Dataset.range(5).map(function).prefetch(10))
    assert [int(next(iterator)), int(next(iterator))] == [0, 1]
    with pytest.raises(KeyError, match="lost") as caught:
        next(iterator)
    assert caught.traceback[-1].name == "function"
    with pytest.raises(StopIteration):
        next(iterator)


def test_errors_of_our_own_point_to_the_consumer():
    dataset = Dataset.range(3).map(lambda n: tf.range(n)).batch(2).prefetch(1)
    with pytest.raises(tf.errors.ShapeError) as caught:
        list(dataset)
    places = [note for note in caught.value.__notes__ if note.startswith("at ")]
    assert len(places) == 1
    assert __file__ in places[0]


def test_a_dropped_iterator_ends_the_thread_and_closes_the_generator():
    closed = threading.Event()

    def generate():
        try:
            n = 0
            while True:
                yield n
                n += 1
        finally:
            closed.set()

    for _ in generated(generate).batch(2).prefetch(2):
        break
    gc.collect()
    assert closed.wait(5)
    wait_until(lambda: not threads())


def test_an_iterator_that_was_never_used_starts_no_thread():
    iter(Dataset.range(3).map(lambda n: n).prefetch(2))
    assert not threads()


def test_several_iterators_at_once():
    dataset = Dataset.range(20).map(lambda n: n + 1).prefetch(2)
    one, other = iter(dataset), iter(dataset)
    assert [int(next(one)) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert [int(n) for n in other] == list(range(1, 21))
    assert int(next(one)) == 6


def test_training_goes_on_while_elements_are_made():
    """Pending work belongs to a thread: neither touches the other's."""
    weight = tf.Variable(0.0)
    dataset = Dataset.range(200).map(lambda n: tf.cast(n, tf.float32) * 2.0).prefetch(4)
    for x in dataset:
        weight.assign_add(x)
    assert float(weight) == sum(range(200)) * 2.0


def test_bad_sizes():
    with pytest.raises(tf.errors.InvalidArgumentError, match="buffer_size must be >= 0"):
        Dataset.range(3).prefetch(-2)


def test_random_functions_in_the_thread_are_reproducible() -> None:
    def draw() -> list[float]:
        tf.random.set_seed(1)
        dataset = Dataset.range(50).map(lambda n: tf.random.uniform([])).prefetch(2)
        drawn = []
        for element in dataset:
            drawn += [float(element), float(tf.random.uniform([]))]
        return drawn

    assert draw() == draw()
    assert len(set(draw())) == 100
