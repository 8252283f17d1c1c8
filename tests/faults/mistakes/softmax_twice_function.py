"""A step as a tf.function, with a model that ends in a softmax."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(32, 4)).astype("float32"))
y = tf.constant(np.arange(32) % 3)
model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="softmax")])
model.build((None, 4))
optimizer = tf.keras.optimizers.SGD(0.1)
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(
    from_logits=True,  # mend: from_logits=False,
)


@tf.function
def step(images, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(images, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for _ in range(3):
    step(x, y)
