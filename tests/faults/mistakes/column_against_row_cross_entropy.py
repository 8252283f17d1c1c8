"""A binary cross-entropy of one's own: labels (n,) times log of predictions (n, 1)."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(20, 3)).astype("float32"))
y = tf.constant(np.arange(20) % 2, tf.float32)
w = tf.Variable(tf.zeros([3, 1]))

with tf.GradientTape() as tape:
    p = tf.sigmoid(x @ w)  # mend: p = tf.sigmoid(x @ w)[:, 0]
    loss = -tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))
gradient = tape.gradient(loss, w)
