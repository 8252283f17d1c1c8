"""A step function as an activation."""

import glassbrook as tf

w = tf.Variable([0.2, -0.7])
with tf.GradientTape() as tape:
    activated = tf.cast(tf.equal(w, 0.2), tf.float32)  # mend: activated = tf.tanh(w)
    loss = tf.reduce_sum(activated)
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
