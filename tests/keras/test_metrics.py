"""Metrics against NumPy, over several batches, with weights, and after a reset."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.errors import ShapeError
from glassbrook.keras import losses, metrics

RANDOM = np.random.default_rng(5)
SCORES = RANDOM.random((40, 6)).astype(np.float32)
SCORES /= SCORES.sum(-1, keepdims=True)
CLASSES = RANDOM.integers(0, 6, 40)
ONE_HOT = np.eye(6, dtype=np.float32)[CLASSES]
BITS = (RANDOM.random(40) > 0.4).astype(np.float32)
CHANCES = np.clip(0.4 * BITS + 0.6 * RANDOM.random(40), 0, 1).astype(np.float32)
WEIGHTS = RANDOM.random(40).astype(np.float32)


def top(k):
    best = np.argsort(-SCORES, -1)[:, :k]
    return (best == CLASSES[:, None]).any(-1)


def at(threshold):
    return threshold < CHANCES


# fmt: off
# A metric, its labels and predictions, and the value of every sample.
MEANS = [
    (metrics.Accuracy(), CLASSES, SCORES.argmax(-1), SCORES.argmax(-1) == CLASSES),
    (metrics.BinaryAccuracy(), BITS, CHANCES, at(0.5) == BITS),
    (metrics.BinaryAccuracy(threshold=0.7), BITS[:, None], CHANCES[:, None], at(0.7) == BITS),
    (metrics.BinaryAccuracy(), BITS, CHANCES[:, None], at(0.5) == BITS),
    (metrics.CategoricalAccuracy(), ONE_HOT, SCORES, SCORES.argmax(-1) == CLASSES),
    (metrics.SparseCategoricalAccuracy(), CLASSES, SCORES, SCORES.argmax(-1) == CLASSES),
    (metrics.SparseCategoricalAccuracy(), CLASSES[:, None].astype(np.uint8), SCORES,
     SCORES.argmax(-1) == CLASSES),
    (metrics.TopKCategoricalAccuracy(k=2), ONE_HOT, SCORES, top(2)),
    (metrics.SparseTopKCategoricalAccuracy(k=3), CLASSES, SCORES, top(3)),
    (metrics.MeanSquaredError(), ONE_HOT, SCORES, ((ONE_HOT - SCORES) ** 2).mean(-1)),
    (metrics.MeanAbsoluteError(), ONE_HOT, SCORES, np.abs(ONE_HOT - SCORES).mean(-1)),
    (metrics.CategoricalCrossentropy(), ONE_HOT, SCORES, -np.log((ONE_HOT * SCORES).sum(-1))),
    (metrics.SparseCategoricalCrossentropy(), CLASSES, SCORES,
     -np.log((ONE_HOT * SCORES).sum(-1))),
    (metrics.BinaryCrossentropy(), BITS[:, None], CHANCES[:, None],
     -np.log(np.where(BITS == 1, CHANCES, 1 - CHANCES))),
    (metrics.KLDivergence(), ONE_HOT, SCORES, -np.log((ONE_HOT * SCORES).sum(-1))),
    (metrics.CosineSimilarity(), ONE_HOT, SCORES,
     (ONE_HOT * SCORES).sum(-1) / np.linalg.norm(SCORES, axis=-1)),
    (metrics.MeanMetricWrapper(losses.mean_squared_error), ONE_HOT, SCORES,
     ((ONE_HOT - SCORES) ** 2).mean(-1)),
]
# fmt: on


def in_batches(metric, y_true, y_pred, weights=None):
    metric.reset_state()
    for begin in range(0, 40, 16):
        part = slice(begin, begin + 16)
        weight = None if weights is None else weights[part]
        metric.update_state(y_true[part], y_pred[part], sample_weight=weight)
    return float(metric.result())


@pytest.mark.parametrize(("metric", "y_true", "y_pred", "values"), MEANS, ids=str)
def test_mean_over_batches(metric, y_true, y_pred, values):
    values = np.asarray(values, np.float64)
    assert in_batches(metric, y_true, y_pred) == pytest.approx(values.mean(), rel=1e-4)
    weighted = (values * WEIGHTS).sum() / WEIGHTS.sum()
    assert in_batches(metric, y_true, y_pred, WEIGHTS) == pytest.approx(weighted, rel=1e-4)


def counts(threshold, weights=None):
    weights = np.ones(40) if weights is None else weights
    decided = at(threshold)
    pairs = [(True, 1), (True, 0), (False, 0), (False, 1)]
    return [float(weights[(decided == d) & (y == BITS)].sum()) for d, y in pairs]


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_counts_and_ratios(threshold, weights):
    tp, fp, tn, fn = counts(threshold, weights)
    expected = {
        metrics.TruePositives: tp,
        metrics.FalsePositives: fp,
        metrics.TrueNegatives: tn,
        metrics.FalseNegatives: fn,
        metrics.Precision: tp / (tp + fp),
        metrics.Recall: tp / (tp + fn),
    }
    for cls, value in expected.items():
        found = in_batches(cls(thresholds=threshold), BITS, CHANCES, weights)
        assert found == pytest.approx(value, rel=1e-5, abs=1e-6), cls.__name__


def test_several_thresholds():
    metric = metrics.Precision(thresholds=[0.2, 0.8])
    metric.update_state(BITS, CHANCES)
    expected = [counts(t)[0] / (counts(t)[0] + counts(t)[1]) for t in (0.2, 0.8)]
    np.testing.assert_allclose(metric.result().numpy(), expected, rtol=1e-6)


def test_top_k_and_class_of_recall():
    recall = metrics.Recall(top_k=2)
    recall.update_state(ONE_HOT, SCORES)
    assert float(recall.result()) == pytest.approx(top(2).mean())
    precision = metrics.Precision(class_id=1, thresholds=0.1)
    precision.update_state(ONE_HOT, SCORES)
    decided = SCORES[:, 1] > 0.1
    assert float(precision.result()) == pytest.approx((CLASSES[decided] == 1).mean())
    with pytest.raises(ShapeError, match="class_id is 9"):
        metrics.Recall(class_id=9).update_state(ONE_HOT, SCORES)


def test_area_under_the_curve():
    """The area under the ROC curve is the chance that a positive outscores a negative."""
    positive, negative = CHANCES[BITS == 1][:, None], CHANCES[BITS == 0][None, :]
    expected = ((positive > negative) + 0.5 * (positive == negative)).mean()
    assert in_batches(metrics.AUC(num_thresholds=2000), BITS, CHANCES) == pytest.approx(
        expected, abs=2e-3
    )


# Numbers that Keras 3.15 gives.
@pytest.mark.parametrize(
    ("curve", "method", "expected"),
    [
        ("ROC", "interpolation", 0.83333337),
        ("ROC", "minoring", 0.66666669),
        ("ROC", "majoring", 1.0),
        ("PR", "interpolation", 0.88046622),
        ("PR", "minoring", 0.5),
        ("PR", "majoring", 1.0),
    ],
)
def test_kinds_of_area(curve, method, expected):
    metric = metrics.AUC(num_thresholds=5, curve=curve, summation_method=method)
    found = metric([0, 0, 1, 1, 1], [0, 0.5, 0.3, 0.9, 0.4])
    assert float(found) == pytest.approx(expected, rel=1e-6)


def test_root_mean_squared_error():
    expected = np.sqrt(((ONE_HOT - SCORES) ** 2).mean())
    assert in_batches(metrics.RootMeanSquaredError(), ONE_HOT, SCORES) == pytest.approx(
        expected, rel=1e-5
    )


def test_mean_and_sum():
    mean, total = metrics.Mean(), metrics.Sum()
    assert float(mean.result()) == 0.0
    for metric in (mean, total):
        metric.update_state([1.0, 2.0])
        metric.update_state(6.0)
    assert (float(mean.result()), float(total.result())) == (3.0, 9.0)
    mean.update_state([0.0, 10.0], sample_weight=[3.0, 0.0])
    assert float(mean.result()) == pytest.approx(9 / 6)
    mean.reset_states()
    assert float(mean([[1.0, 3.0], [5.0, 7.0]])) == 4.0
    total.reset_state()
    assert float(total([1.0, 2.0], sample_weight=[2.0, 3.0])) == 8.0


def test_updates_compute_nothing():
    """A metric inside a training loop must not split the step into several programs."""
    metric = metrics.Mean()
    x = tf.constant([1.0, 2.0]) * 2
    metric.update_state(x)
    assert x.node.value is None
    assert all(variable.node.value is None for variable in metric.variables)
    assert float(metric.result()) == 3.0
    assert x.node.value is not None


def test_result_keeps_its_value():
    metric = metrics.Mean()
    metric.update_state(2.0)
    before = metric.result()
    metric.update_state(4.0)
    assert (float(before), float(metric.result())) == (2.0, 3.0)


def test_metric_of_ones_own():
    class CountPositive(metrics.Metric):
        def __init__(self, name="count_positive", **kwargs):
            super().__init__(name=name, **kwargs)
            self.count = self.add_weight(name="count", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.count.assign_add(tf.reduce_sum(tf.cast(y_pred > 0, tf.float32)))

        def result(self):
            return self.count.value()

    metric = CountPositive()
    assert float(metric(None, tf.constant([1.0, -1.0, 2.0]))) == 2.0
    assert [variable.path for variable in metric.variables] == ["count_positive/count"]
    assert not metric.variables[0].trainable
    metric.reset_state()
    assert float(metric.result()) == 0.0


def test_add_weight_takes_both_orders():
    metric = metrics.Metric(name="m")
    assert metric.add_weight("a", (2,)).shape == (2,)
    assert metric.add_weight((3,), "ones", name="b").numpy().tolist() == [1.0, 1.0, 1.0]
    assert metric.add_variable((1,), "zeros", name="c").path == "m/c"
    with pytest.raises(NotImplementedError, match="Define update_state"):
        metric.update_state([1.0], [1.0])


def test_merge_state():
    one, other = metrics.Mean(), metrics.Mean()
    one.update_state([1.0, 2.0])
    other.update_state([6.0])
    one.merge_state([other])
    assert float(one.result()) == 3.0


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred"),
    [
        ("categorical_accuracy", [1, 2], np.zeros((2, 3))),
        ("sparse_categorical_accuracy", np.eye(2, 3), np.zeros((2, 3))),
        ("sparse_categorical_accuracy", [0, 1, 2], np.zeros((2, 3))),
        ("top_k_categorical_accuracy", [1, 2], np.zeros((2, 3))),
        ("binary_accuracy", [[1], [0]], np.zeros((2, 3))),
    ],
)
def test_bad_shapes(name, y_true, y_pred):
    with pytest.raises(ShapeError, match=name):
        getattr(metrics, name)(y_true, y_pred)


def test_get():
    assert isinstance(metrics.get("mse"), metrics.MeanSquaredError)
    assert isinstance(metrics.get("SparseCategoricalAccuracy"), metrics.SparseCategoricalAccuracy)
    assert isinstance(metrics.get("auc"), metrics.AUC)
    assert metrics.get("huber") is losses.huber
    assert metrics.get(None) is None
    with pytest.raises(ValueError, match="Could not interpret metric identifier: 'foo'"):
        metrics.get("foo")


ALL = [
    *(row[0] for row in MEANS),
    metrics.AUC(thresholds=[0.3]),
    metrics.Mean(),
    metrics.Precision(top_k=2),
    metrics.Sum(name="s"),
]


@pytest.mark.parametrize("metric", ALL, ids=str)
def test_configuration_round_trip(metric):
    config = metrics.serialize(metric)
    again = metrics.deserialize(config)
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config() == config["config"]
