"""Layers, initializers and training draw, bit for bit, the numbers that Keras draws."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError
from glassbrook.keras.seeds import Shuffler
from tests.keras.random_digits import DRAWS, HISTORIES

layers = tf.keras.layers


@pytest.fixture(autouse=True)
def _seed() -> Any:
    yield
    tf.random.set_seed(None)


def ones(*shape: int) -> Any:
    return tf.ones(shape)


NAMES = {
    "tf": tf,
    "kr": tf.keras.random,
    "initializers": tf.keras.initializers,
    "layers": layers,
    "ones": ones,
}


@pytest.mark.parametrize(("row", "expected"), DRAWS, ids=[row for row, _ in DRAWS])
def test_numbers(row: str, expected: Any) -> None:
    tf.keras.utils.set_random_seed(42)
    for each in expected:
        found = eval(row, NAMES).numpy()
        rounded = any(name in row for name in ("gamma", "beta"))
        expected_bits = np.array(each, found.dtype)
        np.testing.assert_allclose(found, expected_bits, rtol=1e-6 if rounded else 0)


def test_orthogonal_is_made_of_the_same_numbers() -> None:
    """The factorization is another library's, so the last digits differ."""
    tf.keras.utils.set_random_seed(11)
    found = tf.keras.initializers.Orthogonal()((5, 4)).numpy()
    np.testing.assert_allclose(found[0], [0.4648062, 0.5771425, 0.3871955, 0.5454592], rtol=1e-5)


@pytest.mark.parametrize("shuffle", HISTORIES, ids=str)
@pytest.mark.parametrize("eagerly", [False, True])
def test_training(shuffle: Any, eagerly: bool) -> None:
    tf.keras.utils.set_random_seed(1)
    x = np.random.rand(40, 4).astype("float32")  # noqa: NPY002
    y = x @ np.array([[1.0], [2.0], [-1.0], [0.5]], "float32")
    model = tf.keras.Sequential(
        [
            layers.Dense(8, activation="relu"),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.1),
            layers.Dense(1, kernel_initializer="he_normal"),
        ]
    )
    model.compile("sgd", "mse", run_eagerly=eagerly)
    history = model.fit(x, y, batch_size=16, epochs=3, verbose=0, shuffle=shuffle)
    losses, weights = HISTORIES[shuffle]
    np.testing.assert_allclose(history.history["loss"], losses, rtol=2e-5)
    np.testing.assert_allclose(model.get_weights()[2][:, 0], weights, rtol=1e-4)


