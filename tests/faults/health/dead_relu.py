"""Biases so low that no ReLU unit ever gives anything."""

import numpy as np

import glassbrook as tf

tf.keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(128, 4)).astype("float32")
y = x.sum(axis=1, keepdims=True)
model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(
            16,
            activation="relu",
            bias_initializer=tf.keras.initializers.Constant(-20.0),  # mend:
            name="hidden",
        ),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(optimizer=tf.keras.optimizers.SGD(0.01), loss="mse")
model.fit(x, y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.GradientHealth()])
