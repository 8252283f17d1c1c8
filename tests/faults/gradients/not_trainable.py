"""A variable that was made with trainable=False."""

import glassbrook as tf

x = tf.Variable(3.0, trainable=False, name="scale")  # mend: x = tf.Variable(3.0, name="scale")
with tf.GradientTape() as tape:
    y = x * x
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
