"""The gradient with respect to a copy that the loss does not use."""

import glassbrook as tf

w = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(w**2)
    copy = tf.identity(w)
    loss = loss  # mend: loss = tf.reduce_sum(copy**2)
gradient = tape.gradient(loss, copy)
print(tape.why_none(loss, copy))
