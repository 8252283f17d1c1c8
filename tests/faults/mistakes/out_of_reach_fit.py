"""An autoencoder whose sigmoid cannot give the pixels from 0 to 255 that it should."""

import numpy as np

import glassbrook as tf

images = np.random.default_rng(0).integers(0, 256, (64, 8, 8), dtype="uint8") / 255.0
targets = images * 255.0  # mend: targets = images
model = tf.keras.Sequential(
    [
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(64, activation="sigmoid"),
        tf.keras.layers.Reshape((8, 8)),
    ]
)
model.compile("sgd", "mse")
model.fit(images, targets, epochs=2, batch_size=16, verbose=0)
