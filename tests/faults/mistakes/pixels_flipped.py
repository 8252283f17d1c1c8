"""Images from 0 to 255 are flipped and resized, but nowhere scaled."""

import numpy as np

import glassbrook as tf

images = np.random.default_rng(0).integers(0, 256, (32, 12, 12, 3), dtype="uint8")
y = np.arange(32) % 3
scale = 1.0  # mend: scale = 255.0
data = tf.data.Dataset.from_tensor_slices((images, y))
data = data.map(lambda image, label: (tf.image.resize(image, [8, 8]) / scale, label)).batch(8)
model = tf.keras.Sequential(
    [
        tf.keras.layers.RandomFlip("horizontal"),
        tf.keras.layers.Conv2D(2, 3, activation="relu"),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(data, epochs=2, verbose=0)
