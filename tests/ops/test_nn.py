"""Activations, losses from logits, normalization, dropout and embeddings."""

from __future__ import annotations

import math

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import errors
from tests.ops.rows import (
    Row,
    check_gradients,
    check_narrow,
    check_value,
    gradient,
    parametrize,
)

INF, NAN = float("inf"), float("nan")
rng = np.random.default_rng(11)
X = np.array([-3.1, -1.2, -0.3, 0.4, 1.5, 2.7, 5.5, 7.2])
Z = rng.uniform(-3, 3, (4, 3))
T = rng.uniform(-2, 2, (2, 3, 4))
LABELS = np.array([2, 0, 1, 1])
SHARES = rng.dirichlet(np.ones(3), 4)
QUESTIONS = rng.uniform(0, 1, (4, 3))
nn = tf.nn
erf = np.vectorize(math.erf)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis=-1):
    powers = np.exp(x)
    return powers / powers.sum(axis=axis, keepdims=True)


def binary_cross_entropy(y, z, weight=1.0):
    p = sigmoid(z)
    return -weight * y * np.log(p) - (1 - y) * np.log(1 - p)


def weighted_moments(x):
    weights = np.broadcast_to(np.array([1.0, 2.0, 0.5, 3.0]), x.shape)
    mean = np.average(x, (0, 2), weights)
    variance = np.average((x - mean[:, None]) ** 2, (0, 2), weights)
    return np.stack([mean, variance])


