"""In a tf.function: an argument that is not watched."""

import glassbrook as tf


@tf.function
def slope(x):
    with tf.GradientTape() as tape:
        pass  # mend: tape.watch(x)
        y = x * x
    gradient = tape.gradient(y, x)
    print(tape.why_none(y, x))
    return gradient


gradient = slope(tf.constant(3.0))
