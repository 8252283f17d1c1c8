"""A tape that does not watch variables by itself."""

import glassbrook as tf

x = tf.Variable(3.0)
with tf.GradientTape(watch_accessed_variables=False) as tape:
    pass  # mend: tape.watch(x)
    y = x * x
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
