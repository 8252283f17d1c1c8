"""``for`` over a tensor within `tf.function`: a loop of the graph where that is safe."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.graph.printer import topological_order


def has_loop(function, *arguments):
    concrete = function.get_concrete_function(*arguments)
    return "while" in {node.op for node in topological_order(concrete.graph.results)}


def python_and_traced(make):
    """What a function gives as it is and decorated, each called three times."""
    found = []
    for decorate in (lambda function: function, tf.function):
        tf.random.set_seed(1)
        function, state = make()
        function = decorate(function)
        results = [
            tf.nest.map_structure(lambda x: None if x is None else np.asarray(x), function())
            for _ in range(3)
        ]
        found.append((results, [variable.numpy() for variable in state]))
    return found, has_loop(function)


def assert_close(one, other):
    for x, y in zip(tf.nest.flatten(list(one)), tf.nest.flatten(list(other)), strict=True):
        if x is None or y is None:
            assert x is y
        else:
            np.testing.assert_allclose(x, y, rtol=1e-5)


def descent():
    x = tf.linspace(-1.0, 1.0, 100)
    y = 3.0 * x + 1.0
    w, b = tf.Variable(0.0), tf.Variable(0.0)

    def train():
        for _ in tf.range(50):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(w * x + b - y))
            slopes = tape.gradient(loss, [w, b])
            w.assign_sub(0.1 * slopes[0])
            b.assign_sub(0.1 * slopes[1])
        return w + b

    return train, [w, b]


def with_an_optimizer():
    w, optimizer = tf.Variable([1.0, 2.0]), tf.keras.optimizers.Adam(0.1, decay=0.1)
    optimizer.build([w])

    def train():
        for i in tf.range(20):
            optimizer.apply_gradients([(w * tf.cast(i, tf.float32), w)])
        return optimizer.iterations + 0

    return train, [w, *optimizer.variables]


def rows():
    table, total = tf.reshape(tf.range(60.0), (20, 3)), tf.Variable(tf.zeros([3]))

    def add():
        for row in table:
            total.assign_add(row)
        return total.value()

    return add, [total]


def nested():
    total = tf.Variable(0)

    def count():
        for i in tf.range(20):
            for j in tf.range(30):
                total.assign_add(i * j)
        for i in tf.range(17):
            total.assign_add(i)

    return count, [total]


def condition_in_a_loop():
    total = tf.Variable(0)

    def count():
        for i in tf.range(40):
            total.assign_add(tf.cond(i % 3 == 0, lambda i=i: i, lambda: 0))

    return count, [total]


NATIVE = [descent, with_an_optimizer, rows, nested, condition_in_a_loop]


@pytest.mark.parametrize("make", NATIVE)
def test_loops_that_change_variables_only_become_loops_of_the_graph(make):
    (python, traced), is_native = python_and_traced(make)
    assert_close(python, traced)
    assert is_native


def carried_tensor():
    def add():
        total = tf.constant(0)
        for i in tf.range(30):
            total = total + i
        return total

    return add, []


def used_afterwards():
    v = tf.Variable(1)

    def last():
        for i in tf.range(30):
            v.assign_add(i)
            double = v * 2
        return double, i

    return last, [v]


def list_of_tensors():
    v = tf.Variable(1)

    def collect():
        found = []
        for i in tf.range(30):
            found.append(v + i)
        return found

    return collect, [v]


def comprehension():
    return lambda: [i * 2 for i in tf.range(30)], []


def numbered():
    v = tf.Variable(0)

    def add():
        for number, x in enumerate(tf.range(30)):
            v.assign_add(x * number)

    return add, [v]


def paired():
    v = tf.Variable(0)

    def add():
        for x, y in zip(tf.range(30), tf.range(30), strict=True):
            v.assign_add(x * y)

    return add, [v]


def left_early():
    v = tf.Variable(0)

    def add():
        for i in tf.range(30):
            v.assign_add(1)
            if i == 20:
                break
        return v + 0

    return add, [v]


def left_at_once():
    v = tf.Variable(0)

    def add():
        for i in tf.range(30):
            v.assign_add(i + 1)
            break
        return v + 0

    return add, [v]


def returned_from():
    def first():
        for i in tf.range(30):
            return i + 5
        return None

    return first, []


def counted_in_python():
    v = tf.Variable(0)

    def add():
        count = 0
        for _ in tf.range(30):
            count = count * 2 + 1
            v.assign_add(count % 7)

    return add, [v]


def looked_at():
    v = tf.Variable(0)

    def add():
        for i in tf.range(30):
            v.assign_add(int(i) ** 2)

    return add, [v]


def under_a_tape():
    v = tf.Variable(2.0)

    def slope():
        with tf.GradientTape() as tape:
            y = v * 1.0
            for _ in tf.range(20):
                y = y * v
        return tape.gradient(y, v)

    return slope, [v]


UNROLLED = [
    carried_tensor,
    used_afterwards,
    list_of_tensors,
    comprehension,
    numbered,
    paired,
    left_early,
    left_at_once,
    returned_from,
    counted_in_python,
    looked_at,
    under_a_tape,
]


@pytest.mark.parametrize("make", UNROLLED)
def test_other_loops_are_unrolled(make):
    (python, traced), is_native = python_and_traced(make)
    assert_close(python, traced)
    assert not is_native


def test_loops_that_would_be_too_long_run_as_ordinary_code():
    @tf.function
    def total():
        total = tf.constant(0)
        for i in tf.range(6000):
            total = total + i
        return total

    with pytest.warns(UserWarning, match="in place of 10,000 tensors"):
        assert int(total()) == sum(range(6000))


def test_random_numbers_differ_from_turn_to_turn():
    values = tf.Variable(tf.zeros([20]))

    @tf.function
    def draw():
        for i in tf.range(20):
            one = tf.one_hot(i, 20)
            values.assign_add(one * tf.random.uniform([]))

    draw()
    first = values.numpy()
    assert has_loop(draw)
    assert len(set(first.tolist())) == 20
    draw()
    assert not np.isin(values.numpy() - first, first).any()


@pytest.mark.parametrize("decorate", [lambda function: function, tf.function])
def test_random_numbers_in_a_while_loop(decorate):
    @decorate
    def walk():
        def body(i, low, high):
            x = tf.cond(i % 2 == 0, lambda: tf.random.uniform([]), lambda: tf.random.uniform([]))
            return i + 1, tf.minimum(low, x), tf.maximum(high, x)

        start = (tf.constant(0), tf.constant(1.0), tf.constant(0.0))
        return tf.while_loop(lambda i, low, high: i < 500, body, start)

    _, low, high = walk()
    assert float(low) < 0.05
    assert float(high) > 0.95
    again = walk()
    assert float(again[1]) != float(low)


def test_state_is_restored_after_an_exception_in_a_loop():
    v = tf.Variable(0)

    @tf.function
    def fails():
        for i in tf.range(30):
            v.assign_add(i)
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fails()
    assert tf.executing_eagerly()
    assert int(v + 1) == 1
