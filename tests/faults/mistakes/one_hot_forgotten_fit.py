"""Class numbers where one-hot rows are wanted: arrays, and a loss by name."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = np.arange(64) % 3

model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",  # mend: loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(x, y, epochs=2, verbose=0)
