"""Classes that count from 1."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
y = np.arange(60) % 3 + 1  # mend: y = np.arange(60) % 3
model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
