"""`tf.debugging.check_gradients`: right rules pass, each kind of mistake is found and named."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.ops.gradient_report import WrongGradientError

rng = np.random.default_rng(3)


def normal(*shape, dtype=np.float64):
    return rng.normal(size=shape).astype(dtype)


def check(*args, **kwargs):
    return tf.debugging.check_gradients(*args, **kwargs)


def entry(report, name, order=1):
    (found,) = [each for each in report if each.name == name and each.order == order]
    return found


# Right rules.

RIGHT = {
    "softmax": (lambda x, w: tf.nn.softmax(x @ w), [(3, 4), (4, 5)]),
    "many results": (lambda x: {"a": tf.exp(x), "b": [tf.sin(x), 3]}, [(2, 3)]),
    "stretched": (lambda x, b: tf.tanh(x * b) + b, [(3, 4), (4,)]),
    "scalar": (lambda x: x**3, [()]),
    "convolution": (
        lambda x, k: tf.nn.conv2d(x, k, 1, "SAME"),
        [(1, 4, 4, 2), (3, 3, 2, 2)],
    ),
    "steep": (lambda x: tf.sin(300 * x), [(3,)]),
    "constant": (lambda x: x * 0 + 1, [(3,)]),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", RIGHT)
def test_right_rules_pass(name, dtype):
    function, shapes = RIGHT[name]
    report = check(function, [normal(*shape, dtype=dtype) for shape in shapes], order=2)
    assert report.ok, str(report)
    assert len(report) == 2 * len(shapes)
    assert all(each.checked == each.size for each in report)
    assert all(each.dtype == dtype for each in report)
    report.raise_if_wrong()


def test_values_in_the_report():
    x = np.array([[0.5, 2.0]])
    found = entry(check(lambda x: tf.reduce_sum(x**2), x), "x")
    assert found.shape == (1, 2)
    assert found.index in [(0, 0), (0, 1)]
    assert found.gradient == pytest.approx(2 * x[found.index], rel=1e-12)
    assert found.difference == pytest.approx(2 * x[found.index], rel=1e-8)
    assert found.absolute_error == abs(found.gradient - found.difference)
    assert found.relative_error < 1e-8


def test_a_function_is_traced_and_checked():
    weight = tf.Variable(normal(3), name="weight")
    function = tf.function(lambda x: tf.reduce_sum(tf.tanh(x * weight)))
    report = check(function, normal(3), order=2)
    assert report.ok, str(report)
    assert {each.name for each in report} == {"x", "weight"}


# Wrong rules: each names the input and an element.


def dense(of_inputs, of_kernel, of_bias):
    @tf.custom_gradient
    def layer(inputs, kernel, bias):
        def rule(upstream):
            return (
                of_inputs(inputs, kernel, upstream),
                of_kernel(inputs, kernel, upstream),
                of_bias(upstream),
            )

        return inputs @ kernel + bias, rule

    return layer


def of_inputs(x, w, g):
    return g @ tf.transpose(w)


def of_kernel(x, w, g):
    return tf.transpose(x) @ g


def of_bias(g):
    return tf.reduce_sum(g, 0)


MISTAKES = {
    "sign": (dense(lambda x, w, g: -of_inputs(x, w, g), of_kernel, of_bias), "inputs", "sign"),
    "factor": (
        dense(of_inputs, lambda x, w, g: 0.5 * of_kernel(x, w, g), of_bias),
        "kernel",
        "0.5 times",
    ),
    "missing transpose": (
        dense(lambda x, w, g: g @ w, of_kernel, of_bias),
        "inputs",
        "",
    ),
    "transposed": (
        dense(of_inputs, lambda x, w, g: tf.transpose(of_kernel(x, w, g)), of_bias),
        "kernel",
        "transposed",
    ),
    "missing sum over the batch": (
        dense(of_inputs, of_kernel, lambda g: g[0]),
        "bias",
        "",
    ),
    "mean over the batch": (
        dense(of_inputs, of_kernel, lambda g: tf.reduce_mean(g, 0)),
        "bias",
        "0.2 times",
    ),
    "not a number": (
        dense(of_inputs, of_kernel, lambda g: of_bias(g) * np.nan),
        "bias",
        "not finite",
    ),
    "none": (dense(of_inputs, of_kernel, lambda g: None), "bias", "None, though"),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_found_and_named(name, dtype):
    function, wrong, note = MISTAKES[name]
    arrays = [normal(*shape, dtype=dtype) for shape in [(5, 4), (4, 4), (4,)]]
    report = check(function, arrays)
    assert [each.name for each in report if not each.ok] == [wrong], str(report)
    found = entry(report, wrong)
    assert found.status == "wrong"
    assert note in found.note
    with pytest.raises(WrongGradientError, match=wrong):
        report.raise_if_wrong()
    with pytest.raises(AssertionError, match="WRONG"):
        check(function, arrays, raises=True)


def test_the_wrong_element_is_named():
    @tf.custom_gradient
    def spoilt(x):
        spoil = np.ones(x.shape)
        spoil[1, 2] = 1.01
        return x**2, lambda upstream: upstream * 2 * x * spoil

    x = rng.uniform(1, 2, (3, 4))
    found = entry(check(spoilt, x), "x")
    assert found.status == "wrong"
    assert found.index == (1, 2)
    assert found.relative_error == pytest.approx(0.01, rel=0.02)
    assert found.gradient / found.difference == pytest.approx(1.01)


def test_a_wrong_second_derivative_is_found_in_second_order_only():
    @tf.custom_gradient
    def cube(x):
        # The first derivative is right, its own derivative is not.
        @tf.custom_gradient
        def slope(x):
            return 3 * x**2, lambda upstream: upstream * 5 * x

        return x**3, lambda upstream: upstream * slope(x)

    assert check(cube, np.array([1.0, 2.0])).ok
    report = check(cube, np.array([1.0, 2.0]), order=2)
    assert entry(report, "x").ok
    assert entry(report, "x", 2).status == "wrong"
    assert "x (2nd)" in str(report)
    assert "0.8333 times" in entry(report, "x", 2).note


def test_a_missing_dependence_on_a_variable_is_found():
    scale = tf.Variable(np.array([2.0, 3.0]), name="scale")

    @tf.custom_gradient
    def scaled(x):
        def rule(upstream, variables=None):
            return upstream * scale, [None]

        return x * scale, rule

    report = check(scaled, np.array([1.0, -1.0]))
    assert entry(report, "x").ok
    assert entry(report, "scale").status == "wrong"


# Layers and models.


class Scale(tf.keras.layers.Layer):
    """Multiplies by weights, with a gradient written by hand."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],))

    def call(self, inputs):
        @tf.custom_gradient
        def times(inputs, scale):
            def rule(upstream):
                return upstream * scale, self.factor * tf.reduce_sum(upstream * inputs, 0)

            return inputs * scale, rule

        return times(inputs, tf.convert_to_tensor(self.scale))


