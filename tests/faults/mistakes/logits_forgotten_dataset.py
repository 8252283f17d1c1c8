"""A relu in the last layer, and a categorical cross-entropy."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = tf.keras.utils.to_categorical(np.arange(64) % 3)
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

inputs = tf.keras.Input((8,))
hidden = tf.keras.layers.Dense(16, activation="relu")(inputs)
outputs = tf.keras.layers.Dense(
    3,
    activation="relu",  # mend: activation="softmax",
)(hidden)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(data, epochs=1, verbose=0)
