"""The accuracy as a loss: it comes from a comparison."""

import glassbrook as tf

w = tf.Variable([0.2, -0.7])
with tf.GradientTape() as tape:
    right = tf.cast(w > 0.0, tf.float32)  # mend: right = tf.sigmoid(w)
    loss = 1.0 - tf.reduce_mean(right)
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
