import tensorflow as tf
from tensorflow.keras import layers, optimizers, losses, Sequential

conv_layers = [
    layers.Conv2D(8, kernel_size=[3, 3], padding="same", activation=tf.nn.relu),
    layers.BatchNormalization(),
    layers.MaxPool2D(pool_size=[2, 2], strides=2, padding="same"),
    layers.Conv2D(16, kernel_size=[3, 3], padding="same", activation=tf.nn.relu),
    layers.MaxPool2D(pool_size=[2, 2], strides=2, padding="same"),
]
conv_net = layers.Sequential(conv_layers)
fc_net = Sequential([layers.Dense(32, activation=tf.nn.relu), layers.Dense(4, activation=None)])
conv_net.build(input_shape=[None, 8, 8, 3])
fc_net.build(input_shape=[None, 64])
optimizer = optimizers.Adam(lr=1e-2)
variables = conv_net.trainable_variables + fc_net.trainable_variables
assert len(variables) == 10

tf.random.set_seed(2)
x = tf.random.normal([32, 8, 8, 3])
y = tf.argmax(
    tf.stack([tf.reduce_mean(x[:, ::2, :, 0], [1, 2]), tf.reduce_mean(x[..., 1], [1, 2])], 1), 1
)
first = None
for step in range(25):
    with tf.GradientTape() as tape:
        out = conv_net(x, training=True)
        out = tf.reshape(out, [-1, 64])
        logits = fc_net(out)
        y_onehot = tf.one_hot(y, depth=4)
        loss = losses.categorical_crossentropy(y_onehot, logits, from_logits=True)
        loss = tf.reduce_mean(loss)
    grads = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(grads, variables))
    first = float(loss) if first is None else first
assert float(loss) < first / 3, (first, float(loss))
total = 0
for _ in range(2):
    pred = tf.argmax(
        tf.nn.softmax(fc_net(tf.reshape(conv_net(x, training=False), [-1, 64])), axis=1), axis=1
    )
    pred = tf.cast(pred, dtype=tf.int32)
    total += int(tf.reduce_sum(tf.cast(tf.equal(pred, tf.cast(y, tf.int32)), dtype=tf.int32)))
assert 0 <= total <= 64
