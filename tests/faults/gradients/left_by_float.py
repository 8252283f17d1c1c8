"""A loss summed up as Python numbers."""

import glassbrook as tf

w = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    total = 0.0
    for position in range(3):
        total += float(w[position] ** 2)  # mend: total += w[position] ** 2
    loss = tf.constant(total)  # mend: loss = total
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
