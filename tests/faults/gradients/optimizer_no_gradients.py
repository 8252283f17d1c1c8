"""apply_gradients without any gradient."""

import glassbrook as tf

w = tf.Variable(2.0, name="slope")
optimizer = tf.keras.optimizers.SGD(0.1)
with tf.GradientTape() as tape:
    loss = tf.constant(3.0) ** 2  # mend: loss = w**2
gradient = tape.gradient(loss, w)
optimizer.apply_gradients([(gradient, w)])
