"""tf.constant of a value that is already a number."""

import glassbrook as tf

w = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = w * w
    loss = tf.constant([y.numpy(), 1.0])  # mend: loss = tf.stack([y, 1.0])
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
