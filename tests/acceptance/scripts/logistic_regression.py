import numpy as np
import tensorflow as tf

rng = np.random.RandomState(7)
x = tf.constant(rng.randn(200, 2), dtype=tf.float32)
t = tf.cast(x[:, 0] * 2 - x[:, 1] > 0.3, tf.float32)[:, tf.newaxis]
w = tf.Variable(tf.zeros([2, 1]))
b = tf.Variable([0.0])


def predict(x):
    return 1 / (1 + tf.exp(-(tf.matmul(x, w) + b)))


def nll(y, t):
    return -tf.reduce_mean(t * tf.math.log(y + 1e-7) + (1 - t) * tf.math.log(1 - y + 1e-7))


for i in range(100):
    y = predict(x)
    d = (y - t) / len(x)
    gw = tf.transpose(x) @ d
    gb = tf.reduce_sum(d, axis=0)
    with tf.GradientTape() as tape:
        loss = nll(predict(x), t)
    tw, tb = tape.gradient(loss, (w, b))
    assert np.allclose(gw, tw, atol=1e-4), i
    w.assign(w - 1.0 * gw)
    b.assign_sub(1.0 * gb)
acc = tf.reduce_mean(tf.cast((predict(x) > 0.5) == tf.cast(t, tf.bool), tf.float32))
print(round(float(loss), 4), float(acc), w.numpy().ravel(), b.numpy())
print(
    tf.math.confusion_matrix(
        tf.squeeze(tf.cast(t, tf.int32)), tf.squeeze(tf.cast(predict(x) > 0.5, tf.int32))
    )
    .numpy()
    .tolist()
)
