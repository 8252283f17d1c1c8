"""Rates under a constraint, and correlations, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import InvalidArgumentError, ShapeError

RANDOM = np.random.default_rng(3)
TRUE = RANDOM.random(60) > 0.4
SCORES = np.clip(0.3 * TRUE + RANDOM.uniform(0, 0.7, 60), 0, 1).astype(np.float32)
WEIGHTS = RANDOM.uniform(0.5, 2.0, 60).astype(np.float32)
COUNT = 50


def best(rate, limited, least, weights):
    """The definition: every threshold, counted alone."""
    found = [0.0]
    for threshold in [-1.0, *np.arange(1, COUNT - 1) / (COUNT - 1), 1.0]:
        decided = threshold < SCORES
        total = {
            (decision, truth): weights[(decided == decision) & (truth == TRUE)].sum()
            for decision in (True, False)
            for truth in (True, False)
        }
        right, alarms = total[True, True], total[True, False]
        missed, rejected = total[False, True], total[False, False]
        rates = {
            "recall": right / (right + missed),
            "specificity": rejected / (rejected + alarms),
            "precision": right / (right + alarms) if right + alarms else 0.0,
        }
        if rates[limited] >= least:
            found.append(rates[rate])
    return max(found)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("least", [0.3, 0.7, 0.9])
@pytest.mark.parametrize(
    ("kind", "rate", "limited"),
    [
        ("SensitivityAtSpecificity", "recall", "specificity"),
        ("SpecificityAtSensitivity", "specificity", "recall"),
        ("PrecisionAtRecall", "precision", "recall"),
        ("RecallAtPrecision", "recall", "precision"),
    ],
)
def test_the_best_rate_that_is_allowed(kind, rate, limited, least, weighted):
    metric = getattr(tf.keras.metrics, kind)(least, num_thresholds=COUNT)
    weights = WEIGHTS if weighted else np.ones(60, np.float32)
    for part in (slice(0, 25), slice(25, 60)):
        metric.update_state(TRUE[part], SCORES[part], weights[part] if weighted else None)
    assert float(metric.result()) == pytest.approx(best(rate, limited, least, weights), rel=1e-5)


def test_one_class_counts():
    table = np.stack([SCORES, 1 - SCORES], 1)
    labels = np.stack([TRUE, ~TRUE], 1)
    one = tf.keras.metrics.PrecisionAtRecall(0.5, class_id=0)
    alone = tf.keras.metrics.PrecisionAtRecall(0.5)
    assert float(one(labels, table)) == float(alone(TRUE, SCORES))


def test_correlations():
    x, y = RANDOM.normal(size=(2, 4, 9))
    y += x
    expected = [np.corrcoef(a, b)[0, 1] for a, b in zip(x, y, strict=True)]
    found = tf.keras.metrics.pearson_correlation(x, y).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    metric = tf.keras.metrics.PearsonCorrelation()
    assert float(metric(x, y)) == pytest.approx(np.mean(expected), rel=1e-5)
    same = tf.keras.metrics.concordance_correlation(x, x).numpy()
    np.testing.assert_allclose(same, 1.0, rtol=1e-5)
    # Moved labels still correlate, but do not agree.
    assert (tf.keras.metrics.concordance_correlation(x, x + 1).numpy() < 0.9).all()
    np.testing.assert_allclose(tf.keras.metrics.pearson_correlation(x, x + 1).numpy(), 1.0, 1e-5)


def test_rows_at_right_angles_cost_nothing():
    punish = tf.keras.regularizers.OrthogonalRegularizer(2.0)
    assert float(punish(tf.eye(3))) == pytest.approx(0.0, abs=1e-6)
    rows = RANDOM.normal(size=(4, 6)).astype(np.float32)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = np.abs(unit @ unit.T)[np.triu_indices(4, 1)]
    assert float(punish(tf.constant(rows))) == pytest.approx(2.0 * cosines.mean(), rel=1e-5)
    across = tf.keras.regularizers.OrthogonalRegularizer(2.0, mode="columns")
    assert float(across(tf.constant(rows.T))) == pytest.approx(float(punish(rows)), rel=1e-5)


def test_the_cosine_of_zeros_has_a_finite_gradient():
    x = tf.Variable([[0.0, 0.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.keras.losses.cosine_similarity(tf.ones([2, 2]), x))
    assert np.isfinite(tape.gradient(loss, x).numpy()).all()


MISTAKES = [
    (lambda: tf.keras.metrics.PrecisionAtRecall(1.5), InvalidArgumentError, "between 0 and 1"),
    (
        lambda: tf.keras.metrics.RecallAtPrecision(0.5, num_thresholds=0),
        InvalidArgumentError,
        "num_thresholds",
    ),
    (lambda: tf.keras.regularizers.OrthogonalRegularizer(mode="x"), InvalidArgumentError, "rows"),
    (lambda: tf.keras.regularizers.OrthogonalRegularizer()(tf.ones([3])), ShapeError, "matrix"),
]


@pytest.mark.parametrize(("mistake", "kind", "words"), MISTAKES)
def test_mistakes_are_explained(mistake, kind, words):
    with pytest.raises(kind, match=words):
        mistake()
