"""A part is computed while the tape is paused."""

import glassbrook as tf

x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    with tape.stop_recording():  # mend: if True:
        y = x * x
    loss = y + 1.0
gradient = tape.gradient(loss, x)
print(tape.why_none(loss, x))