ROWS = [
    Row("relu", nn.relu, [X], lambda x: np.where(x > 0, x, 0), 2),
    Row("relu6", nn.relu6, [X], lambda x: np.clip(x, 0, 6), 2),
    Row("leaky_relu", nn.leaky_relu, [X], lambda x: np.where(x > 0, x, 0.2 * x), 2),
    Row(
        "leaky_relu, steep",
        lambda x: nn.leaky_relu(x, alpha=1.5),
        [X],
        lambda x: np.where(x > 0, x, 1.5 * x),
        2,
    ),
    Row("elu", nn.elu, [X], lambda x: np.where(x > 0, x, np.exp(x) - 1), 2),
    Row(
        "selu",
        nn.selu,
        [X],
        lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1)),
        2,
    ),
    Row("gelu", nn.gelu, [X], lambda x: x * (1 + erf(x / np.sqrt(2))) / 2, 2),
    Row(
        "gelu, approximate",
        lambda x: nn.gelu(x, approximate=True),
        [X],
        lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        2,
    ),
    Row("silu", nn.silu, [X], lambda x: x * sigmoid(x), 2),
    Row("swish, beta", lambda x: nn.swish(x, beta=1.7), [X], lambda x: x * sigmoid(1.7 * x), 2),
    Row(
        "swish, beta of a tensor",
        lambda x, b: nn.swish(x, beta=b),
        [X, np.array(0.6)],
        lambda x, b: x * sigmoid(b * x),
        2,
    ),
    Row("sigmoid", nn.sigmoid, [X], sigmoid, 2),
    Row("tanh", nn.tanh, [X], np.tanh, 2),
    Row("softplus", nn.softplus, [X], lambda x: np.log(1 + np.exp(x)), 2),
    Row("softsign", nn.softsign, [X], lambda x: x / (1 + np.abs(x)), 2),
    Row("crelu", nn.crelu, [Z], lambda x: np.maximum(np.concatenate([x, -x], -1), 0), 2),
    Row("softmax", nn.softmax, [Z], softmax, 2),
    Row("softmax, axis", lambda x: nn.softmax(x, axis=1), [T], lambda x: softmax(x, 1), 2),
    Row("softmax, first axis", lambda x: nn.softmax(x, 0), [T], lambda x: softmax(x, 0), 2),
    Row("softmax, last axis", lambda x: nn.softmax(x, 2), [T], softmax, 2),
    Row("log_softmax", nn.log_softmax, [Z], lambda x: np.log(softmax(x)), 2),
    Row(
        "log_softmax, axis",
        lambda x: nn.log_softmax(x, axis=-2),
        [T],
        lambda x: np.log(softmax(x, 1)),
        2,
    ),
    Row(
        "softmax_cross_entropy",
        nn.softmax_cross_entropy_with_logits,
        [SHARES, Z],
        lambda y, z: -np.sum(y * np.log(softmax(z)), -1),
        2,
    ),
    Row(
        "softmax_cross_entropy, axis",
        lambda y, z: nn.softmax_cross_entropy_with_logits(y, z, axis=0),
        [SHARES, Z],
        lambda y, z: -np.sum(y * np.log(softmax(z, 0)), 0),
        2,
    ),
    Row(
        "sparse_softmax_cross_entropy",
        lambda z: nn.sparse_softmax_cross_entropy_with_logits(LABELS, z),
        [Z],
        lambda z: -np.log(softmax(z))[np.arange(4), LABELS],
        2,
    ),
    Row(
        "sparse_softmax_cross_entropy, scalar",
        lambda z: nn.sparse_softmax_cross_entropy_with_logits(1, z),
        [Z[0]],
        lambda z: -np.log(softmax(z))[1],
        2,
    ),
    Row(
        "sigmoid_cross_entropy",
        nn.sigmoid_cross_entropy_with_logits,
        [QUESTIONS, Z],
        binary_cross_entropy,
        2,
    ),
    Row(
        "weighted_cross_entropy",
        lambda y, z: nn.weighted_cross_entropy_with_logits(y, z, 2.5),
        [QUESTIONS, Z],
        lambda y, z: binary_cross_entropy(y, z, 2.5),
        2,
    ),
    Row(
        "log_poisson_loss",
        nn.log_poisson_loss,
        [np.abs(Z), Z],
        lambda t, c: np.exp(c) - t * c,
        2,
    ),
    Row(
        "log_poisson_loss, full",
        lambda t, c: nn.log_poisson_loss(t, c, compute_full_loss=True),
        [np.array([0.0, 0.5, 2.0, 3.5]), np.array([0.3, -0.2, 0.8, 1.1])],
        lambda t, c: (
            np.exp(c)
            - t * c
            + [t_ * math.log(t_) - t_ + math.log(2 * math.pi * t_) / 2 if t_ > 1 else 0 for t_ in t]
        ),
        2,
    ),
    Row("l2_loss", nn.l2_loss, [Z], lambda x: np.sum(x * x) / 2, 2),
    Row("l2_normalize", nn.l2_normalize, [Z], lambda x: x / np.linalg.norm(x), 2),
    Row(
        "l2_normalize, axis",
        lambda x: nn.l2_normalize(x, axis=[1]),
        [Z],
        lambda x: x / np.linalg.norm(x, axis=1, keepdims=True),
        2,
    ),
    Row(
        "batch_normalization",
        lambda x, m, v, o, s: nn.batch_normalization(x, m, v, o, s, 0.001),
        [Z, Z[0], np.abs(Z[1]) + 0.1, Z[2], Z[3]],
        lambda x, m, v, o, s: s * (x - m) / np.sqrt(v + 0.001) + o,
        2,
    ),
    Row(
        "batch_normalization, plain",
        lambda x: nn.batch_normalization(x, 0.5, 2.0, None, None, 0.0),
        [Z],
        lambda x: (x - 0.5) / np.sqrt(2),
        2,
    ),
    Row(
        "weighted_moments",
        lambda x: tf.stack(nn.weighted_moments(x, [0, 2], [1.0, 2.0, 0.5, 3.0])),
        [T],
        weighted_moments,
        2,
    ),
    Row("bias_add", nn.bias_add, [Z, Z[0]], lambda x, b: x + b, 2),
    Row(
        "bias_add, channels first",
        lambda x, b: nn.bias_add(x, b, data_format="NCHW"),
        [T, Z[1]],
        lambda x, b: x + b[:, None],
        2,
    ),
    Row(
        "embedding_lookup",
        lambda x: nn.embedding_lookup(x, [[1, 1], [0, 3]]),
        [Z],
        lambda x: x[[[1, 1], [0, 3]]],
        2,
    ),
    Row(
        "embedding_lookup, max_norm",
        lambda x: nn.embedding_lookup(x, [2, 0], max_norm=1.0),
        [Z],
        lambda x: x[[2, 0]] / np.maximum(np.linalg.norm(x[[2, 0]], axis=1, keepdims=True), 1),
        2,
    ),
    Row("top_k", lambda x: nn.top_k(x).values, [Z], lambda x: x.max(-1, keepdims=True), 2),
]


@parametrize(ROWS)
def test_value(row):
    check_value(row)


@parametrize(ROWS)
def test_narrow(row):
    check_narrow(row)


@parametrize(ROWS)
def test_gradients(row):
    check_gradients(row)


