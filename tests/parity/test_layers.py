"""Layers and models: outputs with the same weights, names, shapes, summaries, errors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, failures, fresh_names, printed, rows, values

SHARED = {
    "L": lambda tf: tf.keras.layers,
    "K": lambda tf: tf.keras,
    "built": lambda tf: digits_network(tf),
}


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    # Without this, TensorFlow traces and compiles a graph for every model: minutes, not seconds.
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def digits_network(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Dense(256, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.build((None, 784))
    return model


def with_weights(model, seed=0):
    """The same numbers in the same order on both sides: that is what is being checked."""
    random = np.random.default_rng(seed)
    model.set_weights(
        [random.normal(0.0, 0.3, w.shape).astype(np.float32) for w in model.get_weights()]
    )
    return model


VALUES = """
L.Dense(3)(tf.zeros([2, 4])).shape
L.Dense(3)(tf.zeros([2, 5, 4])).shape
L.Dense(3)(tf.zeros([0, 4])).shape
L.Dense(3)(tf.zeros([2, 4], tf.int32)).dtype
L.Dense(3)(np.zeros((2, 4))).dtype
L.Dense(2, kernel_initializer="ones")(tf.ones([1, 3]))
L.Dense(2, kernel_initializer="ones", bias_initializer="ones")(tf.ones([1, 3]))
L.Dense(2, use_bias=False, kernel_initializer="ones")(tf.ones([1, 3]))
L.Dense(2, "relu", kernel_initializer="ones")(-tf.ones([1, 3]))
L.Dense(2, activation=tf.nn.tanh, kernel_initializer="ones")(tf.ones([1, 3]))
L.Dense(2, activation="sigmoid", kernel_initializer="ones")(tf.ones([1, 3]))
L.Dense(2, activation="softmax", kernel_initializer="zeros")(tf.ones([1, 3]))
L.Dense(2, activation=lambda x: x * 2.0, kernel_initializer="ones")(tf.ones([1, 3]))
L.Dense(2, kernel_initializer=K.initializers.Constant(0.5))(tf.ones([1, 3]))
L.Flatten()(tf.zeros([2, 3, 4])).shape
L.Flatten()(tf.zeros([3])).shape
L.Flatten()(tf.reshape(tf.range(8), [2, 2, 2]))
L.Activation("relu")(c([-1.0, 1.0]))
L.Activation(tf.nn.tanh)(c([-1.0, 1.0]))
L.Dropout(0.5)(tf.ones([4]))
L.Dropout(0.5)(tf.ones([4]), training=False)
L.Dropout(0.0)(tf.ones([4]), training=True)
sorted(set(L.Dropout(0.5, seed=1)(tf.ones([100]), training=True).numpy().tolist()))
L.Dense(2).name
L.Flatten().name
L.Dropout(0.1).name
L.Activation("relu").name
L.Dense(2, name="mine").name
K.Sequential().name
[layer.name for layer in built.layers]
built.name
built.built
built.input_shape
built.output_shape
built.count_params()
built.layers[0].count_params()
[w.shape for w in built.get_weights()]
[w.dtype for w in built.get_weights()]
[tuple(w.shape) for w in built.trainable_variables]
len(built.non_trainable_variables)
[w.name for w in built.weights]
[w.path for w in built.weights]
len(built.layers)
built.layers[1].units
built.get_layer("dense_1") is built.layers[1]
built.get_layer(index=0) is built.layers[0]
built(tf.zeros([2, 784]))
built.predict(np.zeros((3, 784)), verbose=0)
type(built.predict(np.zeros((3, 784)), verbose=0))
built.predict(tf.zeros([3, 784]), batch_size=2, verbose=0).shape
built.predict_on_batch(np.zeros((3, 784))).shape
built.trainable
K.Sequential([K.Input((4,)), L.Dense(2)]).output_shape
K.Sequential([K.layers.Input(shape=(4,)), L.Dense(2)]).built
K.Sequential([L.Dense(2, input_shape=(4,))]).built
K.Sequential([L.Dense(2, input_dim=4)]).input_shape
K.Sequential([L.Flatten(input_shape=(28, 28)), L.Dense(2)]).output_shape
K.Sequential([L.Dense(2)]).built
K.Sequential([L.Dense(2)]).weights
K.Sequential([L.Dense(3), L.Dense(2)])(tf.zeros([1, 4])).shape
repr(K.Sequential([L.Dense(2)]))
repr(L.Dense(2))
K.models.Sequential([L.Dense(2)]).name
K.activations.relu(c([-1.0, 1.0]))
K.activations.softmax(c([[1.0, 2.0]]))
K.activations.sigmoid(c([1.0]))
K.activations.tanh(c([1.0]))
K.activations.get("relu")(c([-1.0]))
K.activations.get(None)(c([-1.0]))
K.activations.linear(c([-1.0]))
K.activations.elu(c([-1.0]))
K.activations.gelu(c([-1.0]))
K.activations.swish(c([-1.0]))
K.activations.leaky_relu(c([-1.0]))
K.activations.softplus(c([-1.0]))
K.activations.exponential(c([-1.0]))
K.activations.hard_sigmoid(c([-4.0, 0.0, 1.0, 4.0]))
K.initializers.Zeros()((2, 2))
K.initializers.Ones()((2, 2))
K.initializers.Constant(3.0)((2,))
K.initializers.Identity()((2, 2))
K.initializers.get("zeros")((2,))
K.initializers.GlorotUniform()((2, 3)).shape
K.initializers.HeNormal()((2, 3)).dtype
K.utils.to_categorical([0, 2])
K.utils.to_categorical([0, 2], 4)
K.utils.to_categorical(np.array([[1], [0]]), num_classes=2)
K.utils.to_categorical(c([1, 0]), 2)
K.backend.epsilon()
K.backend.floatx()
"""

ERRORS = """
L.Dense(0)
L.Dense(-1)
L.Dense(2.5)
L.Dense("a")
L.Dense(2, activation="foo")
L.Dense(2, kernel_initializer="foo")
L.Dense(2, foo=1)
L.Dense(2)(tf.zeros([]))
L.Dense(2)(tf.zeros([5]))
L.Dense(2)("a")
L.Dense(2).kernel
L.Dropout(2)
L.Dropout(-0.1)
L.Activation("foo")
K.Sequential([1])
K.Sequential([L.Dense(2), tf.nn.relu])
K.Sequential([L.Dense(2)]).count_params()
K.Sequential([L.Dense(2)]).input_shape
K.Sequential([L.Dense(2)]).output_shape
built(tf.zeros([2, 5]))
built.predict(np.zeros((2, 5)), verbose=0)
built.fit(np.zeros((2, 784)), np.zeros((2, 10)))
built.evaluate(np.zeros((2, 784)), np.zeros((2, 10)))
built.train_on_batch(np.zeros((2, 784)), np.zeros((2, 10)))
built.set_weights([1])
built.set_weights([np.zeros((3, 3))] * 6)
built.layers[0].set_weights([1])
built.layers[0].set_weights([np.zeros((9, 9)), np.zeros(4)])
built.get_layer("zz")
built.get_layer(index=9)
built.compile(optimizer="foo")
built.add(5)
K.activations.get("foo")
K.initializers.get("foo")
K.models.load_model("/nonexistent.keras")
"""

CASES: list[Case | Fails] = [
    *values(VALUES, rtol=3e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields, fails = add_to(CASES), add_to(CASES, Fails)


def outputs_with_the_same_weights(tf):
    model = with_weights(digits_network(tf))
    x = np.random.default_rng(1).normal(size=(5, 784)).astype(np.float32)
    return [tf.reduce_mean(model(x), axis=1), model.predict(x, verbose=0).mean(axis=1)]


# Sums of 784 products, in another order.
CASES.append(Case("outputs_with_the_same_weights", outputs_with_the_same_weights, rtol=2e-5))


@yields
def weights_come_back(tf):
    model = with_weights(digits_network(tf))
    again = digits_network(tf)
    again.set_weights(model.get_weights())
    same = [np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights())]
    return [same, [w.shape for w in model.layers[1].get_weights()]]


@yields
def summary_of_an_unbuilt_model(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.Dense(256, activation="relu"), layers.Dense(10)])
    return printed(model.summary)


@yields
def summary_of_a_built_model(tf):
    return printed(digits_network(tf).summary)


@yields
def summary_with_every_layer(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu", name="hidden"),
            layers.Dropout(0.5),
            layers.Dense(10),
            layers.Activation("softmax"),
        ],
        name="digits",
    )
    return printed(model.summary)


@yields
def summary_after_training(tf):
    model = digits_network(tf)
    model.compile("adam", "mse")
    model.train_on_batch(np.zeros((2, 784), np.float32), np.zeros((2, 10), np.float32))
    return printed(model.summary)


@yields
def summary_with_a_frozen_layer(tf):
    model = digits_network(tf)
    model.layers[0].trainable = False
    return [printed(model.summary), len(model.trainable_variables)]


@yields
def summary_of_an_empty_model(tf):
    return printed(tf.keras.Sequential().summary)


@yields
def printed_variable_of_a_layer(tf):
    layer = tf.keras.layers.Dense(2, kernel_initializer="ones", name="d")
    layer.build((None, 3))
    return [str(layer.kernel), repr(layer.bias), layer.kernel.name, layer.kernel.path]


@yields
def built_by_its_first_call(tf):
    layer = tf.keras.layers.Dense(4)
    before = [layer.built, len(layer.weights)]
    layer(tf.zeros([1, 3]))
    return [before, layer.built, tuple(layer.kernel.shape), tuple(layer.bias.shape), layer.dtype]


@yields
def without_a_bias(tf):
    layer = tf.keras.layers.Dense(4, use_bias=False)
    layer.build((None, 2))
    return [layer.bias, len(layer.weights)]


@yields
def names_in_order(tf):
    layers = tf.keras.layers
    made = [layers.Dense(1), layers.Dense(1), layers.Flatten(), layers.Dense(1)]
    models = [tf.keras.Sequential(), tf.keras.Sequential()]
    return [[layer.name for layer in made], [model.name for model in models]]


@yields
def own_layer(tf):
    class Linear(tf.keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="ones", trainable=True, name="w"
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs):
            return tf.matmul(inputs, self.w) + self.b

    layer = Linear(3)
    output = layer(tf.ones([2, 4]))
    return [output, layer.name, [w.path for w in layer.weights], len(layer.trainable_weights)]


@yields
def own_model(tf):
    class Network(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = tf.keras.layers.Dense(4, activation="relu", kernel_initializer="ones")
            self.drop = tf.keras.layers.Dropout(0.5)
            self.head = tf.keras.layers.Dense(2, kernel_initializer="ones")

        def call(self, inputs, training=False):
            return self.head(self.drop(self.hidden(inputs), training=training))

    model = Network()
    output = model(tf.ones([3, 5]))
    names = [w.path for w in model.weights]
    return [output, model.name, names, len(model.layers), [w.shape for w in model.get_weights()]]


@yields
def layers_added_and_popped(tf):
    model = tf.keras.Sequential()
    model.add(tf.keras.Input((3,)))
    model.add(tf.keras.layers.Dense(4))
    model.add(tf.keras.layers.Dense(2))
    model.pop()
    return [model.output_shape, [layer.name for layer in model.layers]]


@yields
def same_seed_same_weights(tf):
    kernels = []
    for _ in range(2):
        tf.keras.utils.set_random_seed(3)
        layer = tf.keras.layers.Dense(4)
        layer.build((None, 3))
        kernels.append(np.asarray(layer.kernel))
    return bool(np.array_equal(*kernels))


SPREADS = {
    "glorot_uniform": 0.0816,
    "glorot_normal": 0.0816,
    "he_normal": 0.1,
    "he_uniform": 0.1,
    "lecun_normal": 0.0707,
    "lecun_uniform": 0.0707,
    "random_normal": 0.05,
    "random_uniform": 0.0289,
    "truncated_normal": 0.044,
}


@pytest.mark.parametrize("name", SPREADS)
def test_initializers_spread(name):
    from tests.parity import support

    for tf in (support.tensorflow, support.glassbrook):
        drawn = np.asarray(tf.keras.initializers.get(name)((200, 100)))
        assert drawn.std() == pytest.approx(SPREADS[name], rel=0.03)
        assert abs(drawn.mean()) < 0.005


@pytest.mark.parametrize("name", [name for name in SPREADS if name != "random_normal"])
def test_initializers_stay_within_the_same_limits(name):
    from tests.parity import support

    limits = []
    for tf in (support.tensorflow, support.glassbrook):
        drawn = np.asarray(tf.keras.initializers.get(name)((300, 200)))
        limits += [drawn.max(), -drawn.min()]
    assert limits == pytest.approx([limits[0]] * 4, rel=0.01)


@rows("layers", CASES)
def test_layers(case: Case | Fails) -> None:
    case.check()
