"""Samples with several classes at once, and a softmax."""

import numpy as np

import glassbrook as tf

random = np.random.default_rng(0)
x = random.normal(size=(60, 3)).astype("float32")
y = random.integers(0, 2, (60, 4)).astype("float32")
model = tf.keras.Sequential(
    [
        tf.keras.layers.Dense(
            4,
            activation="softmax",  # mend: activation="sigmoid",
        ),
    ]
)
model.compile(
    optimizer="sgd",
    loss="categorical_crossentropy",  # mend: loss="binary_crossentropy",
)
model.fit(x, y, epochs=1, verbose=0)
