import numpy as np
import tensorflow as tf

rng = np.random.RandomState(0)
x = rng.uniform(-1, 1, (100, 1)).astype("float32")
y = 1.477 * x + 0.089 + rng.normal(0, 0.01, (100, 1)).astype("float32")
w = tf.Variable(tf.zeros((1, 1)), name="w")
b = tf.Variable(0.0, name="b")
losses = []
for step in range(200):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(x @ w + b - y))
    dw, db = tape.gradient(loss, [w, b])
    w.assign_sub(0.3 * dw)
    b.assign_sub(0.3 * db)
    losses.append(loss)
    if step % 50 == 0:
        print(f"{step}: {loss:.4f} {w.numpy()[0, 0]:.4f} {b.numpy():.4f}")
print(w, b)
print(len(losses), float(losses[-1]), losses[0])
print(np.mean(losses))
