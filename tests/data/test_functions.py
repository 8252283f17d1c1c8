"""map, filter, flat_map, interleave, scan and reduce: functions of the user's."""

from __future__ import annotations

import itertools
from collections import namedtuple

import numpy as np
import pytest

import glassbrook as tf
from tests.data.values import Dataset, elements

Point = namedtuple("Point", "x y")
PAIRS = ([1, 2], [3, 4])


def test_map_unpacks_tuples_only():
    assert elements(Dataset.from_tensor_slices(PAIRS).map(lambda x, y: x + y)) == [4, 6]
    assert elements(Dataset.from_tensor_slices(PAIRS).map(lambda *xy: xy[1])) == [3, 4]
    assert elements(Dataset.from_tensor_slices({"a": [1]}).map(lambda d: d["a"])) == [1]
    assert elements(Dataset.from_tensor_slices(Point(*PAIRS)).map(lambda p: p.y)) == [3, 4]
    nested = Dataset.from_tensor_slices((PAIRS, [5, 6]))
    assert elements(nested.map(lambda xy, z: xy[0] * z)) == [5, 12]


RESULTS = [
    (lambda x: (x, x * 2), (3, 6)),
    (lambda x: [x, x * 2], (3, 6)),
    (lambda x: (x, [x, x]), (3, [3, 3])),
    (lambda x: {"a": [x, 1]}, {"a": [3, 1]}),
    (lambda x: "text", b"text"),
    (lambda x: 1.5, 1.5),
    (lambda x: np.ones(2), [1.0, 1.0]),
    (lambda x: (x, None), (3, None)),
    (lambda x: Point(x, 1), Point(3, 1)),
    (lambda x: ((x,), {"k": (x, x)}), ((3,), {"k": (3, 3)})),
    (lambda *x: x, (3,)),
]


@pytest.mark.parametrize(("function", "expected"), RESULTS)
def test_what_map_functions_may_return(function, expected):
    (element,) = elements(Dataset.range(3, 4).map(function))
    assert element == expected
    assert type(element) is type(expected)


def test_map_after_batch_is_one_call_per_batch():
    shapes = []
    dataset = Dataset.range(10).batch(4).map(lambda x: (shapes.append(x.shape), x * 2)[1])
    assert elements(dataset) == [[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]]
    assert shapes == [(4,), (4,), (2,)]


def test_map_runs_no_more_than_asked_for():
    calls = []
    dataset = Dataset.range(100).map(lambda n: (calls.append(int(n)), n)[1])
    next(iter(dataset))
    assert calls == [0]
    assert elements(dataset.batch(3).take(2)) == [[0, 1, 2], [3, 4, 5]]
    assert calls[1:] == [0, 1, 2, 3, 4, 5]


def test_a_returned_variable_is_read_when_the_element_is_made():
    variable = tf.Variable([0.0])

    def function(n):
        variable.assign_add([1.0])
        return variable

    assert elements(Dataset.range(3).map(function)) == [[1], [2], [3]]
    assert elements(Dataset.range(3).map(function).batch(3)) == [[[4], [5], [6]]]


def test_random_numbers_differ_from_element_to_element():
    tf.random.set_seed(3)
    dataset = Dataset.range(50).map(lambda n: tf.random.uniform([]))
    first = elements(dataset)
    assert len(set(first)) == 50
    assert elements(dataset) == first  # as in TensorFlow, where each iteration begins anew


def test_an_error_in_a_function_comes_through_with_its_place():
    def function(n):
        if int(n) == 3:
            raise KeyError("no such word")
        return n

    iterator = iter(Dataset.range(9).map(function))
    assert [int(next(iterator)) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(KeyError, match="no such word") as caught:
        next(iterator)
    assert caught.traceback[-1].name == "function"
    (note,) = caught.value.__notes__
    assert note == "in the function given to Dataset.map, called with int64 of shape ()"


def test_stop_iteration_in_a_function_does_not_end_the_data():
    words = iter(["a"])
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        list(Dataset.range(3).map(lambda n: next(words)))


def test_map_errors():
    dataset = Dataset.from_tensor_slices(PAIRS)
    with pytest.raises(TypeError, match=r"2 arguments: lambda a, b: \.\.\."):
        dataset.map(lambda x: x)
    with pytest.raises(TypeError, match="not tuples, so each arrives as one argument"):
        Dataset.range(3).map(lambda x, y: x)
    with pytest.raises(TypeError, match="arrives as one argument"):
        list(Dataset.range(3).map(lambda x: x).map(lambda x, y: x))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"map\(lambda x: \.\.\.\)"):
        dataset.map(5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="returned None"):
        list(dataset.map(lambda x, y: None))
    with pytest.raises(tf.errors.InvalidArgumentError, match="unsupported type"):
        list(dataset.map(lambda x, y: object()))
    with pytest.raises(tf.errors.InvalidArgumentError, match="arranged alike"):
        list(Dataset.range(3).map(lambda n: n if int(n) else (n, n)).batch(3))


def test_filter():
    dataset = Dataset.from_tensor_slices((np.arange(10), list("abcdefghij")))
    kept = dataset.filter(lambda n, text: n % 3 == 0)
    assert elements(kept) == [(0, b"a"), (3, b"d"), (6, b"g"), (9, b"j")]
    assert elements(kept.batch(3).map(lambda n, text: n)) == [[0, 3, 6], [9]]
    assert elements(Dataset.range(3).filter(lambda n: True)) == [0, 1, 2]
    assert elements(Dataset.range(3).filter(lambda n: False)) == []


