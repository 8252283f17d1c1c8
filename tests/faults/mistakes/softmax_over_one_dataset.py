"""One unit with a softmax, a Dataset and evaluate."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int64").reshape(-1, 1)
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

inputs = tf.keras.Input((8,))
outputs = tf.keras.layers.Dense(
    1,
    activation="softmax",  # mend: activation="sigmoid",
)(inputs)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss=tf.keras.losses.BinaryCrossentropy())
model.evaluate(data, verbose=0)
