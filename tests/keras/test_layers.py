"""Layers: what they compute, what they own, and what they say when used wrongly."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import layers

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(6, 4)).astype("float32")


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0)) - 1))


def softmax(x, axis):
    shifted = np.exp(x - x.max(axis, keepdims=True))
    return shifted / shifted.sum(axis, keepdims=True)


# Layers without variables: (layer, the same in NumPy).
ELEMENTWISE = [
    (layers.Activation("tanh"), np.tanh),
    (layers.Activation(tf.nn.relu), lambda x: np.maximum(x, 0)),
    (layers.ReLU(), lambda x: np.maximum(x, 0)),
    (layers.ReLU(max_value=0.5), lambda x: np.clip(x, 0, 0.5)),
    (layers.ReLU(negative_slope=0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
    (
        layers.ReLU(1.0, 0.1, 0.25),
        lambda x: np.minimum(np.where(x >= 0.25, x, 0.1 * (x - 0.25)), 1.0),
    ),
    (layers.LeakyReLU(0.2), lambda x: np.where(x > 0, x, 0.2 * x)),
    (layers.LeakyReLU(alpha=0.2), lambda x: np.where(x > 0, x, 0.2 * x)),
    (layers.ELU(0.7), lambda x: elu(x, 0.7)),
    (layers.Softmax(), lambda x: softmax(x, -1)),
    (layers.Softmax(axis=0), lambda x: softmax(x, 0)),
    (layers.Rescaling(2.0, offset=-1.0), lambda x: 2 * x - 1),
    (layers.Rescaling([1, 2, 3, 4]), lambda x: x * [1, 2, 3, 4]),
    (layers.Lambda(lambda x: x * 3), lambda x: 3 * x),
    (layers.Dropout(0.5), lambda x: x),
    (layers.GaussianNoise(0.5), lambda x: x),
]


@pytest.mark.parametrize("layer, formula", ELEMENTWISE, ids=lambda each: getattr(each, "name", ""))
def test_layer_computes_its_formula(layer, formula):
    np.testing.assert_allclose(layer(X), formula(X), rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 4)) == (None, 4)


def test_elu_gradient_is_finite_where_the_exponential_overflows():
    x = tf.Variable([1000.0, -1.0])
    with tf.GradientTape() as tape:
        y = layers.ELU()(x)
    np.testing.assert_allclose(tape.gradient(y, x), [1.0, np.exp(-1)], rtol=1e-6)


class TestDense:
    @pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4), (2, 1, 3, 4), (0, 4), (2, 0, 4)])
    def test_is_a_matrix_product_and_a_bias(self, shape):
        layer = layers.Dense(3, activation="relu", bias_initializer="ones")
        x = RANDOM.normal(size=shape).astype("float32")
        expected = np.maximum(x @ layer_values(layer, x)[0] + 1, 0)
        np.testing.assert_allclose(layer(x), expected, rtol=1e-5, atol=1e-6)
        assert layer.compute_output_shape(shape) == (*shape[:-1], 3)

    def test_gradients(self):
        layer = layers.Dense(3)
        x = RANDOM.normal(size=(2, 5, 4)).astype("float32")
        layer(x)
        upstream = RANDOM.normal(size=(2, 5, 3)).astype("float32")
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x) * upstream)
        kernel, bias = tape.gradient(loss, [layer.kernel, layer.bias])
        np.testing.assert_allclose(kernel, np.einsum("abi,abo->io", x, upstream), rtol=1e-4)
        np.testing.assert_allclose(bias, upstream.sum((0, 1)), rtol=1e-4)

    @pytest.mark.parametrize("dtype", ["uint8", "int32", "float64", "float16"])
    def test_takes_any_numbers(self, dtype):
        x = np.array([[1, 2], [3, 4]], dtype)
        layer = layers.Dense(2, kernel_initializer="ones")
        result = layer(tf.constant(x))
        assert result.dtype == tf.float32
        np.testing.assert_allclose(result, [[3, 3], [7, 7]])

    def test_float64(self):
        layer = layers.Dense(2, dtype="float64")
        assert layer(X).dtype == tf.float64
        assert layer.kernel.dtype == tf.float64
        assert layer.dtype == "float64"

    def test_without_bias(self):
        layer = layers.Dense(2, use_bias=False)
        layer(X)
        assert layer.bias is None
        assert len(layer.weights) == 1

    def test_penalties_and_constraint(self):
        layer = layers.Dense(
            3,
            kernel_initializer="ones",
            bias_initializer="ones",
            kernel_regularizer=tf.keras.regularizers.L2(0.5),
            bias_regularizer=lambda w: 3.0 * tf.reduce_sum(w),
            activity_regularizer="l1",
            kernel_constraint="non_neg",
        )
        y = layer(X).numpy()
        losses = sorted(float(loss) for loss in layer.losses)
        np.testing.assert_allclose(
            losses, sorted([0.5 * 12, 3.0 * 3, 0.01 * np.abs(y).sum() / 6]), rtol=1e-5
        )
        layer.kernel.assign(-tf.ones([4, 3]))
        np.testing.assert_array_equal(layer.kernel.constraint(layer.kernel), np.zeros((4, 3)))

    def test_activation_may_be_a_layer(self):
        layer = layers.Dense(4, layers.LeakyReLU(0.5), kernel_initializer="identity")
        np.testing.assert_allclose(layer(X), np.where(X > 0, X, X / 2), rtol=1e-6)

    @pytest.mark.parametrize("units", [0, -1, 2.5, "a", None, True])
    def test_refuses_units(self, units):
        with pytest.raises(InvalidArgumentError, match="positive integer for units"):
            layers.Dense(units)

    def test_mismatch_names_the_layer_and_the_mend(self):
        layer = layers.Dense(10, name="scores")
        layer(tf.zeros([1, 784]))
        with pytest.raises(
            ShapeError,
            match=r"'scores' \(Dense\) expects last axis of size 784 but "
            r"got an input of shape \(32, 28, 28\).*layers\.Flatten\(\)",
        ):
            layer(tf.zeros([32, 28, 28]))
        with pytest.raises(ShapeError, match="'scores'.*size 784.*Check the data"):
            layer(tf.zeros([32, 100]))

    @pytest.mark.parametrize("built", [False, True])
    @pytest.mark.parametrize("shape", [(), (4,)])
    def test_refuses_a_single_sample(self, built, shape):
        layer = layers.Dense(2)
        if built:
            layer(X)
        with pytest.raises(ShapeError, match="at least 2 axes.*expand_dims"):
            layer(tf.zeros(shape))

    def test_needs_the_last_axis(self):
        with pytest.raises(ShapeError, match="needs to know the size of the last axis"):
            layers.Dense(2).build((None, None))


def layer_values(layer, x):
    layer.build(x.shape)
    return layer.get_weights()


class TestShaping:
    @pytest.mark.parametrize(
        "shape, expected",
        [((2, 3, 4), (2, 12)), ((5,), (5, 1)), ((2, 4), (2, 4)), ((0, 3), (0, 3))],
    )
    def test_flatten(self, shape, expected):
        x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
        np.testing.assert_array_equal(layers.Flatten()(x), x.reshape(expected))
        assert layers.Flatten().compute_output_shape(shape) == expected

    def test_flatten_channels_first(self):
        x = RANDOM.normal(size=(2, 3, 4, 5)).astype("float32")
        expected = x.transpose(0, 2, 3, 1).reshape(2, -1)
        np.testing.assert_array_equal(layers.Flatten("channels_first")(x), expected)

    def test_reshape(self):
        x = np.arange(24, dtype="float32").reshape(2, 12)
        np.testing.assert_array_equal(layers.Reshape((3, -1))(x), x.reshape(2, 3, 4))
        assert layers.Reshape((3, -1)).compute_output_shape((None, 12)) == (None, 3, 4)
        assert layers.Reshape((3, -1)).compute_output_shape((None, None)) == (None, 3, None)

    @pytest.mark.parametrize("target", [(5,), (5, -1), (-1, -1)])
    def test_reshape_refuses(self, target):
        with pytest.raises(ShapeError, match=r"'reshape.*shape \(12,\), 12 numbers"):
            layers.Reshape(target)(tf.zeros([2, 12]))

    def test_permute_and_repeat(self):
        x = RANDOM.normal(size=(2, 3, 4)).astype("float32")
        np.testing.assert_array_equal(layers.Permute((2, 1))(x), x.transpose(0, 2, 1))
        np.testing.assert_array_equal(layers.RepeatVector(3)(X), np.repeat(X[:, None], 3, axis=1))
        assert layers.Permute((2, 1)).compute_output_shape((None, 3, 4)) == (None, 4, 3)
        assert layers.RepeatVector(3).compute_output_shape((None, 4)) == (None, 3, 4)


class TestDropout:
    def test_drops_the_share_and_scales_the_rest(self):
        y = layers.Dropout(0.3, seed=1)(tf.ones([100, 200]), training=True).numpy()
        assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.7)}
        assert abs((y == 0).mean() - 0.3) < 0.01

    def test_seed_fixes_the_sequence(self):
        one, other = layers.Dropout(0.5, seed=4), layers.Dropout(0.5, seed=4)
        first, second = (one(tf.ones([64]), training=True).numpy() for _ in range(2))
        assert not np.array_equal(first, second)
        np.testing.assert_array_equal(first, other(tf.ones([64]), training=True))

    def test_global_seed_fixes_unseeded_layers(self):
        drawn = []
        for _ in range(2):
            tf.keras.utils.set_random_seed(3)
            drawn.append(layers.Dropout(0.5)(tf.ones([64]), training=True).numpy())
        np.testing.assert_array_equal(*drawn)

    def test_noise_shape(self):
        layer = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)
        y = layer(tf.ones([50, 4]), training=True).numpy()
        assert (y == y[:, :1]).all()
        assert len(np.unique(y)) == 2

    def test_gradient_goes_where_numbers_went(self):
        x = tf.Variable(tf.ones([32]))
        with tf.GradientTape() as tape:
            y = layers.Dropout(0.5, seed=2)(x, training=True)
        np.testing.assert_array_equal(tape.gradient(y, x), y)

    def test_everything(self):
        assert not np.any(layers.Dropout(1.0)(tf.ones([4]), training=True))

    @pytest.mark.parametrize("rate", [-0.1, 1.5, "a", None])
    def test_refuses_rate(self, rate):
        with pytest.raises(InvalidArgumentError, match="between 0 and 1 for rate"):
            layers.Dropout(rate)

    def test_gaussian_noise(self):
        y = layers.GaussianNoise(0.5, seed=3)(tf.zeros([20_000]), training=True).numpy()
        assert abs(y.mean()) < 0.02
        assert abs(y.std() - 0.5) < 0.02


class Scale(layers.Layer):
    """A layer of one's own, with everything in its place."""

    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.scale = self.add_weight(
            shape=(input_shape[-1],),
            initializer=tf.keras.initializers.Constant(self.start),
            name="scale",
        )
        self.count = self.add_weight(name="count", dtype="int32", trainable=False)

    def call(self, inputs):
        self.count.assign_add(1)
        return inputs * self.scale


