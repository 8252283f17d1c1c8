"""Weights that double every number from layer to layer."""

import numpy as np

import glassbrook as tf

tf.keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(128, 16)).astype("float32")
y = x[:, :1]
start = tf.keras.initializers.RandomNormal(stddev=2.0)  # mend: start = "he_normal"
model = tf.keras.Sequential(
    [tf.keras.layers.Dense(16, "relu", kernel_initializer=start) for _ in range(5)]
    + [tf.keras.layers.Dense(1)]
)
model.compile(optimizer=tf.keras.optimizers.SGD(1e-3, clipnorm=1.0), loss="mse")
model.fit(x, y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.GradientHealth()])
