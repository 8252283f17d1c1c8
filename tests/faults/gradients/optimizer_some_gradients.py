"""apply_gradients with a gradient for one of two variables."""

import glassbrook as tf

w = tf.Variable(2.0, name="slope")
b = tf.Variable(1.0, name="offset")
optimizer = tf.keras.optimizers.SGD(0.1)
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = (3.0 * w - 1.0) ** 2  # mend: loss = (3.0 * w + b - 1.0) ** 2
    gradients = tape.gradient(loss, [w, b])
    gradient = gradients[1]
    optimizer.apply_gradients(zip(gradients, [w, b]))