class Pair(layers.Layer):
    """A layer of layers, in attributes, lists and dictionaries."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = Scale(2.0)
        self.rest = [layers.Dense(3), {"last": layers.Dense(2)}]

    def call(self, inputs):
        return self.rest[1]["last"](self.rest[0](self.scale(inputs)))


class TestOwnership:
    def test_own_layer(self):
        layer = Scale(3.0)
        assert not layer.built
        np.testing.assert_allclose(layer(X), 3 * X)
        assert layer.built
        assert [weight.path for weight in layer.weights] == ["scale/scale", "scale/count"]
        assert len(layer.trainable_weights) == 1
        assert layer.trainable_weights[0] is layer.scale
        assert layer.non_trainable_weights[0] is layer.count
        assert layer.count_params() == 5
        assert int(layer.count) == 1

    def test_names_count_up_and_start_anew(self):
        tf.keras.backend.clear_session()
        assert [layers.Dense(1).name for _ in range(3)] == ["dense", "dense_1", "dense_2"]
        assert layers.LeakyReLU().name == "leaky_re_lu"
        assert layers.Dense(1, name="mine").name == "mine"
        tf.keras.backend.clear_session()
        assert layers.Dense(1).name == "dense"

    def test_nested_layers_are_found(self):
        tf.keras.backend.clear_session()
        layer = Pair()
        assert layer(X).shape == (6, 2)
        assert [weight.path for weight in layer.weights] == [
            "pair/scale/scale",
            "pair/scale/count",
            "pair/dense/kernel",
            "pair/dense/bias",
            "pair/dense_1/kernel",
            "pair/dense_1/bias",
        ]
        assert len(layer.trainable_variables) == 5

    def test_weights_follow_changes(self):
        layer = Pair()
        layer(X)
        count = len(layer.weights)
        extra = layers.Dense(1)
        extra(X)
        layer.rest.append(extra)
        assert len(layer.weights) == count + 2
        layer.rest[1]["last"] = extra
        assert len(layer.weights) == count
        layer.rest.pop()
        layer.more = tf.Variable(1.0)
        assert len(layer.weights) == count + 1
        del layer.more
        assert len(layer.weights) == count

    def test_notes_of_plain_values_cost_nothing(self):
        from glassbrook.keras.layers import tracking

        layer = Pair()
        layer(X)
        layer.notes, layer.table = [], {}
        before = tracking.version()
        layer.notes.append(1.5)
        layer.table.setdefault("a", "b")
        layer.count = 3
        layer.last = tf.constant(1.0)
        assert tracking.version() == before
        layer.notes.append(layers.Dense(1))
        assert tracking.version() > before

    def test_shared_weights_count_once(self):
        shared = layers.Dense(4)
        layer = layers.Layer()
        layer.a = layer.b = shared
        shared(X)
        assert len(layer.weights) == 2

    def test_a_layer_may_know_its_owner(self):
        layer = Pair()
        layer.scale.owner = layer
        layer(X)
        assert len(layer.weights) == 6

    def test_freezing_is_recursive(self):
        layer = Pair()
        layer(X)
        layer.trainable = False
        assert layer.trainable_weights == []
        assert len(layer.non_trainable_weights) == 6
        layer.trainable = True
        assert len(layer.trainable_weights) == 5
        layer.rest[0].trainable = False
        assert len(layer.trainable_weights) == 3

    def test_frozen_before_it_is_built(self):
        layer = layers.Dense(2, trainable=False)
        layer(X)
        assert layer.trainable_weights == []

    @pytest.mark.parametrize(
        "arguments, named",
        [
            (("w", [2, 3]), {}),
            (([2, 3],), {"name": "w"}),
            (([2, 3], "zeros"), {"name": "w"}),
            ((), {"name": "w", "shape": [2, 3]}),
        ],
    )
    @pytest.mark.parametrize("method", ["add_weight", "add_variable"])
    def test_both_orders_of_arguments(self, method, arguments, named):
        layer = layers.Layer()
        weight = getattr(layer, method)(*arguments, **named)
        assert weight.shape == (2, 3)
        assert weight.name == "w"
        assert layer.weights[0] is weight

    def test_add_weight_refuses(self):
        layer = layers.Layer()
        with pytest.raises(ShapeError, match="known whole number"):
            layer.add_weight(shape=(None, 3))
        with pytest.raises(InvalidArgumentError, match="unknown argument shap="):
            layer.add_weight(shap=(3,))

    def test_without_super_init(self):
        class Careless(layers.Layer):
            def __init__(self):
                self.dense = layers.Dense(2)

            def call(self, inputs):
                return self.dense(inputs)

        layer = Careless()
        assert layer(X).shape == (6, 2)
        assert len(layer.weights) == 2

    def test_get_and_set_weights(self):
        layer = layers.Dense(2)
        layer(X)
        values = [np.full((4, 2), 2.0), np.array([1.0, -1.0])]
        layer.set_weights(values)
        for found, expected in zip(layer.get_weights(), values, strict=True):
            np.testing.assert_array_equal(found, expected)
        np.testing.assert_allclose(layer(X), X @ values[0] + values[1], rtol=1e-5)

    def test_set_weights_refuses_and_changes_nothing(self):
        layer = layers.Dense(2)
        with pytest.raises(
            InvalidArgumentError, match="0 weights, but 1 arrays.*before it is built"
        ):
            layer.set_weights([np.zeros((4, 2))])
        layer(X)
        before = layer.get_weights()
        with pytest.raises(InvalidArgumentError, match="has 2 weights, but 1 arrays"):
            layer.set_weights([np.zeros((4, 2))])
        with pytest.raises(ShapeError, match=r"bias.* has shape \(2,\), the given array \(3,\)"):
            layer.set_weights([np.zeros((4, 2)), np.zeros(3)])
        np.testing.assert_array_equal(layer.get_weights()[0], before[0])

    def test_copies_are_independent(self):
        layer = Pair()
        layer(X)
        twin = copy.deepcopy(layer)
        np.testing.assert_allclose(twin(X), layer(X), rtol=1e-6)
        twin.scale.scale.assign([5.0] * 4)
        assert not np.allclose(twin(X), layer(X))
        assert len(twin.trainable_weights) == 5

    def test_count_params_needs_weights(self):
        with pytest.raises(InvalidArgumentError, match="is not built"):
            layers.Dense(2).count_params()


class TestConfig:
    @pytest.mark.parametrize(
        "layer",
        [
            layers.Dense(3, "relu", kernel_regularizer="l2", bias_constraint="non_neg", name="d"),
            layers.Dense(3, tf.nn.tanh, input_shape=(4,), dtype="float64", trainable=False),
            layers.Flatten("channels_first"),
            layers.Reshape((2, -1)),
            layers.Permute((2, 1)),
            layers.RepeatVector(2),
            layers.Dropout(0.2, noise_shape=(None, 1), seed=3),
            layers.GaussianNoise(0.1),
            layers.Activation("softmax"),
            layers.ReLU(6.0, 0.1),
            layers.LeakyReLU(0.1),
            layers.ELU(0.5),
            layers.Softmax(1),
            layers.Rescaling(1 / 255, [1.0, 2.0]),
            layers.InputLayer((3,), name="in"),
            Scale(2.0, name="own"),
        ],
        ids=lambda layer: type(layer).__name__,
    )
    def test_goes_round(self, layer):
        config = layer.get_config()
        twin = type(layer).from_config(config)
        assert twin.get_config() == config
        assert twin.name == layer.name

    def test_arguments_are_the_configuration(self):
        assert Scale(2.0, name="s").get_config() == {
            "name": "s",
            "trainable": True,
            "dtype": "float32",
            "start": 2.0,
        }

    def test_without_further_arguments(self):
        class Bare(layers.Layer):
            def __init__(self, size, names=("a",)):
                super().__init__()

        assert Bare(3).get_config() == {"size": 3, "names": ("a",)}

    def test_arguments_that_no_file_could_hold(self):
        with pytest.raises(InvalidArgumentError, match="has no get_config.*start="):
            Scale(object()).get_config()

    def test_lambda_has_none(self):
        with pytest.raises(InvalidArgumentError, match="model files hold no code"):
            layers.Lambda(lambda x: x).get_config()
