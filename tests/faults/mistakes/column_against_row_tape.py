"""Labels (n,) against predictions (n, 1) in a squared error of one's own."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(20, 3)).astype("float32"))
y = tf.constant(np.arange(20, dtype="float32"))
w = tf.Variable(tf.zeros([3, 1]))
b = tf.Variable(0.0)

for _ in range(3):
    with tf.GradientTape() as tape:
        predictions = x @ w + b  # mend: predictions = tf.squeeze(x @ w + b, -1)
        loss = tf.reduce_mean((y - predictions) ** 2)
    for variable, gradient in zip([w, b], tape.gradient(loss, [w, b])):
        variable.assign_sub(0.01 * gradient)
