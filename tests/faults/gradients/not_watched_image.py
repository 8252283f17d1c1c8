"""The gradient with respect to an image, of a model's score for a class."""

import numpy as np

import glassbrook as tf

image = tf.constant(np.random.default_rng(0).uniform(size=(1, 4, 4)).astype("float32"))
model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(3)])
with tf.GradientTape() as tape:
    inputs = image
    inputs = inputs  # mend: tape.watch(inputs)
    score = model(inputs)[0, 1]
gradient = tape.gradient(score, image)
print(tape.why_none(score, image))
