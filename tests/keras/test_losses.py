"""Losses against formulas written out in NumPy (float64), numbers from Keras 3, and bad input."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, OutOfRangeError, ShapeError
from glassbrook.keras import activations, losses

RANDOM = np.random.default_rng(3)
LOGITS = RANDOM.normal(size=(5, 4)) * 3
# None of them small: differences that check a derivative must not be large beside a probability.
PROBABILITIES = np.exp(LOGITS / 4) / np.exp(LOGITS / 4).sum(-1, keepdims=True)
CLASSES = np.array([3, 0, 1, 1, 2])
ONE_HOT = np.eye(4)[CLASSES]
BITS = (RANDOM.random((5, 4)) > 0.5).astype(float)
NUMBERS = RANDOM.random((5, 4)) + 0.1
WEIGHTS = np.array([1.0, 0.0, 2.0, 0.5, 3.0])


def log_softmax(x):
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def crossentropy(y, p):
    return -(y * np.log(p)).sum(-1)


def binary(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(-1)


def cosine(y, p):
    return -(y * p).sum(-1) / np.linalg.norm(y, axis=-1) / np.linalg.norm(p, axis=-1)


def pinball_huber(y, p, delta=1.0):
    e = np.abs(y - p)
    return np.where(e <= delta, e * e / 2, delta * e - delta * delta / 2).mean(-1)


def signs(y):
    return 2 * y - 1


@dataclass
class Case:
    loss: str
    y_true: Any
    y_pred: Any
    expected: Any
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self):
        return f"{self.loss}-{'-'.join(self.options)}"


# fmt: off
CASES = [
    Case("MeanSquaredError", NUMBERS, LOGITS, ((NUMBERS - LOGITS) ** 2).mean(-1)),
    Case("MeanAbsoluteError", NUMBERS, LOGITS, np.abs(NUMBERS - LOGITS).mean(-1)),
    Case("MeanAbsolutePercentageError", NUMBERS, LOGITS,
         100 * np.abs((NUMBERS - LOGITS) / NUMBERS).mean(-1)),
    Case("MeanSquaredLogarithmicError", NUMBERS, PROBABILITIES,
         ((np.log1p(NUMBERS) - np.log1p(PROBABILITIES)) ** 2).mean(-1)),
    Case("Huber", NUMBERS, LOGITS, pinball_huber(NUMBERS, LOGITS)),
    Case("Huber", NUMBERS, LOGITS, pinball_huber(NUMBERS, LOGITS, 0.3), {"delta": 0.3}),
    Case("LogCosh", NUMBERS, LOGITS, np.log(np.cosh(LOGITS - NUMBERS)).mean(-1)),
    Case("Poisson", NUMBERS, PROBABILITIES,
         (PROBABILITIES - NUMBERS * np.log(PROBABILITIES)).mean(-1)),
    Case("CosineSimilarity", NUMBERS, LOGITS, cosine(NUMBERS, LOGITS)),
    Case("KLDivergence", NUMBERS / NUMBERS.sum(-1, keepdims=True), PROBABILITIES,
         (NUMBERS / NUMBERS.sum(-1, keepdims=True)
          * np.log(NUMBERS / NUMBERS.sum(-1, keepdims=True) / PROBABILITIES)).sum(-1)),
    Case("Hinge", signs(BITS), LOGITS, np.maximum(1 - signs(BITS) * LOGITS, 0).mean(-1)),
    Case("Hinge", BITS, LOGITS, np.maximum(1 - signs(BITS) * LOGITS, 0).mean(-1)),
    Case("SquaredHinge", BITS, LOGITS, (np.maximum(1 - signs(BITS) * LOGITS, 0) ** 2).mean(-1)),
    Case("CategoricalHinge", ONE_HOT, LOGITS, np.maximum(
        ((1 - ONE_HOT) * LOGITS).max(-1) - (ONE_HOT * LOGITS).sum(-1) + 1, 0)),
    Case("CategoricalCrossentropy", ONE_HOT, PROBABILITIES, crossentropy(ONE_HOT, PROBABILITIES)),
    Case("CategoricalCrossentropy", ONE_HOT, PROBABILITIES * 7,
         crossentropy(ONE_HOT, PROBABILITIES)),
    Case("CategoricalCrossentropy", ONE_HOT, LOGITS, -(ONE_HOT * log_softmax(LOGITS)).sum(-1),
         {"from_logits": True}),
    Case("CategoricalCrossentropy", ONE_HOT, PROBABILITIES,
         crossentropy(ONE_HOT * 0.9 + 0.025, PROBABILITIES), {"label_smoothing": 0.1}),
    Case("CategoricalCrossentropy", ONE_HOT.T, LOGITS.T, -(ONE_HOT * log_softmax(LOGITS)).sum(-1),
         {"from_logits": True, "axis": 0}),
    Case("SparseCategoricalCrossentropy", CLASSES, PROBABILITIES,
         crossentropy(ONE_HOT, PROBABILITIES)),
    Case("SparseCategoricalCrossentropy", CLASSES[:, None], LOGITS,
         -(ONE_HOT * log_softmax(LOGITS)).sum(-1), {"from_logits": True}),
    Case("SparseCategoricalCrossentropy", CLASSES.astype(np.uint8), LOGITS,
         -(ONE_HOT * log_softmax(LOGITS)).sum(-1), {"from_logits": True}),
    Case("SparseCategoricalCrossentropy", CLASSES.astype(np.float32), LOGITS,
         -(ONE_HOT * log_softmax(LOGITS)).sum(-1), {"from_logits": True}),
    Case("BinaryCrossentropy", BITS, PROBABILITIES, binary(BITS, PROBABILITIES)),
    Case("BinaryCrossentropy", BITS, LOGITS, binary(BITS, sigmoid(LOGITS)), {"from_logits": True}),
    Case("BinaryCrossentropy", BITS, PROBABILITIES, binary(BITS * 0.8 + 0.1, PROBABILITIES),
         {"label_smoothing": 0.2}),
    Case("BinaryCrossentropy", BITS[:, 0], PROBABILITIES[:, :1],
         binary(BITS[:, :1], PROBABILITIES[:, :1])),
]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=str)
def test_formula(case):
    loss = getattr(losses, case.loss)(reduction="none", **case.options)
    values = loss(case.y_true, case.y_pred.astype(np.float32)).numpy()
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, case.expected, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradient_agrees_with_differences(case):
    # In float64, through the loss as a function: classes compute in float32 unless told otherwise.
    loss = getattr(losses, case.loss)(reduction="sum", dtype="float64", **case.options)
    point = tf.Variable(case.y_pred.astype(np.float64))
    with tf.GradientTape() as tape:
        value = loss(case.y_true, point)
    gradient = tape.gradient(value, point).numpy()
    rng = np.random.default_rng(0)
    for _ in range(3):
        direction = rng.normal(size=case.y_pred.shape)
        step = 1e-6
        ends = [float(loss(case.y_true, case.y_pred + s * direction)) for s in (step, -step)]
        slope = (ends[0] - ends[1]) / (2 * step)
        assert (gradient * direction).sum() == pytest.approx(slope, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("reduction", "weight", "reduce"),
    [
        ("sum_over_batch_size", None, lambda v: v.mean()),
        ("auto", None, lambda v: v.mean()),
        ("mean", None, lambda v: v.mean()),
        ("sum", None, lambda v: v.sum()),
        ("none", None, lambda v: v),
        (None, None, lambda v: v),
        ("sum_over_batch_size", WEIGHTS, lambda v: (v * WEIGHTS).mean()),
        ("sum", WEIGHTS[:, None], lambda v: (v * WEIGHTS).sum()),
        ("none", WEIGHTS, lambda v: v * WEIGHTS),
        ("mean_with_sample_weight", WEIGHTS, lambda v: (v * WEIGHTS).sum() / WEIGHTS.sum()),
    ],
)
def test_reduction(reduction, weight, reduce):
    values = ((NUMBERS - LOGITS) ** 2).mean(-1)
    found = losses.MeanSquaredError(reduction=reduction)(NUMBERS, LOGITS, weight)
    np.testing.assert_allclose(found.numpy(), reduce(values), rtol=1e-5)


def test_ignored_class_does_not_count():
    labels = np.array([3, -1, 1, -1, 2])
    counted = labels >= 0
    values = -log_softmax(LOGITS)[np.arange(5), np.where(counted, labels, 0)] * counted
    options = {"from_logits": True, "ignore_class": -1}
    loss = losses.SparseCategoricalCrossentropy(**options)
    np.testing.assert_allclose(
        float(loss(labels, LOGITS.astype(np.float32))), values.sum() / 3, rtol=1e-5
    )
    function = losses.sparse_categorical_crossentropy(labels, LOGITS, **options)
    np.testing.assert_allclose(function.numpy(), values, rtol=1e-9)


# Numbers that Keras 3.15 gives.
@pytest.mark.parametrize(
    ("name", "options", "y_true", "y_pred", "expected"),
    [
        ("CategoricalCrossentropy", {}, [[1.0, 0.0]], [[0.0, 1.0]], 16.118095),
        ("BinaryCrossentropy", {}, [1.0, 0.0], [0.0, 1.0], 16.03024),
        ("KLDivergence", {}, [[0.0, 1.0]], [[0.0, 1.0]], 0.0),
        ("Hinge", {}, [[0.0, 1.0]], [[0.5, 0.5]], 1.0),
        ("Huber", {"delta": 0.5}, [0.0], [3.0], 1.375),
        ("MeanSquaredError", {}, np.zeros((2, 1)), np.zeros(2), 0.0),
    ],
)
def test_keras_number(name, options, y_true, y_pred, expected):
    value = getattr(losses, name)(**options)(y_true, y_pred)
    np.testing.assert_allclose(float(value), expected, rtol=1e-5, atol=1e-12)


def test_dtypes_are_those_of_keras():
    wide = tf.constant([1.0], tf.float64)
    assert losses.mean_squared_error(wide, wide).dtype == tf.float64
    assert losses.MeanSquaredError()(wide, wide).dtype == tf.float32
    assert losses.MeanSquaredError(dtype="float64")(wide, wide).dtype == tf.float64
    assert float(losses.MSE([1, 2], [1, 4])) == 2.0


def test_large_logits_stay_finite():
    logits = np.array([[1000.0, -1000.0]], np.float32)
    assert float(losses.SparseCategoricalCrossentropy(from_logits=True)([1], logits)) == 2000.0
    assert float(losses.BinaryCrossentropy(from_logits=True)([[1.0, 0.0]], logits)) == 0.0
    assert float(losses.LogCosh()([[0.0]], [[1000.0]])) == pytest.approx(1000 - math.log(2))


def test_logits_behind_an_activation_are_taken():
    """log(softmax(x)) of a very small probability is exact; Keras does the same."""
    logits = tf.constant([[0.0, 50.0]])
    value = losses.SparseCategoricalCrossentropy()([0], activations.softmax(logits))
    assert float(value) == 50.0
    value = losses.BinaryCrossentropy()([[1.0, 1.0]], activations.sigmoid(-logits))
    assert float(value) == pytest.approx((50 + math.log(2)) / 2)


def test_from_logits_beside_an_activation_warns():
    logits = tf.constant([[1.0, 2.0]])
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    with pytest.warns(UserWarning, match="from_logits=True, but y_pred is the result of a softmax"):
        value = loss([0], activations.softmax(logits))
    assert float(value) == pytest.approx(-log_softmax(np.array([1.0, 2.0]))[0], rel=1e-6)
    with pytest.warns(tf.errors.MistakeWarning, match="softmax would be applied twice"):
        # No activation of a layer: taken at its word, as Keras does.
        value = loss([0], tf.nn.softmax(logits))
    probabilities = np.exp(log_softmax(np.array([1.0, 2.0])))
    assert float(value) == pytest.approx(-log_softmax(probabilities)[0], rel=1e-6)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 5, 7], r"label 5 in row 1 lies outside \[0, 3\).*2 of 3 labels"),
        ([0, -1, 2], r"label -1 in row 1 lies outside \[0, 3\).*ignore_class"),
        ([1, 2, 3], r"label 3 in row 2.*labels that start at 1 need y - 1"),
        ([[0], [1], [9]], "label 9 in row 2"),
        ([0.0, 1.0, 4.0], "label 4.0 in row 2"),
    ],
)
def test_label_out_of_range(labels, message):
    scores = np.zeros((3, 3), np.float32)
    with pytest.raises(OutOfRangeError, match=f"(?s)sparse_categorical_crossentropy: .*{message}"):
        losses.SparseCategoricalCrossentropy(from_logits=True)(labels, scores)


def test_pending_label_out_of_range():
    labels = tf.constant([0, 1]) + 5
    with pytest.raises(InvalidArgumentError):
        losses.SparseCategoricalCrossentropy(from_logits=True)(labels, tf.zeros([2, 3])).numpy()


@pytest.mark.parametrize(
    ("function", "y_true", "y_pred", "message"),
    [
        ("mean_squared_error", [1, 2, 0], np.zeros((3, 4)), r"class numbers.*tf.one_hot\(y_true"),
        ("mean_squared_error", [[1], [2]], np.zeros((2, 4)), "class numbers"),
        (
            "mean_squared_error",
            [[1.0, 2.0]],
            [[1.0, 2.0, 3.0]],
            r"\[1, 2\] does not fit .*\[1, 3\]",
        ),
        ("categorical_crossentropy", [1, 2], np.zeros((2, 4)), "sparse_categorical_crossentropy"),
        ("categorical_crossentropy", np.zeros((2, 3)), np.zeros((2, 4)), "expected the same shape"),
        ("sparse_categorical_crossentropy", np.eye(2), np.zeros((2, 2)), "labels are one-hot"),
        ("sparse_categorical_crossentropy", [0, 1, 2], np.zeros((2, 2)), r"y_true of shape \[2\]"),
        ("sparse_categorical_crossentropy", 0, 1.0, "y_pred is a scalar"),
        ("binary_crossentropy", np.zeros((2, 1)), np.zeros((2, 4)), "expected the same shape"),
        ("hinge", np.zeros((2, 3)), np.zeros((2, 4)), "does not fit"),
    ],
)
def test_bad_shapes(function, y_true, y_pred, message):
    with pytest.raises(ShapeError, match=message):
        getattr(losses, function)(y_true, y_pred)


def test_bad_reduction():
    with pytest.raises(ValueError, match="reduction='foo', expected 'sum_over_batch_size'"):
        losses.MeanSquaredError(reduction="foo")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("mse", losses.mean_squared_error),
        ("MSE", losses.mean_squared_error),
        ("mae", losses.mean_absolute_error),
        ("MAPE", losses.mean_absolute_percentage_error),
        ("msle", losses.mean_squared_logarithmic_error),
        ("bce", losses.binary_crossentropy),
        ("kld", losses.kl_divergence),
        ("KLD", losses.kl_divergence),
        ("kullback_leibler_divergence", losses.kl_divergence),
        ("logcosh", losses.log_cosh),
        ("sparse_categorical_crossentropy", losses.sparse_categorical_crossentropy),
        ("cosine_similarity", losses.cosine_similarity),
    ],
)
def test_get_by_name(name, function):
    assert losses.get(name) is function
    assert losses.get(losses.serialize(function)) is function


def test_get_other():
    assert losses.get(None) is None
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    with pytest.raises(ValueError, match=r"Could not interpret loss identifier: 'foo'.*mse"):
        losses.get("foo")
    with pytest.raises(ValueError, match="nothing knows its name"):
        losses.serialize(lambda y_true, y_pred: 0.0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_configuration_round_trip(case):
    loss = getattr(losses, case.loss)(reduction="sum", **case.options)
    config = losses.serialize(loss)
    again = losses.deserialize(config)
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config() == config["config"]
    assert float(again(case.y_true, case.y_pred)) == float(loss(case.y_true, case.y_pred))


def test_subclass_and_wrapper():
    class Quartic(losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_mean((y_true - y_pred) ** 4, axis=-1)

    # Integer labels come as float32, so that they can be subtracted from predictions.
    assert float(Quartic()([[1], [2]], [[1.0], [4.0]])) == 8.0
    assert Quartic().name.startswith("quartic")
    assert float(losses.LossFunctionWrapper(losses.mse, "sum")([[1.0]], [[3.0]])) == 4.0
    with pytest.raises(NotImplementedError, match="Define call"):
        losses.Loss()([1.0], [1.0])


def test_probabilities_that_were_computed_before_the_loss() -> None:
    scores = tf.nn.softmax(tf.constant([[2.0, 1.0, 0.1]]))
    expected = -np.log(scores.numpy()[0, 1])
    found = tf.keras.losses.SparseCategoricalCrossentropy()([1], scores)
    assert abs(float(found) - expected) < 1e-6
