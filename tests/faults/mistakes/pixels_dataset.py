"""A Dataset of images from 0 to 255, and a functional model without a Rescaling layer."""

import numpy as np

import glassbrook as tf

images = np.random.default_rng(0).integers(0, 256, (64, 12, 12, 3), dtype="uint8")
labels = np.arange(64) % 3
data = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(64, seed=1).batch(16)

inputs = tf.keras.Input((12, 12, 3))
x = tf.keras.layers.ZeroPadding2D()(inputs)  # mend: x = tf.keras.layers.Rescaling(1 / 255)(inputs)
x = tf.keras.layers.Conv2D(4, 3, activation="relu")(x)
x = tf.keras.layers.GlobalAveragePooling2D()(x)
outputs = tf.keras.layers.Dense(3, activation="softmax")(x)
model = tf.keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(data, epochs=1, verbose=0)
