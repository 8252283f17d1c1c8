import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, optimizers, datasets, metrics, Sequential

tf.random.set_seed(22)
x = np.random.RandomState(0).rand(300, 28, 28).astype(np.float32)
y = (x.mean(axis=(1, 2)) > 0.5).astype(np.int32) + 2 * (x[:, 0, 0] > 0.5)

db = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(300).batch(50).repeat(4)

network = Sequential([layers.Dense(32, activation="relu"), layers.Dense(10)])
network.build(input_shape=(None, 28 * 28))
network.summary()

optimizer = optimizers.SGD(lr=0.01)
acc_meter = metrics.Accuracy()
losses = []
for step, (x, y) in enumerate(db):
    with tf.GradientTape() as tape:
        x = tf.reshape(x, (-1, 28 * 28))
        out = network(x)
        y_onehot = tf.one_hot(y, depth=10)
        loss = tf.square(out - y_onehot)
        loss = tf.reduce_sum(loss) / x.shape[0]
    acc_meter.update_state(tf.argmax(out, axis=1), y)
    grads = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(grads, network.trainable_variables))
    losses.append(float(loss))
    if step % 12 == 0:
        print(step, "loss:", float(loss), "acc:", acc_meter.result().numpy())
        acc_meter.reset_states()
assert step == 23 and losses[-1] < losses[0]
assert float(optimizer.lr) == np.float32(0.01)
