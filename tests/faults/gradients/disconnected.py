"""The loss does not use the variable at all."""

import glassbrook as tf

w = tf.Variable(2.0)
b = tf.Variable(1.0, name="offset")
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    y = w * x  # mend: y = w * x + b
gradient = tape.gradient(y, b)
print(tape.why_none(y, b))
