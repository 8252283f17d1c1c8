"""A loop of one's own on images from 0 to 255."""

import numpy as np

import glassbrook as tf

images = np.random.default_rng(0).integers(0, 256, (64, 12, 12), dtype="uint8")
y = tf.constant(np.arange(64) % 3)
x = tf.constant(images, tf.float32)  # mend: x = tf.constant(images, tf.float32) / 255.0
model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(3)])
optimizer = tf.keras.optimizers.SGD(0.01)
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)

for _ in range(3):
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
