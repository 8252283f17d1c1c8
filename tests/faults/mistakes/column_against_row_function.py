"""A step as a tf.function: a model with one output, labels (n,)."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(20, 3)).astype("float32"))
y = tf.constant(np.arange(20, dtype="float32"))
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
model.build((None, 3))
optimizer = tf.keras.optimizers.SGD(0.01)


@tf.function
def step(inputs, labels):
    with tf.GradientTape() as tape:
        predictions = model(inputs)  # mend: predictions = model(inputs)[:, 0]
        loss = tf.reduce_mean(tf.square(labels - predictions))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for _ in range(3):
    step(x, y)
