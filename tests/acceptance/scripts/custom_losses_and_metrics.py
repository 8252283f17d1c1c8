import numpy as np
import tensorflow as tf
from tensorflow import keras


def huber_like(y_true, y_pred):
    error = y_true - y_pred
    small = tf.abs(error) < 1
    return tf.where(small, tf.square(error) / 2, tf.abs(error) - 0.5)


class HuberLoss(keras.losses.Loss):
    def __init__(self, threshold=1.0, **kw):
        self.threshold = threshold
        super().__init__(**kw)

    def call(self, y_true, y_pred):
        e = y_true - y_pred
        s = tf.abs(e) < self.threshold
        return tf.where(s, tf.square(e) / 2, self.threshold * tf.abs(e) - self.threshold**2 / 2)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


class Hits(keras.metrics.Metric):
    def __init__(self, name="hits", **kw):
        super().__init__(name=name, **kw)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        v = tf.cast(tf.abs(y_true - y_pred) < 0.5, "float32")
        self.total.assign_add(tf.reduce_sum(v))
        self.count.assign_add(tf.cast(tf.size(v), tf.float32))

    def result(self):
        return self.total / self.count


def rmse(y_true, y_pred):
    return tf.sqrt(tf.reduce_mean(tf.square(y_pred - y_true)))


x = np.random.RandomState(0).randn(64, 3).astype("float32")
y = x @ np.array([[1.0], [2.0], [-1.0]], "float32")
for loss in [
    huber_like,
    HuberLoss(2.0),
    keras.losses.Huber(delta=1.5),
    "huber",
    "mae",
    tf.keras.losses.MSE,
]:
    m = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dense(1, kernel_initializer="ones")]
    )
    m.compile(loss=loss, optimizer=keras.optimizers.SGD(0.1), metrics=[Hits(), rmse, "mae"])
    h = m.fit(x, y, epochs=3, verbose=0, shuffle=False)
    for k in sorted(h.history):
        print(k, [round(float(v), 4) for v in h.history[k]], end=" ")
    print()
print(HuberLoss(3.0)(tf.constant([[0.0]]), tf.constant([[10.0]])).numpy())
