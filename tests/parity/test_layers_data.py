"""Layers that make numbers of text and categories, and that adapt to data."""

# Rows are expressions, one on each line.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, failures, fresh_names, rows, values


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


TEXTS = ["The cat, the dog.", "A cat!  A mouse?", "zebra the", "", "ünï the CAT"]


def adapted(layer, data, **options):
    layer.adapt(data, **options)
    return layer


SHARED = {
    "L": lambda tf: tf.keras.layers,
    "K": lambda tf: tf.keras,
    "D": lambda tf: tf.data.Dataset,
    "texts": lambda tf: TEXTS,
    "adapted": lambda tf: adapted,
    "x": lambda tf: np.random.default_rng(0).normal(3.0, 2.0, (50, 3)).astype(np.float32),
}

VALUES = """
list(map(str, adapted(L.TextVectorization(), texts).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(), np.array(texts)).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(), D.from_tensor_slices(texts).batch(2)).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(), D.from_tensor_slices(texts)).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(max_tokens=5), texts).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(max_tokens=5), texts).get_vocabulary(include_special_tokens=False)))
adapted(L.TextVectorization(), texts).vocabulary_size()
adapted(L.TextVectorization(), texts)(texts)
adapted(L.TextVectorization(), texts)(c(texts))
adapted(L.TextVectorization(), texts)(c([[t] for t in texts]))
adapted(L.TextVectorization(), texts)("the cat")
adapted(L.TextVectorization(output_sequence_length=3), texts)(texts)
adapted(L.TextVectorization(output_sequence_length=9), texts)(texts)
list(map(str, adapted(L.TextVectorization(standardize="lower"), texts).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(standardize="strip_punctuation"), texts).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(standardize=None), texts).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(standardize=lambda t: tf.strings.upper(t)), texts).get_vocabulary()))
list(map(str, adapted(L.TextVectorization(split="character"), texts).get_vocabulary()))
adapted(L.TextVectorization(split="character"), texts)(texts)
list(map(str, adapted(L.TextVectorization(split=None), texts).get_vocabulary()))
adapted(L.TextVectorization(split=None), texts)(texts)
adapted(L.TextVectorization(split=lambda t: tf.strings.split(t, sep=",")), texts)(texts)
list(map(str, adapted(L.TextVectorization(ngrams=2), texts).get_vocabulary()))
adapted(L.TextVectorization(ngrams=(2,)), texts)(texts)
adapted(L.TextVectorization(output_mode="multi_hot"), texts)(texts)
adapted(L.TextVectorization(output_mode="binary"), texts)(texts)
adapted(L.TextVectorization(output_mode="count"), texts)(texts)
adapted(L.TextVectorization(output_mode="tf_idf"), texts)(texts)
adapted(L.TextVectorization(output_mode="tf-idf", max_tokens=20, pad_to_max_tokens=True), texts)(texts)
adapted(L.TextVectorization(output_mode="multi_hot", max_tokens=12, pad_to_max_tokens=True), texts)(texts)
adapted(L.TextVectorization(ragged=True), texts)(texts).to_list()
L.TextVectorization(vocabulary=["cat", "the"])(texts)
list(map(str, L.TextVectorization(vocabulary=["", "[UNK]", "cat", "the"]).get_vocabulary()))
L.TextVectorization(vocabulary=["cat", "the"], output_mode="tf_idf", idf_weights=[0.5, 2.0])(texts)
list(D.from_tensor_slices(texts).batch(2).map(adapted(L.TextVectorization(output_sequence_length=3), texts)))
L.TextVectorization().name
L.TextVectorization(output_sequence_length=5)(K.Input((1,), dtype="string")).shape
L.TextVectorization()(K.Input((), dtype="string")).shape
L.TextVectorization()(K.Input((1,), dtype="string")).dtype
L.StringLookup(vocabulary=["a", "b"])(c([["b", "z"], ["a", "b"]]))
L.StringLookup(vocabulary=["a", "b"])("b")
L.StringLookup(vocabulary=["a", "b"])(np.array(["b", "c"]))
L.StringLookup(vocabulary=["a", "b"])(["b", "c"])
L.StringLookup(vocabulary=["a", "b"], num_oov_indices=2)(c(["b", "z", "y", "x", "w"]))
L.StringLookup(vocabulary=["a", "b"], num_oov_indices=3, salt=[7, 9])(c(["b", "z", "y", "x", "w"]))
L.StringLookup(vocabulary=["a", "b"], num_oov_indices=0)(c(["b", "a"]))
L.StringLookup(vocabulary=["a", "b"], mask_token="")(c(["b", "", "z"]))
list(map(str, L.StringLookup(vocabulary=["a", "b"], mask_token="").get_vocabulary()))
L.StringLookup(vocabulary=["a", "b"], mask_token="", invert=True)(c([0, 1, 2, 3, 9]))
L.StringLookup(vocabulary=["a", "b"], invert=True)(c([[0, 1, 2, 3]]))
L.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")(c(["b", "z"]))
L.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")(c([["b"], ["z"]]))
L.StringLookup(vocabulary=["a", "b"], output_mode="multi_hot")(c([["b", "b"], ["z", "a"]]))
L.StringLookup(vocabulary=["a", "b"], output_mode="count")(c([["b", "b"], ["z", "a"]]))
L.StringLookup(vocabulary=["a", "b"], output_mode="count", mask_token="")(c([["b", "b"], ["", "a"]]))
L.StringLookup(vocabulary=["a", "b"], output_mode="multi_hot", max_tokens=6, pad_to_max_tokens=True)(c([["b"]]))
L.StringLookup(vocabulary=["a", "b"]).vocabulary_size()
list(map(str, adapted(L.StringLookup(), ["b", "a", "b", "c", "c", "b"]).get_vocabulary()))
list(map(str, adapted(L.StringLookup(max_tokens=3), ["b", "a", "b", "c", "c", "b"]).get_vocabulary()))
adapted(L.StringLookup(output_mode="tf_idf"), c([["a", "b"], ["b", "b"]]))(c([["a", "a"], ["z", "b"]]))
L.IntegerLookup(vocabulary=[12, 36])(c([36, 7]))
L.IntegerLookup(vocabulary=[12, 36], num_oov_indices=2)(c([36, 7, 8, -1]))
L.IntegerLookup(vocabulary=[12, 36], num_oov_indices=3, oov_method="farmhash")(c([36, 7, 8, -1]))
L.IntegerLookup(vocabulary=[12, 36], mask_token=0)(c([36, 7, 0]))
L.IntegerLookup(vocabulary=[12, 36], output_mode="one_hot")(c([36, 7]))
L.IntegerLookup(vocabulary=[12, 36], invert=True)(c([0, 1, 2]))
list(map(str, adapted(L.IntegerLookup(), c([[5, 5], [3, 4]])).get_vocabulary()))
L.CategoryEncoding(4)(c([[0, 1], [3, 3]]))
L.CategoryEncoding(4)(c([0, 3]))
L.CategoryEncoding(4, output_mode="one_hot")(c([0, 3]))
L.CategoryEncoding(4, output_mode="one_hot")(c([[0], [3]]))
L.CategoryEncoding(4, output_mode="one_hot")(3)
L.CategoryEncoding(4, output_mode="count")(c([[0, 1], [3, 3]]))
L.CategoryEncoding(4, output_mode="count")(c([[0, 1], [3, 3]]), count_weights=c([[0.5, 1.0], [2.0, 3.0]]))
L.CategoryEncoding(4, output_mode="one_hot").compute_output_shape((None, 3))
L.CategoryEncoding(4).compute_output_shape((None, 3))
L.Discretization(bin_boundaries=[0.0, 1.0])(c([[-1.5, 0.0, 5.0], [0.5, 1.0, 2.0]]))
L.Discretization(bin_boundaries=[0.0, 1.0], output_mode="one_hot")(c([-1.5, 0.0, 5.0]))
L.Discretization(bin_boundaries=[0.0, 1.0], output_mode="multi_hot")(c([[-1.5, 0.0, 5.0]]))
adapted(L.Discretization(num_bins=4, epsilon=0.01), x).bin_boundaries
adapted(L.Discretization(num_bins=4), D.from_tensor_slices(x).batch(20)).bin_boundaries
adapted(L.Discretization(num_bins=3, epsilon=0.2), x[:, 0])(x[:5])
L.Hashing(3)(c([["A"], ["B"], ["C"], ["D"]]))
L.Hashing(3, mask_value="")(c([["A"], ["B"], [""], ["D"]]))
L.Hashing(3, salt=[133, 137])(c([["A"], ["B"], ["C"], ["D"]]))
L.Hashing(3, salt=133)(c([["A"], ["B"], ["C"], ["D"]]))
L.Hashing(3)(c([1, 2, 3, -4]))
L.Hashing(3, output_mode="one_hot")(c(["A", "B"]))
L.Hashing(3, output_mode="count")(c([["A", "B"], ["A", "A"]]))
L.HashedCrossing(5)([c(["A", "B", "A", "B", "A"]), c([101, 101, 101, 102, 102])])
L.HashedCrossing(5, output_mode="one_hot")([c(["A", "B", "A", "B", "A"]), c([101, 101, 101, 102, 102])])
L.HashedCrossing(50)([c([["A"], ["B"]]), c([["x"], ["y"]])])
adapted(L.Normalization(), x)(x)
adapted(L.Normalization(axis=None), x)(x)
adapted(L.Normalization(axis=0), x[:4])(x[:4])
adapted(L.Normalization(), D.from_tensor_slices(x).batch(16))(x)
adapted(L.Normalization(input_shape=[1], axis=None), x[:, 0])(x[:5, :1])
adapted(L.Normalization(invert=True), x)(x)
[w.path for w in adapted(L.Normalization(), x).weights]
adapted(L.Normalization(), x).get_weights()[0]
adapted(L.Normalization(), x).mean
L.Normalization(mean=3.0, variance=2.0)(x)
L.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 1.0])(x)
L.Normalization(axis=1, mean=1.0, variance=4.0)(np.ones((2, 3)))
K.Sequential([adapted(L.Normalization(), x), L.Dense(1, kernel_initializer="ones")])(x)
"""

