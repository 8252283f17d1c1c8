"""Images from 0 to 255 go into a convolution as they are."""

import numpy as np

import glassbrook as tf

images = np.random.default_rng(0).integers(0, 256, (64, 12, 12, 1), dtype="uint8")
labels = np.arange(64) % 3
images = images  # mend: images = images / 255.0

model = tf.keras.Sequential(
    [
        tf.keras.layers.Conv2D(4, 3, activation="relu"),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(images, labels, epochs=1, verbose=0)
