"""The loss is computed, and printed, after the tape has ended."""

import glassbrook as tf

x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x * x
    loss = y + 1.0
loss = tf.sqrt(y)  # mend:
print(float(loss))
gradient = tape.gradient(loss, x)
print(tape.why_none(loss, x))
