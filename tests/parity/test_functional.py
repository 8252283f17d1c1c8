"""Keras's functional API: names, shapes, tables, configurations, outputs, logs, and failures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, failures, fresh_names, printed, rows, values
from tests.parity.test_layers import with_weights

SHARED: dict[str, Any] = {
    "K": lambda tf: tf.keras,
    "J": lambda tf: lambda config: json.loads(json.dumps(config)),
    "L": lambda tf: tf.keras.layers,
    "x": lambda tf: tf.keras.Input((3, 4)),
    "y": lambda tf: tf.keras.Input((3, 4), dtype="int32", name="whole"),
    "s": lambda tf: tf.keras.Input((), batch_size=2),
}
X = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


SHAPES = """
x.shape, x.dtype, x.name, x.ndim
y.shape, y.dtype, y.name
s.shape
repr(K.Input((2,), name="a"))
(x + 1).shape, (x + 1).dtype
(x + y).dtype
(y + 1).dtype, (y / 2).dtype, (y // 2).dtype
(x > 0).dtype, (~(x > 0)).dtype, ((x > 0) | (x < 1)).dtype
(-x).shape, abs(x).shape, (x ** 2).shape, (2 - x).shape, (2 / x).shape
x[:, 0].shape, x[..., 1:].shape, x[:, None].shape, x[0].shape, x[:, ::2, -1].shape
(x @ K.Input((4, 5))).shape
L.Dense(5)(x).shape
L.Dense(5)(x).name
L.Flatten()(x).shape
L.Reshape((4, 3))(x).shape
L.Concatenate()([x, x]).shape
L.Concatenate(axis=1)([x, x]).shape
L.Add()([x, x]).shape
L.Add()([x, K.Input((1, 4))]).shape
L.Dot(axes=2)([x, x]).shape
L.Lambda(lambda v: v[:, 0])(x).shape
L.Embedding(7, 2)(y).shape
L.Softmax()(x).dtype
[layer.name for layer in K.Model(x, L.Dense(2)(x) + 1).layers]
[o.name for o in K.Model(x, L.Dense(2)(x) * 2 - 1).operations]
K.Model(x, L.Dense(2)(x)).name
K.Model([x, y], [x + 1, y]).output_names
K.Model(x, {"a": x + 1, "b": x * 2}).output_names
K.Model(x, L.Dense(2)(x)).input_shape
K.Model([x, y], [x + 1.0, y]).output_shape
[w.path for w in K.Model(x, L.Dense(2)(L.Dense(3)(x))).weights]
K.Model(x, L.Dense(2)(x)).count_params()
K.Model(x, L.Dense(2)(x)).get_layer("dense").name
K.Model(x, L.Dense(2)(x)).get_layer(index=1).name
K.Model(x, L.Dense(2)(x)).layers[1].output.shape
K.Model(x, L.Dense(2)(x)).compute_output_shape((5, 3, 4))
K.Model(x, x * 2)(np.ones((2, 3, 4), "float32"))
K.Model({"whole": y}, y * 2)({"whole": np.ones((1, 3, 4), "int32")})
K.Model(x, [x * 2, x + 1])(np.ones((1, 3, 4), "float32"))
K.Model(x, (x * 2, {"k": x + 1}))(np.ones((1, 3, 4), "float32"))
K.Model(x, [x * 2])(np.ones((1, 3, 4), "float32"))
K.backend.is_keras_tensor(x)
K.Sequential([K.Input((4,)), L.Dense(3)]).outputs[0].shape
K.Sequential([K.Input((4,)), L.Dense(3)]).layers[0].output.shape
K.Model(x, K.ops.mean(x, axis=1)).get_config()["layers"][1]["class_name"]
J(K.Model(x, x[:, 1:]).get_config()["layers"][1]["inbound_nodes"])
J(K.Model(x, 1 - x).get_config()["layers"][1]["inbound_nodes"])
K.Model([x, y], {"o": x + 1}).get_config()["output_layers"]
K.Model([x, y], {"o": x + 1}).get_config()["input_layers"]
J(K.Model(x, L.Dense(2)(x)).get_config()["layers"][1]["inbound_nodes"])
sorted(K.Model(x, L.Dense(2)(x)).get_config())
K.Model(x, x + 1, trainable=False, name="m").get_config()["trainable"]
"""
BAD = """
float(x)
bool(x)
list(x)
len(x)
np.array(x)
x.numpy()
K.Model(x, None)
K.Model(x, 3)
K.Model(1, x)
K.Model(x, K.Input((2,)))
K.Model(x, x + y)
K.Model(x, x + 1).get_layer("none")
K.Model(x, x + 1).get_layer()
K.Model(x, x + 1)(np.ones((2, 3, 5)))
K.Model([x, y], x + 1)({"whole": np.ones((2, 3, 4))})
L.Add()([x, K.Input((3, 5))])
L.Add()(x)
L.Subtract()([x, x, x])
L.Concatenate()([x, K.Input((4, 4))])
L.Dot(axes="a")
x @ K.Input((3, 3))
L.Wrapper(3)
K.Sequential([L.Dense(2)]).outputs[0]
L.Dense(2).output
"""
CASES: list[Case | Fails] = []
yields = add_to(CASES)


def residual(tf):
    keras, layers = tf.keras, tf.keras.layers
    inputs = keras.Input((4,), name="img")
    x = layers.Dense(6, activation="relu")(inputs)
    block = layers.Dense(6, activation="relu")(x)
    x = layers.add([block, x])
    x = layers.Dropout(0.5)(layers.Dense(6)(x) + block * 0.5)
    return keras.Model(inputs, layers.Dense(3)(x), name="toy")


def several(tf):
    keras, layers = tf.keras, tf.keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(5, name="shared")
    joined = layers.concatenate([shared(a), shared(b)])
    outputs = [layers.Dense(1, name="one")(joined), layers.Dense(3, name="other")(joined)]
    return keras.Model([a, b], outputs)


@yields
def table_of_a_residual_network(tf):
    return printed(residual(tf).summary)


@yields
def table_with_trainable(tf):
    return printed(lambda: residual(tf).summary(show_trainable=True))


@yields
def table_of_shared_layers(tf):
    return printed(several(tf).summary)


@yields
def table_of_nested_models(tf):
    keras, layers = tf.keras, tf.keras.layers
    inner = residual(tf)
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2)(inner(x)) + inner(x)[:, :2])
    return printed(lambda: model.summary(expand_nested=True))


@yields
def table_of_a_chain(tf):
    x = tf.keras.Input((4,))
    return printed(tf.keras.Model(x, tf.keras.layers.Dense(2)(x) * 2.0).summary)


@yields
def outputs_of_a_residual_network(tf):
    return with_weights(residual(tf))(X)


@yields
def outputs_of_shared_layers(tf):
    return with_weights(several(tf))({"b": X, "a": X * 2})


@yields
def outputs_within(tf):
    model = with_weights(residual(tf))
    features = tf.keras.Model(model.input, [layer.output for layer in model.layers[1:4]])
    return features(X)


@yields
def outputs_from_the_middle_on(tf):
    model = with_weights(residual(tf))
    tail = tf.keras.Model(model.get_layer("dense").output, model.output)
    return tail(np.ones((2, 6), np.float32)), [layer.name for layer in tail.layers[1:]]


@yields
def model_from_its_own_description(tf):
    model = with_weights(several(tf))
    twin = tf.keras.Model.from_config(model.get_config())
    twin.set_weights(model.get_weights())
    return twin([X, X]), [layer.name for layer in twin.layers]


@yields
def model_cloned(tf):
    model = with_weights(several(tf))
    twin = tf.keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin([X, X]), [layer.name for layer in twin.layers], twin.name


def labels():
    return {"one": X[:, :1], "other": np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]}


def trained(tf, y, **options):
    model = with_weights(several(tf))
    model.compile(tf.keras.optimizers.SGD(0.1), **options)
    history = model.fit([X, X], y, epochs=2, batch_size=3, shuffle=False, verbose=0)
    found = model.evaluate([X, X], y, verbose=0)
    return history.history, found


@yields
def training_by_names(tf):
    loss = {"other": tf.keras.losses.CategoricalCrossentropy(from_logits=True), "one": "mse"}
    metrics = {"one": ["mae"], "other": ["accuracy", "mse"]}
    return trained(
        tf, labels(), loss=loss, loss_weights={"other": 0.3, "one": 2.0}, metrics=metrics
    )


@yields
def training_by_order(tf):
    y = [labels()["one"], labels()["other"]]
    return trained(tf, y, loss=["mse", "mae"], loss_weights=[1.0, 0.5], metrics=[["mae"], ["mse"]])


@yields
def training_with_one_loss(tf):
    return trained(tf, [labels()["one"], labels()["other"]], loss="mse")


@yields
def training_with_sample_weights(tf):
    model = with_weights(several(tf))
    model.compile("sgd", loss=["mse", "mae"], weighted_metrics=[["mae"], ["mse"]])
    weights = np.arange(6.0, dtype=np.float32)
    y = [labels()["one"], labels()["other"]]
    return model.fit([X, X], y, sample_weight=[weights, weights], verbose=0).history


@yields
def outputs_in_a_dictionary(tf):
    keras, layers = tf.keras, tf.keras.layers
    x = keras.Input((4,), name="x")
    model = keras.Model(x, {"p": layers.Dense(1)(x), "q": layers.Dense(2)(x)})
    with_weights(model)
    model.compile("sgd", loss={"q": "mse", "p": "mae"}, metrics={"p": "mse"})
    y = {"p": X[:, :1], "q": X[:, :2]}
    history = model.fit({"x": X}, y, epochs=2, shuffle=False, verbose=0).history
    return history, model.predict(X, verbose=0), model.evaluate(X, y, verbose=0)


@yields
def one_output_in_a_list(tf):
    x = tf.keras.Input((4,))
    model = with_weights(tf.keras.Model([x], [tf.keras.layers.Dense(1)(x)]))
    model.compile("sgd", "mse", metrics=["mae"])
    return model.fit(X, X[:, :1], shuffle=False, verbose=0).history, model.predict(X, verbose=0)


@yields
def penalties(tf):
    keras, layers = tf.keras, tf.keras.layers
    x = keras.Input((4,))
    y = layers.Dense(2, kernel_regularizer="l2", activity_regularizer="l1")(x)
    model = with_weights(keras.Model(x, y))
    model.compile("sgd", "mse")
    return model.fit(X, X[:, :2], shuffle=False, verbose=0).history


@yields
def layer_of_ones_own(tf):
    class Scale(tf.keras.layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="f")

        def call(self, inputs, plus=0.0):
            return inputs * self.factor + plus

    x = tf.keras.Input((4,))
    model = tf.keras.Model(x, Scale()(Scale()(x, plus=2.0)))
    return model(X), [w.path for w in model.weights]


@yields
def subclass_made_of_placeholders(tf):
    class Own(tf.keras.Model):
        def __init__(self, units):
            x = tf.keras.Input((4,))
            super().__init__(inputs=x, outputs=tf.keras.layers.Dense(units)(x))

        def train_step(self, data):
            return {"n": tf.constant(3.0)}

    model = Own(2)
    model.compile("sgd", "mse")
    return model.fit(X, X, verbose=0).history, model(X).shape, model.name


@rows("functional/shapes", values(SHAPES, **SHARED))
def test_shapes(case):
    case.check()


@rows("functional/models", CASES)
def test_models(case):
    case.check()


@rows("functional/failures", failures(BAD, **SHARED))
def test_failures(case):
    case.check()
