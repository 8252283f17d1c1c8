"""NumPy in the middle of a computation."""

import numpy as np

import glassbrook as tf

x = tf.Variable([0.1, 0.2])
with tf.GradientTape() as tape:
    hidden = x * 2.0
    y = np.sin(hidden.numpy())  # mend: y = tf.sin(hidden)
    loss = tf.reduce_sum(y)
gradient = tape.gradient(loss, x)
print(tape.why_none(loss, x))
