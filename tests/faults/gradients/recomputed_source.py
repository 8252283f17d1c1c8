"""The source was computed anew between its use and the gradient."""

import glassbrook as tf

x = tf.constant(2.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x * x
    x = x + 1.0  # mend:
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
