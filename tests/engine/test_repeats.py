"""What runs many times keeps its operations apart, by their order in each run."""

from __future__ import annotations

from typing import Any

import pytest

import glassbrook as tf
from glassbrook.engine.repeats import Repeats, running_repeats, turn_by_turn


@pytest.fixture(autouse=True)
def _seed() -> Any:
    tf.random.set_seed(5)
    yield
    tf.random.set_seed(None)


def rounded(values: Any) -> list[float]:
    return [round(float(each), 5) for each in values]


def test_each_run_finds_what_the_first_one_made() -> None:
    repeats = Repeats()
    for _ in range(2):
        assert running_repeats() is None
        with repeats.running():
            assert running_repeats() is repeats
            first, second = repeats.next(list), repeats.next(list)
            first.append(1)
            second.append(2)
    assert (first, second) == ([1, 1], [2, 2])


def test_a_run_within_a_run_counts_for_itself() -> None:
    repeats = Repeats()
    with repeats.running():
        first = repeats.next(object)
        with repeats.running():
            assert repeats.next(object) is first
        assert repeats.next(object) is not first


def test_a_loop_that_is_left_does_not_come_back() -> None:
    outer, inner = Repeats(), Repeats()
    with outer.running():
        turns = turn_by_turn(range(3))
        assert next(turns) == 0
        body = running_repeats()
        assert body is not outer
        with inner.running():
            turns.close()
            assert running_repeats() is inner
        assert running_repeats() is outer
        left = turn_by_turn(range(3))
        next(left)
    assert running_repeats() is None
    left.close()
    assert running_repeats() is None


# What TensorFlow prints, recorded.


def test_loops_over_tensors_go_on_from_turn_to_turn() -> None:
    @tf.function
    def digits(numbers: Any) -> Any:
        total = tf.zeros([])
        for _ in numbers:
            total = total * 10 + tf.floor(10 * tf.random.uniform([]))
        return total, tf.random.uniform([])

    three = tf.range(3)
    assert rounded(digits(three)) == [169.0, 0.18286]
    assert rounded(digits(three)) == [304.0, 0.67308]


def test_loops_that_run_as_written_draw_the_same() -> None:
    @tf.function
    def digits(count: Any) -> Any:
        total = tf.zeros([])
        for _ in tf.range(count):
            total = total * 10 + tf.floor(10 * tf.random.uniform([]))
        return total, tf.random.uniform([])

    with pytest.warns(UserWarning, match="runs as ordinary code"):
        assert rounded(digits(tf.constant(3))) == [169.0, 0.18286]
    assert rounded(digits(tf.constant(3))) == [304.0, 0.67308]
    assert rounded([tf.random.uniform([])]) == [0.62639]


def test_functions_within_functions_and_under_a_tape() -> None:
    variable = tf.Variable(1.0)

    @tf.function
    def inner() -> Any:
        return variable * tf.random.uniform([])

    @tf.function
    def outer() -> Any:
        return tf.random.uniform([]), inner(), tf.random.uniform([])

    assert rounded(outer()) == [0.18286, 0.18286, 0.38752]
    assert rounded(outer()) == [0.67308, 0.67308, 0.98592]
    drawn = []
    for _ in range(2):
        with tf.GradientTape():
            drawn.append(inner())
    assert rounded(drawn) == [0.18286, 0.67308]


def test_functions_of_datasets_begin_anew_with_each_iteration() -> None:
    dataset = tf.data.Dataset.range(3).map(lambda x: tf.random.uniform([]))
    for each in (dataset, dataset, dataset.prefetch(2)):
        assert rounded(each) == [0.18286, 0.67308, 0.93639]
    assert rounded([tf.random.uniform([])]) == [0.62639]
