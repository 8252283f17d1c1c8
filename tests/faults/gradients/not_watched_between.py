"""A value that was computed inside of the tape, but from nothing that it watches."""

import glassbrook as tf

x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    hidden = 2 * x
    hidden = hidden  # mend: tape.watch(hidden)
    loss = tf.reduce_sum(hidden**2)
gradient = tape.gradient(loss, hidden)
print(tape.why_none(loss, hidden))
