"""`w = w - …` makes a tensor of a variable; the next step has no gradient."""

import glassbrook as tf

w = tf.Variable(2.0)
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = (w - 5.0) ** 2
    gradient = tape.gradient(loss, w)
    reason = tape.why_none(loss, w)
    if gradient is not None:
        w = w - 0.1 * gradient  # mend: w.assign_sub(0.1 * gradient)
print(reason)
