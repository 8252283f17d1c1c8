"""An accuracy of one's own: predictions (n, 1) compared with labels (n,)."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(20, 3)).astype("float32"))
y = tf.constant(np.arange(20) % 2, tf.float32)
model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])

predicted = tf.round(model(x))  # mend: predicted = tf.round(model(x)[:, 0])
accuracy = tf.reduce_mean(tf.cast(tf.equal(predicted, y), tf.float32))
print(float(accuracy))
