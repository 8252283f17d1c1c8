"""A missing value in a table."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
x[37, 2] = np.nan  # mend:
y = np.ones((64, 1), "float32")
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=1, verbose=0, shuffle=False)
