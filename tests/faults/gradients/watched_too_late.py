"""Watched after it was used."""

import glassbrook as tf

x = tf.constant(3.0)
with tf.GradientTape() as tape:
    pass  # mend: tape.watch(x)
    y = x * x
    tape.watch(x)
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