# An expression's value as TensorFlow gives it: integers, limits, large numbers.
SPECIAL = {
    "relu of integers": (lambda: nn.relu([-1, 1]), [0, 1]),
    "relu of NaN": (lambda: nn.relu([NAN]), [NAN]),
    "leaky_relu of integers": (lambda: nn.leaky_relu([-1, 2]), [-0.2, 2]),
    "leaky_relu of NaN": (lambda: nn.leaky_relu([NAN]), [NAN]),
    "elu": (lambda: nn.elu([-1000.0, 1000.0, INF, -INF]), [-1, 1000, INF, -1]),
    "selu": (lambda: nn.selu([-1000.0, 1000.0]), [-1.7580993, 1050.701]),
    "gelu": (lambda: nn.gelu([-100.0, 100.0]), [0, 100]),
    "softmax": (lambda: nn.softmax([1000.0, 0.0, -INF]), [1, 0, 0]),
    "softmax of one": (lambda: nn.softmax([[5.0], [7.0]]), [[1], [1]]),
    "softmax along 1": (lambda: nn.softmax([[1.0, 2.0]], axis=0), [[1, 1]]),
    "log_softmax": (lambda: nn.log_softmax([1000.0, 0.0]), [0, -1000]),
    "sigmoid_cross_entropy": (
        lambda: nn.sigmoid_cross_entropy_with_logits([1.0, 0.0, 1.0], [1000.0, 1000.0, -1000.0]),
        [0, 1000, 1000],
    ),
    "sigmoid_cross_entropy, small": (
        lambda: nn.sigmoid_cross_entropy_with_logits([1.0, 0.0], [20.0, -20.0]),
        [2.0611536e-9, 2.0611536e-9],
    ),
    "weighted_cross_entropy": (
        lambda: nn.weighted_cross_entropy_with_logits([1.0, 0.0], [-1000.0, 1000.0], 2.0),
        [2000, 1000],
    ),
    "softmax_cross_entropy": (
        lambda: nn.softmax_cross_entropy_with_logits([[0, 1], [1, 0]], [[1000.0, 0.0]] * 2),
        [1000, 0],
    ),
    "softmax_cross_entropy of a row": (
        lambda: nn.softmax_cross_entropy_with_logits([1, 0], [1.0, 2.0]),
        1.3132616,
    ),
    "softmax_cross_entropy, one row of labels": (
        lambda: nn.softmax_cross_entropy_with_logits([[0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]),
        [0.31326166, 1.3132616],
    ),
    "sparse, many axes": (
        lambda: nn.sparse_softmax_cross_entropy_with_logits([[0], [1]], tf.zeros([2, 1, 4])),
        [[math.log(4)], [math.log(4)]],
    ),
    "sparse, bytes": (
        lambda: nn.sparse_softmax_cross_entropy_with_logits(
            tf.constant([200], tf.uint8), tf.zeros([1, 201])
        ),
        [math.log(201)],
    ),
    "sparse, no rows": (
        lambda: nn.sparse_softmax_cross_entropy_with_logits(
            tf.zeros([0], tf.int32), tf.zeros([0, 3])
        ),
        [],
    ),
    "l2_normalize of 0": (lambda: nn.l2_normalize([0.0, 0.0]), [0, 0]),
    "l2_normalize, dim": (lambda: nn.l2_normalize([[3.0, 4.0]], dim=0), [[1, 1]]),
    "zero_fraction": (lambda: nn.zero_fraction([0.0, 1.0, 0.0, NAN]), 0.5),
    "zero_fraction of none": (lambda: nn.zero_fraction(tf.zeros([0])), NAN),
    "in_top_k": (lambda: nn.in_top_k([1], [[0.1, 0.9]], 1), [True]),
    "embedding_lookup of a list": (lambda: nn.embedding_lookup([tf.ones([2, 1])], [1]), [[1]]),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special(name):
    call, expected = SPECIAL[name]
    found = call().numpy()
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, 1e-6, 1e-12)


# The gradient where it is not obvious, as TensorFlow gives it.
EDGES = {
    "relu": (nn.relu, [-1.0, 0.0, 1.0], [0, 0, 1]),
    "relu6": (nn.relu6, [0.0, 6.0, 3.0, 7.0], [0, 0, 1, 0]),
    "leaky_relu": (nn.leaky_relu, [-1.0, 0.0, 1.0], [0.2, 0.2, 1]),
    "elu": (nn.elu, [-1.0, 0.0, 1.0, 1000.0], [math.exp(-1), 1, 1, 1]),
    "selu": (nn.selu, [0.0, 1000.0], [1.0507010, 1.0507010]),
    "gelu": (nn.gelu, [0.0, 1.0], [0.5, 1.0833155]),
    "swish": (nn.swish, [0.0, 1.0], [0.5, 0.92767054]),
    "softmax": (nn.softmax, [1.0, 2.0], [0, 0]),
    "log_softmax": (nn.log_softmax, [1.0, 2.0], [0.46211714, -0.46211714]),
    "l2_normalize": (nn.l2_normalize, [0.0, 0.0], [1e6, 1e6]),
    "sigmoid_cross_entropy": (
        lambda z: nn.sigmoid_cross_entropy_with_logits([1.0, 0.0, 0.0], z),
        [0.0, 0.0, 1000.0],
        [-0.5, 0.5, 1],
    ),
    "sparse": (
        lambda z: nn.sparse_softmax_cross_entropy_with_logits([1], z),
        [[1.0, 2.0]],
        [[0.26894143, -0.26894143]],
    ),
    "sparse, large": (
        lambda z: nn.sparse_softmax_cross_entropy_with_logits([1], z),
        [[1000.0, 0.0]],
        [[1, -1]],
    ),
    "labels": (
        lambda y: nn.softmax_cross_entropy_with_logits(y, [[1.0, 2.0]]),
        [[0.0, 1.0]],
        [[1.3132616, 0.31326166]],
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_gradient_at_the_edge(name):
    function, point, expected = EDGES[name]
    np.testing.assert_allclose(gradient(function, point), expected, 2e-6, 1e-6)


def test_dropout_drops_its_share_and_keeps_the_mean():
    x = nn.dropout(tf.ones([10000]), rate=0.25, seed=5).numpy()
    assert set(np.unique(x)) == {0.0, np.float32(1 / 0.75)}
    assert np.mean(x == 0) == pytest.approx(0.25, abs=0.02)
    assert x.mean() == pytest.approx(1.0, abs=0.02)


def test_dropout_of_nothing_changes_nothing():
    x = tf.constant([1.0, 2.0])
    assert nn.dropout(x, 0).numpy().tolist() == [1, 2]
    assert nn.dropout(x, 0.0).numpy().tolist() == [1, 2]


def test_dropout_drops_together_what_shares_its_noise():
    x = nn.dropout(tf.ones([50, 8]), 0.5, noise_shape=[None, 1], seed=1).numpy()
    assert (x == x[:, :1]).all()
    assert 0 < x[:, 0].astype(bool).sum() < 50


def test_dropout_passes_the_gradient_of_what_it_keeps():
    x = tf.Variable(tf.ones([100]))
    with tf.GradientTape() as tape:
        y = nn.dropout(x, 0.5)
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), y.numpy())


def test_dropout_follows_the_seed():
    def draw():
        return nn.dropout(tf.ones([20]), 0.5).numpy().tolist()

    tf.random.set_seed(3)
    first, second = draw(), draw()
    tf.random.set_seed(3)
    assert [draw(), draw()] == [first, second]
    assert first != second


def test_dropout_takes_the_rate_from_a_tensor():
    x = nn.dropout(tf.ones([1000], tf.float64), tf.constant(0.5, tf.float64))
    assert set(x.numpy().tolist()) == {0.0, 2.0}


BAD_LABELS = {
    "list": lambda: [0, 3, 5],
    "array": lambda: np.array([0, 3, 5]),
    "tensor": lambda: tf.constant([0, 3, 5], tf.int64),
    "bytes": lambda: tf.constant([0, 3, 5], tf.uint8),
    "cast, pending": lambda: tf.cast(tf.constant([0.0, 3.0, 5.0]), tf.int32),
    "reshaped, pending": lambda: tf.reshape(tf.constant([[0], [3], [5]]), [3]),
    "variable": lambda: tf.Variable([0, 3, 5]),
}


@pytest.mark.parametrize("kind", BAD_LABELS)
def test_the_first_label_that_is_no_class_is_named(kind):
    labels = BAD_LABELS[kind]()
    with pytest.raises(errors.OutOfRangeError, match=r"labels\[1\] = 3 .*\[0, 3\)") as caught:
        nn.sparse_softmax_cross_entropy_with_logits(labels, tf.zeros([3, 3]))
    assert "3 classes" in str(caught.value)


def test_a_negative_label_is_no_class():
    with pytest.raises(errors.OutOfRangeError, match=r"labels\[0, 1\] = -1"):
        nn.sparse_softmax_cross_entropy_with_logits([[0, -1]], tf.zeros([1, 2, 3]))
    with pytest.raises(errors.OutOfRangeError, match="the label = -1"):
        nn.sparse_softmax_cross_entropy_with_logits(-1, tf.zeros([3]))


def test_labels_that_count_from_one_get_a_hint():
    with pytest.raises(errors.OutOfRangeError, match="subtract 1"):
        nn.sparse_softmax_cross_entropy_with_logits([1, 2, 3], tf.zeros([3, 3]))


def test_a_computed_label_that_is_no_class_is_an_error_when_it_is_known():
    labels = tf.constant([0, 1, 2]) * 2
    loss = nn.sparse_softmax_cross_entropy_with_logits(labels, tf.zeros([3, 3]))
    with pytest.raises(errors.OutOfRangeError, match="4"):
        loss.numpy()


ERRORS = {
    "relu of truth": (lambda: nn.relu([True]), errors.DTypeError, "bool"),
    "gelu of integers": (lambda: nn.gelu([1]), errors.DTypeError, "tf.cast"),
    "elu of integers": (lambda: nn.elu([1]), errors.DTypeError, "floating"),
    "softmax of integers": (lambda: nn.softmax([1, 2]), errors.DTypeError, "floating"),
    "softmax of a scalar": (lambda: nn.softmax(1.0), errors.ShapeError, "scalar"),
    "softmax, axis": (lambda: nn.softmax([1.0], axis=1), errors.OutOfRangeError, "axis 1"),
    "crelu, axis": (lambda: nn.crelu([1.0], axis=1), errors.OutOfRangeError, "axis 1"),
    "softmax_cross_entropy, class numbers": (
        lambda: nn.softmax_cross_entropy_with_logits([1, 0], [[1.0, 2.0], [3.0, 4.0], [1.0, 1.0]]),
        errors.ShapeError,
        "sparse_softmax",
    ),
    "softmax_cross_entropy, dtype": (
        lambda: nn.softmax_cross_entropy_with_logits(tf.constant([[0, 1]]), [[1.0, 2.0]]),
        TypeError,
        "float32",
    ),
    "softmax_cross_entropy of integers": (
        lambda: nn.softmax_cross_entropy_with_logits([[0, 1]], [[1, 2]]),
        errors.DTypeError,
        "floating",
    ),
    "sparse, one-hot": (
        lambda: nn.sparse_softmax_cross_entropy_with_logits([[0, 1]], [[1.0, 2.0]]),
        errors.ShapeError,
        "one-hot",
    ),
    "sparse, floats": (
        lambda: nn.sparse_softmax_cross_entropy_with_logits([1.0], [[1.0, 2.0]]),
        errors.DTypeError,
        "tf.cast",
    ),
    "sparse, scalar logits": (
        lambda: nn.sparse_softmax_cross_entropy_with_logits(1, 1.0),
        errors.ShapeError,
        "logits.shape",
    ),
    "sigmoid_cross_entropy, shapes": (
        lambda: nn.sigmoid_cross_entropy_with_logits([1.0], [1.0, 2.0]),
        errors.ShapeError,
        "same shape",
    ),
    "sigmoid_cross_entropy, one side": (
        lambda: nn.sigmoid_cross_entropy_with_logits(labels=[1.0]),
        ValueError,
        "logits=",
    ),
    "weighted_cross_entropy": (
        lambda: nn.weighted_cross_entropy_with_logits([1.0], [1.0, 2.0], 1.0),
        errors.ShapeError,
        "same shape",
    ),
    "log_poisson_loss": (lambda: nn.log_poisson_loss([1.0], [1.0, 2.0]), ValueError, "same shape"),
    "l2_loss of integers": (lambda: nn.l2_loss([1]), errors.DTypeError, "floating"),
    "bias_add, size": (lambda: nn.bias_add([[1.0, 2.0]], [1.0]), errors.ShapeError, "channels"),
    "bias_add of a vector": (lambda: nn.bias_add([1.0], [1.0]), errors.ShapeError, "two axes"),
    "bias_add, format": (lambda: nn.bias_add([[1.0]], [1.0], "HCN"), ValueError, "data_format"),
    "dropout, rate": (lambda: nn.dropout([1.0], 1.0), ValueError, "rate"),
    "dropout, negative": (lambda: nn.dropout([1.0], -0.1), ValueError, "rate"),
    "dropout of integers": (lambda: nn.dropout([1], 0.5), errors.DTypeError, "floating"),
    "embedding_lookup": (
        lambda: nn.embedding_lookup(tf.ones([2, 1]), [2]).numpy(),
        errors.OutOfRangeError,
        "2 is not in",
    ),
    "embedding_lookup, floats": (
        lambda: nn.embedding_lookup(tf.ones([2, 1]), [0.0]),
        errors.DTypeError,
        "integer",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error(name):
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message):
        call()
