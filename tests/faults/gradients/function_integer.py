"""In a tf.function: a source of whole numbers."""

import glassbrook as tf


@tf.function
def slope(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    gradient = tape.gradient(y, x)
    print(tape.why_none(y, x))
    return gradient


gradient = slope(tf.constant(3))  # mend: gradient = slope(tf.constant(3.0))
