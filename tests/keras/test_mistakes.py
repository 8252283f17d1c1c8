"""Warnings of common mistakes: where, how often, at what cost; and programs that make none.

The mistakes themselves are scripts in tests/faults.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import MistakeWarning
from glassbrook.keras import mistakes

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(16, 4)).astype("float32")
CLASSES = np.arange(16) % 3
PIXELS = RANDOM.integers(0, 256, (32, 10, 10, 1), dtype="uint8")
COLUMN = tf.constant(np.arange(8, dtype="float32").reshape(-1, 1))
ROW = tf.constant(np.arange(8, dtype="float32"))

layers, losses = tf.keras.layers, tf.keras.losses


def fit(model: list, loss: object, x: object, y: object, **options: object) -> None:
    network = tf.keras.Sequential(model)
    network.compile("sgd", loss, run_eagerly=True, **options)
    network.fit(x, y, verbose=0)


def caught(run: object) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run()
    return [each for each in found if issubclass(each.category, MistakeWarning)]


# No mistakes.


def pairwise_distances() -> None:
    a, b = tf.Variable(ROW), tf.Variable(ROW + 1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((a[:, tf.newaxis] - b) ** 2)
    tape.gradient(loss, [a, b])


def distances_by_expanded_square() -> None:
    points = tf.Variable(X)
    with tf.GradientTape() as tape:
        norms = tf.reduce_sum(points**2, axis=1)
        squares = norms[:, None] - 2 * points @ tf.transpose(points) + norms
        kept = tf.reduce_sum(points**2, axis=1, keepdims=True) - norms
        loss = tf.reduce_mean(squares) + tf.reduce_sum(kept)
    tape.gradient(loss, points)


def broadcasting_shown_on_variables() -> None:
    a, b = tf.Variable(COLUMN), tf.Variable(ROW)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(a * b)
    tape.gradient(loss, [a, b])


def broadcasting_shown_without_a_tape() -> None:
    print(tf.reduce_sum(COLUMN * ROW), tf.reduce_mean(COLUMN - ROW))


def hidden_units_as_many_as_samples() -> None:
    w, b, v = (tf.Variable(tf.ones([8])) for _ in range(3))
    with tf.GradientTape() as tape:
        hidden = tf.tanh(COLUMN * w + b)
        loss = tf.reduce_mean((tf.reduce_sum(hidden * v, axis=1) - ROW) ** 2)
    tape.gradient(loss, [w, b, v])


def radial_basis() -> None:
    centers = tf.Variable(ROW)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.exp(-((COLUMN - tf.nn.softplus(centers)) ** 2)))
    tape.gradient(loss, centers)


def square_weights_decay() -> None:
    w = tf.Variable(tf.ones([8, 8]))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(w)) + tf.reduce_mean(w * w)
    tape.gradient(loss, w)


def columns_that_fit() -> None:
    w = tf.Variable(tf.ones([1, 1]))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((COLUMN @ w - COLUMN) ** 2)
    tape.gradient(loss, w)


def one_sample() -> None:
    w = tf.Variable([[2.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((tf.constant([1.0]) - tf.constant([[3.0]]) @ w) ** 2)
    tape.gradient(loss, w)


def rows_in_keras_losses() -> None:
    fit([layers.Dense(1)], "mse", X, X[:, 0])
    fit([layers.Dense(1)], losses.Huber(), X, X[:, 0], metrics=["mae"])
    losses.mean_squared_error(ROW, COLUMN)


def rows_in_a_loss_function_of_ones_own() -> None:
    def squared(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        assert y_true.shape == y_pred.shape
        return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)

    fit([layers.Dense(1)], squared, X, X[:, 0])


def one_label_for_all() -> None:
    losses.BinaryCrossentropy()(tf.ones_like(COLUMN), tf.sigmoid(COLUMN))
    losses.mean_squared_error(0.0, COLUMN)


def softmax_of_two_for_binary() -> None:
    model = [layers.Dense(2, activation="softmax")]
    fit(model, "binary_crossentropy", X, np.eye(2)[CLASSES % 2])


def activation_as_a_layer() -> None:
    fit([layers.Dense(3), layers.Softmax()], "sparse_categorical_crossentropy", X, CLASSES)
    fit([layers.Dense(1), layers.Activation("sigmoid")], "bce", X, CLASSES % 2)


def softmax_within_attention() -> None:
    weights = tf.nn.softmax(tf.ones([4, 4]))
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    loss([0, 1, 2, 3], weights @ tf.Variable(X[:4]))


def mixture_of_probabilities() -> None:
    experts, gates = tf.nn.softmax(tf.Variable(X[:4])), tf.nn.softmax(tf.Variable(X[4:8]))
    losses.SparseCategoricalCrossentropy()([0, 1, 2, 3], gates @ experts)


def normalized_by_hand() -> None:
    scores = tf.exp(tf.Variable(X))
    scores = scores / tf.reduce_sum(scores, axis=1, keepdims=True)
    losses.SparseCategoricalCrossentropy()(CLASSES, scores)


def logarithms_as_logits() -> None:
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    loss(CLASSES, tf.nn.log_softmax(X))


def logits_that_are_zero() -> None:
    losses.BinaryCrossentropy(from_logits=True)(np.ones((200, 1)), np.zeros((200, 1)))
    losses.CategoricalCrossentropy(from_logits=True)(np.eye(4), np.full((4, 4), 0.25))


def few_logits_between_0_and_1() -> None:
    losses.BinaryCrossentropy(from_logits=True)([[0.0], [1.0]], [[0.2], [0.9]])


def classes_along_another_axis() -> None:
    probabilities = tf.constant(np.array([[0.2, 0.5, 0.1], [0.8, 0.5, 0.9]], "float32"))
    labels = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]], "float32")
    losses.CategoricalCrossentropy(axis=0)(labels, probabilities)


def soft_labels() -> None:
    losses.CategoricalCrossentropy(label_smoothing=0.1)(np.eye(3), np.full((3, 3), 1 / 3))
    losses.BinaryCrossentropy()([[0.3], [0.6]], [[0.2], [0.9]])


def bool_labels() -> None:
    losses.BinaryCrossentropy()(np.array([[True], [False]]), [[0.2], [0.9]])


def labels_that_are_left_out() -> None:
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    loss([-1, 0], X[:2])


def empty_batch() -> None:
    loss = losses.BinaryCrossentropy(reduction="none")
    loss(np.zeros((0, 1), "float32"), np.zeros((0, 1), "float32"))


def scores_that_are_no_numbers() -> None:
    losses.BinaryCrossentropy()([[1.0]], [[np.nan]])
    losses.BinaryCrossentropy()([[np.nan]], [[0.5]])


def scaled_pixels() -> None:
    model = [layers.Flatten(), layers.Dense(3, activation="softmax")]
    loss = "sparse_categorical_crossentropy"
    fit(model, loss, PIXELS / 255.0, np.arange(32) % 3)
    fit(model, loss, PIXELS / 127.5 - 1, np.arange(32) % 3)
    fit(model, loss, (PIXELS > 100).astype("uint8"), np.arange(32) % 3)


def pixels_scaled_by_a_layer() -> None:
    scale = layers.Normalization()
    scale.adapt(PIXELS)
    for first in (layers.Rescaling(1 / 255), layers.BatchNormalization(), scale):
        model = [first, layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(1)]
        fit(model, "mse", PIXELS, X[:, 0].repeat(2))


def pixels_scaled_in_call() -> None:
    class Model(tf.keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.flatten, self.scores = layers.Flatten(), layers.Dense(3)

        def call(self, images: tf.Tensor) -> tf.Tensor:
            return self.scores(self.flatten(tf.cast(images, tf.float32) / 255.0))

    model = Model()
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
    data = tf.data.Dataset.from_tensor_slices((PIXELS, np.arange(32) % 3)).batch(8)
    model.fit(data, verbose=0)


def numbers_that_are_no_pixels() -> None:
    tokens = RANDOM.integers(0, 256, (32, 80))
    model = [layers.Embedding(256, 2), layers.Flatten(), layers.Dense(1)]
    fit(model, "mse", tokens, X[:, 0].repeat(2))
    ages = RANDOM.integers(0, 200, (32, 5)).astype("float32")
    fit([layers.Dense(1)], "mse", ages / 1e3, X[:, 0].repeat(2))
    fit([layers.Dense(1, kernel_initializer="zeros")], "mae", ages, X[:, 0].repeat(2))


def pairs_of_the_same_scores() -> None:
    scores = layers.Dense(1)
    labels = tf.constant(CLASSES[:, None])
    with tf.GradientTape() as tape:
        column = scores(X)
        loss = tf.reduce_mean((column - tf.squeeze(column, -1)) ** 2)
        same = tf.reduce_sum(tf.cast(tf.equal(labels, tf.reshape(labels, [-1])), tf.float32))
    tape.gradient(loss + same, scores.trainable_variables)


def logits_of_a_model_that_has_not_learned() -> None:
    small = RANDOM.uniform(0.001, 0.03, (128, 1)).astype("float32")
    losses.BinaryCrossentropy(from_logits=True)(np.ones((128, 1)), small)


def one_target_for_all() -> None:
    images = tf.Variable(RANDOM.normal(size=(6, 4, 4)).astype("float32"))
    losses.MeanSquaredError()(RANDOM.normal(size=(1, 4, 4)), images)
    losses.MeanSquaredError()(RANDOM.normal(size=(6, 4)), images[:1, 0])


def labels_that_are_often_wrong() -> None:
    confusion = tf.constant(np.full((4, 4), 0.1, "float32") + 0.6 * np.eye(4, dtype="float32"))
    probabilities = tf.clip_by_value(layers.Dense(4, activation="softmax")(X), 1e-6, 1.0)
    losses.SparseCategoricalCrossentropy()(CLASSES, probabilities @ confusion)


def mixture_with_gates_of_ones_own() -> None:
    gates = tf.nn.softmax(layers.Dense(4)(X[:4])) * [1.0, 1.0, 0.0, 1.0]
    gates = gates / tf.reduce_sum(gates, axis=1, keepdims=True)
    experts = tf.nn.softmax(layers.Dense(3)(X[:4])) + 0.0
    losses.SparseCategoricalCrossentropy()(CLASSES[:4], gates @ experts)


def counts_that_are_no_pixels() -> None:
    counts = RANDOM.poisson(0.3, (32, 500))
    counts[:, 0] = RANDOM.integers(0, 180, 32)
    fit([layers.Dense(1)], "mse", counts.astype("float32"), X[:, 0].repeat(2))
    rates = RANDOM.integers(60, 180, (32, 100)).astype("float32")
    fit([layers.Dense(1, kernel_initializer="zeros")], "mae", rates, X[:, 0].repeat(2))


def pixels_that_meet_no_weights_first() -> None:
    class Gray(layers.Layer):
        def call(self, images: tf.Tensor) -> tf.Tensor:
            return tf.tensordot(tf.cast(images, tf.float32), [0.3, 0.6, 0.1], 1) / 255.0

    colours = np.repeat(PIXELS, 3, axis=-1)
    for first in (Gray(), layers.Resizing(8, 8), layers.RandomRotation(0.1)):
        model = [first, layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(1)]
        fit(model, "mse", colours, X[:, 0].repeat(2))


HEALTHY = [
    pairwise_distances,
    distances_by_expanded_square,
    broadcasting_shown_on_variables,
    broadcasting_shown_without_a_tape,
    hidden_units_as_many_as_samples,
    radial_basis,
    square_weights_decay,
    columns_that_fit,
    one_sample,
    rows_in_keras_losses,
    rows_in_a_loss_function_of_ones_own,
    one_label_for_all,
    softmax_of_two_for_binary,
    activation_as_a_layer,
    softmax_within_attention,
    mixture_of_probabilities,
    normalized_by_hand,
    logarithms_as_logits,
    logits_that_are_zero,
    few_logits_between_0_and_1,
    classes_along_another_axis,
    soft_labels,
    bool_labels,
    labels_that_are_left_out,
    empty_batch,
    scores_that_are_no_numbers,
    scaled_pixels,
    pixels_scaled_by_a_layer,
    pixels_scaled_in_call,
    numbers_that_are_no_pixels,
    pairs_of_the_same_scores,
    logits_of_a_model_that_has_not_learned,
    one_target_for_all,
    labels_that_are_often_wrong,
    mixture_with_gates_of_ones_own,
    counts_that_are_no_pixels,
    pixels_that_meet_no_weights_first,
]


@pytest.mark.parametrize("run", HEALTHY, ids=lambda run: run.__name__)
def test_no_mistake_is_seen_where_none_is(run: object) -> None:
    assert [str(each.message) for each in caught(run)] == []


# How mistakes are told.


def test_a_mistake_is_told_once_for_each_line() -> None:
    probabilities = tf.nn.softmax(X)

    def run() -> None:
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
        for _ in range(3):
            loss(CLASSES, probabilities)
        loss(CLASSES, probabilities)

    found = caught(run)
    first = run.__code__.co_firstlineno
    assert [each.lineno - first for each in found] == [3, 4]
    assert {each.filename for each in found} == {__file__}
    assert caught(run) == []


def test_a_mistake_can_be_made_an_error_or_silenced() -> None:
    labels, probabilities = np.eye(4, dtype="float32"), tf.nn.softmax(X[:4])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(tf.errors.MistakeWarning, match="go through both"):
            tf.nn.softmax_cross_entropy_with_logits(labels, probabilities)
        warnings.simplefilter("ignore", MistakeWarning)
        tf.nn.softmax_cross_entropy_with_logits(labels, probabilities)


def test_several_models_at_one_line_are_looked_at() -> None:
    def train(activation: str | None) -> list[warnings.WarningMessage]:
        model = [layers.Dense(3, activation=activation)]
        return caught(lambda: fit(model, "sparse_categorical_crossentropy", X, CLASSES))

    assert train("softmax") == []
    (found,) = train(None)
    assert "raw scores" in str(found.message)


def test_raw_pixels_at_the_evaluation_of_a_model_that_learned_from_scaled_ones() -> None:
    model = tf.keras.Sequential([layers.Flatten(), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    labels = np.arange(32) % 3
    assert caught(lambda: model.fit(PIXELS / 255.0, labels, verbose=0)) == []
    (found,) = caught(lambda: model.evaluate(PIXELS, labels, verbose=0))
    assert "0 to 255" in str(found.message)


def test_sorted_labels_are_looked_at_throughout() -> None:
    labels = np.repeat([0, 1, 2], 500)
    x = np.zeros((1500, 2), "float32")
    model = [layers.Dense(1, activation="sigmoid")]
    (found,) = caught(lambda: fit(model, "binary_crossentropy", x, labels))
    assert "from 0 to 2" in str(found.message)


# What looking costs.


def test_no_value_is_computed_to_look_at_it() -> None:
    w = tf.Variable(tf.ones([4, 3]))
    with tf.GradientTape():
        y_pred = tf.nn.softmax(tf.constant(X) @ w)
        loss = losses.SparseCategoricalCrossentropy()(CLASSES, y_pred)
    assert y_pred.node.value is None
    assert loss.node.value is None


def test_looking_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def weights() -> list[np.ndarray]:
        tf.keras.utils.set_random_seed(1)
        model = tf.keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)])
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss)
        model.fit(X, CLASSES, epochs=3, batch_size=4, verbose=0)
        return model.get_weights()

    looked_at = weights()
    monkeypatch.setattr("glassbrook.keras.models.loops.check_batch", lambda *_: None)
    monkeypatch.setattr("glassbrook.keras.losses.classification.check_loss", lambda *_: None)
    for left, right in zip(looked_at, weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_look_at_a_data_set_takes_less_than_a_millisecond() -> None:
    model = tf.keras.Sequential([layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    images = np.zeros((60_000, 28, 28), "uint8")
    images[:64] = RANDOM.integers(0, 256, (64, 28, 28))
    labels = np.arange(60_000) % 2
    times = []
    for _ in range(20):
        started = time.perf_counter()
        mistakes.check_batch(model, images, labels)
        times.append(time.perf_counter() - started)
    assert model._holds_pixels
    assert min(times) < 1e-3
