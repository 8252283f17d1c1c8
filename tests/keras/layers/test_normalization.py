"""Normalization against its formula in NumPy, and how moving averages move."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import DTypeError, InvalidArgumentError, ShapeError

layers = tf.keras.layers


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(1.0, 2.0, shape).astype(np.float32)


def normalized(x, axes, epsilon):
    x = x.astype(np.float64)
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def test_batch_normalization_in_training_and_after():
    layer = layers.BatchNormalization(momentum=0.9, epsilon=1e-2)
    x = drawn(6, 4, 3)
    np.testing.assert_allclose(
        layer(x, training=True).numpy(), normalized(x, (0, 1), 1e-2), rtol=1e-4, atol=1e-5
    )
    mean, variance = 0.1 * x.mean((0, 1)), 0.9 + 0.1 * x.var((0, 1))
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-5)
    expected = (x - mean) / np.sqrt(variance + 1e-2)
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-4, atol=1e-5)


def test_weights_and_their_order():
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    names = [weight.path.rpartition("/")[2] for weight in layer.weights]
    assert names == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert len(layer.trainable_weights) == 2
    layer.trainable = False
    before = layer.get_weights()
    layer(drawn(4, 3), training=True)
    for one, other in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("way", ["tape", "function", "fit"])
def test_moving_averages_move_wherever_it_is_trained(way):
    x = drawn(32, 3)
    model = tf.keras.Sequential([layers.BatchNormalization(momentum=0.5), layers.Dense(1)])
    model.build((None, 3))
    model.compile("sgd", "mse")
    y = np.zeros((32, 1), np.float32)

    def step(x):
        return tf.reduce_sum(model(x, training=True))

    run = {"tape": step, "function": tf.function(step)}.get(way)
    for _ in range(3):
        if run is None:
            model.train_on_batch(x, y)
        else:
            run(tf.constant(x))
    mean = model.layers[0].moving_mean.numpy()
    np.testing.assert_allclose(mean, x.mean(0) * (1 - 0.5**3), rtol=1e-4)


def test_fit_in_stretches_moves_them_once_a_step():
    x = np.repeat(drawn(1, 3), 64, 0)
    model = tf.keras.Sequential([layers.BatchNormalization(momentum=0.5), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((64, 1), np.float32), batch_size=16, epochs=2, verbose=0)
    mean = model.layers[0].moving_mean.numpy()
    np.testing.assert_allclose(mean, x[0] * (1 - 0.5**8), rtol=1e-5)


def test_steps_that_do_not_count_leave_the_statistics_alone():
    x = drawn(2, 4, 3)
    mask = np.array([[True, True, False, False], [True, False, False, False]])
    layer = layers.BatchNormalization(momentum=0.0)
    layer(x, training=True, mask=tf.constant(mask))
    np.testing.assert_allclose(layer.moving_mean.numpy(), x[mask].mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), x[mask].var(0), rtol=1e-5)


@pytest.mark.parametrize("axis", [-1, 1, [1, 2]])
def test_layer_normalization(axis):
    layer = layers.LayerNormalization(axis=axis, epsilon=1e-3)
    x = drawn(4, 5, 3)
    axes = tuple(axis) if isinstance(axis, list) else axis
    np.testing.assert_allclose(layer(x).numpy(), normalized(x, axes, 1e-3), rtol=1e-4, atol=1e-5)


def test_group_normalization_is_that_of_each_group():
    layer = layers.GroupNormalization(2)
    x = drawn(3, 4, 5, 6)
    expected = [normalized(part, (1, 2, 3), 1e-3) for part in np.split(x, 2, axis=-1)]
    np.testing.assert_allclose(layer(x).numpy(), np.concatenate(expected, -1), 1e-4, 1e-5)


def test_lengths():
    x = drawn(4, 3)
    unit = layers.UnitNormalization()(x).numpy()
    np.testing.assert_allclose(np.linalg.norm(unit, axis=-1), 1.0, rtol=1e-5)
    root = layers.RMSNormalization(epsilon=0.0)(x).numpy()
    np.testing.assert_allclose((root**2).mean(-1), 1.0, rtol=1e-5)


def test_the_length_of_zeros_has_a_finite_gradient():
    x = tf.Variable(tf.zeros([1, 3]))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(layers.UnitNormalization()(x))
    assert np.isfinite(tape.gradient(y, x).numpy()).all()


def test_spectral_normalization_limits_the_largest_singular_value():
    inner = layers.Dense(4, kernel_initializer=tf.keras.initializers.RandomNormal(seed=1))
    layer = layers.SpectralNormalization(inner, power_iterations=3)
    x = drawn(2, 5)
    for _ in range(10):
        layer(x, training=True)
    largest = np.linalg.svd(inner.kernel.numpy())[1][0]
    assert largest == pytest.approx(1.0, rel=1e-3)
    before = inner.kernel.numpy()
    layer(x)
    np.testing.assert_array_equal(inner.kernel.numpy(), before)
    again = layers.SpectralNormalization.from_config(layer.get_config())
    assert again.power_iterations == 3


def test_a_layer_as_a_description():
    config = layers.serialize(layers.Dense(3, name="d"))
    again = layers.deserialize(config)
    assert (again.units, again.name) == (3, "d")


MISTAKES = [
    (
        lambda: layers.SpectralNormalization(layers.Flatten())(drawn(2, 3)),
        InvalidArgumentError,
        "neither a kernel nor embeddings",
    ),
    (lambda: layers.BatchNormalization(axis=4)(drawn(2, 3)), ShapeError, "axis 4"),
    (lambda: layers.BatchNormalization().build((2, None)), ShapeError, "sizes of the axes"),
    (lambda: layers.BatchNormalization(axis=[1, 2]), InvalidArgumentError, "one whole number"),
    (lambda: layers.BatchNormalization(virtual_batch_size=2), InvalidArgumentError, "virtual"),
    (lambda: layers.LayerNormalization(axis="a"), DTypeError, "axis"),
    (lambda: layers.GroupNormalization(4)(drawn(2, 6)), ShapeError, "shared out"),
    (lambda: layers.GroupNormalization(0), InvalidArgumentError, "groups"),
]


@pytest.mark.parametrize(("mistake", "kind", "words"), MISTAKES)
def test_mistakes_are_explained(mistake, kind, words):
    with pytest.raises(kind, match=words):
        mistake()
