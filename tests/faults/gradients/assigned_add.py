"""A sum that is gathered in a variable."""

import glassbrook as tf

x = tf.Variable(2.0)
total = tf.Variable(0.0)
with tf.GradientTape() as tape:
    for _ in range(3):
        total.assign_add(x * x)
    y = total + 1.0  # mend: y = 3 * x * x + 1.0
gradient = tape.gradient(y, x)
print(tape.why_none(y, x))
