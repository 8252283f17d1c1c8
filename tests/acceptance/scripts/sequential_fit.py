import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

tf.random.set_seed(1)
np.random.seed(1)
x = np.random.randn(300, 8).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("int32")
model = keras.Sequential(
    [
        layers.Dense(
            16,
            activation="relu",
            input_shape=(8,),
            kernel_initializer=keras.initializers.Constant(0.05),
        ),
        layers.Dense(2, activation="softmax", kernel_initializer="zeros"),
    ]
)
model.layers[0].set_weights([np.random.RandomState(3).randn(8, 16) * 0.3, np.zeros(16)])
model.layers[1].set_weights([np.random.RandomState(4).randn(16, 2) * 0.3, np.zeros(2)])
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
h = model.fit(x, y, epochs=4, batch_size=32, validation_split=0.2, shuffle=False, verbose=0)
print(sorted(h.history))
for k in sorted(h.history):
    print(k, [round(v, 4) for v in h.history[k]])
print(h.epoch, h.params)
r = model.evaluate(x, y, verbose=0)
print([round(v, 4) for v in r])
print({k: round(v, 4) for k, v in model.evaluate(x, y, verbose=0, return_dict=True).items()})
p = model.predict(x[:5], verbose=0)
print(type(p), p.dtype, p.shape)
print(p)
print([w.shape for w in model.get_weights()], model.count_params())
print(
    [v.name for v in model.trainable_variables],
    [v.path.split("/")[-1] for v in model.trainable_variables],
)
model.summary()
print(model.input_shape, model.output_shape, model.built)
print(model.train_on_batch(x[:32], y[:32]))
print(model.test_on_batch(x[:32], y[:32]))
print(model.predict_on_batch(x[:2]))
print(model.optimizer.iterations.numpy(), model.optimizer.learning_rate.numpy())
