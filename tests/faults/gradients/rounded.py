"""Predictions are rounded before the loss."""

import glassbrook as tf

w = tf.Variable([0.2, 0.7])
with tf.GradientTape() as tape:
    predictions = tf.round(tf.sigmoid(w))  # mend: predictions = tf.sigmoid(w)
    loss = tf.reduce_mean((predictions - 1.0) ** 2)
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
