"""Inputs in the hundreds, which are too large for a sigmoid."""

import numpy as np

import glassbrook as tf

tf.keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(128, 4)).astype("float32")
y = (x.sum(axis=1) > 0).astype("float32")
x = x * 300  # mend:
model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(8, activation="sigmoid", name="hidden"),
        tf.keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.GradientHealth()])
