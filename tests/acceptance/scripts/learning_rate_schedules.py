import numpy as np
import tensorflow as tf

S = tf.keras.optimizers.schedules
for s in [
    S.ExponentialDecay(0.1, 10, 0.9, staircase=True),
    S.PiecewiseConstantDecay([5, 10], [1.0, 0.5, 0.1]),
    S.PolynomialDecay(0.1, 20, 0.01, power=2.0),
    S.InverseTimeDecay(0.1, 10, 0.5),
    S.CosineDecay(0.1, 20),
    S.CosineDecayRestarts(0.1, 5),
]:
    print(type(s).__name__, [round(float(s(i)), 5) for i in (0, 1, 5, 6, 11, 25)])


class Warm(S.LearningRateSchedule):
    def __init__(self, d):
        super().__init__()
        self.d = tf.cast(d, tf.float32)

    def __call__(self, step):
        step = tf.cast(step, tf.float32)
        return tf.math.rsqrt(self.d) * tf.math.minimum(tf.math.rsqrt(step + 1), step * 0.01)


opt = tf.keras.optimizers.Adam(Warm(16), beta_1=0.9, beta_2=0.98, epsilon=1e-9)
v = tf.Variable([1.0, 2.0])
for i in range(5):
    with tf.GradientTape() as t:
        l = tf.reduce_sum(v * v)
    opt.apply_gradients([(t.gradient(l, v), v)])
print(v.numpy(), int(opt.iterations))
opt = tf.keras.optimizers.SGD(S.ExponentialDecay(0.1, 1, 0.5))
v = tf.Variable(1.0)
for i in range(3):
    opt.apply_gradients([(tf.constant(1.0), v)])
print(
    round(float(v), 5), float(opt.learning_rate) if not callable(opt.learning_rate) else "callable"
)
m = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(1,))])
m.compile("sgd", "mse")
lrs = []


class Log(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        lrs.append(round(float(self.model.optimizer.learning_rate), 6))


m.fit(
    np.ones((4, 1)),
    np.ones((4, 1)),
    epochs=4,
    verbose=0,
    callbacks=[tf.keras.callbacks.LearningRateScheduler(lambda e, lr: lr * 0.5), Log()],
)
print(lrs)
m.optimizer.learning_rate = 0.2
print(float(m.optimizer.learning_rate))
m.optimizer.learning_rate.assign(0.3)
print(round(float(m.optimizer.learning_rate), 4))
r = tf.keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=10)
h = m.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=5, verbose=0, callbacks=[r])
print(sorted(h.history))
