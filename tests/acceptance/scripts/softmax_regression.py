import numpy as np
import tensorflow as tf

rng = np.random.RandomState(0)
protos = rng.rand(10, 28, 28)
y = rng.randint(0, 10, 600)
x = (protos[y] + rng.randn(600, 28, 28) * 0.3).clip(0, 1)
x = tf.convert_to_tensor(x, dtype=tf.float32)
y = tf.convert_to_tensor(y, dtype=tf.int32)
print(x.shape, y.shape, y.dtype)
db = tf.data.Dataset.from_tensor_slices((x, y)).batch(100)
w1 = tf.Variable(tf.constant(rng.randn(784, 10) * 0.01, tf.float32))
b1 = tf.Variable(tf.zeros([10]))
lr = 0.1
for epoch in range(3):
    for step, (xb, yb) in enumerate(db):
        xb = tf.reshape(xb, [-1, 28 * 28])
        with tf.GradientTape() as tape:
            logits = xb @ w1 + b1
            onehot = tf.one_hot(yb, depth=10)
            loss = tf.reduce_mean(
                tf.nn.softmax_cross_entropy_with_logits(labels=onehot, logits=logits)
            )
        grads = tape.gradient(loss, [w1, b1])
        for p, g in zip([w1, b1], grads):
            p.assign_sub(lr * g)
    correct = 0
    for xb, yb in db:
        out = tf.nn.softmax(tf.reshape(xb, [-1, 784]) @ w1 + b1, axis=1)
        pred = tf.cast(tf.argmax(out, axis=1), tf.int32)
        correct += int(tf.reduce_sum(tf.cast(tf.equal(pred, yb), tf.int32)))
    print(epoch, "loss: %.4f" % float(loss), correct / 600)
print(
    float(
        tf.reduce_mean(
            tf.keras.losses.sparse_categorical_crossentropy(yb, logits, from_logits=True)
        )
    )
)
top = tf.math.top_k(out, 3)
print(top.indices.shape, tf.nn.in_top_k(yb, out, 3).numpy().mean())
