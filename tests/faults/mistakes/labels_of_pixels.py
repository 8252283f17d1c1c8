"""An autoencoder of images, whose targets were not scaled."""

import numpy as np

import glassbrook as tf

targets = np.random.default_rng(0).integers(0, 256, (64, 64), dtype="uint8")
images = targets / 255.0
targets = targets * 1.0  # mend: targets = images
model = tf.keras.Sequential([tf.keras.layers.Dense(64, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(images, targets, epochs=2, batch_size=16, verbose=0)
