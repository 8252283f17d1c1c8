"""from_generator: what generators may yield, and what they are told when it does not fit."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.data.values import Dataset, elements

Spec = tf.TensorSpec


def generating(*values):
    def generate():
        yield from values

    return generate


YIELDED = [
    (1, Spec((), tf.int32), 1),
    (1.5, Spec((), tf.int32), 1),
    (True, Spec((), tf.float32), 1.0),
    (300, Spec((), tf.uint8), 44),
    ("abc", Spec((), tf.string), b"abc"),
    ([1, 2, 3], Spec((None,), tf.int64), [1, 2, 3]),
    ([[1], [2]], Spec(None, tf.float64), [[1], [2]]),
    (tf.constant(3.5), Spec((), tf.int64), 3),
    (tf.constant("x"), Spec((), tf.string), b"x"),
    ((1, [2.0]), (Spec((), tf.int8), Spec((1,), tf.float32)), (1, [2.0])),
    ({"a": 1, "b": (2, 3)}, {"a": Spec((), tf.int32), "b": (Spec((), tf.int32),) * 2}, None),
    ((1, None), (Spec((), tf.int32), None), (1, None)),
]


@pytest.mark.parametrize(("value", "signature", "expected"), YIELDED)
def test_values_are_converted_to_the_signature(value, signature, expected):
    dataset = Dataset.from_generator(generating(value), output_signature=signature)
    assert elements(dataset) == [value if expected is None else expected]
    assert dataset.element_spec == signature


MISMATCHES = [
    ((1, 2), Spec((), tf.int32), "expected structure"),
    ([1, 2], (Spec((), tf.int32),) * 2, "expected structure"),
    ((1, 2, 3), (Spec((), tf.int32),) * 2, r"was \(1, 2, 3\)"),
    ({"b": 1}, {"a": Spec((), tf.int32)}, r"structure was \{'a': tf.int32\}"),
    (None, Spec((), tf.int32), "expected structure"),
    ("abc", Spec((), tf.int32), "expected type of component 0 was int32"),
    (5, Spec((), tf.string), "expected type of component 0 was string"),
    ([1, 2, 3], Spec((2,), tf.int32), r"shape \(3,\) where an element of shape \(2,\)"),
    ({"a": 1, "b": [1]}, {"a": Spec((), tf.int32), "b": Spec((), tf.int32)}, "component 'b'"),
]


@pytest.mark.parametrize(("value", "signature", "message"), MISMATCHES)
def test_a_value_that_does_not_fit(value, signature, message):
    dataset = Dataset.from_generator(generating(value), output_signature=signature)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(dataset)


def test_types_and_shapes():
    dataset = Dataset.from_generator(
        generating((1, [2.0, 3.0])), (tf.int32, float), (tf.TensorShape([]), [2])
    )
    assert dataset.element_spec == (Spec((), tf.int32), Spec((2,), tf.float32))
    untold = Dataset.from_generator(generating({"x": 1}), {"x": "int64"})
    assert repr(untold.element_spec) == (
        "{'x': TensorSpec(shape=<unknown>, dtype=tf.int64, name=None)}"
    )
    assert elements(untold) == [{"x": 1}]


def test_arguments_arrive_as_numpy_values():
    seen = []

    def generate(count, array, name):
        seen.extend([type(count), type(array), name])
        yield from range(count)

    dataset = Dataset.from_generator(
        generate, args=(2, tf.constant([1, 2]), "x"), output_signature=Spec((), tf.int64)
    )
    assert elements(dataset) == [0, 1]
    assert seen == [np.int32, np.ndarray, b"x"]


def test_each_iteration_calls_the_generator_anew():
    starts = []

    def generate():
        starts.append(1)
        yield from range(3)

    dataset = Dataset.from_generator(generate, output_signature=Spec((), tf.int32))
    assert elements(dataset.repeat(2)) == [0, 1, 2] * 2
    assert elements(dataset) == [0, 1, 2]
    assert len(starts) == 3
    iter(dataset)
    assert len(starts) == 3


def test_lists_and_iterators_will_do():
    for values in ([4, 5], iter([4, 5]), (4, 5), np.array([4, 5])):
        dataset = Dataset.from_generator(
            lambda values=values: values, output_signature=Spec((), tf.int32)
        )
        assert elements(dataset) == [4, 5]


def test_a_buffer_that_the_generator_uses_again():
    def generate():
        buffer = np.zeros(2)
        for n in range(3):
            buffer[:] = n
            yield buffer

    dataset = Dataset.from_generator(generate, output_signature=Spec((2,), tf.float64))
    assert elements(dataset.batch(3)) == [[[0, 0], [1, 1], [2, 2]]]


def test_its_own_error_comes_through_after_what_was_yielded_before():
    def generate():
        yield 1
        yield 2
        raise RuntimeError("disk full")

    dataset = Dataset.from_generator(generate, output_signature=Spec((), tf.int32))
    iterator = iter(dataset)
    assert [int(next(iterator)), int(next(iterator))] == [1, 2]
    with pytest.raises(RuntimeError, match="disk full") as caught:
        next(iterator)
    assert caught.traceback[-1].name == "generate"


def test_endless_generators():
    def generate():
        n = 0
        while True:
            yield n
            n += 1

    dataset = Dataset.from_generator(generate, output_signature=Spec((), tf.int32))
    assert elements(dataset.batch(2).skip(1).take(2)) == [[2, 3], [4, 5]]
    assert len(elements(dataset.shuffle(5).take(20))) == 20


def test_a_dropped_iterator_closes_the_generator():
    closed = []

    def generate():
        try:
            yield from range(10)
        finally:
            closed.append(True)

    iterator = iter(Dataset.from_generator(generate, output_signature=Spec((), tf.int32)))
    next(iterator)
    assert not closed
    del iterator
    assert closed


def test_errors_when_it_is_described():
    cases = [
        (lambda: Dataset.from_generator([1], output_types=tf.int32), "must be a Python callable"),
        (lambda: Dataset.from_generator(generating(1)), "output_signature"),
        (lambda: Dataset.from_generator(generating(1), output_signature=5), "found <class 'int'>"),
        (
            lambda: Dataset.from_generator(generating(1), output_signature=[Spec((), tf.int32)]),
            "several of them in a tuple",
        ),
        (
            lambda: Dataset.from_generator(
                generating(1), output_types=tf.int32, output_signature=Spec((), tf.int32)
            ),
            "can not be used together",
        ),
        (
            lambda: Dataset.from_generator(generating(1), (tf.int32, tf.int32), [()]),
            "does not have the structure",
        ),
    ]
    for make, message in cases:
        with pytest.raises(TypeError, match=message):
            make()
    dataset = Dataset.from_generator(lambda: 5, output_signature=Spec((), tf.int32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot be iterated over"):
        list(dataset)
