"""tf.stop_gradient on the way."""

import glassbrook as tf

x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = tf.stop_gradient(x * x)  # mend: y = x * x
    loss = 3.0 * y
gradient = tape.gradient(loss, x)
print(tape.why_none(loss, x))