@pytest.mark.parametrize("answer", [lambda n: n, lambda n: [True], lambda n: tf.ones([2]) > 0])
def test_predicates_return_scalar_truth_values(answer):
    for dataset in (Dataset.range(3).filter(answer), Dataset.range(3).take_while(answer)):
        with pytest.raises(tf.errors.InvalidArgumentError, match="bool` scalar tensor") as caught:
            list(dataset)
        assert isinstance(caught.value, TypeError)


def test_take_while():
    calls = []
    dataset = Dataset.range(9).take_while(lambda n: (calls.append(1), n * n < 10)[1])
    assert elements(dataset) == [0, 1, 2, 3]
    assert len(calls) == 5


def test_flat_map():
    dataset = Dataset.range(4).flat_map(lambda n: Dataset.range(n).map(lambda m: m + n))
    assert elements(dataset) == [n + m for n in range(4) for m in range(n)]
    tables = Dataset.from_tensor_slices(np.arange(6).reshape(3, 2))
    assert elements(tables.flat_map(Dataset.from_tensor_slices)) == list(range(6))
    for wrong in (Dataset.range(3).flat_map(lambda n: n), Dataset.range(3).interleave(lambda n: n)):
        with pytest.raises(TypeError, match="return a `Dataset`"):
            list(wrong)
        with pytest.raises(TypeError, match="return a `Dataset`"):
            _ = wrong.element_spec


def interleaved(lists, cycle_length, block_length):
    """Interleaved iterators, plainly: open slots take turns, empty ones are refilled."""
    waiting, slots, turn = iter(lists), [None] * cycle_length, 0
    more = True
    while more or any(slot is not None for slot in slots):
        if slots[turn] is None and more:
            slots[turn] = next(waiting, None)
            more = slots[turn] is not None
            slots[turn] = iter(slots[turn]) if more else None
        if slots[turn] is not None:
            block = list(itertools.islice(slots[turn], block_length))
            yield from block
            if len(block) < block_length:
                slots[turn] = None
        turn = (turn + 1) % cycle_length


@pytest.mark.parametrize("cycle_length", [1, 2, 3, 9])
@pytest.mark.parametrize("block_length", [1, 2, 4])
def test_interleave(cycle_length, block_length):
    lists = [[n] * n for n in range(7)]
    dataset = Dataset.range(7).interleave(
        lambda n: Dataset.from_tensors(n).repeat(n), cycle_length, block_length
    )
    assert elements(dataset) == list(interleaved(lists, cycle_length, block_length))
    assert elements(dataset.batch(100)) == [elements(dataset)]


def test_interleave_as_tensorflow_does():
    """What TensorFlow 2.21 gives."""
    dataset = Dataset.range(1, 5).interleave(
        lambda x: Dataset.from_tensors(x).repeat(6), cycle_length=2, block_length=4
    )
    expected = "1 1 1 1 2 2 2 2 1 1 2 2 3 3 3 3 4 4 4 4 3 3 4 4"
    assert elements(dataset) == [int(n) for n in expected.split()]


def test_scan():
    def step(state, n):
        return state + n, (state, n)

    expected = list(zip(itertools.accumulate(range(5), initial=0), range(5)))
    assert elements(Dataset.range(5).scan(tf.constant(0, tf.int64), step)) == expected
    pairs = Dataset.from_tensor_slices(PAIRS)
    sums = pairs.scan({"sum": 0}, lambda s, xy: ({"sum": s["sum"] + xy[1]}, s["sum"] + xy[1]))
    assert elements(sums) == [3, 7]
    assert sums.element_spec == tf.TensorSpec((), tf.int32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="two things"):
        list(Dataset.range(2).scan(0, lambda state, n: state))


def test_reduce():
    dataset = Dataset.range(200)
    assert int(dataset.reduce(0, lambda count, _: count + 1)) == 200
    assert int(dataset.reduce(np.int64(0), lambda s, n: s + n)) == sum(range(200))
    both = dataset.reduce((0, 0.0), lambda s, _: (s[0] + 1, s[1] + 2.0))
    assert (int(both[0]), float(both[1])) == (200, 400.0)
    assert int(Dataset.range(0).reduce(7, lambda s, _: s)) == 7
    assert int(Dataset.from_tensor_slices(PAIRS).reduce(0, lambda s, xy: s + xy[0])) == 3
    with pytest.raises(TypeError, match="element types for the new state"):
        dataset.reduce(0, lambda s, n: 1.5)
    with pytest.raises(TypeError, match="structure of the new state"):
        dataset.reduce(0, lambda s, n: (s, s))


def test_apply():
    assert elements(Dataset.range(4).apply(lambda dataset: dataset.batch(2))) == [[0, 1], [2, 3]]
    with pytest.raises(TypeError, match="must return a"):
        Dataset.range(4).apply(lambda dataset: 5)


def test_iterating_inside_a_tape_records_nothing_of_the_functions():
    weight = tf.Variable(2.0)
    dataset = Dataset.from_tensor_slices([1.0, 2.0]).map(lambda x: x * 3.0).batch(2)
    with tf.GradientTape() as tape:
        (x,) = dataset
        loss = tf.reduce_sum(weight * x)
    assert float(tape.gradient(loss, weight)) == 9.0