def test_the_weights_of_a_custom_layer_are_checked():
    x = normal(3, 4, dtype=np.float32)
    right = check(Scale(1.0), x, order=2)
    assert right.ok, str(right)
    report = check(Scale(2.0), x)
    assert entry(report, "inputs").ok
    (wrong,) = [each for each in report if not each.ok]
    assert wrong.name.endswith("scale")
    assert "2 times" in wrong.note


def test_layers_and_models_pass():
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(4, activation="tanh"), tf.keras.layers.Dense(2)]
    )
    report = check(model, normal(3, 5))
    assert report.ok, str(report)
    assert len(report) == 5
    # What a layer of float32 does with float64 is only as exact as float32.
    assert entry(report, "inputs").dtype == tf.float64
    assert check(tf.keras.layers.LSTM(2), normal(2, 3, 2, dtype=np.float32)).ok


def test_integers_are_passed_on_to_an_embedding():
    report = check(tf.keras.layers.Embedding(5, 2), np.array([[0, 1], [1, 4]]))
    assert report.ok
    assert [each.status for each in report] == ["right", "not checked"]
    assert "0/4" in str(report)


def test_normalization_with_training_keeps_its_averages():
    layer = tf.keras.layers.BatchNormalization()
    layer.build((None, 3))
    before = [weight.numpy() for weight in layer.weights]
    assert check(lambda x: layer(x, training=True), normal(6, 3, dtype=np.float32)).ok
    for weight, old in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), old)


# Places without a slope.


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "function", [tf.nn.relu, tf.abs, lambda x: tf.maximum(x, 0.0), lambda x: tf.reduce_max(x)]
)
def test_kinks_are_no_false_alarm(function, dtype):
    x = np.array([0.0, 1e-9, -1e-6, 1e-5, -1e-4, 1e-3, -3e-2, -1.0, 1.0, 1.0, 1.0], dtype)
    report = check(function, x)
    assert report.ok, str(report)
    (found,) = report
    assert found.status == "kinks"
    assert "kink" in str(report)


