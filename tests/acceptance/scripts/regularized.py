import numpy as np
import tensorflow as tf
from tensorflow.keras import Sequential, layers, regularizers, constraints

x = np.random.RandomState(0).randn(100, 5).astype("float32")
y = (x.sum(1) > 0).astype("float32")
m = Sequential()
m.add(
    layers.Dense(
        8,
        activation="tanh",
        input_dim=5,
        kernel_regularizer=regularizers.l2(0.01),
        bias_regularizer="l2",
        activity_regularizer=regularizers.l1(0.001),
        kernel_initializer="ones",
    )
)
m.add(layers.Dropout(0.0))
m.add(
    layers.Dense(
        1,
        activation="sigmoid",
        kernel_regularizer=regularizers.l1_l2(l1=1e-3, l2=1e-3),
        kernel_constraint=constraints.max_norm(1.0),
        kernel_initializer="ones",
    )
)
m.compile(
    loss="binary_crossentropy",
    optimizer="rmsprop",
    metrics=["accuracy", tf.keras.metrics.AUC(name="auc")],
)
print(len(m.losses))
h = m.fit(x, y, epochs=3, batch_size=20, shuffle=False, verbose=0)
for k in sorted(h.history):
    print(k, [round(float(v), 3) for v in h.history[k]])
print(round(float(tf.norm(m.layers[-1].kernel)), 4))
d = layers.Dropout(0.5, seed=3)
o = d(tf.ones((1000,)), training=True)
print(sorted(set(o.numpy().tolist())), 400 < np.count_nonzero(o) < 600, np.all(d(tf.ones(5)) == 1))
with tf.GradientTape() as t:
    out = m(x[:10], training=True)
    loss = tf.reduce_mean(out) + tf.add_n(m.losses)
g = t.gradient(loss, m.trainable_variables)
print([round(float(tf.reduce_sum(v)), 4) for v in g])
