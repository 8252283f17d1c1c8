"""A layer of a model of one's own that its call leaves out."""

import numpy as np

import glassbrook as tf


class Model(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.first = tf.keras.layers.Dense(3, activation="relu")
        self.second = tf.keras.layers.Dense(3)
        self.first.build((None, 3))
        self.second.build((None, 3))

    def call(self, x):
        return self.second(x)  # mend: return self.second(self.first(x))


model = Model()
x = np.ones((4, 3), "float32")
with tf.GradientTape() as tape:
    loss = tf.reduce_mean(model(x) ** 2)
gradient = tape.gradient(loss, model.first.kernel)
print(tape.why_none(loss, model.first.kernel))
