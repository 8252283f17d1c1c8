"""The predictions are computed before the tape records."""

import glassbrook as tf

w = tf.Variable([[1.0], [2.0]])
x = tf.constant([[1.0, 3.0]])
predictions = x @ w  # mend:
with tf.GradientTape() as tape:
    pass  # mend: predictions = x @ w
    loss = tf.reduce_mean(predictions**2)
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
