"""Sequential and Model: how they are put together, built, summarized and copied."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError
from glassbrook.keras import layers

X = np.random.default_rng(2).normal(size=(6, 4)).astype("float32")


@pytest.fixture(autouse=True)
def _fresh_names():
    tf.keras.backend.clear_session()


class Network(tf.keras.Model):
    """A model of one's own."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation="relu")
        self.drop = layers.Dropout(0.5)
        self.out = layers.Dense(2)

    def call(self, inputs, training=False):
        return self.out(self.drop(self.hidden(inputs), training=training))


class TestSequential:
    def test_is_one_layer_after_the_other(self):
        model = tf.keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(2)])
        kernel, bias, other, last = (model(X), model.get_weights())[1]
        expected = np.maximum(X @ kernel + bias, 0) @ other + last
        np.testing.assert_allclose(model(X), expected, rtol=1e-5)

    @pytest.mark.parametrize(
        "first",
        [
            lambda: [tf.keras.Input((4,)), layers.Dense(3)],
            lambda: [tf.keras.Input(batch_shape=[None, 4]), layers.Dense(3)],
            lambda: [layers.InputLayer((4,)), layers.Dense(3)],
            lambda: [layers.Dense(3, input_shape=(4,))],
            lambda: [layers.Dense(3, input_dim=4)],
            lambda: [layers.Dense(3, batch_input_shape=(None, 4))],
        ],
    )
    def test_all_ways_to_give_the_input_shape(self, first):
        model = tf.keras.Sequential([*first(), layers.Dense(2)])
        assert model.built
        assert model.input_shape == (None, 4)
        assert model.output_shape == (None, 2)
        assert len(model.layers) == 2
        assert model.count_params() == 15 + 8
        assert model.inputs[0].shape == (None, 4)
        assert model.outputs[0].shape == (None, 2)

    def test_add_and_pop(self):
        model = tf.keras.Sequential()
        model.add(tf.keras.Input((4,)))
        model.add(layers.Dense(3))
        assert model.output_shape == (None, 3)
        last = layers.Dense(2)
        model.add(last)
        assert model(X).shape == (6, 2)
        assert model.pop() is last
        assert model(X).shape == (6, 3)
        assert len(model.weights) == 2
        model.add(layers.Dense(7))
        assert model(X).shape == (6, 7)

    def test_variables_are_named_after_model_and_layer(self):
        inner = tf.keras.Sequential([layers.Dense(2, name="a")], name="inner")
        model = tf.keras.Sequential([inner, layers.Dense(3), Network(name="net")], name="outer")
        model.build((None, 4))
        assert [weight.path for weight in model.weights][::2] == [
            "outer/inner/a/kernel",
            "outer/dense/kernel",
            "outer/net/dense_1/kernel",
            "outer/net/dense_2/kernel",
        ]

    def test_built_by_the_first_data(self):
        model = tf.keras.Sequential([layers.Flatten(), layers.Dense(2)])
        assert model.weights == []
        with pytest.raises(AttributeError, match="no defined input shape"):
            _ = model.input_shape
        model(np.zeros((3, 2, 2), "float32"))
        assert model.output_shape == (3, 2)
        assert model(np.zeros((5, 2, 2), "float32")).shape == (5, 2)

    @pytest.mark.parametrize("thing", [1, tf.nn.relu, "dense", layers.Dense])
    def test_refuses_what_is_no_layer(self, thing):
        with pytest.raises(InvalidArgumentError, match="Only instances of keras.Layer"):
            tf.keras.Sequential([thing])

    def test_refuses_equal_names_and_the_same_layer(self):
        with pytest.raises(InvalidArgumentError, match="unique names"):
            tf.keras.Sequential([layers.Dense(1, name="a"), layers.Dense(2, name="a")])
        layer = layers.Dense(1)
        with pytest.raises(InvalidArgumentError, match="in the model already"):
            tf.keras.Sequential([layer, layer])
        with pytest.raises(InvalidArgumentError, match="has to be the first item"):
            tf.keras.Sequential([layer, tf.keras.Input((3,))])

    @pytest.mark.parametrize(
        "shape, hint", [((6,), "x\\[None\\]"), ((2, 5), ""), ((2, 3, 2), "Flatten each input")]
    )
    def test_declared_input_is_checked(self, shape, hint):
        model = tf.keras.Sequential([tf.keras.Input((6,)), layers.Dense(2)])
        with pytest.raises(
            ShapeError, match=rf"declared to take inputs of shape \(None, 6\).*{hint}"
        ):
            model(tf.zeros(shape))

    def test_float64_all_the_way(self):
        model = tf.keras.Sequential(
            [layers.Dense(1, dtype="float64", kernel_initializer="ones", use_bias=False)]
        )
        x = np.array([[1.0, 1e-12]])
        assert float(model(x)[0, 0]) == 1 + 1e-12

    def test_building_again_without_a_shape(self):
        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(2)])
        model.build()
        assert model.input_shape == (None, 4)

    def test_build_needs_a_shape(self):
        with pytest.raises(InvalidArgumentError, match="cannot be built without the shape"):
            tf.keras.Sequential([layers.Dense(2)]).build()

    def test_many_threads_may_call_one_model(self):
        model = tf.keras.Sequential([layers.Dense(5, activation="tanh"), layers.Dense(2)])
        results: list[np.ndarray] = []

        def run():
            for _ in range(20):
                results.append(model(X).numpy())

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(model.weights) == 4
        assert len(results) == 160
        for each in results:
            np.testing.assert_allclose(each, results[0], rtol=1e-5, atol=1e-6)


