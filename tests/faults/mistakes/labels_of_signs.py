"""Labels -1 and 1, and a binary cross-entropy called by hand."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(20, 3)).astype("float32"))
y = tf.sign(tf.reduce_sum(x, axis=1, keepdims=True))
y = tf.constant(y.numpy())  # mend: y = tf.constant((y.numpy() + 1) / 2)
layer = tf.keras.layers.Dense(1)
loss_fn = tf.keras.losses.BinaryCrossentropy(from_logits=True)
with tf.GradientTape() as tape:
    loss = loss_fn(y, layer(x))
gradients = tape.gradient(loss, layer.trainable_variables)
