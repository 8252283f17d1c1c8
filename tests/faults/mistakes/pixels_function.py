"""A step as a tf.function, and a Dataset of images from 0 to 255."""

import numpy as np

import glassbrook as tf

images = np.random.default_rng(0).integers(0, 256, (64, 12, 12, 1), dtype="uint8")
labels = np.arange(64) % 3
x = images.astype("float32")
x = x  # mend: x = x / 255.0
data = tf.data.Dataset.from_tensor_slices((x, labels)).batch(16)
model = tf.keras.Sequential(
    [
        tf.keras.layers.Conv2D(4, 3, activation="relu"),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(3),
    ]
)
model.build((None, 12, 12, 1))
optimizer = tf.keras.optimizers.Adam()
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for x, y in data:
    loss = train_step(x, y)
