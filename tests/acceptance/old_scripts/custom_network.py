import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import datasets, layers, optimizers, Sequential, metrics


class MyDense(layers.Layer):
    def __init__(self, inp_dim, outp_dim):
        super(MyDense, self).__init__()
        self.kernel = self.add_variable("w", [inp_dim, outp_dim])
        self.bias = self.add_variable("b", [outp_dim])

    def call(self, inputs, training=None):
        x = inputs @ self.kernel + self.bias
        return x


class MyNetwork(keras.Model):
    def __init__(self):
        super(MyNetwork, self).__init__()
        self.fc1 = MyDense(20, 16)
        self.fc2 = MyDense(16, 10)

    def call(self, inputs, training=None):
        x = tf.reshape(inputs, [-1, 20])
        x = tf.nn.relu(self.fc1(x))
        return self.fc2(x)


x = tf.random.normal([60, 20], seed=1)
y = tf.cast(tf.argmax(x[:, :10], axis=1), tf.int32)
db = tf.data.Dataset.from_tensor_slices((x, tf.one_hot(y, depth=10))).batch(20)

network = MyNetwork()
network.compile(
    optimizer=optimizers.Adam(lr=0.01),
    loss=tf.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
    experimental_run_tf_function=False,
)
history = network.fit(db, epochs=15, validation_data=db, validation_freq=5, verbose=0)
assert len(history.history["val_accuracy"]) == 3
assert history.history["accuracy"][-1] > 0.8
network.evaluate(db, verbose=0)
network.save_weights("weights.ckpt")
del network

network = MyNetwork()
network.compile(
    optimizer=optimizers.Adam(lr=0.01),
    loss=tf.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
network.load_weights("weights.ckpt")
loss, accuracy = network.evaluate(db, verbose=0)
assert accuracy > 0.8
assert len(network.trainable_variables) == 4
