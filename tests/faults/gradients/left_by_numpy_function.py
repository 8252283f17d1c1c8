"""A NumPy function takes a tensor, and gives an array."""

import numpy as np

import glassbrook as tf

w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
x = tf.constant([[1.0, 1.0]])
with tf.GradientTape() as tape:
    scores = x @ w
    norm = np.sum(scores)  # mend: norm = tf.reduce_sum(scores)
    loss = tf.constant(norm) ** 2  # mend: loss = norm**2
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
