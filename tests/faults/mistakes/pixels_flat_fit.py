"""Flattened images from 0 to 255, as floats."""

import numpy as np

import glassbrook as tf

images = np.random.default_rng(0).integers(0, 256, (64, 12, 12), dtype="uint8")
labels = np.arange(64) % 3
x = images.reshape(64, 144).astype("float32")
x = x  # mend: x = x / 255

model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(8, activation="relu"),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x, labels, epochs=1, verbose=0)
