"""The loss is computed after the tape has ended."""

import glassbrook as tf

x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x * x
    loss = 3.0 * y
loss = 3.0 * y  # mend:
gradient = tape.gradient(loss, x)
print(tape.why_none(loss, x))
