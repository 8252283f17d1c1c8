"""Softmax as a layer of its own in a functional model, and once more in the loss."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = tf.keras.utils.to_categorical(np.arange(64) % 3)
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

inputs = tf.keras.Input((8,))
scores = tf.keras.layers.Dense(3)(inputs)
outputs = tf.keras.layers.Softmax()(scores)
model = tf.keras.Model(inputs, outputs)
loss = tf.keras.losses.CategoricalCrossentropy(
    from_logits=True,  # mend: from_logits=False,
)
model.compile(optimizer="adam", loss=loss)
model.fit(data, epochs=1, verbose=0)
