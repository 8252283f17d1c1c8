"""Optimizers: five steps against NumPy in float64, numbers from Keras 3, bookkeeping, bad input."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import optimizers
from glassbrook.keras.optimizers import schedules
from glassbrook.keras.optimizers.numbers import NumbersNow

RANDOM = np.random.default_rng(1)
START = [RANDOM.normal(size=(3, 2)), RANDOM.normal(size=4)]
GRADIENTS = [[RANDOM.normal(size=each.shape) for each in START] for _ in range(5)]


# One function per optimizer: a generator of the new parameter for each gradient it is sent.


def sgd(w, rate, momentum=0.0, nesterov=False):
    m = 0.0
    while True:
        g = yield w
        m = momentum * m - rate * g
        w = w + (momentum * m - rate * g if nesterov else m)


def adam(w, rate, b1=0.9, b2=0.999, epsilon=1e-7, amsgrad=False, decay=0.0):
    m, v, best, t = 0.0, 0.0, 0.0, 0
    while True:
        g = yield w
        t += 1
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        best = np.maximum(best, v) if amsgrad else v
        alpha = rate * math.sqrt(1 - b2**t) / (1 - b1**t)
        w = w - rate * decay * w - alpha * m / (np.sqrt(best) + epsilon)


def adamax(w, rate, b1=0.9, b2=0.999, epsilon=1e-7):
    m, u, t = 0.0, np.zeros_like(w), 0
    while True:
        g = yield w
        t += 1
        m = b1 * m + (1 - b1) * g
        u = np.maximum(b2 * u, np.abs(g))
        w = w - rate / (1 - b1**t) * m / (u + epsilon)


def nadam(w, rate, b1=0.9, b2=0.999, epsilon=1e-7):
    m, v, product, t = 0.0, 0.0, 1.0, 0
    while True:
        g = yield w
        t += 1
        now, following = (b1 * (1 - 0.5 * 0.96**s) for s in (t, t + 1))
        product *= now
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        ahead = following * m / (1 - product * following) + (1 - now) * g / (1 - product)
        w = w - rate * ahead / (np.sqrt(v / (1 - b2**t)) + epsilon)


def rmsprop(w, rate, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    v, a, m = 0.0, 0.0, 0.0
    while True:
        g = yield w
        v = rho * v + (1 - rho) * g * g
        a = rho * a + (1 - rho) * g
        m = momentum * m + rate * g / np.sqrt(v - (a * a if centered else 0) + epsilon)
        w = w - m


def adagrad(w, rate, epsilon=1e-7):
    a = 0.1
    while True:
        g = yield w
        a = a + g * g
        w = w - rate * g / np.sqrt(a + epsilon)


def adadelta(w, rate, rho=0.95, epsilon=1e-7):
    v, s = 0.0, 0.0
    while True:
        g = yield w
        v = rho * v + (1 - rho) * g * g
        d = g * np.sqrt(s + epsilon) / np.sqrt(v + epsilon)
        s = rho * s + (1 - rho) * d * d
        w = w - rate * d


# fmt: off
CASES = [
    (optimizers.SGD, {}, sgd, {}),
    (optimizers.SGD, {"momentum": 0.9}, sgd, {"momentum": 0.9}),
    (optimizers.SGD, {"momentum": 0.9, "nesterov": True}, sgd,
     {"momentum": 0.9, "nesterov": True}),
    (optimizers.Adam, {}, adam, {}),
    (optimizers.Adam, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}, adam,
     {"b1": 0.5, "b2": 0.9, "epsilon": 1e-3}),
    (optimizers.Adam, {"amsgrad": True}, adam, {"amsgrad": True}),
    (optimizers.Adam, {"weight_decay": 0.1}, adam, {"decay": 0.1}),
    (optimizers.AdamW, {}, adam, {"decay": 0.004}),
    (optimizers.Adamax, {}, adamax, {}),
    (optimizers.Nadam, {}, nadam, {}),
    (optimizers.RMSprop, {}, rmsprop, {}),
    (optimizers.RMSprop, {"momentum": 0.5}, rmsprop, {"momentum": 0.5}),
    (optimizers.RMSprop, {"centered": True, "rho": 0.8}, rmsprop, {"centered": True, "rho": 0.8}),
    (optimizers.RMSprop, {"centered": True, "momentum": 0.5}, rmsprop,
     {"centered": True, "momentum": 0.5}),
    (optimizers.Adagrad, {}, adagrad, {}),
    (optimizers.Adadelta, {}, adadelta, {}),
]
# fmt: on


@pytest.mark.parametrize(("cls", "options", "oracle", "arguments"), CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_five_steps(cls, options, oracle, arguments, dtype):
    optimizer = cls(learning_rate=0.0625, **options)
    variables = [tf.Variable(each.astype(dtype)) for each in START]
    expected = [oracle(each, 0.0625, **arguments) for each in START]
    for each in expected:
        next(each)
    for gradients in GRADIENTS:
        optimizer.apply_gradients(zip([g.astype(dtype) for g in gradients], variables))
        for variable, each, gradient in zip(variables, expected, gradients):
            np.testing.assert_allclose(
                variable.numpy(), each.send(gradient), rtol=1e-5 if dtype == "float32" else 1e-11
            )
    assert optimizer.iterations.numpy() == 5


# What Keras 3.15 makes of [1, 2] in three steps with gradients k·[1, 1e-4] and rate 0.1. The
# corrections of Adam and AdamW are computed in float32 there, exactly here: 2e-6 of a difference.
@pytest.mark.parametrize(
    ("cls", "options", "expected"),
    [
        (optimizers.SGD, {}, [0.39999998, 1.99993992]),
        (optimizers.SGD, {"momentum": 0.9}, [0.04900002, 1.99990487]),
        (optimizers.SGD, {"momentum": 0.9, "nesterov": True}, [-0.45589995, 1.99985445]),
        (optimizers.Adam, {}, [0.70768422, 1.71289814]),
        (optimizers.Adam, {"amsgrad": True}, [0.70768422, 1.71289814]),
        (optimizers.RMSprop, {}, [0.13899425, 1.81770015]),
        (optimizers.RMSprop, {"momentum": 0.9}, [-0.65889776, 1.70831800]),
        (optimizers.RMSprop, {"centered": True}, [0.05661166, 1.81617332]),
        (optimizers.Adagrad, {}, [0.73619872, 1.99981022]),
        (optimizers.Nadam, {}, [0.70676750, 1.70697618]),
        (optimizers.AdamW, {}, [0.70660329, 1.71061468]),
        (optimizers.Adamax, {}, [0.75468063, 1.75484157]),
        (optimizers.Adadelta, {}, [0.99946237, 1.99994087]),
        (optimizers.SGD, {"weight_decay": 0.1}, [0.37428898, 1.94053829]),
        (optimizers.SGD, {"clipnorm": 0.5}, [0.84999996, 1.99998498]),
        (optimizers.SGD, {"clipvalue": 0.5}, [0.84999996, 1.99993992]),
        (optimizers.SGD, {"global_clipnorm": 0.5}, [0.84999996, 1.99998498]),
    ],
)
def test_keras_numbers(cls, options, expected):
    optimizer, variable = cls(learning_rate=0.1, **options), tf.Variable([1.0, 2.0])
    for k in (1.0, 2.0, 3.0):
        optimizer.apply_gradients([(tf.constant([1.0, 1e-4]) * k, variable)])
    np.testing.assert_allclose(variable.numpy(), expected, rtol=2e-6, atol=3e-6)


# Clipping.


def test_clipping_norms():
    gradients = [np.array([3.0, 4.0]), np.array([0.0, 12.0])]

    def step(**options):
        variables = [tf.Variable(np.zeros(2)) for _ in gradients]
        optimizers.SGD(1.0, **options).apply_gradients(zip(gradients, variables))
        return [-variable.numpy() for variable in variables]

    np.testing.assert_allclose(step(clipnorm=6.0), [[3, 4], [0, 6]])
    np.testing.assert_allclose(step(clipvalue=3.5), [[3, 3.5], [0, 3.5]])
    scale = 6.5 / 13
    np.testing.assert_allclose(step(global_clipnorm=6.5), [[3 * scale, 4 * scale], [0, 12 * scale]])
    np.testing.assert_allclose(step(global_clipnorm=20.0), gradients)


def test_global_norm_of_infinity_shows():
    variable = tf.Variable([1.0])
    optimizers.SGD(1.0, global_clipnorm=1.0).apply_gradients([(np.array([np.inf]), variable)])
    assert np.isnan(variable.numpy()).all()


# Learning rates.


def test_learning_rate_can_be_changed():
    variable = tf.Variable(0.0)
    optimizer = optimizers.SGD(0.5)

    def step():
        before = float(variable)
        optimizer.apply_gradients([(1.0, variable)])
        return round(before - float(variable), 6)

    assert step() == 0.5
    optimizer.learning_rate = 0.25
    assert step() == 0.25
    optimizer.learning_rate.assign(0.125)
    assert step() == 0.125
    optimizer.lr = 2
    assert step() == 2.0
    optimizer.learning_rate.assign(optimizer.learning_rate * 0.5)
    assert (step(), float(optimizer.lr)) == (1.0, 1.0)
    optimizer.learning_rate = schedules.PiecewiseConstantDecay([5], [0.75, 3.0])
    assert [step(), step()] == [0.75, 3.0]
    optimizer.learning_rate = lambda: 0.375
    assert step() == 0.375
    optimizer.learning_rate = 0.5
    assert step() == 0.5


def test_old_spellings():
    assert float(optimizers.Adam(lr=0.25).learning_rate) == 0.25
    assert float(optimizers.legacy.SGD(lr=0.25).lr) == 0.25
    variable, optimizer = tf.Variable(0.0), optimizers.SGD(1.0, decay=1.0)
    for expected in (1.0, 1.0 + 1 / 2, 1.0 + 1 / 2 + 1 / 3):
        optimizer.apply_gradients([(-1.0, variable)])
        assert float(variable) == pytest.approx(expected)


def test_own_schedule_takes_the_step_as_a_tensor():
    class Warmup(schedules.LearningRateSchedule):
        def __call__(self, step):
            step = tf.cast(step, tf.float32)
            return tf.minimum(step + 1.0, 3.0)

    variable, optimizer = tf.Variable(0.0), optimizers.SGD(Warmup())
    for expected in (1.0, 3.0, 6.0, 9.0):
        optimizer.apply_gradients([(-1.0, variable)])
        assert float(variable) == expected
    assert float(optimizer.learning_rate) == 3.0


def cosine(rate, fraction, alpha=0.0):
    return rate * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * fraction)) + alpha)


@pytest.mark.parametrize(
    ("schedule", "steps", "rates"),
    [
        (schedules.ExponentialDecay(0.1, 10, 0.5), [0, 10, 25], [0.1, 0.05, 0.1 * 0.5**2.5]),
        (schedules.ExponentialDecay(0.1, 10, 0.5, True), [9, 10, 25], [0.1, 0.05, 0.025]),
        (schedules.InverseTimeDecay(0.1, 10, 0.5), [0, 10, 25], [0.1, 0.1 / 1.5, 0.1 / 2.25]),
        (schedules.InverseTimeDecay(0.1, 10, 0.5, True), [9, 25], [0.1, 0.05]),
        (schedules.PolynomialDecay(0.1, 10, 0.02), [0, 5, 10, 99], [0.1, 0.06, 0.02, 0.02]),
        (schedules.PolynomialDecay(0.1, 10, 0.0, 2.0), [5], [0.025]),
        (
            schedules.PolynomialDecay(0.1, 10, 0.0, cycle=True),
            [0, 10, 15, 25],
            [0.1, 0.0, 0.025, 0.1 / 6],
        ),
        (schedules.PiecewiseConstantDecay([5, 10], [3, 2, 1]), [0, 5, 6, 10, 11], [3, 3, 2, 2, 1]),
        (
            schedules.CosineDecay(0.1, 20, 0.1),
            [0, 5, 20, 99],
            [0.1, cosine(0.1, 0.25, 0.1), 0.01, 0.01],
        ),
        (
            schedules.CosineDecay(0.02, 10, warmup_target=0.1, warmup_steps=4),
            [0, 2, 4, 9, 14, 20],
            [0.02, 0.06, 0.1, 0.05, 0.0, 0.0],
        ),
        (schedules.CosineDecayRestarts(0.1, 4), [0, 2, 4, 8, 12], [0.1, 0.05, 0.1, 0.05, 0.1]),
        (schedules.CosineDecayRestarts(0.1, 4, 1.0, 0.5), [2, 4, 8], [0.05, 0.05, 0.025]),
    ],
)
def test_schedule(schedule, steps, rates):
    found = [float(schedule(tf.constant(step, tf.int64))) for step in steps]
    np.testing.assert_allclose(found, rates, rtol=1e-6, atol=1e-9)
    again = schedules.deserialize(schedules.serialize(schedule))
    assert float(again(steps[-1])) == float(schedule(steps[-1]))


# Bookkeeping.


def test_variables_and_their_names():
    kernel = tf.Variable([[1.0]], path="dense/kernel")
    optimizer = optimizers.Adam(name="adam")
    optimizer.build([kernel])
    assert [variable.path for variable in optimizer.variables] == [
        "adam/iteration",
        "adam/learning_rate",
        "adam/dense_kernel_momentum",
        "adam/dense_kernel_velocity",
    ]
    assert optimizer.iterations.dtype == tf.int64
    assert not any(variable.trainable for variable in optimizer.variables)


def test_weights_carry_the_state():
    """An optimizer that takes over the weights of another goes on with the same bits."""

    def train(optimizer, variable, steps):
        for gradients in GRADIENTS[steps]:
            optimizer.apply_gradients([(gradients[0], variable)])

    for cls in (optimizers.Adam, optimizers.Nadam, optimizers.RMSprop):
        one, w = cls(0.1), tf.Variable(START[0])
        train(one, w, slice(0, 3))
        other, copy = cls(0.1), tf.Variable(w.numpy())
        other.build([copy])
        other.set_weights(one.get_weights())
        train(one, w, slice(3, 5))
        train(other, copy, slice(3, 5))
        np.testing.assert_array_equal(w.numpy(), copy.numpy())
        assert other.iterations.numpy() == 5


def test_new_variables_are_added():
    one, other = tf.Variable(0.0), tf.Variable(0.0)
    optimizer = optimizers.Adam(0.1)
    optimizer.apply_gradients([(1.0, one)])
    optimizer.apply_gradients([(1.0, one), (1.0, other)])
    assert len(optimizer.variables) == 6
    assert float(other) < 0


def test_apply_without_variables_uses_those_of_build():
    variable, optimizer = tf.Variable([1.0]), optimizers.SGD(1.0)
    optimizer.build([variable])
    optimizer.apply([tf.constant([0.25])])
    assert variable.numpy() == [0.75]
    with pytest.raises(InvalidArgumentError, match="got 2 gradients for 1 variables"):
        optimizer.apply([1.0, 2.0])


def test_minimize():
    x = tf.Variable(3.0)
    optimizers.SGD(0.25).minimize(lambda: x * x, [x])
    assert float(x) == 1.5
    with tf.GradientTape() as tape:
        loss = x * x
    optimizers.SGD(0.25).minimize(loss, [x], tape=tape)
    assert float(x) == 0.75
    with pytest.raises(InvalidArgumentError, match="no tape is given"):
        optimizers.SGD(0.25).minimize(loss, [x])


def test_missing_gradients():
    one, other = tf.Variable(1.0, path="one"), tf.Variable(1.0, path="other")
    optimizer = optimizers.SGD(0.5)
    with pytest.warns(UserWarning, match="no gradients for other"):
        optimizer.apply_gradients([(1.0, one), (None, other)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.apply_gradients([(1.0, one), (None, other)])
    assert (float(one), float(other)) == (0.0, 1.0)
    for pairs in ([(None, one)], []):
        with pytest.raises(ValueError, match="no gradients for any variable"):
            optimizer.apply_gradients(pairs)


def test_gradient_of_another_shape_or_dtype():
    variable, optimizer = tf.Variable([1.0, 2.0], path="w"), optimizers.SGD(1.0)
    with pytest.raises(ShapeError, match=r"gradient for 'w' has shape \[1\].*\[2\]"):
        optimizer.apply_gradients([(tf.constant([1.0]), variable)])
    optimizer.apply_gradients([(tf.constant([1.0, 1.0], tf.float64), variable)])
    np.testing.assert_array_equal(variable.numpy(), [0.0, 1.0])


def test_one_step_is_one_program():
    """After a step everything has its value: parameters, slots, count, and the loss."""
    w, optimizer = tf.Variable([1.0, 2.0]), optimizers.Adam(0.1)
    optimizer.build([w])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(w * w)
    gradient = tape.gradient(loss, w)
    assert loss.node.value is None
    optimizer.apply_gradients([(gradient, w)])
    held = [*optimizer.variables, w, loss, gradient]
    assert all(each.node.value is not None for each in held)


def test_scalars_keep_their_leaf():
    """A number that stays the same is the same input of the next step's program."""
    optimizer, leaves = optimizers.Adam(0.1), {}
    first, _ = NumbersNow(optimizer.numbers_at(0), leaves).nodes(tf.float32)
    second, _ = NumbersNow(optimizer.numbers_at(1), leaves).nodes(tf.float32)
    assert first[0] is not second[0]
    assert [a is b for a, b in zip(first[1:], second[1:])] == [True, True, True]
    assert all(node.op == "data" for node in second)


