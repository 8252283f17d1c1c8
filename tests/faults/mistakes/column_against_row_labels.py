"""Labels (n, 1) against predictions (n,)."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(20, 3)).astype("float32"))
y = np.arange(20, dtype="float32")
y = y.reshape(-1, 1)  # mend:
w = tf.Variable(tf.zeros([3]))

with tf.GradientTape() as tape:
    predictions = tf.linalg.matvec(x, w)
    loss = tf.reduce_mean(tf.abs(tf.subtract(predictions, y)))
gradient = tape.gradient(loss, w)
