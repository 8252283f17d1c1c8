"""fit, evaluate and predict: options, sources of data, losses and metrics by name, errors."""

# ruff: noqa: E501 -- a row is one line

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.parity.support import Case, Fails, failures, printed, rows, values

X = np.arange(40, dtype="float32").reshape(20, 2) / 40
Y = (X.sum(1, keepdims=True) > 0.9).astype("float32")
ONE_HOT = np.eye(2, dtype="float32")[Y.astype(int).ravel()]
W = np.arange(20.0)


def model_of(tf: Any) -> Any:
    def make(outputs: int = 1, activation: Any = None, **options: Any) -> Any:
        dense = tf.keras.layers.Dense(outputs, activation, kernel_initializer="ones")
        model = tf.keras.Sequential([dense])
        options = {"optimizer": tf.keras.optimizers.SGD(0.1), "loss": "mse", **options}
        model.compile(**options)
        return model

    return make


def fitting(_: Any) -> Any:
    def fit(model: Any, *data: Any, **options: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            history = model.fit(*data, **{"verbose": 0, "shuffle": False, **options})
        logs = {name: list(map(float, found)) for name, found in history.history.items()}
        return logs, history.epoch, history.params, [w.copy() for w in model.get_weights()]

    return fit


def batches(weighted: bool = False, times: int = 10**9) -> Iterator[Any]:
    for _ in range(times):
        for start in range(0, 20, 5):
            part = slice(start, start + 5)
            yield (X[part], Y[part], W[part]) if weighted else (X[part], Y[part])


def sequence(tf: Any) -> Any:
    class Batches(tf.keras.utils.Sequence):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> Any:
            part = slice(5 * index, 5 * index + 5)
            return X[part], Y[part]

    return Batches


def two_outputs(tf: Any) -> Any:
    def make(**options: Any) -> Any:
        keras = tf.keras
        inputs = keras.Input((2,))
        first = keras.layers.Dense(1, name="p", kernel_initializer="ones")(inputs)
        second = keras.layers.Dense(1, name="q", kernel_initializer="ones")(inputs)
        model = keras.Model(inputs, [first, second])
        model.compile(keras.optimizers.SGD(0.1), **options)
        return model

    return make


def penalized(tf: Any) -> Any:
    penalty = tf.keras.regularizers.L2(0.1)
    layer = tf.keras.layers.Dense(2, kernel_initializer="ones", activity_regularizer=penalty)
    model = tf.keras.Sequential([layer])
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    return model


SHARED = {
    "model": model_of,
    "fit": fitting,
    "X": lambda _: X,
    "Y": lambda _: Y,
    "W": lambda _: W,
    "ONE_HOT": lambda _: ONE_HOT,
    "batches": lambda _: batches,
    "Batches": sequence,
    "D": lambda tf: tf.data.Dataset.from_tensor_slices,
    "two": two_outputs,
    "penalized": penalized,
    "said": lambda _: printed,
    "sigmoid": lambda tf: {"activation": "sigmoid", "loss": "binary_crossentropy"},
}

WEIGHTS = """
fit(model(**sigmoid, metrics=["acc"], weighted_metrics=["acc"]), X, Y, class_weight={0: 1.0, 1: 5.0}, epochs=2, batch_size=4)
fit(model(2, "softmax", loss="categorical_crossentropy"), X, ONE_HOT, class_weight={0: 1.0, 1: 5.0})
fit(model(**sigmoid), X, Y, class_weight={1: 5.0})
fit(model(**sigmoid), D((X, Y)).batch(4), class_weight={0: 1.0, 1: 5.0})
fit(model(metrics=["mae"], weighted_metrics=["mse"]), X, Y, sample_weight=W, batch_size=8, epochs=2)
fit(model(), D((X, Y, W)).batch(8))
fit(model(), batches(weighted=True), steps_per_epoch=3)
fit(model(weighted_metrics=["mae"]), X, Y, validation_data=(X, Y, W), validation_batch_size=7)
fit(model(), X, Y, validation_split=0.25, sample_weight=W)
"""

OPTIONS = """
fit(model(metrics=["mae"]), X, Y, validation_split=0.25, epochs=3, validation_freq=2, batch_size=4)
fit(model(), X, Y, validation_split=0.25, epochs=3, validation_freq=[1, 3], batch_size=4)
fit(model(), X, Y, validation_data=(X, Y), validation_steps=2, validation_batch_size=5)
fit(model(), X, Y, steps_per_epoch=2, epochs=4, batch_size=4)
fit(model(), X, Y, steps_per_epoch=9, epochs=2, batch_size=4)
fit(model(), X, Y, initial_epoch=2, epochs=4)
fit(model(run_eagerly=True, steps_per_execution=2), X, Y)
fit(model(), X.astype("float64"), Y.astype("float64"))
fit(model(), np.arange(20).reshape(20, 1), Y)
fit(model(loss=lambda a, b: tf.reduce_mean(tf.square(a - b), -1)), X, Y)
fit(model(loss=tf.keras.losses.MeanAbsoluteError(), metrics=[tf.keras.metrics.MeanSquaredError(name="q")]), X, Y)
fit(model(optimizer="adam", loss="mean_absolute_error"), X, Y, epochs=2)
fit(penalized, X, np.hstack([Y, Y]), batch_size=8, epochs=2)
penalized.evaluate(X, np.hstack([Y, Y]), batch_size=8, verbose=0)
"""

SOURCES = """
fit(model(), batches(), steps_per_epoch=4, epochs=2)
fit(model(), batches(times=1), steps_per_epoch=3, epochs=2)
fit(model(), batches(times=1))
fit(model(), D((X, Y)).batch(5), epochs=2)
fit(model(), D((X, Y)).batch(5), steps_per_epoch=3, epochs=3)
fit(model(), D((X, Y)).batch(5).repeat(), steps_per_epoch=3, epochs=3)
fit(model(), D((X, Y)).batch(5), validation_data=D((X, Y)).batch(5).repeat(), validation_steps=2)
fit(model(), Batches(), epochs=2, validation_data=Batches())
model().predict(Batches(), verbose=0)
model().evaluate(Batches(), verbose=0)
model(metrics=["mae"]).evaluate(X, Y, verbose=0, return_dict=True)
model().evaluate(X, Y, verbose=0, steps=1, batch_size=4)
model().predict(X, batch_size=3, steps=2, verbose=0)
model().predict(D(X).batch(3), verbose=0)
model().predict(D((X, Y)).batch(3), verbose=0)
model().predict_on_batch(X)
"""

METRICS = "\n".join(
    [
        *(
            f"fit(model(**sigmoid, metrics=[{name!r}]), X, Y)"
            for name in ("accuracy", "acc", "mse", "mean_squared_error", "AUC", "Precision")
        ),
        'fit(model(2, "softmax", loss="sparse_categorical_crossentropy", metrics=["accuracy"]), X, Y)',
        'fit(model(2, "softmax", loss="sparse_categorical_crossentropy", metrics=["acc"]), X, Y.ravel())',
        'fit(model(2, "softmax", loss="categorical_crossentropy", metrics=["accuracy"]), X, ONE_HOT)',
        'fit(model(2, "softmax", loss="mse", metrics=["accuracy"]), X, ONE_HOT)',
        'fit(model(metrics=["accuracy"]), X, Y)',
        'fit(two(loss="mse", metrics=["mae", "mse"]), X, [Y, Y], validation_split=0.2)',
        'fit(two(loss={"p": "mse", "q": "mae"}, loss_weights={"p": 1.0, "q": 0.5}), X, {"p": Y, "q": Y})',
        'fit(two(loss=["mse", "mae"], loss_weights=[2.0, 0.5]), X, [Y, Y])',
        'fit(two(loss={"p": "mse", "q": "mae"}, metrics={"p": ["mae"], "q": ["mse"]}), X, {"p": Y, "q": Y})',
        'fit(two(loss="mse"), X, [Y, Y], sample_weight=[W, np.ones(20)])',
        'two(loss={"p": "mse", "q": "mae"}, metrics={"p": ["mae"]}).evaluate(X, [Y, Y], verbose=0)',
        # Shapes that broadcast.
        "fit(model(), X, Y.ravel())",
        "fit(model(3), X, Y)",
    ]
)

BATCHES = """
[m.train_on_batch(X, Y) for m in [model(metrics=["mae"])] for _ in range(3)]
model(metrics=["mae"]).train_on_batch(X, Y, return_dict=True)
[m.test_on_batch(X[i:], Y[i:]) for m in [model(metrics=["mae"])] for i in (0, 4)]
model(**sigmoid).train_on_batch(X, Y, class_weight={0: 1.0, 1: 2.0})
model().train_on_batch(X, Y, sample_weight=W)
model().train_on_batch(tf.constant(X), tf.constant(Y))
said(lambda: model(metrics=["mae"]).fit(X, Y, epochs=2, verbose=2, shuffle=False, validation_split=0.2, batch_size=8))
said(lambda: model().fit(X, Y, verbose=2))
said(lambda: model(metrics=["mae"]).evaluate(X, Y, verbose=2))
said(lambda: model().fit(X, Y, epochs=2, verbose=0))
"""

WRONG = """
model(loss="mean_sqared_error").fit(X, Y)
model(metrics=["acuracy"]).fit(X, Y)
model(optimizer="adm")
model(activation="rellu")
model(foo=3)
model().fit(X, Y, foo=3)
model().fit(X, Y[:10])
model().fit(X, Y, sample_weight=W[:3])
model(3).fit(X, Y.ravel())
model(loss=None).fit(X, Y)
model().fit(D((X, Y)))
model().fit(D((X, Y)).batch(5), Y)
model().fit(D((X, Y)).batch(5), validation_split=0.2)
model().fit(D((X, Y)).batch(5), sample_weight=W)
tf.keras.Sequential([tf.keras.layers.Dense(1)]).fit(X, Y)
"""

CASES: list[Case | Fails] = [
    # Sums in another order, over several steps.
    *values(WEIGHTS + OPTIONS + SOURCES + METRICS + BATCHES, rtol=2e-5, atol=1e-6, **SHARED),
    *failures(WRONG, **SHARED),
]


@pytest.mark.filterwarnings("ignore")
@rows("training_more", CASES)
def test_training(case: Case | Fails) -> None:
    case.check()
