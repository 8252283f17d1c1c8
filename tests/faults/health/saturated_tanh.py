"""Weights that begin ten times too large for a hyperbolic tangent."""

import numpy as np

import glassbrook as tf

tf.keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(128, 16)).astype("float32")
y = np.arange(128) % 3
model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(
            32,
            activation="tanh",
            kernel_initializer=tf.keras.initializers.RandomNormal(stddev=5.0),  # mend:
            name="hidden",
        ),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.GradientHealth()])
