import numpy as np
import tensorflow as tf


class NeuralNetwork:
    def __init__(self, sizes):
        r = np.random.RandomState(1)
        self.W = [
            tf.Variable(r.randn(a, b) * np.sqrt(2 / a), dtype=tf.float32)
            for a, b in zip(sizes, sizes[1:])
        ]
        self.b = [tf.Variable(tf.zeros([b])) for b in sizes[1:]]

    def __call__(self, x):
        self.a = [x]
        for i, (w, b) in enumerate(zip(self.W, self.b)):
            self.a.append(tf.sigmoid(self.a[-1] @ w + b))
        return self.a[-1]

    def backprop(self, t):
        o = self.a[-1]
        delta = (o - t) * o * (1 - o)
        gw, gb = [], []
        for i in reversed(range(len(self.W))):
            gw.insert(0, tf.transpose(self.a[i]) @ delta)
            gb.insert(0, tf.reduce_sum(delta, 0))
            delta = delta @ tf.transpose(self.W[i]) * self.a[i] * (1 - self.a[i])
        return gw, gb


r = np.random.RandomState(0)
X = r.randn(50, 2).astype("float32")
T = ((X[:, :1] * X[:, 1:]) > 0).astype("float32")
net = NeuralNetwork([2, 5, 4, 1])
for step in range(200):
    with tf.GradientTape() as tape:
        loss = 0.5 * tf.reduce_sum((net(X) - T) ** 2)
    gw, gb = net.backprop(T)
    tw = tape.gradient(loss, net.W)
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(gw, tw)), step
    for v, g in zip(net.W + net.b, gw + gb):
        v.assign_sub(0.1 * g)
print(
    round(float(loss), 3),
    [round(float(tf.norm(w)), 3) for w in net.W],
    np.mean((net(X).numpy() > 0.5) == T),
)
