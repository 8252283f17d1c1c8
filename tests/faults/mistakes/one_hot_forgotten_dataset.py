"""Class numbers where one-hot rows are wanted: a Dataset, a loss object, a functional model."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = np.arange(64) % 3
y = y[:, np.newaxis]  # mend: y = tf.one_hot(y, 3)
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

inputs = tf.keras.Input((8,))
outputs = tf.keras.layers.Dense(3, activation="softmax")(inputs)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer="sgd", loss=tf.keras.losses.CategoricalCrossentropy())
model.fit(data, epochs=2, verbose=0)
