"""Class numbers up to 3 and a binary cross-entropy, in a tf.function."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(60, 3)).astype("float32"))
y = np.arange(60) % 4  # mend: y = np.arange(60) % 2
y = tf.constant(y.reshape(-1, 1), tf.float32)
w = tf.Variable(tf.zeros([3, 1]))


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        p = tf.sigmoid(x @ w)
        loss = tf.reduce_mean(tf.keras.losses.binary_crossentropy(y, p))
    return tape.gradient(loss, w)


for _ in range(3):
    w.assign_sub(0.1 * step(x, y))
