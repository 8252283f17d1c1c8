"""One label for each sample, and three outputs: the label is compared with all of them."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
y = x.sum(axis=1, keepdims=True)
units = 3  # mend: units = 1
model = tf.keras.Sequential([tf.keras.layers.Dense(units)])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=1, verbose=0)
