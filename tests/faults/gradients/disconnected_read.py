"""The variable is read, but the loss is computed from something else."""

import glassbrook as tf

w = tf.Variable([2.0, 1.0])
x = tf.constant([3.0, 4.0])
with tf.GradientTape() as tape:
    y = tf.reduce_sum(w * x)
    loss = tf.reduce_sum(x * x)  # mend: loss = y * y
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
