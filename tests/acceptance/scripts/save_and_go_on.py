import os, tempfile
import numpy as np
import tensorflow as tf
from tensorflow import keras

d = tempfile.mkdtemp()
ext = ".gbk" if hasattr(tf, "datasets") else ".keras"
x = np.random.RandomState(0).randn(64, 4).astype("float32")
y = np.random.RandomState(1).randint(0, 3, 64)


def make():
    return keras.Sequential(
        [
            keras.layers.Input(shape=(4,)),
            keras.layers.Dense(
                8, activation="relu", kernel_initializer=keras.initializers.Constant(0.1), name="h"
            ),
            keras.layers.Dropout(0.0),
            keras.layers.Dense(3, kernel_initializer="ones", name="o"),
        ]
    )


m = make()
m.compile(
    optimizer=keras.optimizers.Adam(0.05),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
m.fit(x, y, epochs=2, verbose=0, shuffle=False)
p = os.path.join(d, "m" + ext)
m.save(p)
n = keras.models.load_model(p)
print(
    np.allclose(m.predict(x, verbose=0), n.predict(x, verbose=0)),
    int(n.optimizer.iterations),
    type(n.optimizer).__name__,
)
a = m.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]
b = n.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]
print(a == b, [round(v, 4) for v in a])
w = os.path.join(d, "w.weights" + (".h5" if ext == ".keras" else ".safetensors"))
m.save_weights(w)
k = make()
k.load_weights(w)
print(np.allclose(m.predict(x, verbose=0), k.predict(x, verbose=0)))
cp = keras.callbacks.ModelCheckpoint(
    os.path.join(d, "best" + ext), monitor="loss", save_best_only=True
)
k.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
k.fit(x, y, epochs=2, verbose=0, callbacks=[cp])
print(os.path.exists(os.path.join(d, "best" + ext)))
cfg = m.get_config()
c2 = keras.Sequential.from_config(cfg)
print([l.name for l in c2.layers])
c3 = keras.models.clone_model(m)
print([tuple(w.shape) for w in c3.get_weights()])
j = m.to_json()
print(type(j))
c4 = keras.models.model_from_json(j)
print(len(c4.layers))
print(len(keras.models.load_model(p, compile=False).layers))
