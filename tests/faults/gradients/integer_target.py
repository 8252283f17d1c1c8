"""A target of whole numbers."""

import glassbrook as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * x
    y = tf.cast(y, tf.int32)  # mend:
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
