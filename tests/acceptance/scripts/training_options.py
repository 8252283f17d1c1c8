"""The options of fit: weights, splits, generators, sequences, several outputs."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.linspace(-1.0, 1.0, 48, dtype="float32").reshape(24, 2)
y = (x.sum(axis=1, keepdims=True) > 0).astype("float32")


def build(loss="mse", metrics=(), **options):
    model = keras.Sequential(
        [keras.layers.Dense(1, activation="sigmoid", kernel_initializer="ones")]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.5),
        loss=loss,
        metrics=list(metrics),
        **options,
    )
    return model


def show(title, history):
    print(title)
    for name in sorted(history.history):
        print("  ", name, [round(float(value), 4) for value in history.history[name]])


model = build("binary_crossentropy", ["accuracy"])
show(
    "validation_split",
    model.fit(
        x,
        y,
        epochs=4,
        batch_size=6,
        validation_split=0.25,
        validation_freq=2,
        shuffle=False,
        verbose=0,
    ),
)
print([round(float(v), 4) for v in model.evaluate(x, y, verbose=0)])

model = build("binary_crossentropy", weighted_metrics=["accuracy"])
show("class_weight", model.fit(x, y, class_weight={0: 1.0, 1: 3.0}, shuffle=False, verbose=0))
weights = np.linspace(0.0, 2.0, 24)
show("sample_weight", model.fit(x, y, sample_weight=weights, shuffle=False, verbose=0))


def forever():
    while True:
        for start in range(0, 24, 8):
            yield x[start : start + 8], y[start : start + 8]


show("generator", build().fit(forever(), steps_per_epoch=3, epochs=2, verbose=0))


class Halves(keras.utils.Sequence):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return x[index * 12 : index * 12 + 12], y[index * 12 : index * 12 + 12]


model = build(metrics=["mae"])
show("sequence", model.fit(Halves(), epochs=2, validation_data=Halves(), shuffle=False, verbose=0))
print(model.predict(Halves(), verbose=0)[:2].round(4).tolist())

dataset = tf.data.Dataset.from_tensor_slices((x, y, weights)).batch(8)
show("dataset with weights", build().fit(dataset, epochs=2, verbose=0))

model = build(metrics=["mae"])
for _ in range(3):
    print([round(float(value), 4) for value in model.train_on_batch(x, y)])
print({k: round(float(v), 4) for k, v in model.test_on_batch(x, y, return_dict=True).items()})
print(model.predict_on_batch(x[:2]).round(4).tolist())

history = build().fit(x, y, initial_epoch=2, epochs=5, batch_size=12, verbose=0)
print(history.epoch, sorted(history.params.items()))

inputs = keras.Input(shape=(2,))
first = keras.layers.Dense(1, name="first", kernel_initializer="ones")(inputs)
second = keras.layers.Dense(1, name="second", kernel_initializer="ones")(inputs)
model = keras.Model(inputs, [first, second])
model.compile("sgd", loss=["mse", "mae"], loss_weights=[1.0, 0.5], metrics=[["mae"], ["mse"]])
show("two outputs", model.fit(x, [y, 1 - y], epochs=2, shuffle=False, verbose=0))
