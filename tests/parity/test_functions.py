"""tf.function, control flow, nests, assertions and the small things at the top of `tf`."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.parity.support import (
    Case,
    Fails,
    add_to,
    failures,
    glassbrook,
    rows,
    tensorflow,
    values,
)

VALUES = """
tf.executing_eagerly()
tf.newaxis
tf.function(lambda x: x + 1)(c(1))
tf.function(lambda x: x + 1)(1)
tf.function(lambda x, y=2.0: x * y)(c(3.0))
tf.cond(c(True), lambda: c(1), lambda: c(2))
tf.cond(c(1) > 2, lambda: c(1), lambda: c(2))
tf.while_loop(lambda i: i < 3, lambda i: [i + 1], [0])
tf.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s + i), (c(0), c(0)))
tf.map_fn(lambda x: x * 2, c([1, 2]))
tf.nest.flatten({"b": 1, "a": [2, (3,)]})
tf.nest.flatten([1, [2, [3]], (4,)])
tf.nest.map_structure(lambda x: x + 1, {"a": [1], "b": (2, 3)})
tf.nest.map_structure(lambda x, y: x + y, [1, (2,)], [3, (4,)])
tf.nest.pack_sequence_as({"a": 0, "b": [0]}, [1, 2])
tf.debugging.assert_equal(1, 1)
tf.debugging.assert_near(1.0, 1.0)
tf.is_tensor(c(1))
tf.numpy_function(lambda x: x * 2, [c(1.0)], tf.float32)
tf.py_function(lambda x: x * 2, [c(1.0)], tf.float32)
tf.config.list_physical_devices("GPU")
tf.UnconnectedGradients.ZERO.value
tf.TensorSpec([2], tf.float32) == tf.TensorSpec([2], tf.float32)
tf.TensorSpec([2]).shape
tf.TensorSpec([2]).dtype
tf.math.l2_normalize(c([3.0, 4.0]))
issubclass(tf.errors.InvalidArgumentError, Exception)
"""

ERRORS = """
tf.debugging.assert_equal(1, 2)
tf.debugging.check_numerics(c([1.0, float("nan")]), "here")
tf.nest.map_structure(lambda x, y: x, [1], [1, 2])
tf.io.read_file("/nonexistent")
tf.no_such_name
tf.keras.layers.Foo
tf.math.foo
"""

CASES: list[Case | Fails] = [*values(VALUES), *failures(ERRORS)]
yields, fails = add_to(CASES), add_to(CASES, Fails)


@yields
def decorated_step(tf):
    w = tf.Variable([[0.5], [-0.5]])

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ w - y))
        gradient = tape.gradient(loss, w)
        w.assign_sub(0.1 * gradient)
        return loss

    x, y = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0], [2.0]])
    losses = [step(x, y) for _ in range(5)]
    return [losses, w]


@yields
def decorated_with_signature(tf):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def total(x):
        return tf.reduce_sum(x)

    return [total(tf.constant([1.0, 2.0])), total(tf.constant([1.0, 2.0, 3.0]))]


@yields
def decorated_with_structures(tf):
    @tf.function
    def both(inputs, training=False):
        return {"sum": inputs["a"] + inputs["b"], "flag": tf.constant(training)}

    inputs = {"a": tf.constant(1.0), "b": tf.constant(2.0)}
    return [both(inputs), both(inputs, training=True)]


@yields
def decorated_method(tf):
    class Counter(tf.Module):
        def __init__(self):
            super().__init__()
            self.count = tf.Variable(0)

        @tf.function
        def add(self, amount):
            self.count.assign_add(amount)
            return self.count.read_value()

    counter = Counter()
    return [counter.add(tf.constant(2)), counter.add(tf.constant(3))]


@yields
def decorated_gradient_from_outside(tf):
    @tf.function
    def cube(x):
        return x**3

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = cube(x)
    return tape.gradient(y, x)


@yields
def random_within_a_function(tf):
    @tf.function
    def draw():
        return tf.random.normal([3])

    first, second = draw(), draw()
    return bool(tf.reduce_any(first != second))


@yields
def arrays_of_tensors(tf):
    return np.stack([tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])])


@rows("functions", CASES)
def test_functions(case: Case | Fails) -> None:
    case.check()


PRINTED = {
    "numbers": lambda tf: ("a", tf.constant(1), tf.constant([1.0, 2.5])),
    "matrix": lambda tf: (tf.constant([[1, 2], [3, 4]]),),
    "text": lambda tf: (tf.constant("text"), tf.constant(True), 1.5, None),
    "strings": lambda tf: (tf.constant(["a", "b"]), tf.Variable(2.0)),
    "long": lambda tf: (tf.range(20),),
    "nest": lambda tf: ({"x": tf.constant(1)}, [tf.constant(2), (3,)]),
}


@pytest.mark.parametrize("name", PRINTED)
def test_tf_print(name, capfd):
    """TensorFlow writes to the file descriptor, past Python's `sys.stdout`."""
    texts = []
    for framework in (tensorflow, glassbrook):
        framework.print(*PRINTED[name](framework), output_stream=sys.stdout)
        sys.stdout.flush()
        texts.append(capfd.readouterr().out)
    assert texts[0] == texts[1]