def test_a_wrong_rule_is_found_beside_a_kink():
    @tf.custom_gradient
    def relu(x):
        return tf.nn.relu(x), lambda upstream: -upstream * tf.cast(x > 0, x.dtype)

    found = entry(check(relu, np.array([0.0, 2.0, -1.0])), "x")
    assert found.status == "wrong"
    assert found.index == (1,)


def test_a_gradient_outside_of_both_slopes_at_a_kink_is_wrong():
    @tf.custom_gradient
    def relu(x):
        return tf.nn.relu(x), lambda upstream: 2 * upstream * tf.cast(x >= 0, x.dtype)

    assert entry(check(relu, np.array([0.0])), "x").status == "wrong"


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("function", [tf.abs, tf.nn.relu])
def test_a_jump_of_the_first_derivative_is_no_false_alarm(function, dtype):
    report = check(function, np.array([0.0, 1.0], dtype), order=2)
    assert report.ok, str(report)
    assert entry(report, report.entries[0].name, 2).kinks == ((0,),)
    assert "jumps" in str(report) or "kink" in str(report)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_functions_whose_graph_does_not_tell_all(dtype):
    def branching(x):
        return tf.sin(x) if float(tf.reduce_sum(x)) > 0 else tf.cos(x)

    def through_numpy(x):
        return x * float(tf.reduce_sum(x).numpy())

    x = np.array([0.004, -0.003, 0.0], dtype)
    assert check(branching, x + dtype(0.5)).ok
    assert check(branching, x - dtype(0.5)).ok
    assert check(through_numpy, x + dtype(0.5)).entries[0].status == "wrong"


def test_a_mean_over_many_numbers_is_checked_in_float32():
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(16, activation="relu"), tf.keras.layers.Dense(4)]
    )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, labels = normal(32, 10, dtype=np.float32), rng.integers(0, 4, 32)
    assert check(lambda x: loss(labels, model(x)), x, max_elements=8).ok

    @tf.custom_gradient
    def damped(x):
        return tf.identity(x), lambda upstream: 0.99 * upstream

    report = check(lambda x: loss(labels, model(damped(x))), x, max_elements=8)
    assert [each.name for each in report if not each.ok] == ["x"]
    assert "0.99 times" in entry(report, "x").note


def test_half_precision():
    assert check(tf.sin, normal(5, dtype=np.float16)).ok
    report = check(lambda x: tf.sin(tf.cast(x, tf.float16)), normal(5))
    assert report.ok, str(report)


def test_loops_and_branches_of_a_traced_function():
    @tf.function
    def function(x):
        _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])
        return tf.cond(tf.reduce_sum(x) > 0, lambda: y, lambda: tf.sin(y))

    report = check(function, np.array([0.5, -0.2, 1.1], np.float32))
    assert [each.status for each in report] == ["right"]


def test_a_rule_that_is_slightly_wrong_is_found_in_float32():
    @tf.custom_gradient
    def spoilt(x):
        return tf.sin(x), lambda upstream: upstream * 1.01 * tf.cos(x)

    x = np.array([0.0, 0.3, -0.5], np.float32)
    assert check(tf.sin, x).ok
    assert check(spoilt, x).entries[0].status == "wrong"


def test_the_edge_of_the_domain_is_unclear():
    report = check(tf.sqrt, np.array([0.0, 1.0]))
    assert not report.ok
    assert report.entries[0].status == "unclear"
    assert "UNCLEAR" in str(report)


def test_near_the_edge_of_the_domain_smaller_steps_help():
    assert check(tf.math.log, np.array([1e-4, 1e-3])).ok


def test_digits_lost_inside_are_unclear_not_wrong():
    report = check(lambda x: (x + 1e5) - 1e5, np.array([1.0, 0.3], np.float32))
    assert report.entries[0].status in ("unclear", "right")


# No gradient.


def test_no_gradient_that_is_right():
    report = check(lambda x, y: x + 0 * tf.round(y), [normal(2), np.array([0.3, 1.7])])
    assert report.ok
    found = entry(report, "y")
    assert found.status == "no gradient"
    assert "staircase" in found.note


def test_a_gradient_lost_in_numpy_is_wrong():
    def function(x):
        return tf.constant(x.numpy() ** 2)

    found = entry(check(function, np.array([1.0, 2.0])), "x")
    assert found.status == "wrong"
    assert "left the graph" in found.note
    assert found.difference == pytest.approx(2 * found.index[0] + 2, rel=0.6)


