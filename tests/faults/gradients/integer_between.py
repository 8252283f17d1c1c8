"""Rounded to whole numbers on the way, and made fractions again."""

import glassbrook as tf

x = tf.Variable([1.2, 3.4])
with tf.GradientTape() as tape:
    pixels = tf.cast(x * 10, tf.uint8)  # mend: pixels = x * 10
    loss = tf.reduce_sum(tf.cast(pixels, tf.float32) ** 2)
gradient = tape.gradient(loss, x)
print(tape.why_none(loss, x))
