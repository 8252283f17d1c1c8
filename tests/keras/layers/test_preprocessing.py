"""Layers that make numbers of text and categories, and that change images."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import (
    DTypeError,
    FailedPreconditionError,
    InvalidArgumentError,
    ShapeError,
)

layers = tf.keras.layers
TEXTS = ["the cat, the dog", "A cat!", "the end"]


def adapted(layer, data):
    layer.adapt(data)
    return layer


def test_words_in_order_of_their_counts():
    words = adapted(layers.TextVectorization(), TEXTS).get_vocabulary()
    counts = Counter(" ".join(TEXTS).replace(",", "").replace("!", "").lower().split())
    assert words[:2] == ["", "[UNK]"]
    assert words[2:] == sorted(counts, key=lambda word: (counts[word], word), reverse=True)


def test_texts_as_numbers():
    layer = adapted(layers.TextVectorization(output_sequence_length=3), TEXTS)
    words = layer.get_vocabulary()
    assert layer(["the bird and more"]).numpy().tolist() == [[words.index("the"), 1, 1]]
    assert layer(["dog"]).numpy().tolist() == [[words.index("dog"), 0, 0]]
    assert layer("dog").numpy().tolist() == [words.index("dog"), 0, 0]


@pytest.mark.parametrize(
    "data",
    [
        np.array(TEXTS),
        tf.constant(TEXTS),
        tf.data.Dataset.from_tensor_slices(TEXTS).batch(2),
        tf.data.Dataset.from_tensor_slices(TEXTS),
    ],
)
def test_any_kind_of_data_gives_the_same_words(data):
    expected = adapted(layers.TextVectorization(), TEXTS).get_vocabulary()
    assert adapted(layers.TextVectorization(), data).get_vocabulary() == expected


def test_vectors_of_texts():
    counted = adapted(layers.TextVectorization(output_mode="count"), TEXTS)
    words = counted.get_vocabulary()
    row = counted(["the the x"]).numpy()[0]
    assert row[words.index("the")] == 2
    assert row[0] == 1
    assert row.sum() == 3
    weighted = adapted(layers.TextVectorization(output_mode="tf_idf"), TEXTS)
    place = weighted.get_vocabulary().index("the")
    assert weighted(["the"]).numpy()[0, place] == pytest.approx(np.log(1 + 3 / (1 + 2)))


def test_a_layer_of_texts_keeps_its_words_when_it_is_made_again():
    layer = adapted(layers.TextVectorization(ngrams=2, output_sequence_length=4), TEXTS)
    again = layers.TextVectorization.from_config(layer.get_config())
    assert again.get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_array_equal(again(TEXTS).numpy(), layer(TEXTS).numpy())


def test_a_model_of_texts_is_saved(tmp_path):
    layer = adapted(layers.TextVectorization(output_sequence_length=4), TEXTS)
    model = tf.keras.Sequential([layer, layers.Embedding(9, 2), layers.GlobalAveragePooling1D()])
    expected = model(tf.constant(TEXTS)).numpy()
    model.save(tmp_path / "model.keras")
    again = tf.keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(tf.constant(TEXTS)).numpy(), expected)


def test_lookups_go_both_ways(tmp_path):
    words = ["x", "y", "z"]
    path = tmp_path / "words.txt"
    path.write_text("\n".join(words))
    places = layers.StringLookup(vocabulary=str(path))
    back = layers.StringLookup(vocabulary=words, invert=True)
    found = back(places(tf.constant(["z", "x", "?"]))).numpy().tolist()
    assert found == [b"z", b"x", b"[UNK]"]


def test_every_unknown_word_has_a_place_of_its_own():
    layer = layers.StringLookup(vocabulary=["a"], num_oov_indices=3)
    found = layer(tf.constant([chr(98 + each) for each in range(20)])).numpy()
    assert set(found.tolist()) == {0, 1, 2}
    assert layer(tf.constant(["a"])).numpy().tolist() == [3]


def test_categories_as_vectors():
    layer = layers.CategoryEncoding(4, output_mode="count")
    data = np.array([[0, 3, 3], [1, 1, 1]])
    expected = [np.bincount(row, minlength=4) for row in data]
    np.testing.assert_array_equal(layer(data).numpy(), expected)
    ones = layers.CategoryEncoding(4)(data).numpy()
    np.testing.assert_array_equal(ones, np.minimum(expected, 1))


def test_bins_hold_equal_shares():
    data = np.random.default_rng(0).exponential(size=4000)
    layer = adapted(layers.Discretization(num_bins=4), data)
    counts = np.bincount(layer(data).numpy(), minlength=4)
    np.testing.assert_allclose(counts / len(data), 0.25, atol=0.02)
    again = layers.Discretization.from_config(layer.get_config())
    assert again.bin_boundaries == layer.bin_boundaries


def test_hashes_are_spread_and_repeatable():
    words = tf.constant([str(each) for each in range(300)])
    found = layers.Hashing(10)(words).numpy()
    np.testing.assert_array_equal(found, layers.Hashing(10)(words).numpy())
    assert np.bincount(found, minlength=10).min() > 10
    assert not np.array_equal(found, layers.Hashing(10, salt=3)(words).numpy())


@pytest.mark.parametrize("batched", [False, True])
def test_normalization_learns_mean_and_variance(batched):
    x = np.random.default_rng(0).normal(3.0, 5.0, (101, 4)).astype(np.float32)
    data = tf.data.Dataset.from_tensor_slices(x).batch(16) if batched else x
    found = adapted(layers.Normalization(), data)(x).numpy()
    np.testing.assert_allclose(found.mean(0), 0.0, atol=1e-5)
    np.testing.assert_allclose(found.std(0), 1.0, rtol=1e-4)
    back = adapted(layers.Normalization(invert=True), x)(found).numpy()
    np.testing.assert_allclose(back, x, rtol=1e-3, atol=1e-3)


IMAGES = np.random.default_rng(0).uniform(0, 255, (6, 5, 7, 3)).astype(np.float32)


def test_flips_flip():
    found = layers.RandomFlip("horizontal", seed=0)(IMAGES).numpy()
    flipped = [np.array_equal(a, b[:, ::-1]) for a, b in zip(found, IMAGES, strict=True)]
    kept = [np.array_equal(a, b) for a, b in zip(found, IMAGES, strict=True)]
    assert all(one != other for one, other in zip(flipped, kept, strict=True))
    assert any(flipped)
    assert any(kept)


def test_a_quarter_turn():
    square = IMAGES[:, :5, :5]
    turned = layers.RandomRotation((0.25, 0.25))(square).numpy()
    np.testing.assert_allclose(turned, np.rot90(square, 1, (1, 2)), rtol=1e-3, atol=1e-2)


def test_whole_moves_and_zooms():
    moved = layers.RandomTranslation((0.2, 0.2), (0.0, 0.0), fill_mode="constant")(IMAGES).numpy()
    np.testing.assert_allclose(moved[:, 1:], IMAGES[:, :-1], rtol=1e-3, atol=1e-2)
    assert (np.abs(moved[:, 0]) < 1e-3).all()
    same = layers.RandomZoom((0.0, 0.0))(IMAGES).numpy()
    np.testing.assert_allclose(same, IMAGES, rtol=1e-5)


@pytest.mark.parametrize("mode", ["reflect", "wrap", "nearest"])
def test_what_lies_outside(mode):
    row = np.arange(4, dtype=np.float32).reshape(1, 1, 4, 1)
    layer = layers.RandomTranslation((0, 0), (0.5, 0.5), fill_mode=mode, interpolation="nearest")
    name = {"reflect": "symmetric", "nearest": "edge"}.get(mode, mode)
    padded = np.pad(row[0, 0, :, 0], (2, 0), name)
    np.testing.assert_allclose(layer(row).numpy().ravel(), padded[:4])


def test_brightness_and_contrast_stay_within_the_range():
    for layer in (layers.RandomBrightness(1.0, seed=1), layers.RandomContrast(1.0, seed=1)):
        found = layer(IMAGES).numpy()
        assert found.min() >= 0
        assert found.max() <= 255
        assert not np.array_equal(found, IMAGES)
        np.testing.assert_array_equal(layer(IMAGES, training=False).numpy(), IMAGES)


def test_crops_are_parts():
    found = layers.RandomCrop(3, 4, seed=2)(IMAGES).numpy()
    parts = [IMAGES[:, top : top + 3, left : left + 4] for top in range(3) for left in range(4)]
    assert any(np.array_equal(found, part) for part in parts)
    middle = layers.CenterCrop(3, 3)(IMAGES).numpy()
    np.testing.assert_array_equal(middle, IMAGES[:, 1:4, 2:5])
    assert layers.Resizing(2, 3)(IMAGES).shape == (6, 2, 3, 3)
    assert layers.RandomWidth((0.5, 0.5))(IMAGES).shape == (6, 5, 10, 3)


MISTAKES = [
    (lambda: layers.TextVectorization(split="word"), InvalidArgumentError, "whitespace"),
    (lambda: layers.TextVectorization()(np.ones(3)), DTypeError, "expects text"),
    (lambda: layers.TextVectorization()([["a", "b"]]), ShapeError, "last axis"),
    (
        lambda: adapted(layers.TextVectorization(vocabulary=["a"]), ["b"]),
        InvalidArgumentError,
        "adapt",
    ),
    (lambda: layers.StringLookup(output_mode="count")(["a"]), FailedPreconditionError, "adapt"),
    (lambda: layers.StringLookup(vocabulary=["a", "a"]), InvalidArgumentError, "more than once"),
    (
        lambda: layers.StringLookup(vocabulary="/no/file"),
        InvalidArgumentError,
        "no vocabulary file",
    ),
    (
        lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]),
        InvalidArgumentError,
        "not in the vocabulary",
    ),
    (lambda: layers.CategoryEncoding(), InvalidArgumentError, "num_tokens"),
    (lambda: layers.CategoryEncoding(3)(["a"]), DTypeError, "StringLookup"),
    (lambda: layers.Discretization(num_bins=3)([1.0]), InvalidArgumentError, "adapt"),
    (lambda: layers.Normalization(mean=1.0), InvalidArgumentError, "variance"),
    (lambda: layers.RandomRotation(2.0), InvalidArgumentError, "factor"),
    (lambda: layers.RandomZoom(0.1, fill_mode="x"), NotImplementedError, "fill_mode"),
    (lambda: layers.Resizing(2, 2)(np.ones((3, 3))), ShapeError, "expects images"),
]


@pytest.mark.parametrize(("mistake", "kind", "words"), MISTAKES)
def test_mistakes_are_explained(mistake, kind, words):
    with pytest.raises(kind, match=words):
        mistake()


def test_the_names_of_keras_2():
    old = layers.experimental.preprocessing
    assert old.TextVectorization is layers.TextVectorization
    assert {"RandomFlip", "Rescaling", "Normalization"} <= set(old.__all__)
    assert layers.experimental.SyncBatchNormalization is layers.BatchNormalization


def test_a_model_that_begins_with_text_is_trained_without_warnings():
    layer = adapted(layers.TextVectorization(output_sequence_length=3), TEXTS)
    model = tf.keras.Sequential([layer, layers.Embedding(9, 2), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    texts, labels = np.array(TEXTS * 4), np.zeros(12, np.float32)
    losses = model.fit(texts, labels, batch_size=4, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert model.evaluate(texts, labels, verbose=0) < losses[0]
    expected = model(tf.constant(TEXTS)).numpy()
    for _ in range(9):
        model(tf.constant(TEXTS))
    np.testing.assert_allclose(model.predict(tf.constant(TEXTS), verbose=0), expected, rtol=1e-6)
