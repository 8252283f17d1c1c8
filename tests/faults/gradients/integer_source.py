"""A variable of whole numbers."""

import glassbrook as tf

x = tf.Variable(3)  # mend: x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * x
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
