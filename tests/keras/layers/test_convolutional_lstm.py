"""LSTMs over images, against LSTMs over their pixels."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.errors import ShapeError

layers = tf.keras.layers


@pytest.fixture(autouse=True)
def _interpreter(monkeypatch):
    """Machine code takes longer to make than these tests to run."""
    monkeypatch.setattr(config, "engine", "interpreter")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_with_windows_of_one_pixel_each_pixel_has_an_lstm():
    images = layers.ConvLSTM2D(3, 1, return_sequences=True)
    pixels = layers.LSTM(3, return_sequences=True)
    x = drawn(2, 4, 5, 6, 2)
    rows = x.transpose(0, 2, 3, 1, 4).reshape(60, 4, 2)
    images(x)
    pixels(rows)
    pixels.set_weights(
        [each.reshape(each.shape[-2:] if each.ndim > 1 else -1) for each in images.get_weights()]
    )
    expected = pixels(rows).numpy().reshape(2, 5, 6, 4, 3).transpose(0, 3, 1, 2, 4)
    np.testing.assert_allclose(images(x).numpy(), expected, rtol=1e-4, atol=1e-5)


def test_channels_first_is_the_same_transposed():
    last = layers.ConvLSTM2D(3, 2, padding="same", return_state=True)
    first = layers.ConvLSTM2D(3, 2, padding="same", return_state=True, data_format="channels_first")
    x = drawn(2, 3, 4, 5, 2)
    expected = last(x)
    first(x.transpose(0, 1, 4, 2, 3))
    first.set_weights(last.get_weights())
    for one, other in zip(first(x.transpose(0, 1, 4, 2, 3)), expected, strict=True):
        np.testing.assert_allclose(
            one.numpy().transpose(0, 2, 3, 1), other.numpy(), rtol=1e-4, atol=1e-5
        )


def test_shapes_dropout_and_configuration():
    layer = layers.ConvLSTM2D(3, 3, dropout=0.5, recurrent_dropout=0.5, seed=1, name="c")
    assert layer.compute_output_shape((None, None, 8, 9, 1)) == (None, 6, 7, 3)
    x = drawn(2, 3, 8, 9, 1)
    once = layer(x).numpy()
    np.testing.assert_array_equal(once, layer(x).numpy())
    assert not np.array_equal(once, layer(x, training=True).numpy())
    again = layers.ConvLSTM2D.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert (again.filters, again.kernel_size, again.dropout) == (3, (3, 3), 0.5)


def test_it_learns_in_a_model():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((3, 5, 5, 1)),
            layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True),
            layers.Conv3D(1, 3, padding="same"),
        ]
    )
    model.compile(tf.keras.optimizers.Adam(0.05), "mse")
    x = drawn(8, 3, 5, 5, 1)
    losses = model.fit(x, 0.5 * x, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < 0.8 * losses[0]


def test_mistakes_are_explained():
    with pytest.raises(ShapeError, match="5 axes"):
        layers.ConvLSTM2D(3, 3)(drawn(2, 8, 9, 1))
    with pytest.raises(ShapeError, match="window"):
        layers.ConvLSTM2D(3, 3)(drawn(2, 3, 2, 9, 1))
