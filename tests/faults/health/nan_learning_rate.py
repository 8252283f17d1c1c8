"""A learning rate that is far too high."""

import numpy as np

import glassbrook as tf

tf.keras.utils.set_random_seed(1)
x = np.linspace(-3, 3, 64, dtype="float32").reshape(-1, 1)
y = 3 * x + 1
model = tf.keras.Sequential([tf.keras.layers.Dense(1, name="line")])
rate = 10.0  # mend: rate = 0.01
model.compile(optimizer=tf.keras.optimizers.SGD(rate), loss="mse")
model.fit(x, y, epochs=60, verbose=0)
