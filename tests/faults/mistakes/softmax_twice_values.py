"""Probabilities that were predicted before go to a loss that takes logits."""

import numpy as np

import glassbrook as tf

scores = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
y = np.arange(32) % 3
predictions = np.exp(scores)  # mend: predictions = scores
predictions /= predictions.sum(axis=1, keepdims=True)  # mend:

loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
print(float(loss_fn(y, predictions)))
