"""Attention, embeddings and products by letters, against NumPy."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError

layers = tf.keras.layers


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def softmax(x):
    shares = np.exp(x - x.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)


QUERY, VALUE, KEY = drawn(2, 3, 4), drawn(2, 5, 4, seed=1), drawn(2, 5, 4, seed=2)


def test_attention_is_a_weighted_mean():
    outputs, shares = layers.Attention()([QUERY, VALUE, KEY], return_attention_scores=True)
    expected = softmax(QUERY @ KEY.swapaxes(1, 2))
    np.testing.assert_allclose(shares.numpy(), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(outputs.numpy(), expected @ VALUE, rtol=1e-4, atol=1e-5)


def test_additive_attention():
    layer = layers.AdditiveAttention()
    outputs = layer([QUERY, VALUE, KEY])
    scores = np.tanh(QUERY[:, :, None] + KEY[:, None]) @ layer.scale.numpy()
    np.testing.assert_allclose(outputs.numpy(), softmax(scores) @ VALUE, rtol=1e-4, atol=1e-5)


def test_masks_of_attention():
    seen = np.array([[True, True, False, False, False], [True] * 5])
    _, shares = layers.Attention()(
        [QUERY, VALUE], mask=[None, tf.constant(seen)], return_attention_scores=True
    )
    assert (shares.numpy()[0, :, 2:] == 0).all()
    np.testing.assert_allclose(shares.numpy().sum(-1), 1.0, rtol=1e-5)
    _, shares = layers.Attention()(
        [VALUE, VALUE], use_causal_mask=True, return_attention_scores=True
    )
    assert (np.triu(shares.numpy(), 1) == 0).all()


def heads_of(x, dense):
    kernel, bias = dense.kernel.numpy(), dense.bias.numpy()
    return np.einsum("btd,dnh->btnh", x, kernel) + bias


def test_every_head_is_an_attention():
    layer = layers.MultiHeadAttention(2, 3, bias_initializer="ones")
    outputs, shares = layer(QUERY, VALUE, KEY, return_attention_scores=True)
    q, k = heads_of(QUERY, layer.query_dense), heads_of(KEY, layer.key_dense)
    v = heads_of(VALUE, layer.value_dense)
    expected = softmax(np.einsum("btnh,bsnh->bnts", q, k) / np.sqrt(3))
    np.testing.assert_allclose(shares.numpy(), expected, rtol=1e-4, atol=1e-6)
    mixed = np.einsum("bnts,bsnh->btnh", expected, v)
    last = layer.output_dense
    joined = np.einsum("btnh,nhd->btd", mixed, last.kernel.numpy()) + last.bias.numpy()
    np.testing.assert_allclose(outputs.numpy(), joined, rtol=1e-4, atol=1e-5)


def test_heads_draw_numbers_of_their_own():
    layer = layers.MultiHeadAttention(2, 3)
    layer(VALUE, VALUE)
    assert not np.array_equal(layer.query_dense.kernel.numpy(), layer.key_dense.kernel.numpy())


def test_masks_travel_to_the_heads_and_beyond():
    numbers = tf.constant([[1, 2, 0], [3, 0, 0]])
    embedded = layers.Embedding(5, 4, mask_zero=True)(numbers)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outputs, shares = layers.MultiHeadAttention(2, 3)(
            embedded, embedded, return_attention_scores=True
        )
    assert (shares.numpy()[0, :, :, 2] == 0).all()
    assert outputs._keras_mask.numpy().tolist() == [[True, True, False], [True, False, False]]


def test_dropout_of_attention_in_training_only():
    layer = layers.MultiHeadAttention(2, 3, dropout=0.5, seed=1)
    once = layer(QUERY, VALUE).numpy()
    np.testing.assert_array_equal(once, layer(QUERY, VALUE).numpy())
    assert not np.array_equal(once, layer(QUERY, VALUE, training=True).numpy())


def test_attention_in_a_functional_model_learns(monkeypatch):
    monkeypatch.setattr(config, "engine", "interpreter")
    tf.keras.utils.set_random_seed(0)
    inputs = tf.keras.Input((5,), dtype="int32")
    x = layers.Embedding(7, 8)(inputs)
    x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x)]))
    model = tf.keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(x)))
    model.compile(tf.keras.optimizers.Adam(0.02), "mse")
    data = np.random.default_rng(0).integers(0, 7, (64, 5))
    losses = model.fit(data, (data == 3).sum(1, keepdims=True), epochs=10, verbose=0)
    assert losses.history["loss"][-1] < 0.2 * losses.history["loss"][0]


def test_embedding_takes_rows():
    layer = layers.Embedding(4, 3)
    found = layer(np.array([[1, 3], [0, 0]]))
    table = layer.embeddings.numpy()
    np.testing.assert_array_equal(found.numpy(), table[[[1, 3], [0, 0]]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(tf.constant([1, 1, 2])))
    gradient = tf.convert_to_tensor(tape.gradient(loss, layer.embeddings)).numpy()
    np.testing.assert_array_equal(gradient[:, 0], [0, 2, 1, 0])


def test_embedding_accepts_the_length_of_keras_2():
    model = tf.keras.Sequential([layers.Embedding(4, 3, input_length=6), layers.Flatten()])
    assert model.output_shape == (None, 18)
    with pytest.raises(OutOfRangeError, match=r"indices\[0, 1\] = 9"):
        layers.Embedding(4, 3)(tf.constant([[1, 9]])).numpy()


@pytest.mark.parametrize(
    ("equation", "sizes", "shape", "bias"),
    [
        ("abc,cd->abd", (None, 6), (2, 3, 4), "d"),
        ("abc,cde->abde", (None, 2, 6), (2, 3, 4), "de"),
        ("...x,xy->...y", 6, (2, 3, 4), "y"),
        ("ab...,bc->ac...", 6, (2, 3, 4), "c"),
    ],
)
def test_einsum_dense(equation, sizes, shape, bias):
    layer = layers.EinsumDense(equation, sizes, bias_axes=bias, bias_initializer="ones")
    x = drawn(*shape)
    found = layer(x).numpy()
    np.testing.assert_allclose(
        found, np.einsum(equation, x, layer.kernel.numpy()) + 1, rtol=1e-4, atol=1e-5
    )


def test_slopes_and_thresholds():
    x = np.array([[-2.0, 3.0]], np.float32)
    layer = layers.PReLU("ones")
    np.testing.assert_array_equal(layer(x).numpy(), x)
    assert layer.alpha.shape == (2,)
    np.testing.assert_array_equal(layers.ThresholdedReLU(2.5)(x).numpy(), [[0, 3]])


MISTAKES = [
    (lambda: layers.Attention()(QUERY), InvalidArgumentError, "takes a list"),
    (lambda: layers.MultiHeadAttention(2, 3)(QUERY, VALUE, QUERY), ShapeError, "same sizes"),
    (lambda: layers.MultiHeadAttention(2, 0), InvalidArgumentError, "key_dim"),
    (lambda: layers.EinsumDense("ab,bc", 3)(drawn(2, 3)), InvalidArgumentError, "form"),
    (lambda: layers.EinsumDense("ab,bc->ac", 3)(QUERY), ShapeError, "2 axes"),
    (lambda: layers.Embedding(0, 3), InvalidArgumentError, "input_dim"),
    (lambda: layers.PReLU().build((None, None, 3)), ShapeError, "shared_axes"),
    (lambda: layers.Softmax()(QUERY, mask=np.ones(3, bool)), ShapeError, "mask"),
]


@pytest.mark.parametrize(("mistake", "kind", "words"), MISTAKES)
def test_mistakes_are_explained(mistake, kind, words):
    with pytest.raises(kind, match=words):
        mistake()
