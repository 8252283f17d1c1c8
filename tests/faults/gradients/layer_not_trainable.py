"""A frozen layer."""

import numpy as np

import glassbrook as tf

x = np.ones((4, 3), "float32")
layer = tf.keras.layers.Dense(2, name="features")
layer.build((None, 3))
layer.trainable = False  # mend:
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(layer(x) ** 2)
gradient = tape.gradient(loss, layer.kernel)
print(tape.why_none(loss, layer.kernel))
