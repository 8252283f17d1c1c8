"""Everything is computed after the tape has ended."""

import glassbrook as tf

x = tf.Variable(2.0, name="slope")
with tf.GradientTape() as tape:
    pass  # mend: y = x * x
y = x * x  # mend:
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
