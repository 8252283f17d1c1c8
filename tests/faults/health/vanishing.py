"""Ten layers of sigmoids, one upon the other."""

import numpy as np

import glassbrook as tf

tf.keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(128, 16)).astype("float32")
y = np.arange(128) % 3
kind = "sigmoid"  # mend: kind = "leaky_relu"
model = tf.keras.Sequential(
    [tf.keras.layers.Dense(16, kind, kernel_initializer="he_normal") for _ in range(10)]
    + [tf.keras.layers.Dense(3, "softmax")]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.GradientHealth()])
