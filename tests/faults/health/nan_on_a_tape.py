"""A loop of one's own that divides by 0, searched with tf.debugging.find_nonfinite."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.eye(3, dtype="float32"))
w = tf.Variable(tf.ones([3, 1]), name="slope")
b = tf.Variable(-1.0)


def loss_fn():
    scores = x @ w + b
    scale = tf.reduce_max(tf.abs(scores))
    scale = scale  # mend: scale = scale + 1e-6
    return tf.reduce_mean((scores / scale) ** 2)


print(tf.debugging.find_nonfinite(loss_fn))