def test_constraint_is_applied():
    variable = tf.Variable([1.0, 1.0], constraint=lambda w: tf.maximum(w, 0.0))
    optimizers.SGD(1.0).apply_gradients([([2.0, 0.25], variable)])
    np.testing.assert_array_equal(variable.numpy(), [0.0, 0.75])


def test_moving_average():
    variable = tf.Variable(0.0)
    optimizer = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    for _ in range(3):
        optimizer.apply_gradients([(-1.0, variable)])
    assert float(variable) == 3.0
    optimizer.finalize_variable_values([variable])
    assert float(variable) == 0.5 * (0.5 * 1 + 0.5 * 2) + 0.5 * 3


def test_optimizer_of_ones_own_in_the_style_of_keras():
    class Momentum(optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.m = [self.add_variable_from_reference(v, "momentum") for v in variables]

        def update_step(self, gradient, variable, learning_rate):
            m = self.m[self._get_variable_index(variable)]
            self.assign(m, 0.5 * m - gradient * learning_rate)
            self.assign_add(variable, m)

    variable, optimizer = tf.Variable([1.0]), Momentum(learning_rate=1.0)
    for expected in (0.0, -1.5):
        optimizer.apply_gradients([(tf.constant([1.0]), variable)])
        assert variable.numpy() == [expected]
    assert len(optimizer.variables) == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizers.SGD(foo=1), "does not know: foo"),
        (lambda: optimizers.SGD("fast"), "learning_rate is 'fast', expected a number"),
        (lambda: optimizers.SGD(momentum=2.0), "momentum is 2.0, expected 0 to 1"),
        (lambda: optimizers.Adam(beta_1=1.0), "beta_1 is 1.0"),
        (lambda: optimizers.RMSprop(rho=-1.0), "rho is -1.0"),
        (lambda: optimizers.SGD(clipnorm=1.0, clipvalue=1.0), "Only one of clipnorm"),
        (lambda: optimizers.SGD(ema_momentum=2.0), "ema_momentum is 2.0"),
        (lambda: optimizers.get("foo"), "Could not interpret optimizer identifier: 'foo'.*adam"),
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps is 0"),
        (lambda: schedules.PiecewiseConstantDecay([1], [1.0]), "separate 2 values"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make()


@pytest.mark.parametrize("name", ["sgd", "SGD", "adam", "Adam", "RMSprop", "rmsprop", "NADAM"])
def test_get_by_name(name):
    assert type(optimizers.get(name)).__name__.lower() == name.lower()


@pytest.mark.parametrize(("cls", "options", "oracle", "arguments"), CASES)
def test_configuration_round_trip(cls, options, oracle, arguments):
    optimizer = cls(learning_rate=0.001, clipnorm=1.0, **options)
    config = optimizers.serialize(optimizer)
    assert config["config"]["learning_rate"] == 0.001
    again = optimizers.deserialize(config)
    assert type(again) is cls
    assert again.get_config() == optimizer.get_config()


def test_configuration_with_a_schedule():
    optimizer = optimizers.Adam(schedules.ExponentialDecay(0.1, 10, 0.5))
    again = optimizers.get(optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert float(again.learning_rate) == pytest.approx(0.1)


def test_pairs_in_the_wrong_order_say_so() -> None:
    variable = tf.Variable([1.0])
    with pytest.raises(InvalidArgumentError, match=r"zip\(gradients, variables\)"):
        tf.keras.optimizers.SGD().apply_gradients([(variable, tf.constant([1.0]))])


def test_an_error_within_the_pairs_is_the_callers_own():
    def pairs():
        yield tf.ones(2), tf.Variable([1.0, 2.0])
        raise TypeError("mine")

    with pytest.raises(TypeError, match="^mine$"):
        tf.keras.optimizers.SGD().apply_gradients(pairs())
