"""Class numbers where one-hot rows are wanted: a loop of one's own."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(32, 4)).astype("float32"))
y = tf.constant(np.arange(32) % 3)
w = tf.Variable(tf.zeros([4, 3]))
loss_fn = tf.keras.losses.CategoricalCrossentropy(from_logits=True)

for _ in range(3):
    with tf.GradientTape() as tape:
        loss = loss_fn(y, x @ w)  # mend: loss = loss_fn(tf.one_hot(y, 3), x @ w)
    w.assign_sub(0.1 * tape.gradient(loss, w))
