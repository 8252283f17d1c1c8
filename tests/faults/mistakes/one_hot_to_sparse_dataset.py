"""One-hot rows where class numbers are wanted: made in a Dataset's map."""

import numpy as np

import glassbrook as tf

x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
y = np.arange(64) % 3
data = tf.data.Dataset.from_tensor_slices((x, y))
data = data.map(lambda image, label: (image, tf.one_hot(label, 3)))  # mend:
data = data.batch(16)

model = tf.keras.Sequential([tf.keras.layers.Dense(3)])
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss)
model.fit(data, epochs=1, verbose=0)