# What is checked of large inputs.


def test_elements_of_large_inputs_are_picked():
    x = normal(50, 40)
    report = check(lambda x: tf.sin(x), x, max_elements=7)
    (found,) = report
    assert (found.checked, found.size) == (7, 2000)
    assert "7/2000" in str(report)
    assert check(tf.sin, x, max_elements=7).entries == check(tf.sin, x, max_elements=7).entries
    picked = {check(tf.sin, x, max_elements=7, seed=seed).entries[0].index for seed in range(5)}
    assert len(picked) > 1


# Inputs of all kinds.


def test_numbers_in_a_list_are_one_input_or_several():
    assert [each.shape for each in tf.debugging.check_gradients(tf.sqrt, [1.0, 4.0]).entries] == [
        (2,)
    ]
    product = tf.debugging.check_gradients(lambda x, y: x * y, [1.0, 4.0])
    assert [each.shape for each in product.entries] == [(), ()]
    assert product.ok


def test_nested_inputs_are_named():
    inputs = [{"a": normal(2), "b": [normal(2), np.array(3.0)]}, np.arange(2)]

    def product(d, i):
        return d["a"] * d["b"][0] ** 2 * d["b"][1] * tf.cast(i, "float64")

    report = check(product, inputs)
    assert [each.name for each in report] == ["d['a']", "d['b'][0]", "d['b'][1]", "i"]
    assert [each.status for each in report][-1] == "not checked"


def test_a_variable_as_an_argument():
    variable = tf.Variable(normal(3), name="v", trainable=False)
    report = check(lambda v: v**2, [variable])
    assert report.ok
    assert report.entries[0].name.startswith("v")
    assert report.entries[0].size == 3


def test_variables_can_be_chosen():
    first, second = tf.Variable(1.0, name="first"), tf.Variable(2.0, name="second")
    report = check(lambda: first * second, variables=[second])
    assert [each.name for each in report] == ["second"]
    assert len(check(lambda: first * second)) == 2


# Variables have their values back.


def test_variables_are_restored_exactly():
    weight = tf.Variable(normal(3), name="weight")
    count = tf.Variable(0, trainable=False)
    before = weight.numpy()

    def function(x):
        count.assign(count + 1)
        weight.assign(weight * 1.1)
        return x * weight

    version = weight.node
    assert check(function, normal(3), order=2, variables=[]).ok
    assert weight.node is version
    np.testing.assert_array_equal(weight.numpy(), before)
    assert count.numpy() == 0


def test_variables_are_restored_if_the_function_raises():
    weight = tf.Variable(np.array([1.0, 2.0]), name="weight")
    calls = []

    def function(x):
        calls.append(1)
        if len(calls) > 12:
            raise RuntimeError("enough")
        return x * weight

    with pytest.raises(RuntimeError, match="enough") as caught:
        check(function, np.array([1.0, 2.0]))
    assert any("check_gradients" in note for note in caught.value.__notes__)
    np.testing.assert_array_equal(weight.numpy(), [1.0, 2.0])


# Bad input.


def test_randomness_is_named():
    with pytest.raises(tf.errors.InvalidArgumentError, match="different values for equal inputs"):
        check(lambda x: tf.nn.dropout(x, 0.5), normal(20))


BAD = {
    "no function": (3, 1.0, "expected a function"),
    "integers": (tf.square, 3, "Make it a float"),
    "NaN": (tf.math.log, -1.0, "result 0 of fn is nan"),
    "a number": (lambda x: x.numpy(), 1.0, "returned float32"),
    "nothing": (lambda x: None, 1.0, "returned NoneType"),
    "integers come back": (lambda x: tf.cast(x, tf.int32), 1.0, "a tensor of int32"),
    "no elements": (tf.square, np.zeros((0, 3)), "without a single element"),
    "no inputs": (lambda: tf.constant(1.0), [], "no input"),
    "shapes that depend on values": (
        lambda x: tf.boolean_mask(x, x > 1.0),
        np.array([1.0, 2.0]),
        "results of other shapes",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused(name):
    function, inputs, message = BAD[name]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        check(function, inputs)


@pytest.mark.parametrize(
    "options", [{"order": 3}, {"order": 0}, {"step": 0.0}, {"step": -1}, {"max_elements": 0}]
)
def test_bad_options_are_refused(options):
    with pytest.raises(tf.errors.InvalidArgumentError, match=next(iter(options))):
        check(tf.square, 1.0, **options)
