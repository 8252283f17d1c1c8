"""from_logits=True was forgotten in a loop of one's own."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(32, 4)).astype("float32"))
y = tf.constant((np.arange(32) % 2).reshape(-1, 1).astype("float32"))
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
BinaryCrossentropy = tf.keras.losses.BinaryCrossentropy
loss_fn = BinaryCrossentropy()  # mend: loss_fn = BinaryCrossentropy(from_logits=True)

for _ in range(3):
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
