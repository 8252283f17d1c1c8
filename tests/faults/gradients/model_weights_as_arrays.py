"""get_weights gives arrays; what is computed from them does not belong to the model."""

import numpy as np

import glassbrook as tf

layer = tf.keras.layers.Dense(1, name="line")
layer.build((None, 2))
x = np.ones((4, 2), "float32")
with tf.GradientTape() as tape:
    kernel, bias = layer.get_weights()  # mend: kernel, bias = layer.kernel, layer.bias
    loss = tf.reduce_mean((x @ kernel + bias) ** 2)
gradient = tape.gradient(loss, layer.kernel)
print(tape.why_none(loss, layer.kernel))
