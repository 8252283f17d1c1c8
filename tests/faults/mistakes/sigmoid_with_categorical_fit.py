"""A sigmoid where classes exclude each other."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = tf.keras.utils.to_categorical(np.arange(64) % 3)

model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(
            3,
            activation="sigmoid",  # mend: activation="softmax",
        ),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