ERRORS = """
L.TextVectorization(standardize="foo")
L.TextVectorization(split="foo")
L.TextVectorization(output_mode="foo")
L.TextVectorization(ngrams="a")
L.TextVectorization(output_sequence_length="a")
L.TextVectorization(output_mode="multi_hot", output_sequence_length=3)
L.TextVectorization(vocabulary=["a", "a"])
L.TextVectorization(vocabulary=[])
L.TextVectorization(vocabulary=["a"]).adapt(["b"])
L.TextVectorization(vocabulary=["a"])(c([["a", "b"]]))
L.TextVectorization(max_tokens=3, vocabulary=["a", "b"])
L.StringLookup(vocabulary=["a", "b"], num_oov_indices=0)(c(["z"]))
L.StringLookup(vocabulary=["a"])(c([1]))
L.StringLookup(vocabulary="/nonexistent/file")
L.StringLookup(invert=True, output_mode="count")
L.StringLookup(output_mode="tf_idf", vocabulary=["a"])
L.IntegerLookup(max_tokens=1)
L.IntegerLookup(vocabulary=[1])(c(["a"]))
L.CategoryEncoding()
L.CategoryEncoding(0)
L.CategoryEncoding(3, output_mode="int")
L.CategoryEncoding(3)(c([1]), count_weights=c([1.0]))
L.Discretization()
L.Discretization(bin_boundaries=[1.0], num_bins=2)
L.Discretization(num_bins=2)(c([1.0]))
L.Hashing(0)
L.Hashing(3, output_mode="foo")
L.Hashing(3, salt="a")
L.HashedCrossing(5)([c(["A"])])
L.HashedCrossing(5)([c(["A"]), c(["A", "B"])])
L.HashedCrossing(5)([c([0.5]), c(["A"])])
L.Normalization(mean=1.0)
L.Normalization(axis=3).build((None, 2))
adapted(L.Normalization(), x)(x[:, :2])
"""

