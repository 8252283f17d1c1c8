"""`tf.keras.backend`: the functions of Keras's old backend."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError

K, keras = tf.keras.backend, tf.keras
X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)


@pytest.mark.parametrize(
    "name", "abs exp sin cos sign square tanh sum mean std var max min".split()
)
def test_functions(name):
    found = getattr(K, name)(X)
    np.testing.assert_allclose(found, getattr(np, name)(X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: K.sqrt([-1.0, 4.0]), [0, 2]),
        (lambda: K.mean([True, False]), 0.5),
        (lambda: K.clip(X, -0.5, 0.5), np.clip(X, -0.5, 0.5)),
        (lambda: K.dot(X, X[0].T), X @ X[0].T),
        (lambda: K.batch_dot(X, X, axes=2), np.einsum("bij,bkj->bik", X, X)),
        (lambda: K.batch_dot(X[0], X[1], axes=1), (X[0] * X[1]).sum(1, keepdims=True)),
        (lambda: K.batch_flatten(X), X.reshape(2, -1)),
        (lambda: K.permute_dimensions(X, (2, 0, 1)), X.transpose(2, 0, 1)),
        (lambda: K.repeat(X[0], 2), X[0][:, None].repeat(2, 1)),
        (lambda: K.temporal_padding(X, (1, 2)), np.pad(X, ((0, 0), (1, 2), (0, 0)))),
        (lambda: K.switch(X > 0, X, -X), np.abs(X)),
        (lambda: K.hard_sigmoid(X), np.clip(X * 0.2 + 0.5, 0, 1)),
        (lambda: K.foldl(lambda a, row: a + row, X), X.sum(0)),
        (lambda: K.relu(X, 0.1, 1.0), np.where(X > 0, np.minimum(X, 1), X * 0.1)),
        (lambda: K.eval(K.variable([1.0, 2.0]) * 2), [2, 4]),
        (lambda: K.get_value(K.update_add(K.zeros((2,)), [1.0, 2.0])), [1, 2]),
        (lambda: K.arange(1, 7, 2), [1, 3, 5]),
        (lambda: K.rnn(lambda x, s: (x + s[0], [x + s[0]]), X, [tf.zeros([2, 4])])[1],
         X.cumsum(1)),
    ],
)  # fmt: skip
def test_values(found, expected):
    np.testing.assert_allclose(found(), expected, rtol=1e-5, atol=1e-6)


def test_what_is_known():
    x = keras.Input((3,), dtype="int32")
    assert K.int_shape(x) == (None, 3)
    assert K.ndim(X) == 3
    assert K.dtype(x) == "int32"
    assert K.count_params(K.zeros((2, 3))) == 6
    assert K.is_keras_tensor(x)
    assert K.result_type("int32", "float16") == "float16"
    assert K.backend() == "tensorflow"


def test_placeholders():
    x = keras.Input((3, 4))
    assert K.mean(x, axis=-1).shape == (None, 3)
    assert K.batch_dot(x, x, axes=2).shape == (None, 3, 3)
    assert K.batch_flatten(x).shape == (None, 12)
    double = K.function([x], [x * 2.0])
    np.testing.assert_allclose(double([X])[0], X * 2)


def test_uids_and_sessions():
    K.clear_session()
    assert [K.get_uid("a"), K.get_uid("a"), K.get_uid("b")] == [1, 2, 1]
    K.clear_session()
    assert K.get_uid("a") == 1


@pytest.mark.parametrize(
    ("run", "error"),
    [
        (lambda: K.gradients(X, []), InvalidArgumentError),
        (lambda: K.batch_dot(X, X, axes=0), ShapeError),
        (lambda: K.bias_add(X, np.zeros((2, 2), np.float32)), ShapeError),
        (lambda: K.pool2d(X[None], (2, 2), pool_mode="sum"), InvalidArgumentError),
        (lambda: K.resize_images(X[None], 2, 2, "middle"), InvalidArgumentError),
        (lambda: K.function([], [], updates=[1]), InvalidArgumentError),
        (lambda: K.nothing, AttributeError),
    ],
)
def test_bad_arguments(run, error):
    with pytest.raises(error):
        run()


def test_every_name_is_there():
    assert all(hasattr(K, name) for name in K.__all__)
