"""log(0) in a loss of one's own."""

import numpy as np

import glassbrook as tf


def loss_fn(y_true, y_pred):
    y_pred = y_pred  # mend: y_pred = tf.clip_by_value(y_pred, 1e-7, 1.0)
    return -tf.reduce_mean(y_true * tf.math.log(y_pred))


tf.keras.utils.set_random_seed(1)
x = np.abs(np.random.default_rng(0).normal(size=(64, 4))).astype("float32")
y = np.ones((64, 1), "float32")
start = tf.keras.initializers.Constant(-1.0)
model = tf.keras.Sequential(
    [tf.keras.layers.Dense(1, activation="relu", kernel_initializer=start, name="output")]
)
model.compile(optimizer="sgd", loss=loss_fn)
model.fit(x, y, epochs=1, verbose=0)