def test_dropout_and_noise_are_part_of_the_compiled_step() -> None:
    model = tf.keras.Sequential([layers.Dropout(0.5), layers.GaussianNoise(0.1), layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((12, 4), np.float32), np.ones((12, 1), np.float32)
    model.fit(x, y, batch_size=4, verbose=0)
    report = tf.program(model.train_step, (tf.constant(x), tf.constant(y)), print_fn=None)
    assert not report.interpreted
    assert [each.kind for each in report.kernels].count("random") == 2


def test_sequences_of_seeds() -> None:
    seeds = tf.keras.random.SeedGenerator(5)
    assert [seeds.next(), seeds.next(), seeds.state] == [(5, 0), (5, 1), (5, 2)]
    assert seeds.next(ordered=False) == (5, 2)
    assert seeds.state == ((5 + 1) * 5387 % 933199, (2 + 1) * 5387 % 933199)
    assert tf.keras.random.SeedGenerator.from_config(seeds.get_config()).next() == (5, 0)
    tf.keras.utils.set_random_seed(3)
    assert tf.keras.random.SeedGenerator().next()[0] == random.Random(3).randint(1, 10**9)


def test_clearing_the_session_begins_anew() -> None:
    tf.random.set_seed(1)
    first = tf.random.uniform([2], seed=3).numpy()
    assert not np.array_equal(first, tf.random.uniform([2], seed=3))
    tf.keras.backend.clear_session()
    np.testing.assert_array_equal(first, tf.random.uniform([2], seed=3))


def test_epochs_differ_without_a_global_seed() -> None:
    tf.random.set_seed(None)
    shuffler = Shuffler()
    first, second = shuffler.permutation(50), shuffler.permutation(50)
    assert sorted(first) == sorted(second) == list(range(50))
    assert not np.array_equal(first, second)
    tf.random.set_seed(5)  # the order that Keras's fit takes then, recorded
    shuffler = Shuffler()
    for _ in range(2):
        assert shuffler.permutation(10).tolist() == [7, 4, 5, 9, 1, 2, 8, 6, 0, 3]


def test_an_initializer_of_a_sequence_survives_its_config() -> None:
    seeds = tf.keras.random.SeedGenerator(5)
    initializer = tf.keras.initializers.HeNormal(seed=seeds)
    again = type(initializer).from_config(initializer.get_config())
    np.testing.assert_array_equal(initializer((3, 3)), again((3, 3)))
    assert not np.array_equal(initializer((3, 3)), initializer((3, 3)))


def test_layers_that_draw_nothing_take_no_seed() -> None:
    """Otherwise the weights of the layers behind would be others than Keras's."""
    for make in (layers.Dropout, layers.GaussianNoise, layers.GaussianDropout, layers.AlphaDropout):
        tf.keras.utils.set_random_seed(1)
        make(0.0)
        assert tf.keras.random.SeedGenerator().next()[0] == random.Random(1).randint(1, 10**9)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dropout(0.4, noise_shape=(None, 1), seed=1),
        layers.SpatialDropout1D(0.4, seed=1),
        layers.SpatialDropout2D(0.4, data_format="channels_first"),
        layers.SpatialDropout3D(0.4),
        layers.GaussianDropout(0.4, seed=1),
        layers.AlphaDropout(0.4, seed=1),
        layers.GaussianNoise(0.4),
        layers.ActivityRegularization(0.1, 0.2),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_configs(layer: Any) -> None:
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert again.compute_output_shape((2, 3)) == (2, 3)


def test_noise_keeps_mean_and_variance() -> None:
    tf.keras.utils.set_random_seed(2)
    x = tf.random.normal([200_000])
    y = layers.AlphaDropout(0.3)(x, training=True).numpy()
    assert abs(y.mean()) < 0.01
    assert abs(y.std() - 1) < 0.01
    z = layers.GaussianDropout(0.2)(tf.ones([200_000]), training=True).numpy()
    assert abs(z.mean() - 1) < 0.01
    assert abs(z.std() - 0.5) < 0.01


def test_activity_regularization_adds_a_penalty() -> None:
    layer = layers.ActivityRegularization(l1=0.5, l2=0.25)
    x = tf.constant([[1.0, -2.0]])
    np.testing.assert_array_equal(layer(x), x)
    assert float(sum(layer.losses)) == pytest.approx(0.5 * 3 + 0.25 * 5)


FAILURES = [
    ("seed", lambda: tf.keras.random.normal([2], seed="a"), InvalidArgumentError, "SeedGenerator"),
    ("dtype", lambda: tf.keras.random.normal([2], dtype="int32"), DTypeError, "float32"),
    ("rate", lambda: tf.keras.random.dropout([1.0], 1.5), InvalidArgumentError, "0 to 1"),
    ("gamma", lambda: tf.keras.random.gamma([2], [1.0] * 3), ShapeError, "last axes"),
    ("keywords", lambda: tf.keras.random.SeedGenerator(1, a=2), InvalidArgumentError, "unknown"),
    ("no seed", lambda: tf.keras.random.SeedGenerator(1.5), InvalidArgumentError, "whole number"),
    ("all", lambda: layers.GaussianDropout(1.0)(ones(2), training=True), ValueError, "limit"),
    ("format", lambda: layers.SpatialDropout2D(0.5, "last"), InvalidArgumentError, "channels_last"),
    ("share", lambda: layers.AlphaDropout(2.0), InvalidArgumentError, "between 0 and 1 for rate"),
]


@pytest.mark.parametrize(
    ("call", "kind", "text"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_failures(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()
