"""A tf.function is called before the tape records."""

import glassbrook as tf

w = tf.Variable([0.2, 0.7])


@tf.function
def predict(x):
    return w * x


y = predict(tf.constant(3.0))
with tf.GradientTape() as tape:
    y = y  # mend: y = predict(tf.constant(3.0))
    loss = tf.reduce_sum(y**2)
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
