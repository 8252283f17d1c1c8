import os, tempfile
import numpy as np
import tensorflow as tf


class Trace(tf.keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def __getattribute__(self, n):
        return super().__getattribute__(n)


for hook in "train_begin train_end epoch_begin epoch_end train_batch_begin train_batch_end test_begin test_end test_batch_begin test_batch_end predict_begin predict_end predict_batch_begin predict_batch_end".split():

    def make(hook):
        def f(self, *a, **k):
            logs = k.get("logs", a[-1] if a else None)
            self.seen.append((hook, sorted(logs or {})))

        return f

    setattr(Trace, "on_" + hook, make(hook))
x = np.ones((6, 2), "float32")
y = np.ones((6, 1), "float32")
m = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,), kernel_initializer="zeros")])
m.compile("sgd", "mse", metrics=["mae"])
t = Trace()
m.fit(x, y, epochs=2, batch_size=3, verbose=0, callbacks=[t], validation_data=(x, y))
for s in t.seen:
    print(s)
t.seen.clear()
m.evaluate(x, y, verbose=0, callbacks=[t])
m.predict(x, verbose=0, callbacks=[t], batch_size=4)
for s in t.seen:
    print(s)


class Stop(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("loss") < 10:
            print("stopping")
            self.model.stop_training = True


h = m.fit(x, y, epochs=10, verbose=0, callbacks=[Stop()])
print(len(h.history["loss"]))
d = tempfile.mkdtemp()
f = os.path.join(d, "log.csv")
m.fit(
    x, y, epochs=2, verbose=0, validation_data=(x, y), callbacks=[tf.keras.callbacks.CSVLogger(f)]
)
print(open(f).read().splitlines()[0], len(open(f).read().splitlines()))
m.fit(
    x,
    y,
    epochs=1,
    verbose=0,
    callbacks=[
        tf.keras.callbacks.LambdaCallback(on_epoch_end=lambda e, l: print("lambda", e, sorted(l)))
    ],
)
h = m.fit(x, y, initial_epoch=3, epochs=5, verbose=0)
print(h.epoch)
h = m.fit(
    x,
    y,
    epochs=20,
    verbose=0,
    callbacks=[tf.keras.callbacks.EarlyStopping(monitor="loss", patience=2, min_delta=100)],
)
print(len(h.epoch))
h = m.fit(
    x,
    y,
    sample_weight=np.array([1, 0, 1, 0, 1, 0]),
    class_weight=None,
    steps_per_epoch=2,
    epochs=2,
    verbose=0,
    batch_size=3,
)
print(len(h.epoch))
ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(2)
h = m.fit(ds, epochs=2, verbose=0, validation_data=ds, steps_per_epoch=2, validation_steps=1)
print(len(h.epoch), sorted(h.history))
h = m.fit(ds.repeat(), epochs=2, steps_per_epoch=4, verbose=0)
print(len(h.epoch))
print(m.predict(ds, verbose=0).shape, m.evaluate(ds, verbose=0, return_dict=True).keys())


def gen():
    while True:
        yield x, y


h = m.fit(gen(), steps_per_epoch=3, epochs=2, verbose=0)
print(len(h.epoch))
print(m.history.history.keys())
