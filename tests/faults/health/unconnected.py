"""A layer whose output the model forgets."""

import numpy as np

import glassbrook as tf


class Model(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.first = tf.keras.layers.Dense(4, activation="tanh", name="first")
        self.second = tf.keras.layers.Dense(1)

    def call(self, x):
        hidden = self.first(x)
        return self.second(x)  # mend: return self.second(hidden)


tf.keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = x[:, :1]
model = Model()
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.GradientHealth()])
