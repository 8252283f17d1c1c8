"""A learning rate so high that one step kills the units."""

import numpy as np

import glassbrook as tf

tf.keras.utils.set_random_seed(1)
x = np.random.default_rng(0).uniform(size=(128, 4)).astype("float32")
y = -10 * x.sum(axis=1, keepdims=True)  # mend: y = x.sum(axis=1, keepdims=True)
rate = 1.0  # mend: rate = 0.01
model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(16, activation="relu", kernel_initializer="ones", name="hidden"),
        tf.keras.layers.Dense(1, kernel_initializer="ones"),
    ]
)
model.compile(optimizer=tf.keras.optimizers.SGD(rate, clipnorm=10.0), loss="mse")
model.fit(x, y, epochs=3, verbose=0, callbacks=[tf.keras.callbacks.GradientHealth()])
