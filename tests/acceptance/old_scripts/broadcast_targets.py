import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model

x = np.linspace(-1, 1, 40).astype("float32")
y = 3 * x + 1

inputs = Input(shape=(1,))
outputs = Dense(1)(Dense(4, activation="relu")(inputs))
model = Model(inputs=inputs, outputs=outputs)
model.compile(optimizer=tf.optimizers.SGD(lr=0.1), loss="mse", metrics=["mae"])
# One feature without an axis of its own, targets of shape (n,).
history = model.fit(x, y, epochs=30, batch_size=10, verbose=0)
assert history.history["loss"][-1] < 0.1 * history.history["loss"][0]
assert model.predict(x, verbose=0).shape == (40, 1)
assert len(model.evaluate(x, y, verbose=0)) == 2


# A loss of one's own, and targets (n, 1) against outputs (n, 1).
def loss_fn(y_true, y_pred):
    return tf.keras.backend.mean(tf.keras.backend.square(y_pred - y_true), axis=-1)


model.compile("adam", loss=loss_fn)
assert np.isfinite(model.train_on_batch(x[:, None], y[:, None]))

# Several outputs, one target for all of them: they stretch.
several = tf.keras.Sequential([Dense(3, input_dim=1)])
several.compile("sgd", "mse")
assert np.isfinite(several.fit(x[:, None], y[:, None], verbose=0).history["loss"][0])
