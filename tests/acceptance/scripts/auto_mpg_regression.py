import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

rng = np.random.RandomState(0)
n = 300
cyl = rng.randint(3, 9, n)
hp = rng.uniform(50, 230, n)
wt = rng.uniform(1600, 5100, n)
origin = rng.randint(0, 3, n)
mpg = 45 - 0.006 * wt - 0.03 * hp + origin + rng.randn(n)
one = tf.keras.utils.to_categorical(origin, 3)
X = np.column_stack([cyl, hp, wt, one])
mean, std = X.mean(0), X.std(0)
X = (X - mean) / std
tr, te = X[:240], X[240:]
ytr, yte = mpg[:240], mpg[240:]


def build_model():
    model = tf.keras.Sequential(
        [
            layers.Dense(64, activation="relu", input_shape=[tr.shape[1]]),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile(loss="mse", optimizer=tf.keras.optimizers.RMSprop(0.001), metrics=["mae", "mse"])
    return model


m = build_model()
r = np.random.RandomState(5)
m.set_weights([r.randn(*w.shape) * 0.2 for w in m.get_weights()])
stop = tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
h = m.fit(tr, ytr, epochs=30, validation_split=0.2, verbose=0, callbacks=[stop], shuffle=False)
hist = np.array(h.history["val_mae"])
print(len(hist), hist[:3].round(2), hist[-1].round(1))
loss, mae, mse = m.evaluate(te, yte, verbose=0)
print(round(mae, 1), abs(loss - mse) < 1e-3)
pred = m.predict(te, verbose=0).flatten()
print(pred.shape, pred.dtype)
