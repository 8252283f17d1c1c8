"""A Dense layer with a softmax, followed by a Softmax layer."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = np.arange(64) % 3

model = tf.keras.Sequential()
model.add(
    tf.keras.layers.Dense(
        3,
        activation="softmax",  # mend:
    )
)
model.add(tf.keras.layers.Activation("softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
