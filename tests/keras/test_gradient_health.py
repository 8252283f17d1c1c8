"""The health of layers: what is measured, what is said of it, and that nothing is disturbed."""

from __future__ import annotations

import csv
import math
import random

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine import tiers
from glassbrook.errors import DivergedError, InvalidArgumentError, UsageError
from glassbrook.keras import layers
from glassbrook.keras.callbacks import GradientHealth
from glassbrook.keras.health import LayerHealth, Thresholds, examine
from glassbrook.keras.health.advice import advise
from glassbrook.keras.initializers import Constant, RandomNormal

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(96, 6)).astype("float32")
Y = (X[:, :1] - 2 * X[:, 1:2] + 0.5).astype("float32")


def trained(*stack, loss="mse", optimizer="adam", epochs=2, y=Y, **options):
    """A model, and the callback that looked at it."""
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential(list(stack))
    model.compile(optimizer, loss)
    watch = GradientHealth(verbose=0, **options)
    model.fit(X, y, epochs=epochs, verbose=0, callbacks=[watch])
    return model, watch


def kinds(watch):
    return [each.kind for each in watch.advice]


# What is measured: each number by hand.


def by_hand(model, x, y):
    """Gradients of the mean squared error by a tape of ours, whose rules have their own tests."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
    return [each.numpy() for each in tape.gradient(loss, model.trainable_variables)]


def norm(*arrays):
    return math.sqrt(sum(float(np.sum(np.square(each, dtype=np.float64))) for each in arrays))


def test_gradients_weights_and_updates_are_those_of_the_next_step():
    model, watch = trained(layers.Dense(4, "relu", name="first"), layers.Dense(1, name="last"))
    gradients = by_hand(model, X, Y)
    first, last = examine(model, (tf.constant(X), tf.constant(Y)))
    assert first.gradient_norm == pytest.approx(norm(*gradients[:2]), rel=1e-5)
    assert last.gradient_norm == pytest.approx(norm(*gradients[2:]), rel=1e-5)
    before = model.get_weights()
    assert first.weight_norm == pytest.approx(norm(*before[:2]), rel=1e-6)
    model.train_on_batch(X, Y)
    moved = [new - old for new, old in zip(model.get_weights(), before, strict=True)]
    assert first.update_ratio == pytest.approx(norm(*moved[:2]) / norm(*before[:2]), rel=1e-3)
    assert last.update_ratio == pytest.approx(norm(*moved[2:]) / norm(*before[2:]), rel=1e-3)
    assert (first.is_last, last.is_last) == (False, True)
    assert watch.layers == (first, last)  # all 96 samples are looked at


def test_dead_units_are_those_that_give_nothing_for_any_sample():
    bias = np.array([-99.0, 0.0, -99.0, 99.0, 0.0], np.float32)
    dense = layers.Dense(5, "relu", name="first")
    model = tf.keras.Sequential([dense, layers.Dense(1)])
    model.compile("sgd", "mse")
    model(X[:1])
    dense.bias.assign(bias)
    first, _ = examine(model, (tf.constant(X), tf.constant(Y)))
    outputs = np.maximum(X @ dense.kernel.numpy() + bias, 0)
    assert first.dead == np.mean((outputs == 0).all(0)) == 0.4
    zeros = np.concatenate([each.ravel() for each in by_hand(model, X, Y)[:2]]) == 0
    assert first.zero_gradients == zeros.mean() >= 0.4


def test_a_dead_channel_of_an_image_counts_as_one_unit():
    convolution = layers.Conv2D(4, 3, activation="relu", name="convolution")
    model = tf.keras.Sequential([convolution, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    images = tf.constant(RANDOM.normal(size=(5, 6, 6, 1)).astype("float32"))
    model(images)
    convolution.bias.assign([0.0, -99.0, 0.0, 0.0])
    assert examine(model, (images, tf.ones([5, 1])))[0].dead == 0.25


@pytest.mark.parametrize(("name", "limits"), [("sigmoid", (0, 1)), ("tanh", (-1, 1))])
def test_saturated_outputs_are_close_to_a_limit(name, limits):
    dense = layers.Dense(8, name, kernel_initializer=RandomNormal(stddev=2.0, seed=1))
    model = tf.keras.Sequential([dense, layers.Dense(1)])
    model.compile("sgd", "mse")
    outputs = dense(X).numpy()
    share = np.mean((outputs < limits[0] + 0.01) | (outputs > limits[1] - 0.01))
    found = examine_built(model)
    assert 0.05 < share < 0.95
    assert found[0].saturated == pytest.approx(share)
    assert found[0].dead is None


def examine_built(model, x=X, y=Y):
    model(x[:2])
    return examine(model, (tf.constant(x), tf.constant(y)))


def test_units_are_found_in_layers_of_all_kinds():
    class Own(layers.Layer):
        def __init__(self):
            super().__init__(name="own")
            self.inner = layers.Dense(3, name="inner")

        def call(self, inputs):
            return tf.nn.relu(self.inner(inputs) - 99.0)

    model = tf.keras.Sequential(
        [
            Own(),
            layers.Dense(4),
            layers.Activation("tanh", name="hyperbolic"),
            layers.ReLU(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    found = {each.layer: each for each in examine_built(model)}
    assert found["own"].dead == 1.0
    assert found["own"].gradient_norm is None
    assert found["own/inner"].dead is None
    assert found["own/inner"].gradient_norm == 0.0
    assert found["hyperbolic"].saturated == 0.0
    assert next(each for each in found.values() if each.layer_class == "ReLU").dead is not None


@pytest.mark.parametrize("name", ["leaky_relu", "gelu", "silu", "elu", "selu", "mish", "softsign"])
def test_functions_made_of_a_relu_or_a_sigmoid_are_something_else(name):
    model = tf.keras.Sequential([layers.Dense(4, name), layers.Dense(1)])
    model.compile("sgd", "mse")
    first = examine_built(model)[0]
    assert (first.dead, first.saturated) == (None, None)


def test_layers_within_layers_and_shared_ones_have_paths():
    given = tf.keras.Input((6,))
    shared = layers.Dense(6, "relu", name="shared")
    block = tf.keras.Sequential([layers.Dense(3, "relu", name="inner")], name="block")
    outputs = layers.Dense(1, name="last")(block(shared(shared(given))))
    model = tf.keras.Model(given, outputs)
    model.compile("sgd", "mse")
    assert [each.layer for each in examine_built(model)] == ["shared", "block/inner", "last"]


class Subclassed(tf.keras.Model):
    def __init__(self):
        super().__init__(name="own")
        self.first, self.last = layers.Dense(4, name="first"), layers.Dense(1, name="last")
        self.unused = layers.Dense(2, name="unused")
        self.unused.build((None, 3))

    def call(self, inputs):
        return self.last(tf.nn.relu(self.first(inputs)))


def test_subclassed_models():
    model = Subclassed()
    model.compile("sgd", "mse")
    found = {each.layer: each for each in examine_built(model)}
    assert list(found) == ["first", "own", "last", "unused"]
    assert found["own"].dead is not None  # the model's own tf.nn.relu
    assert not found["unused"].is_connected
    report = tf.explain.health(model, X, Y)
    assert [(each.kind, each.layer) for each in report.advice] == [("unconnected", "unused")]


def test_frozen_layers_are_not_measured():
    model = tf.keras.Sequential([layers.Dense(4, name="frozen"), layers.Dense(1, name="last")])
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    assert [each.layer for each in examine_built(model)] == ["last"]


def test_a_long_gradient_does_not_overflow_its_length():
    model = tf.keras.Sequential([layers.Dense(1, kernel_initializer=Constant(1e20))])
    model.compile("sgd", "mse")
    found = examine_built(model, y=-1e20 * Y)
    assert 1e20 < found[0].gradient_norm < math.inf
    assert found[0].weight_norm == pytest.approx(1e20 * math.sqrt(6))


def test_weights_of_samples_and_penalties_take_part():
    model = tf.keras.Sequential([layers.Dense(1, kernel_regularizer="l2")])
    model.compile("sgd", "mse")
    model(X)
    x, y = tf.constant(X), tf.constant(Y)
    plain = examine(model, (x, y))[0].gradient_norm
    none = examine(model, (x, y, tf.zeros([96])))[0].gradient_norm
    assert none == pytest.approx(norm(0.02 * model.layers[0].kernel.numpy()), rel=1e-4)
    assert plain > none


# Sick networks, and healthy ones.


def test_healthy_networks_get_no_advice():
    _, watch = trained(layers.Dense(16, "relu"), layers.Dense(8, "relu"), layers.Dense(1), epochs=4)
    assert kinds(watch) == []
    _, watch = trained(
        layers.Dense(16),
        layers.BatchNormalization(),
        layers.Activation("tanh"),
        layers.Dropout(0.2),
        layers.Dense(1, "sigmoid"),
        loss="binary_crossentropy",
        y=(Y > 0).astype("float32"),
        optimizer=tf.keras.optimizers.SGD(0.1),
    )
    assert kinds(watch) == []


def test_dead_units():
    _, watch = trained(
        layers.Dense(8, "relu", bias_initializer=Constant(-99.0), name="first"), layers.Dense(1)
    )
    assert kinds(watch) == ["dead"]
    (advice,) = watch.advice
    assert advice.layer == "first"
    assert advice.text.startswith("100% of the ReLU units of layer 'first' are dead")
    assert "LeakyReLU" in advice.text


def test_vanishing_gradients():
    deep = [layers.Dense(16, "sigmoid", name=f"d{place}") for place in range(8)]
    _, watch = trained(*deep, layers.Dense(1, name="last"), optimizer="sgd")
    assert kinds(watch) == ["vanishing"]
    assert watch.advice[0].layer == "d0"
    assert "of that of 'last'" in watch.advice[0].text
    norms = [watch.history[f"d{place}"]["gradient_norm"][0] for place in range(8)]
    assert norms == sorted(norms)


def test_saturated_units():
    _, watch = trained(
        layers.Dense(16, "sigmoid", kernel_initializer=RandomNormal(stddev=60.0), name="wide"),
        layers.Dense(1),
    )
    assert kinds(watch) == ["saturated"]
    assert "of the outputs of layer 'wide' are at a limit" in watch.advice[0].text


def test_the_last_layer_may_be_sure():
    _, watch = trained(
        layers.Dense(1, "sigmoid", kernel_initializer=RandomNormal(stddev=60.0)),
        loss="binary_crossentropy",
        y=(Y > 0).astype("float32"),
    )
    assert watch.layers[0].saturated > 0.5
    assert "saturated" not in kinds(watch)


def test_exploding_gradients():
    stack = [
        layers.Dense(32, "relu", kernel_initializer=RandomNormal(stddev=1.0)) for _ in "123456"
    ]
    model = tf.keras.Sequential([*stack, layers.Dense(1)])
    model.compile("sgd", "mse")
    model(X[:2])
    report = tf.explain.health(model, X, Y)
    assert [each.kind for each in report.advice] == ["exploding"]
    assert "clipnorm=1.0" in report.advice[0].text


def test_updates_that_are_too_large_or_too_small():
    sgd = tf.keras.optimizers.SGD
    _, watch = trained(layers.Dense(4, "relu"), layers.Dense(1), optimizer=sgd(1e-9))
    assert kinds(watch) == ["update too small"]
    _, watch = trained(
        layers.Dense(4), layers.Dense(1), optimizer=tf.keras.optimizers.Adam(0.5), epochs=1
    )
    assert kinds(watch) == ["update too large"]
    assert "Try a lower learning rate" in watch.advice[0].text


def test_advice_is_given_once_for_each_kind_and_layer(capsys):
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential(
        [layers.Dense(4, "relu", bias_initializer=Constant(-99.0)) for _ in range(2)]
        + [layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    watch = GradientHealth()
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[watch])
    assert len(watch.advice) == len({(each.kind, each.layer) for each in watch.advice}) == 2
    printed = capsys.readouterr().out
    assert printed.count("are dead") == 2
    assert printed.count("GradientHealth, epoch 1: ") == 2
    assert printed.endswith(watch.table + "\n")


# Nothing to say of networks that are well.


def test_keys_of_an_attention_do_not_vanish():
    keys = [
        LayerHealth("embedding", "Embedding", gradient_norm=0.5, weight_norm=1.0),
        LayerHealth("attention/key", "Dense", gradient_norm=1e-5, weight_norm=1.0),
        LayerHealth("last", "Dense", gradient_norm=1.0, weight_norm=1.0, is_last=True),
    ]
    assert advise(keys, Thresholds()) == []
    assert [each.layer for each in advise(keys[1:], Thresholds())] == ["attention/key"]


def test_small_steps_of_what_has_learned():
    def small(gradient):
        return [LayerHealth("a", "Dense", gradient_norm=gradient, update_ratio=1e-8)]

    assert advise(small(1e-6), Thresholds()) == []
    assert [each.kind for each in advise(small(1.0), Thresholds())] == ["update too small"]


def degrees(rate):
    celsius = np.array([[-40.0], [-10], [0], [8], [15], [22], [38]], "float32")
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential([layers.Dense(1)])
    model.compile(tf.keras.optimizers.Adam(rate), "mse")
    watch = GradientHealth(verbose=0)
    model.fit(celsius, celsius * 1.8 + 32, epochs=12, verbose=0, callbacks=[watch])
    return watch


def test_large_steps_that_lead_somewhere():
    watch = degrees(0.1)
    (record,) = watch.history.values()
    assert max(record["gradient_norm"]) > 1e3
    assert max(record["update_ratio"]) > 0.1
    assert watch.advice == []
    assert "update too large" in kinds(degrees(1e3))


def test_a_loop_over_time():
    sequences = np.random.default_rng(0).normal(size=(32, 6, 3)).astype("float32")
    model = tf.keras.Sequential([layers.SimpleRNN(4), layers.Dense(1)])
    model.compile("adam", "mse")
    watch = GradientHealth(verbose=0)
    model.fit(sequences, sequences[:, 0, 0], epochs=2, verbose=0, callbacks=[watch])
    assert watch.advice == []
    assert [each.layer for each in watch.layers][1:] == [model.layers[1].name]
    assert watch.layers[0].gradient_norm > 0


LAYERS = [
    LayerHealth("a", "Dense", gradient_norm=1e-4, weight_norm=1.0, update_ratio=1e-3, dead=0.3),
    LayerHealth("b", "Dense", gradient_norm=1.0, weight_norm=1.0, update_ratio=1e-3, is_last=True),
]


def test_thresholds_can_be_moved():
    assert [each.kind for each in advise(LAYERS, Thresholds())] == ["vanishing"]
    assert advise(LAYERS, Thresholds(vanishing=1e-5)) == []
    moved = Thresholds(vanishing=1e-5, dead=0.3, exploding=0.5, small_update=1e-2)
    assert [each.kind for each in advise(LAYERS, moved)] == [
        "exploding",
        "dead",
        "update too small",
    ]
    nan = LayerHealth("a", "Dense", gradient_norm=math.nan, update_ratio=math.nan)
    assert [each.kind for each in advise([nan], Thresholds())] == ["exploding", "update too large"]


# Nothing is disturbed.


class Noisy(layers.Layer):
    """Draws from the common stream, from NumPy's and from Python's, and keeps count."""

    def build(self, input_shape):
        self.count = self.add_weight(shape=(), trainable=False, initializer="zeros")

    def call(self, inputs, training=False):
        if training:
            self.count.assign_add(1.0)
            inputs = inputs + 0.1 * tf.random.normal(tf.shape(inputs))
        return inputs


class Drawing(Noisy):
    def call(self, inputs, training=False):
        return super().call(inputs, training) + 0.01 * (np.random.rand() + random.random())  # noqa: NPY002


def _network(noise=Noisy, **options):
    model = tf.keras.Sequential(
        [
            noise(),
            layers.Dense(8),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dropout(0.3),
            layers.Dense(8, "tanh", activity_regularizer="l2"),
            layers.Dense(1),
        ]
    )
    model.compile(
        tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.ExponentialDecay(0.01, 5, 0.9)),
        "mse",
        metrics=["mae"],
        **options,
    )
    return model


def _dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(96, seed=1).batch(20)


WAYS = {
    "arrays": lambda model, calls: model.fit(X, Y, epochs=3, verbose=0, callbacks=calls),
    "validation": lambda model, calls: model.fit(
        X, Y, epochs=3, verbose=0, validation_split=0.25, callbacks=calls
    ),
    "dataset": lambda model, calls: model.fit(_dataset(), epochs=3, verbose=0, callbacks=calls),
    "generator": lambda model, calls: model.fit(
        ((X[each : each + 16], Y[each : each + 16]) for each in [0, 16, 32] * 3),
        steps_per_epoch=3,
        epochs=3,
        verbose=0,
        callbacks=calls,
    ),
}


def _everything_after(way, health, **options):
    """All that training can change, down to the last bit."""
    tiers.clear()
    tf.keras.utils.set_random_seed(11)
    model = _network(**options)
    watch = GradientHealth(verbose=0)
    history = WAYS[way](model, [watch] if health else [])
    assert len(watch.epoch) == (3 if health else 0)
    variables = [*model.variables, *model.optimizer.variables]
    for metric in model.metrics:
        variables += metric.variables
    return (
        [each.numpy().tobytes() for each in variables],
        history.history,
        tf.random.uniform([3]).numpy().tobytes(),
        (random.random(), np.random.rand()),  # noqa: NPY002
        model.predict(X[:3], verbose=0).tobytes(),
    )


@pytest.mark.parametrize("way", WAYS)
def test_training_goes_on_as_without_it(way):
    assert _everything_after(way, True) == _everything_after(way, False)


def test_eager_training_goes_on_as_without_it():
    options = {"noise": Drawing, "run_eagerly": True}
    assert _everything_after("arrays", True, **options) == _everything_after(
        "arrays", False, **options
    )


def test_a_loop_of_ones_own_goes_on_as_without_it():
    def after(look):
        tiers.clear()
        tf.keras.utils.set_random_seed(2)
        model = _network()
        x, y = tf.constant(X), tf.constant(Y)
        model(x)
        losses = []
        for _ in range(12):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
            variables = model.trainable_variables
            gradients = tape.gradient(loss, variables)
            model.optimizer.apply_gradients(zip(gradients, variables, strict=True))
            if look:
                tf.explain.health(model, X, Y)
            losses.append(loss)  # waits
        return [each.numpy() for each in losses], [each.tobytes() for each in model.get_weights()]

    assert after(True) == after(False)


def test_nothing_is_disturbed_by_an_error_either():
    model = _network()
    model(X)
    before = [each.numpy().tobytes() for each in model.variables]
    with pytest.raises(tf.errors.InvalidArgumentError):
        examine(model, (tf.constant(X), tf.ones([7, 1])))
    assert [each.numpy().tobytes() for each in model.variables] == before


def test_batches_of_stateful_layers_keep_their_size():
    model = tf.keras.Sequential(
        [tf.keras.Input(batch_shape=(4, 6, 1)), layers.LSTM(3, stateful=True), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    watch = GradientHealth(verbose=0)
    model.fit(X[..., None], Y, batch_size=4, verbose=0, shuffle=False, callbacks=[watch])
    assert watch.layers[0].layer.startswith("lstm")


# Reports and files.


def test_history_epochs_and_files(tmp_path):
    _, watch = trained(
        layers.Dense(4, "relu", name="first"),
        layers.Dense(1, name="last"),
        epochs=5,
        frequency=2,
        folder=tmp_path / "new" / "folder",
    )
    assert watch.epoch == [1, 3]
    assert list(watch.history) == ["first", "last"]
    assert [len(values) for values in watch.history["first"].values()] == [2] * 6
    with open(tmp_path / "new" / "folder" / "gradients.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["epoch"], row["layer"]) for row in rows] == [
        ("1", "first"),
        ("1", "last"),
        ("3", "first"),
        ("3", "last"),
    ]
    assert [float(row["gradient_norm"]) for row in rows[::2]] == (
        watch.history["first"]["gradient_norm"]
    )
    assert rows[1]["dead"] == ""
    png = (tmp_path / "new" / "folder" / "gradients.png").read_bytes()
    svg = (tmp_path / "new" / "folder" / "gradients.svg").read_text(encoding="utf-8")
    assert png.startswith(b"\x89PNG")
    assert 'role="img"' in svg
    assert "length of the gradient" in svg


def test_the_picture_has_its_numbers_in_a_table():
    _, watch = trained(layers.Dense(4, "relu", name="first"), layers.Dense(1, name="last"))
    picture = watch.picture()
    (table,) = picture.tables
    assert list(table.rows[0])[:3] == [1, "first", watch.history["first"]["gradient_norm"][0]]
    assert len(table.rows) == 4
    assert "Length of the gradient in the end: first" in picture.description


def test_a_picture_of_many_layers_and_of_zeros():
    stack = [layers.Dense(2, "relu", bias_initializer=Constant(-9.0)) for _ in range(30)]
    _, watch = trained(*stack, layers.Dense(1), epochs=1)
    picture = watch.picture()
    assert len(picture.tables[0].rows) == 31
    assert "The picture shows the first 24 layers" in picture.description


def test_the_table():
    _, watch = trained(layers.Dense(4, "relu", name="first"), layers.Dense(1, name="last"))
    heading, first, last = watch.table.splitlines()
    assert [cell.strip() for cell in heading.split("|")] == [
        "layer",
        "gradient",
        "weights",
        "update",
        "dead",
        "saturated",
        "zero gradients",
    ]
    assert first.startswith("first | ")
    assert last.split("|")[4].strip() == "–"
    assert len(heading) == len(first) == len(last)
    assert watch.report() == watch.table


def test_a_notebook_shows_a_table_and_the_advice():
    model = tf.keras.Sequential(
        [layers.Dense(3, "relu", bias_initializer=Constant(-9.0), name="a<b"), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    model(X)
    html = tf.explain.health(model, X, Y)._repr_html_()
    assert ">a&lt;b<" in html
    assert html.count("<li>") == 1


def test_a_picture_is_left_when_training_fails(tmp_path):
    model = tf.keras.Sequential([layers.Dense(1)])
    model.compile(tf.keras.optimizers.SGD(2.0), "mse")
    with pytest.raises(DivergedError):
        model.fit(X, Y, epochs=50, verbose=0, callbacks=[GradientHealth(tmp_path, verbose=0)])
    assert (tmp_path / "gradients.png").exists()


def test_a_model_of_its_own_step_is_looked_at():
    class Own(tf.keras.Sequential):
        def train_step(self, data):
            return super().train_step(data)

    model = Own([layers.Dense(1, name="only")])
    model.compile("sgd", "mse")
    watch = GradientHealth(verbose=0)
    model.fit(X, Y, verbose=0, callbacks=[watch])
    assert watch.layers[0].gradient_norm > 0


def test_without_a_loss_there_are_no_gradients():
    class Own(tf.keras.Sequential):
        def train_step(self, data):
            return {"loss": tf.constant(0.0)}

    model = Own([layers.Dense(3, "relu", name="only")])
    model.compile("sgd")
    watch = GradientHealth(verbose=0)
    model.build((None, 6))
    model.fit(X, Y, verbose=0, callbacks=[watch])
    (only,) = watch.layers
    assert (only.gradient_norm, only.is_connected) == (None, True)
    assert only.dead is not None
    assert watch.advice == []


def test_a_model_that_cannot_be_looked_at_is_left_alone():
    class Own(tf.keras.Sequential):
        def train_step(self, data):
            return super().train_step((data["x"], data["y"]))

    model = Own([layers.Dense(1)])
    model.compile("sgd", "mse")
    watch = GradientHealth(verbose=0)
    data = tf.data.Dataset.from_tensor_slices({"x": X, "y": Y}).batch(16)
    with pytest.warns(UserWarning, match="cannot look at model") as caught:
        history = model.fit(data, epochs=3, verbose=0, callbacks=[watch])
    assert len(caught) == 1
    assert len(history.epoch) == 3
    assert watch.epoch == []


def test_what_is_printed_of_very_many_layers_is_bounded(capsys):
    model = tf.keras.Sequential([layers.Dense(1) for _ in range(100)])
    model.compile("sgd", "mse")
    watch = GradientHealth(dead=math.inf, vanishing=1e-300)
    model.fit(X, Y, verbose=0, callbacks=[watch])
    assert len(capsys.readouterr().out.splitlines()) <= 70
    assert len(watch.report().splitlines()) > 100


def test_several_inputs_and_outputs():
    one, two = tf.keras.Input((6,), name="one"), tf.keras.Input((2,), name="two")
    joined = layers.Concatenate()([one, two])
    outputs = {"a": layers.Dense(1, name="a")(joined), "b": layers.Dense(2, name="b")(joined)}
    model = tf.keras.Model({"one": one, "two": two}, outputs)
    model.compile("sgd", {"a": "mse", "b": "mse"})
    watch = GradientHealth(verbose=0)
    labels = {"a": Y, "b": np.repeat(Y, 2, 1)}
    model.fit({"one": X, "two": X[:, :2]}, labels, verbose=0, callbacks=[watch])
    assert {each.layer for each in watch.layers} == {"a", "b"}


# Bad input.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frequency": 0}, "frequency is 0"),
        ({"frequency": 1.5}, "frequency is 1.5"),
        ({"samples": 0}, "samples is 0"),
        ({"samples": True}, "samples is True"),
        ({"dead": 0}, "threshold dead is 0"),
        ({"exploding": "many"}, "threshold exploding is 'many'"),
        ({"vanishing": math.nan}, "threshold vanishing is nan"),
    ],
)
def test_arguments_that_make_no_sense(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        GradientHealth(**options)


def test_nothing_to_report_yet():
    for ask in (GradientHealth().report, GradientHealth().picture):
        with pytest.raises(UsageError, match="nothing was measured yet"):
            ask()


def test_health_needs_a_compiled_model_with_weights_and_data():
    model = tf.keras.Sequential([layers.Dense(1)])
    with pytest.raises(InvalidArgumentError, match="not compiled"):
        tf.explain.health(model, X, Y)
    model.compile("sgd", "mse")
    with pytest.raises(InvalidArgumentError, match="has no weights yet"):
        tf.explain.health(model, X, Y)
    model(X)
    with pytest.raises(InvalidArgumentError, match="Is the data set empty"):
        tf.explain.health(model, tf.data.Dataset.from_tensor_slices((X, Y)).batch(8).take(0))
    report = tf.explain.health(model, tf.data.Dataset.from_tensor_slices((X, Y)).batch(8))
    assert report.layers[0].update_ratio is None
    assert str(report) == report.table
