"""Keras's files in both directions: what one side writes, the other reads to the same outputs."""

from __future__ import annotations

import functools
import json
import os
import tempfile
from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, fresh_names, glassbrook, rows

X = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
Y = np.zeros((5, 2), np.float32)


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def chain(tf):
    keras, layers = tf.keras, tf.keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="relu", kernel_regularizer="l2"),
            layers.Dropout(0.1),
            keras.Sequential([layers.Dense(3, activation="tanh")], name="inner"),
            layers.Dense(2, name="out"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError(), metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0)
    return model


def graph(tf):
    keras, layers = tf.keras, tf.keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    shared = layers.Dense(3, name="shared")
    joined = layers.Concatenate()([b, layers.Dense(1)(a)])
    total = layers.Add()([shared(a), shared(joined)])
    return keras.Model([a, b], layers.Dense(2)(total))


def images(tf):
    keras, layers = tf.keras, tf.keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(2, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )


def texts(tf):
    keras, layers = tf.keras, tf.keras.layers
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Embedding(10, 3),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
            layers.GRU(3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def subclass(tf):
    layers = tf.keras.layers

    class Sub(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(2)
            self.blocks = [layers.Dense(2), [layers.Dense(2)]]
            self.scale = self.add_weight(shape=(), name="scale", initializer="ones")

        def call(self, inputs):
            return self.blocks[1][0](self.blocks[0](self.first(inputs))) * self.scale

    model = Sub()
    model(X)
    return model


def outputs(make, model):
    data = {
        graph: [X, X[:, :3]],
        images: np.resize(X, (3, 8, 8, 1)),
        texts: np.abs(X).astype(np.int32),
    }.get(make, X)
    return np.asarray(model.predict(data, verbose=0))


def other(tf):
    return glassbrook if tf is tensorflow else tensorflow


def through_file(make, name, tf):
    """The outputs of a model that the other framework wrote, and those it had there."""
    path = os.path.join(tempfile.mkdtemp(), name)
    model = make(other(tf))
    model.save(path)
    loaded = tf.keras.models.load_model(path)
    same = np.allclose(outputs(make, loaded), outputs(make, model), atol=1e-6)
    state = None
    # From HDF5 files, Keras 3 reads no state of the optimizer.
    if make is chain and name.endswith(".keras"):
        state = [
            np.allclose(np.asarray(a), np.asarray(b))
            for a, b in zip(model.optimizer.variables, loaded.optimizer.variables)
        ]
    return same, state, loaded.name, [layer.name for layer in loaded.layers]


def through_weights(make, name, tf):
    path = os.path.join(tempfile.mkdtemp(), name)
    model, own = make(other(tf)), make(tf)
    model.save_weights(path)
    own.load_weights(path)
    return np.allclose(outputs(make, own), outputs(make, model), atol=1e-6)


def json_of(make, tf):
    return tf.keras.models.model_from_json(make(other(tf)).to_json()).count_params()


def cases():
    for make in (chain, graph, images, texts):
        for name in ("m.keras", "m.h5"):
            yield Case(f"{make.__name__}, {name}", functools.partial(through_file, make, name))
        yield Case(f"{make.__name__}, JSON", functools.partial(json_of, make))
    for make in (chain, graph, images, texts, subclass):
        name = "w.weights.h5"
        yield Case(f"{make.__name__}, {name}", functools.partial(through_weights, make, name))


@rows("keras files", cases())
def test_files(case):
    if not all(hasattr(glassbrook.keras.layers, name) for name in NEEDED.get(case.name, ())):
        pytest.skip("a layer does not exist yet")
    case.check()


NEEDED = {
    case.name: ("Conv2D", "MaxPooling2D", "BatchNormalization")
    if case.name.startswith("images")
    else ("Embedding", "Bidirectional", "LSTM", "GRU")
    for case in cases()
    if case.name.startswith(("images", "texts"))
}


def config_keys(tf):
    return sorted(json.loads(chain(tf).to_json()))


@rows("keras json", [Case("keys", config_keys)])
def test_json(case):
    case.check()
