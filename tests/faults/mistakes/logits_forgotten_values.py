"""Scores that were predicted before go to a loss that takes probabilities."""

import numpy as np

import glassbrook as tf

scores = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
y = np.arange(32) % 3
loss = tf.keras.losses.sparse_categorical_crossentropy(
    y,
    scores,  # mend: tf.nn.softmax(scores),
)
print(float(tf.reduce_mean(loss)))