class TestModel:
    def test_build_before_data(self):
        model = Network()
        model.build((None, 4))
        assert [weight.path for weight in model.weights] == [
            "network/dense/kernel",
            "network/dense/bias",
            "network/dense_1/kernel",
            "network/dense_1/bias",
        ]
        assert model.output_shape == (None, 2)

    def test_layers_and_lookup(self):
        model = Network()
        assert [layer.name for layer in model.layers] == ["dense", "dropout", "dense_1"]
        assert model.get_layer("dropout") is model.drop
        assert model.get_layer(index=2) is model.out
        with pytest.raises(InvalidArgumentError, match="no layer is named 'x'.*'dense', 'dropout'"):
            model.get_layer("x")
        with pytest.raises(InvalidArgumentError, match="no layer 9: the model has 3"):
            model.get_layer(index=9)

    def test_plain_variables_belong_to_it(self):
        class Affine(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.w = tf.Variable(2.0)

            def call(self, x):
                return self.w * x

        model = Affine()
        np.testing.assert_allclose(model(X), 2 * X)
        assert len(model.trainable_variables) == 1

    @pytest.mark.parametrize("make", [Network, lambda: tf.keras.Sequential([layers.Dense(2)])])
    def test_clone(self, make):
        model = make()
        model.build((None, 4))
        twin = tf.keras.models.clone_model(model)
        assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]
        assert not any(a is b for a, b in zip(twin.weights, model.weights, strict=True))
        twin.set_weights(model.get_weights())
        np.testing.assert_array_equal(twin(X), model(X))

    def test_json(self):
        model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(2)])
        twin = tf.keras.models.model_from_json(model.to_json())
        assert twin.output_shape == (None, 2)


def summary(model, **options):
    lines: list[str] = []
    model.summary(print_fn=lines.append, **options)
    return "".join(lines)


DEFERRED = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense (Dense)                   │ ?                      │   0 (unbuilt) │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dropout (Dropout)               │ ?                      │             0 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 0 (0.00 B)
 Trainable params: 0 (0.00 B)
 Non-trainable params: 0 (0.00 B)
"""

NESTED = """\
Model: "outer"
┏━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━┓
┃ Layer (type)          ┃ Output Shape     ┃ Param # ┃ Tr… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━┩
│ inner (Sequential)    │ (None, 3)        │      17 │  N  │
├───────────────────────┼──────────────────┼─────────┼─────┤
│    └ a (Dense)        │ (None, 2)        │       8 │  N  │
├───────────────────────┼──────────────────┼─────────┼─────┤
│    └ b (Dense)        │ (None, 3)        │       9 │  N  │
├───────────────────────┼──────────────────┼─────────┼─────┤
│ flatten (Flatten)     │ (None, 3)        │       0 │  -  │
├───────────────────────┼──────────────────┼─────────┼─────┤
│ a name that is very   │ (None, 100000)   │ 400,000 │  Y  │
│ long indeed (Dense)   │                  │         │     │
└───────────────────────┴──────────────────┴─────────┴─────┘
 Total params: 800,019 (3.05 MB)
 Trainable params: 400,000 (1.53 MB)
 Non-trainable params: 17 (68.00 B)
 Optimizer params: 400,002 (1.53 MB)
"""


class TestSummary:
    """The texts are what Keras 3 prints for the same models."""

    def test_before_anything_is_known(self, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        model = tf.keras.Sequential([layers.Dense(2), layers.Dropout(0.5)])
        model.summary()
        assert capsys.readouterr().out == DEFERRED

    def test_nested_frozen_and_trained(self):
        inner = tf.keras.Sequential([layers.Dense(2, name="a"), layers.Dense(3, name="b")])
        inner.name = "inner"
        long_name = layers.Dense(100_000, name="a name that is very long indeed")
        model = tf.keras.Sequential([inner, layers.Flatten(), long_name], name="outer")
        model.build((None, 3))
        inner.trainable = False
        model.compile(tf.keras.optimizers.SGD(momentum=0.9), "mse")
        model.optimizer.build(model.trainable_variables)
        found = summary(model, line_length=60, show_trainable=True, expand_nested=True)
        assert found == NESTED

    def test_part_of_a_model(self):
        model = tf.keras.Sequential([layers.Dense(1, name=name) for name in "abcd"])
        text = summary(model, layer_range=("b", "c"))
        assert [name for name in "abcd" if f"│ {name} (Dense)" in text] == ["b", "c"]
        with pytest.raises(InvalidArgumentError, match="names no layer"):
            summary(model, layer_range=("b", "x"))
        with pytest.raises(InvalidArgumentError, match="too short"):
            summary(model, line_length=8)


class TestRanks:
    """A last axis of size 1 may be missing or be too much, as in Keras."""

    @pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 1, 1)])
    def test_single_numbers(self, shape):
        model = tf.keras.Sequential([layers.Dense(1, input_shape=[1], kernel_initializer="ones")])
        x = np.arange(3, dtype="float32")
        np.testing.assert_array_equal(model(x.reshape(shape)), x[:, None])

    def test_single_numbers_as_data(self):
        model = tf.keras.Sequential([layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], verbose=0)
        assert model.predict([10.0]).shape == (1, 1)

    def test_a_batch_axis_is_never_guessed(self):
        with pytest.raises(ShapeError, match="at least 2 axes"):
            tf.keras.Sequential([layers.Dense(1)])(np.zeros(3, "float32"))
        images = tf.keras.Sequential([layers.Flatten(input_shape=(2, 2)), layers.Dense(1)])
        assert images(np.zeros((3, 2, 2, 1), "float32")).shape == (3, 1)
        with pytest.raises(ShapeError, match=r"declared.*\(None, 2, 2\).*\(3, 4\)"):
            images(np.zeros((3, 4), "float32"))
