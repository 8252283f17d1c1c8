"""A tf.function in the tape whose result becomes an array."""

import glassbrook as tf

w = tf.Variable([0.2, 0.7])


@tf.function
def predict(x):
    return w * x


with tf.GradientTape() as tape:
    y = predict(tf.constant(3.0)).numpy()  # mend: y = predict(tf.constant(3.0))
    loss = tf.reduce_sum(y**2)
gradient = tape.gradient(loss, w)
print(tape.why_none(loss, w))
