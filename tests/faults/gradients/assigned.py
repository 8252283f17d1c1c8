"""A value goes through a variable, which is state."""

import glassbrook as tf

x = tf.Variable(2.0)
kept = tf.Variable(0.0)
with tf.GradientTape() as tape:
    kept.assign(x * x)
    y = kept * 3.0  # mend: y = (x * x) * 3.0
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
