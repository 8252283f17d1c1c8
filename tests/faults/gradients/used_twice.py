"""A tape that is not persistent is asked twice."""

import glassbrook as tf

w = tf.Variable(2.0)
b = tf.Variable(1.0)
with tf.GradientTape() as tape:  # mend: with tf.GradientTape(persistent=True) as tape:
    loss = (3.0 * w + b) ** 2
first = tape.gradient(loss, w)
gradient = tape.gradient(loss, b)
