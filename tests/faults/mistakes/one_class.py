"""One output and a categorical cross-entropy: the loss is always 0."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = (x.sum(axis=1) > 0).astype("float32").reshape(-1, 1)

model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",  # mend: loss="binary_crossentropy",
)
model.fit(x, y, epochs=1, verbose=0)
