"""A softmax for labels of several classes at once."""

import numpy as np

import glassbrook as tf

random = np.random.default_rng(0)
x = random.normal(size=(32, 4)).astype("float32")
y = (random.random((32, 5)) < 0.5).astype("float32")
last = tf.keras.layers.Dense(5, "softmax")  # mend: last = tf.keras.layers.Dense(5, "sigmoid")
model = tf.keras.Sequential([tf.keras.layers.Dense(8, "relu"), last])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, epochs=2, batch_size=16, verbose=0)
