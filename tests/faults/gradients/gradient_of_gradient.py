"""A second derivative, whose inner gradient is asked for outside of the outer tape."""

import glassbrook as tf

x = tf.Variable(2.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = x**3
    slope = inner.gradient(y, x)
    slope = tf.constant(slope.numpy())  # mend:
gradient = outer.gradient(slope, x)
print(outer.why_none(slope, x))
