"""`tf.keras.backend`, Keras's old one: functions of tensors, values, random numbers' shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.support import failures, rows, values

_random = np.random.default_rng(3)
X = _random.normal(size=(2, 3, 4)).astype(np.float32)
IMAGES = _random.normal(size=(2, 5, 6, 3)).astype(np.float32)
KERNEL = _random.normal(size=(2, 3, 3, 4)).astype(np.float32)
SHARED: dict[str, Any] = {
    "K": lambda tf: tf.keras.backend,
    "x": lambda tf: tf.constant(X),
    "m": lambda tf: tf.constant(X[0]),
    "n": lambda tf: tf.constant(X[1]),
    "b": lambda tf: tf.constant([[True, False], [True, True]]),
    "i": lambda tf: tf.constant([[3, 1], [0, 2]]),
    "g": lambda tf: tf.constant(IMAGES),
    "k": lambda tf: tf.constant(KERNEL),
}
UNARY = """abs cos exp sin sign square round tanh softplus softsign sigmoid transpose shape flatten
sum mean std var max min prod argmax argmin cumsum cumprod relu elu softmax hard_sigmoid
batch_flatten ndim int_shape dtype count_params zeros_like ones_like l2_normalize
stop_gradient""".split()
BINARY = "equal not_equal greater greater_equal less less_equal maximum minimum".split()
MORE = """
K.log(K.abs(m))
K.sqrt(m)
K.pow(m, 2.0)
K.clip(m, -0.5, 0.5)
K.mean(b)
K.sum(i)
K.mean(m, axis=1, keepdims=True)
K.any(b, axis=0)
K.all(b)
K.cast(m, "int32")
K.cast(b, "float32")
K.dot(m, K.transpose(n))
K.dot(x, K.transpose(n))
K.batch_dot(x, x, axes=2)
K.batch_dot(x, x, axes=(1, 1))
K.batch_dot(m, n, axes=1)
K.batch_dot(m, n)
K.l2_normalize(m, axis=1)
K.reshape(x, (6, -1))
K.permute_dimensions(x, (2, 0, 1))
K.expand_dims(m)
K.expand_dims(m, 0)
K.squeeze(K.expand_dims(m, 0), 0)
K.reverse(m, 1)
K.concatenate([m, n])
K.concatenate([m, n], axis=0)
K.stack([m, n], axis=1)
K.repeat(m, 2)
K.repeat_elements(m, 2, axis=1)
K.tile(m, (2, 1))
K.gather(m, tf.constant([2, 0]))
K.one_hot(i, 4)
K.temporal_padding(x, (1, 2))
K.spatial_2d_padding(g)
K.relu(m, alpha=0.2, max_value=1.0, threshold=0.1)
K.elu(m, 0.5)
K.softmax(m, axis=0)
K.bias_add(g, tf.constant([1.0, 2.0, 3.0]))
K.batch_normalization(m, K.mean(m, 0), K.var(m, 0), tf.constant([1.0] * 4), tf.constant([2.0] * 4))
K.in_top_k(m, tf.constant([1, 0, 3]), 2)
K.binary_crossentropy(K.sigmoid(m), K.sigmoid(n))
K.binary_crossentropy(K.sigmoid(m), n, from_logits=True)
K.categorical_crossentropy(K.softmax(m), K.softmax(n))
K.sparse_categorical_crossentropy(tf.constant([1, 0, 3]), n, from_logits=True)
K.switch(tf.constant(True), lambda: m, lambda: n)
K.switch(m > 0.0, m, n)
K.map_fn(lambda r: r * 2, m)
K.foldl(lambda a, r: a + r, m)
K.foldr(lambda a, r: a - r, m)
K.arange(4)
K.arange(1, 6, 2, "float32")
K.constant([1, 2])
K.constant(3.0, shape=(2, 2))
K.variable([[1, 2]])
K.get_value(K.variable([[1, 2]]))
K.eye(3)
K.zeros((2, 2))
K.ones((2,), "int32")
K.get_value(K.update_add(K.variable([1.0]), [2.0]))
K.get_value(K.update_sub(K.variable([1.0]), [2.0]))
K.get_value(K.update(K.variable([1.0]), [5.0]))
K.batch_get_value([K.variable(1.0), K.variable([2.0])])
K.eval(K.variable([2.0]) * 2)
K.cast_to_floatx(np.array([1, 2]))
K.cast_to_floatx(i)
K.standardize_dtype("float64"), K.standardize_dtype(None)
K.is_float_dtype("float16"), K.is_int_dtype("uint8"), K.is_int_dtype("float32")
K.result_type("int32", "float16")
K.is_keras_tensor(tf.keras.Input((3,))), K.is_keras_tensor(m)
K.int_shape(tf.keras.Input((3, 4)))
K.random_normal((2, 3)).shape
K.random_uniform((2, 3), 1.0, 2.0).shape
K.truncated_normal((4,)).dtype
K.get_value(K.random_bernoulli((3,), p=1.0))
K.random_normal_variable((2, 2), 0.0, 1.0).shape
K.epsilon(), K.floatx(), K.image_data_format(), K.backend()
K.conv2d(g, k)
K.conv2d(g, k, padding="same", strides=(2, 2))
K.conv1d(x, k[:, 0, :, :][:, :1] * tf.ones((2, 4, 4)))
K.conv1d(x, k[:, 0, :, :][:, :1] * tf.ones((2, 4, 4)), padding="causal")
K.depthwise_conv2d(g, k)
K.separable_conv2d(g, k, tf.ones((1, 1, 12, 2)))
K.conv2d_transpose(g, tf.ones((2, 2, 4, 3)), (2, 6, 7, 4))
K.pool2d(g, (2, 2))
K.pool2d(g, (2, 2), strides=(2, 2), padding="same", pool_mode="avg")
K.resize_images(g, 2, 3, "channels_last")
K.rnn(lambda now, s: (now + s[0], [now + s[0]]), x, [tf.zeros((2, 4))])
K.rnn(lambda now, s: (now + s[0], [now + s[0]]), x, [tf.zeros((2, 4))], go_backwards=True)
K.rnn(lambda now, s: (now * s[1], [now]), x, [tf.zeros((2, 4))], constants=[tf.ones((2, 4))])
"""
ROWS = "\n".join([*(f"K.{name}(m)" for name in UNARY), *(f"K.{name}(m, n)" for name in BINARY)])
BAD = """
K.resize_images(g, 2, 2, "channels")
K.pool2d(g, (2, 2), pool_mode="sum")
K.set_floatx("float8")
K.bias_add(g, tf.zeros((2, 2)))
"""


@rows("backend/functions", values(ROWS, 1e-5, 1e-6, **SHARED))
def test_functions(case):
    case.check()


@rows("backend/more", values(MORE, 3e-5, 3e-6, **SHARED))
def test_more(case):
    case.check()


@rows("backend/failures", failures(BAD, **SHARED))
def test_failures(case):
    case.check()
