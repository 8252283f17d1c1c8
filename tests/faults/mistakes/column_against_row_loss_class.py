"""A Loss of one's own in fit, which gets labels (n,) and outputs (n, 1)."""

import numpy as np

import glassbrook as tf


class SquaredError(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
y = np.arange(32, dtype="float32")  # mend: y = np.arange(32, dtype="float32").reshape(-1, 1)
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss=SquaredError())
model.fit(x, y, epochs=1, verbose=0)
