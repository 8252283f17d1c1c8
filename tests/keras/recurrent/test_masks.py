"""Masks travel with tensors: through layers and models, into losses and metrics."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import ShapeError
from glassbrook.keras import layers
from glassbrook.keras.masks import mask_of

MASK = np.array([[1, 1, 1, 0], [0, 1, 1, 0], [1, 1, 1, 1]], bool)
X = np.random.default_rng(4).normal(size=(3, 4, 2)).astype(np.float32)
PADDED = X * MASK[..., None]
Y = np.random.default_rng(5).normal(size=(3, 4, 1)).astype(np.float32)


def test_padding_is_masked_and_set_to_zero():
    padded = np.where(MASK[..., None], X, 7.0).astype(np.float32)
    found = layers.Masking(7.0)(padded)
    np.testing.assert_array_equal(found, PADDED)
    np.testing.assert_array_equal(mask_of(found), MASK)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dense(3),
        layers.Dropout(0.5),
        layers.Activation("relu"),
        layers.Lambda(lambda x: x + 1, mask=lambda inputs, mask: mask),
        layers.LSTM(3, return_sequences=True),
        layers.Bidirectional(layers.GRU(3, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(2)),
        tf.keras.Sequential([layers.Dense(2), layers.Dense(2)]),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_masks_pass_through(layer):
    np.testing.assert_array_equal(mask_of(layer(layers.Masking()(PADDED))), MASK)


def test_a_mask_ends_where_time_does():
    assert mask_of(layers.LSTM(3)(layers.Masking()(PADDED))) is None


def test_a_layer_that_knows_nothing_of_masks_says_that_it_drops_one():
    with pytest.warns(UserWarning, match=r"'flatten' \(Flatten\).*does not support masking"):
        found = layers.Flatten()(layers.Masking()(PADDED))
    assert mask_of(found) is None


def test_a_layer_of_ones_own_gets_the_mask_and_may_change_it():
    class Shifted(layers.Layer):
        def call(self, inputs, mask=None):
            return inputs * tf.cast(mask, tf.float32)[..., None]

        def compute_mask(self, inputs, mask=None):
            return tf.logical_not(mask)

    x = layers.Dense(2)(layers.Masking()(PADDED))
    found = Shifted()(x)
    np.testing.assert_allclose(found, x.numpy() * MASK[..., None])
    np.testing.assert_array_equal(mask_of(found), ~MASK)
    assert mask_of(Shifted()(x, tf.constant(MASK[::-1].copy()))) is not None


def test_a_mask_that_is_passed_counts():
    class Given(layers.Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            return inputs if mask is None else inputs * 0.0

    x = layers.Masking()(PADDED)
    np.testing.assert_array_equal(Given()(x), np.zeros_like(PADDED))
    np.testing.assert_array_equal(Given()(tf.constant(PADDED)), PADDED)


def test_a_mask_survives_a_change_of_dtype():
    found = layers.Dense(2, dtype="float64")(layers.Masking()(PADDED))
    np.testing.assert_array_equal(mask_of(found), MASK)


def test_words_that_are_padding_do_not_matter():
    embedding, layer = layers.Embedding(9, 3, mask_zero=True), layers.LSTM(2)
    words = np.array([[3, 5, 0, 0], [0, 2, 7, 1]])
    found = layer(embedding(words)).numpy()
    np.testing.assert_allclose(found[:1], layer(embedding(words[:1, :2])), rtol=1e-6)
    np.testing.assert_allclose(found[1:], layer(embedding(words[1:, 1:])), rtol=1e-6)


def test_what_is_masked_does_not_matter():
    layer = layers.GRU(3)
    first = layer(layers.Masking(9.0)(np.where(MASK[..., None], X, 9.0).astype(np.float32)))
    second = layer(layers.Masking()(PADDED))
    np.testing.assert_allclose(first, second, rtol=1e-6)


def test_losses_and_metrics_leave_out_what_is_masked():
    predicted = layers.Dense(1)(layers.Masking()(PADDED))
    errors = (predicted.numpy() - Y)[MASK]
    mse = tf.keras.losses.MeanSquaredError()
    np.testing.assert_allclose(mse(Y, predicted), np.mean(errors**2), rtol=1e-5)
    weights = np.array([[1.0], [2.0], [0.0]], np.float32)
    weighted = (errors**2) * np.broadcast_to(weights[..., None], Y.shape)[MASK]
    np.testing.assert_allclose(
        mse(Y, predicted, sample_weight=weights), np.sum(weighted) / MASK.sum(), rtol=1e-5
    )
    metric = tf.keras.metrics.MeanAbsoluteError()
    metric.update_state(Y, predicted)
    np.testing.assert_allclose(metric.result(), np.mean(np.abs(errors)), rtol=1e-5)

    class Own(tf.keras.losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_mean(tf.abs(y_true - y_pred), -1)

    np.testing.assert_allclose(Own()(Y, predicted), np.mean(np.abs(errors)), rtol=1e-5)


@pytest.mark.parametrize("functional", [False, True])
def test_models_are_trained_on_what_is_not_masked(functional):
    tf.keras.utils.set_random_seed(0)
    hidden, last = layers.LSTM(3, return_sequences=True), layers.Dense(1)
    if functional:
        inputs = tf.keras.Input((4, 2))
        model = tf.keras.Model(inputs, last(hidden(layers.Masking()(inputs))))
    else:
        model = tf.keras.Sequential([layers.Masking(input_shape=(4, 2)), hidden, last])
    model.compile("sgd", "mse", metrics=["mae"])
    before = model.evaluate(PADDED, Y, verbose=0, return_dict=True)
    errors = (model.predict(PADDED, verbose=0) - Y)[MASK]
    np.testing.assert_allclose(before["loss"], np.mean(errors**2), rtol=1e-5)
    np.testing.assert_allclose(before["mae"], np.mean(np.abs(errors)), rtol=1e-5)
    other = np.where(MASK[..., None], Y, 100.0)
    first = model.train_on_batch(PADDED, other)
    np.testing.assert_allclose(np.ravel(first)[0], before["loss"], rtol=1e-5)


def test_a_model_gives_its_mask_however_often_it_is_called():
    model = tf.keras.Sequential([layers.Masking(), layers.Dense(1)])
    x = tf.constant(PADDED)
    for _ in range(12):
        np.testing.assert_array_equal(mask_of(model(x, training=False)), MASK)
    plain = tf.keras.Sequential([layers.GRU(2)])
    masked = layers.Masking()(PADDED)
    expected = plain(masked).numpy()
    for _ in range(12):
        plain(x)
    np.testing.assert_allclose(plain(masked), expected, rtol=1e-6)


def test_a_mask_that_does_not_fit_is_an_error():
    layer = layers.TimeDistributed(layers.Dense(2))
    with pytest.raises(ShapeError, match="one truth value per time step"):
        layer(X, mask=tf.ones([3, 5], tf.bool))


def test_inputs_without_masks_may_be_anything():
    layers.Masking()(PADDED)
    dense = layers.Dense(2)
    assert dense([[1.0, 2.0]]).shape == (1, 2)
    assert dense(tf.Variable([[1.0, 2.0]])).shape == (1, 2)
    found = layers.Add()([layers.Masking()(PADDED), tf.constant(X)])
    np.testing.assert_allclose(found, PADDED + X)
