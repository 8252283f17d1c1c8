"""The first NaN or infinity: which operation made it, where, and of what."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine.history import pins
from glassbrook.keras.initializers import RandomNormal
from glassbrook.tensor import recording

find = tf.debugging.find_nonfinite


def gradient(function, value):
    """A function that gives the gradient of the sum of `function` at `value`."""
    x = tf.Variable(value)

    def slope():
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(function(x))
        return tape.gradient(y, x)

    return slope


# What is computed, the operation to blame, where, what came out, and what went into it there.
FORWARD = [
    (lambda: tf.math.log(tf.constant([1.0, 0.0, -1.0])), "log", (1,), -np.inf, [0.0]),
    (lambda: tf.math.log(tf.constant([1.0, -2.0])) + 1, "log", (1,), np.nan, [-2.0]),
    (lambda: tf.sqrt(tf.constant([[4.0, -9.0]])), "sqrt", (0, 1), np.nan, [-9.0]),
    (lambda: tf.constant([1.0, 2.0]) / tf.constant([1.0, 0.0]), "div", (1,), np.inf, [2.0, 0.0]),
    (lambda: tf.constant([[1.0], [3.0]]) / [1.0, 0.0], "div", (0, 1), np.inf, [1.0, 0.0]),
    (lambda: tf.reduce_mean(tf.exp(tf.constant([1.0, 100.0]))), "exp", (1,), np.inf, [100.0]),
    # exp(100) is infinite, and so the quotient is no number: the exponential is to blame.
    (lambda: tf.exp([100.0]) / tf.reduce_sum(tf.exp([100.0])), "exp", (0,), np.inf, [100.0]),
    (lambda: tf.square(tf.constant(1e30)), "square", (), np.inf, [1e30]),
    (lambda: tf.constant([1.0, 3e38]) * 2.0, "mul", (1,), np.inf, [3e38, 2.0]),
]


@pytest.mark.parametrize(("compute", "op", "index", "value", "inputs"), FORWARD)
def test_forward(compute, op, index, value, inputs):
    found = find(compute)
    assert (found.op, found.index) == (op, index)
    np.testing.assert_equal(found.value, value)
    assert [each.value for each in found.operands] == pytest.approx(inputs)
    assert not found.is_gradient
    assert found.place.file == __file__


# A function, a value at which its slope is not finite, and the operation whose rule it is.
BACKWARD = [
    (tf.sqrt, [1.0, 0.0], "sqrt", (1,)),
    (lambda x: tf.norm(x), [0.0, 0.0], "sqrt", ()),
    (lambda x: tf.where(x > 0, tf.sqrt(x), 0.0), [4.0, 0.0], "sqrt", (1,)),
    (lambda x: tf.where(x > 0, tf.math.log(x), 0.0), [4.0, 0.0], "log", (1,)),
    (lambda x: tf.abs(x) ** 0.5, [4.0, 0.0], "pow", (1,)),
]


@pytest.mark.parametrize(("function", "value", "rule", "index"), BACKWARD)
def test_backward(function, value, rule, index):
    slope = gradient(function, value)
    assert not np.isfinite(slope().numpy()).all()
    found = find(slope)
    assert (found.place.gradient_of, found.index) == (rule, index)
    assert found.is_gradient
    assert f", in the gradient rule of {rule}, gave " in str(found)
    # The line is that of the forward pass.
    assert found.place.forward.file == __file__
    assert found.place.forward.line != found.place.line


FINITE = [
    lambda: tf.where(tf.constant([0.0, 1.0]) > 0, tf.math.log([0.0, 1.0]), 0.0),
    lambda: tf.nn.softmax(tf.where([True, False], [1.0, 1.0], -np.inf)),
    lambda: [tf.constant(1), tf.constant(["text"]), tf.constant([True])],
    lambda: tf.zeros([0, 3]),
    gradient(lambda x: tf.math.divide_no_nan(1.0, x), [0.0, 1.0]),
]


@pytest.mark.parametrize("compute", FINITE)
def test_finite_results_are_no_finding(compute):
    assert find(compute) is None


def test_a_masking_infinity_is_not_to_blame():
    def attend():
        scores = tf.where([[False, False]], [[1.0, 2.0]], -np.inf)
        return scores - tf.reduce_max(scores, axis=-1, keepdims=True)

    found = find(attend)
    assert found.op == "sub"
    assert [each.value for each in found.operands] == [-np.inf, -np.inf]


def test_a_value_that_was_given_is_named_as_such():
    x = tf.constant([1.0, np.nan])
    found = find(lambda: x * 2)
    assert (found.op, found.index, found.operands) == ("data", (1,), ())
    assert str(found).startswith("a value that was given holds nan at [1] of float32[2]")
    assert find(lambda: tf.constant([np.inf, 1.0]) * 2).op == "data"
    weight = tf.Variable([np.inf], name="weight")
    found = find(lambda: weight * 2)
    assert str(found) == "the variable 'weight' holds inf at [0] of float32[1]"


def test_what_a_variable_became_is_looked_at():
    weight = tf.Variable([1.0, 0.0])

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sqrt(weight))
        weight.assign_sub(0.1 * tape.gradient(loss, weight))
        return loss

    found = find(step)
    assert (found.op, found.place.gradient_of) == ("div", "sqrt")
    assert not np.isfinite(weight.numpy()).all()


def test_values_that_were_looked_at_meanwhile_do_not_hide_the_way():
    def compute():
        x = tf.math.log(tf.constant([0.0]))
        assert float(x[0]) == -np.inf
        return x + 1

    assert find(compute).op == "log"


def test_functions_run_as_they_are_written():
    @tf.function
    def compute(x):
        return tf.math.log(x) + 1

    x = tf.constant([1.0, 0.0])
    for _ in range(3):
        compute(x)
    found = find(compute, x)
    assert (found.op, found.place.text) == ("log", "return tf.math.log(x) + 1")


def test_models_that_are_replayed_are_looked_into():
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(1, kernel_initializer="ones"), tf.keras.layers.Activation(tf.exp)]
    )
    x = tf.constant([[100.0]])
    for _ in range(12):
        model(x)
    assert find(model, x).op == "exp"


def test_loops_are_blamed_as_a_whole():
    def compute():
        return tf.while_loop(lambda i, x: i < 9, lambda i, x: (i + 1, x * x), (0, 100.0))[1]

    found = find(compute)
    assert found.op in ("mul", "while")


def test_a_loop_over_time_steps():
    grows = RandomNormal(stddev=50.0, seed=1)
    layer = tf.keras.layers.SimpleRNN(4, None, recurrent_initializer=grows, name="rnn")
    x = tf.ones([2, 60, 3])
    found = find(layer, x)
    assert (found.op, found.layer, found.shape) == ("scan", "rnn", (2, 4))
    assert str(found).startswith("a loop over time steps (scan) gave")
    assert found.operands
    # What was wrong before the loop is not the loop's fault.
    assert find(lambda: layer(tf.math.log(x - 1))).op == "log"


def test_products_and_sums_show_what_was_added_up():
    a, b = tf.constant([[1.0, 2.0], [3e38, 3e38]]), tf.constant([[1.0, 7.0], [2.0, 9.0]])
    found = find(lambda: tf.matmul(a, b))
    assert (found.op, found.index, found.count) == ("matmul", (1, 0), 2)
    row, column = found.operands
    assert (row.where, row.part_least) == ("[1, :]", pytest.approx(3e38))
    assert (column.where, column.part_least, column.part_greatest) == ("[:, 0]", 1.0, 2.0)
    found = find(lambda: tf.matmul(a, b, transpose_a=True, transpose_b=True))
    assert [each.where for each in found.operands] == ["[:, 0]", "[0, :]"]
    found = find(lambda: tf.reduce_sum(a, axis=1))
    assert (found.op, found.index) == ("sum", (1,))
    assert str(found.operands[0]) == ("3e+38 to 3e+38 at [1, :] of float32[2, 2] (1 to 3e+38)")
    found = find(lambda: tf.reduce_sum(a, axis=1, keepdims=True))
    assert found.operands[0].where == "[1, :]"


def test_what_is_printed():
    line = inspect.currentframe().f_lineno + 1
    found = find(lambda: tf.math.log(tf.constant([[2.0, 0.0]])))
    assert str(found) == (
        f"log gave -inf at [0, 1] of float32[1, 2], at {__file__}:{line}: "
        "found = find(lambda: tf.math.log(tf.constant([[2.0, 0.0]]))). "
        "What went in: 0 at [0, 1] of float32[1, 2] (0 to 2)"
    )
    assert "tf.math.log(tf.maximum(x, 1e-7))" in found.advice


def test_what_is_printed_is_bounded():
    parts = [tf.fill([1000], 1.0 * place) for place in range(50)]
    found = find(lambda: tf.concat([*parts[:-1], [np.inf]], 0) * 2)
    assert len(str(found)) < 2000
    big = tf.fill([1000, 1000], 3e38)
    assert len(str(find(lambda: big + big))) < 500


def test_half_precision_and_double():
    assert find(lambda: tf.cast(tf.constant([7e4]), tf.float16)).op == "cast"
    assert find(lambda: tf.exp(tf.constant([1000.0], tf.float64))).dtype == "float64"


def test_nothing_stays_switched_on():
    before = len(pins())
    find(lambda: tf.constant(1.0))
    with pytest.raises(ZeroDivisionError):
        find(lambda: 1 // 0)
    assert recording.recorders() == ()
    assert len(pins()) <= before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: find(tf.constant(1.0)), "expected a function"),
        (lambda: find(lambda: None), "returned no tensor and read no variable"),
    ],
)
def test_there_must_be_something_to_look_at(call, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        call()


# The checks of numbers.


def test_check_numerics_goes_on_to_the_beginning():
    x = tf.constant([4.0, 0.0])
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.debugging.check_numerics(1 + 2 * tf.math.log(x), "entropy")
    assert caught.value.message == (
        "entropy : Tensor had Inf values; the first one is -inf at [1] in shape [2]. It began "
        "where log gave -inf at [1] of float32[2]. What went in: 0 at [1] of float32[2] (0 to 4)."
    )


def test_check_numerics_names_the_line_if_it_was_noted():
    x = tf.constant([4.0, 0.0])
    tf.debugging.enable_tracing()
    try:
        y = tf.math.log(x)
    finally:
        tf.debugging.disable_tracing()
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"at .*: y = tf\.math\.log\(x\)\."):
        tf.debugging.check_numerics(y, "y")


def test_check_numerics_of_what_was_computed_long_ago():
    y = tf.math.log(tf.constant([0.0]))
    y.numpy()
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.debugging.check_numerics(y, "y")
    assert "It began" not in caught.value.message


def test_enable_check_numerics_names_line_layer_and_inputs():
    class Log(tf.keras.layers.Layer):
        def call(self, inputs):
            return tf.math.log(inputs)

    layer = Log(name="logarithm")
    tf.debugging.enable_check_numerics()
    try:
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            print(layer(tf.constant([1.0, -3.0])) * 2)
    finally:
        tf.debugging.disable_check_numerics()
    message = caught.value.message
    assert message.startswith("log: detected NaN or infinity in its result, of shape [2]")
    assert "in layer 'logarithm' (Log)" in message
    assert "return tf.math.log(inputs)" in message
    assert "What went in: -3 at [1] of float32[2] (-3 to 1)" in message