CASES: list[Case | Fails] = [
    *values(VALUES, rtol=2e-5, atol=1e-5, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields = add_to(CASES)


@yields
def text_in_a_model(tf):
    layers = tf.keras.layers
    vectorize = adapted(layers.TextVectorization(output_sequence_length=4), TEXTS)
    model = tf.keras.Sequential(
        [
            vectorize,
            layers.Embedding(12, 3, embeddings_initializer="ones"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, kernel_initializer="ones"),
        ]
    )
    return model.predict(tf.constant(TEXTS), verbose=0)


@yields
def text_in_a_functional_model(tf):
    layers = tf.keras.layers
    vectorize = adapted(layers.TextVectorization(output_sequence_length=4), TEXTS)
    inputs = tf.keras.Input((1,), dtype="string")
    x = layers.Embedding(12, 3, embeddings_initializer="ones")(vectorize(inputs))
    model = tf.keras.Model(inputs, layers.Dense(1, kernel_initializer="ones")(layers.Flatten()(x)))
    return model(tf.constant([[text] for text in TEXTS]))


@yields
def text_by_tf_data_in_fit(tf):
    layers = tf.keras.layers
    vectorize = adapted(layers.TextVectorization(output_sequence_length=4), TEXTS)
    model = tf.keras.Sequential(
        [
            layers.Embedding(12, 3, embeddings_initializer="ones"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, kernel_initializer="ones"),
        ]
    )
    model.compile("sgd", "mse")
    labels = np.arange(5, dtype=np.float32)
    data = tf.data.Dataset.from_tensor_slices((TEXTS, labels)).batch(2)
    data = data.map(lambda text, label: (vectorize(text), label))
    return model.fit(data, epochs=3, verbose=0).history["loss"]


@yields
def a_normalized_regression(tf):
    layers = tf.keras.layers
    x = np.random.default_rng(0).normal(3.0, 2.0, (50, 3)).astype(np.float32)
    model = tf.keras.Sequential(
        [adapted(layers.Normalization(), x), layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    history = model.fit(x, x[:, :1], epochs=3, batch_size=10, shuffle=False, verbose=0)
    return [history.history["loss"], model.count_params()]


@rows("layers_data", CASES)
def test_layers(case: Case | Fails) -> None:
    case.check()
