import numpy as np
import tensorflow as tf


class Linear(tf.keras.layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="ones", trainable=True, name="w"
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True, name="b")
        self.calls = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="calls", dtype="float32"
        )

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class MLP(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.l1 = Linear(4)
        self.l2 = Linear(2, name="out")
        self.drop = tf.keras.layers.Dropout(0.5)
        self.blocks = [tf.keras.layers.Dense(2, kernel_initializer="ones") for _ in range(2)]

    def call(self, x, training=False):
        x = tf.nn.relu(self.l1(x))
        x = self.drop(x, training=training)
        x = self.l2(x)
        for b in self.blocks:
            x = b(x)
        return x


m = MLP()
out = m(tf.ones((3, 5)))
print(out)
print(len(m.weights), len(m.trainable_weights), len(m.non_trainable_weights), len(m.layers))
print([l.name for l in m.layers])
print(m.l1.w.shape, m.l1.name, m.l2.name, m.l1.get_config()["units"])
m.compile(optimizer="sgd", loss="mse", metrics=["mae"])
h = m.fit(
    np.ones((8, 5), "float32") * 0.01, np.ones((8, 2), "float32"), epochs=2, batch_size=4, verbose=0
)
print(sorted(h.history))
l = Linear(3)
print(l.weights, l.built)
y = l(tf.ones((2, 2)))
print(l.built, l.trainable_variables[0].numpy().tolist())
l.trainable = False
print(len(l.trainable_weights), len(l.non_trainable_weights))
for v in m.trainable_variables:
    print(v.shape, end=" ")
print()
