import os, tempfile
import numpy as np
import tensorflow as tf
from tensorflow import keras

gb = hasattr(tf, "datasets")
ext = ".gbk" if gb else ".keras"
d = tempfile.mkdtemp()


class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, **kw):
        super().__init__(**kw)
        self.factor = factor

    def build(self, s):
        self.k = self.add_weight(shape=(s[-1],), initializer="ones", name="k")

    def call(self, x):
        return x * self.k * self.factor

    def get_config(self):
        c = super().get_config()
        c["factor"] = self.factor
        return c


R = keras.utils.register_keras_serializable()


@R
def twice(x):
    return x * 2


m = keras.Sequential(
    [keras.layers.Input((3,)), Scale(2.0), keras.layers.Dense(2, activation=twice)]
)
x = np.ones((2, 3), "float32")


@R
def myloss(t, p):
    return tf.reduce_mean(tf.abs(t - p))


m.compile("adam", loss=myloss)
m.train_on_batch(x, np.zeros((2, 2)))
p = os.path.join(d, "m" + ext)
m.save(p)
try:
    keras.models.load_model(p)
    print("loaded?")
except Exception:
    print("needs custom_objects")
n = keras.models.load_model(p, custom_objects={"Scale": Scale, "myloss": myloss, "twice": twice})
print(np.allclose(m(x), n(x)), n.layers[0].factor)
with keras.utils.custom_object_scope({"Scale": Scale, "myloss": myloss}):
    n = keras.models.load_model(p)
    print(np.allclose(m(x), n(x)))


class Net(keras.Model):
    def __init__(self, units=3, **kw):
        super().__init__(**kw)
        self.units = units
        self.d = keras.layers.Dense(units)

    def call(self, x):
        return self.d(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


s = Net(4)
s(x)
q = os.path.join(d, "s" + ext)
s.save(q)
r = keras.models.load_model(q, custom_objects={"Net": Net})
print(np.allclose(s(x), r(x)), r.units)
w = os.path.join(d, "w.weights" + (".gbk" if gb else ".h5"))
s.save_weights(w)
t = Net(4)
t(x)
t.load_weights(w)
print(np.allclose(s(x), t(x)))
bad = Net(5)
bad(x)
try:
    bad.load_weights(w)
    print("no error")
except Exception:
    print("shape error")
for f in os.listdir(d):
    print(os.path.getsize(os.path.join(d, f)) > 0, end=" ")
print()
for i in (10, 100):
    b = open(p, "rb").read()[:-i]
    open(p + "t" + ext, "wb").write(b)
    try:
        keras.models.load_model(p + "t" + ext)
        print("no error")
    except Exception:
        print("truncated error")
