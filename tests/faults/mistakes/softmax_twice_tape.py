"""tf.nn.softmax before a function that takes logits."""

import numpy as np

import glassbrook as tf

x = tf.constant(np.random.default_rng(0).normal(size=(32, 4)).astype("float32"))
y = tf.one_hot(np.arange(32) % 3, 3)
w = tf.Variable(tf.ones([4, 3]))

for _ in range(3):
    with tf.GradientTape() as tape:
        predictions = tf.nn.softmax(x @ w)  # mend: predictions = x @ w
        losses = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=predictions)
        loss = tf.reduce_mean(losses)
    w.assign_sub(0.1 * tape.gradient(loss, w))
