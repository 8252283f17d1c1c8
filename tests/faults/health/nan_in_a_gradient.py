"""The norm of a vector of zeros is 0, and its slope is not finite."""

import glassbrook as tf

w = tf.Variable(tf.zeros([3]))


def gradient():
    with tf.GradientTape() as tape:
        square = tf.reduce_sum(w**2)
        square = square  # mend: square = square + 1e-12
        length = tf.sqrt(square)
    return tape.gradient(length, w)


print(tf.debugging.find_nonfinite(gradient))
