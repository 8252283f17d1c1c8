"""The source is only used as an index."""

import glassbrook as tf

position = tf.Variable(1.0)
values = tf.constant([1.0, 4.0, 9.0])
with tf.GradientTape() as tape:
    y = tf.gather(values, tf.cast(position, tf.int32))  # mend: y = position**2
gradient = tape.gradient(y, position)
print(tape.why_none(y, position))
