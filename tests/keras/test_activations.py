"""Activations against formulas in NumPy, their derivatives against differences, their names."""

from __future__ import annotations

import math

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import ShapeError
from glassbrook.keras import activations

X = np.linspace(-6.93, 6.93, 24).reshape(4, 6)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


def normal_distribution(x):
    return np.vectorize(lambda v: 0.5 * (1 + math.erf(v / math.sqrt(2))))(x)


def sparsemax(x):
    """The threshold by bisection: the shares above it add up to 1."""
    low, high = x.min(-1, keepdims=True) - 1, x.max(-1, keepdims=True)
    for _ in range(100):
        middle = (low + high) / 2
        above = np.maximum(x - middle, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.maximum(x - high, 0)


FORMULAS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softmax": softmax,
    "log_softmax": lambda x: np.log(softmax(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "celu": lambda x: np.maximum(x, 0) + np.minimum(np.expm1(x), 0),
    "selu": lambda x: 1.05070098 * np.where(x > 0, x, 1.67326324 * np.expm1(x)),
    "gelu": lambda x: x * normal_distribution(x),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "exponential": np.exp,
    "log_sigmoid": lambda x: np.log(sigmoid(x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "sparsemax": sparsemax,
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "tanh_shrink": lambda x: x - np.tanh(x),
}


def test_every_activation_has_a_formula():
    others = {"get", "serialize", "deserialize", "glu", "threshold"}
    assert set(activations.__all__) - others == FORMULAS.keys()


def test_a_gate_and_a_threshold():
    first, second = np.split(X, 2, axis=-1)
    np.testing.assert_allclose(activations.glu(X).numpy(), first * sigmoid(second), rtol=1e-7)
    first, second = np.split(X, 2, axis=0)
    np.testing.assert_allclose(
        activations.glu(X, axis=0).numpy(), first * sigmoid(second), rtol=1e-7
    )
    found = activations.threshold(X, 2.0, -3.0).numpy()
    np.testing.assert_allclose(found, np.where(X > 2, X, -3.0))
    with pytest.raises(ShapeError, match="halve axis 1"):
        activations.glu(X[:, :3])


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name):
    function = activations.get(name)
    np.testing.assert_allclose(
        function(tf.constant(X)).numpy(), FORMULAS[name](X), rtol=1e-7, atol=1e-12
    )
    single = function(tf.constant(X, tf.float32))
    assert single.dtype == tf.float32
    np.testing.assert_allclose(single.numpy(), FORMULAS[name](X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", FORMULAS)
def test_derivative(name):
    point = tf.Variable(X)
    weights = np.cos(np.arange(X.size)).reshape(X.shape)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(activations.get(name)(point) * weights)
    gradient = tape.gradient(value, point).numpy()
    step = 1e-6
    for direction in np.eye(X.size).reshape(-1, *X.shape)[::5]:
        ends = [(FORMULAS[name](X + s * direction) * weights).sum() for s in (step, -step)]
        slope = (ends[0] - ends[1]) / (2 * step)
        assert (gradient * direction).sum() == pytest.approx(slope, rel=1e-6, abs=1e-6)


# All but exp, whose value at 100 is infinite in float32.
@pytest.mark.parametrize("name", sorted(FORMULAS.keys() - {"exponential"}))
def test_extreme_values(name):
    """No NaN far from 0, in the value or in the derivative."""
    point = tf.Variable(np.array([[-100.0, 0.0, 100.0]], np.float32))
    with tf.GradientTape() as tape:
        value = activations.get(name)(point) * 1.0
    assert np.isfinite(value.numpy()).all()
    assert np.isfinite(tape.gradient(value, point).numpy()).all()


# The derivative at the kink, as TensorFlow has it.
@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [("relu", 0.0, 0.0), ("leaky_relu", 0.0, 0.2), ("relu6", 6.0, 0.0), ("elu", 0.0, 1.0)]
    + [("selu", 0.0, 1.0507010)],
)
def test_derivative_at_a_kink(name, at, expected):
    point = tf.Variable([at])
    with tf.GradientTape() as tape:
        value = activations.get(name)(point)
    assert float(tape.gradient(value, point)[0]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"negative_slope": 0.1}, np.where(X > 0, X, 0.1 * X)),
        ({"alpha": 0.1}, np.where(X > 0, X, 0.1 * X)),
        ({"max_value": 3.0}, np.clip(X, 0, 3)),
        ({"threshold": 1.0}, np.where(X > 1, X, 0)),
        (
            {"negative_slope": 0.1, "max_value": 3.0, "threshold": 1.0},
            np.where(X > 1, np.minimum(X, 3), 0.1 * (X - 1)),
        ),
    ],
)
def test_general_relu(options, expected):
    np.testing.assert_allclose(activations.relu(tf.constant(X), **options).numpy(), expected)


def test_softmax_along_another_axis():
    np.testing.assert_allclose(activations.softmax(X, axis=0).numpy(), softmax(X.T).T)
    np.testing.assert_allclose(activations.log_softmax(X, axis=0).numpy(), np.log(softmax(X.T).T))
    with pytest.raises(ShapeError, match="axis -1 does not exist"):
        activations.softmax(1.0)


def test_approximate_gelu():
    inner = math.sqrt(2 / math.pi) * (X + 0.044715 * X**3)
    expected = 0.5 * X * (1 + np.tanh(inner))
    np.testing.assert_allclose(
        activations.gelu(tf.constant(X), approximate=True).numpy(), expected, rtol=1e-7, atol=1e-12
    )


def test_names():
    assert activations.get(None) is activations.linear
    assert activations.get(tf.nn.relu) is tf.nn.relu
    for name in FORMULAS:
        function = activations.get(name)
        assert activations.get(activations.serialize(function)) is function
    for function, name in [
        (tf.nn.relu, "relu"),
        (tf.nn.softmax, "softmax"),
        (tf.tanh, "tanh"),
        (tf.sigmoid, "sigmoid"),
        (tf.exp, "exponential"),
    ]:
        assert activations.serialize(function) == name
    with pytest.raises(ValueError, match="Could not interpret activation function identifier: 'f"):
        activations.get("foo")
    with pytest.raises(ValueError, match="nothing knows its name"):
        activations.serialize(lambda x: x)
