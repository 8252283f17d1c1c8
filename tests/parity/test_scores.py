"""Focal losses, losses and metrics of overlap, F-scores and explained variance."""

from __future__ import annotations

import numpy as np

from tests.parity.support import Case, Fails, add_to, rows

RANDOM = np.random.default_rng(5)
BITS = (RANDOM.random((12, 3)) > 0.5).astype(np.float32)
SCORES = RANDOM.uniform(0.05, 0.95, (12, 3)).astype(np.float32)
ROWS = SCORES / SCORES.sum(axis=1, keepdims=True)
CLASSES = RANDOM.integers(0, 3, 12)
GUESSES = RANDOM.integers(0, 3, 12)
ONE_HOT = np.eye(3, dtype=np.float32)[CLASSES]
TARGETS = RANDOM.normal(size=(12, 2)).astype(np.float32)
NEAR = (TARGETS + 0.3 * RANDOM.normal(size=(12, 2))).astype(np.float32)
WEIGHTS = RANDOM.uniform(0.5, 2.0, 12).astype(np.float32)

CASES: list[Case | Fails] = []

LOSSES = [
    ("BinaryFocalCrossentropy", {}, BITS, SCORES),
    ("BinaryFocalCrossentropy", {"gamma": 1.0, "apply_class_balancing": True}, BITS, SCORES),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, BITS, SCORES),
    ("CategoricalFocalCrossentropy", {}, ONE_HOT, ROWS),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "gamma": 1.5}, ONE_HOT, SCORES),
    ("CategoricalFocalCrossentropy", {"label_smoothing": 0.2, "alpha": 0.5}, ONE_HOT, ROWS),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.3}, CLASSES, ROWS),
    ("Dice", {}, BITS, SCORES),
    ("Dice", {"axis": -1, "reduction": "none"}, BITS, SCORES),
    ("Tversky", {"alpha": 0.3, "beta": 0.7}, BITS, SCORES),
]

METRICS = [
    ("F1Score", {}, ONE_HOT, ROWS),
    ("F1Score", {"average": "macro"}, ONE_HOT, ROWS),
    ("F1Score", {"average": "weighted", "threshold": 0.4}, BITS, SCORES),
    ("FBetaScore", {"average": "micro", "beta": 2.0, "threshold": 0.5}, BITS, SCORES),
    ("R2Score", {}, TARGETS, NEAR),
    ("R2Score", {"class_aggregation": None}, TARGETS, NEAR),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, TARGETS, NEAR),
    ("R2Score", {"num_regressors": 2}, TARGETS, NEAR),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2], "dtype": "float32"}, CLASSES, GUESSES),
    ("MeanIoU", {"num_classes": 3, "dtype": "float32"}, CLASSES, GUESSES),
    ("MeanIoU", {"num_classes": 4, "ignore_class": 1, "dtype": "float32"}, CLASSES, GUESSES),
    (
        "OneHotIoU",
        {"num_classes": 3, "target_class_ids": [1], "dtype": "float32"},
        ONE_HOT,
        ROWS,
    ),
    ("OneHotMeanIoU", {"num_classes": 3, "dtype": "float32"}, ONE_HOT, ROWS),
    ("BinaryIoU", {"threshold": 0.4, "dtype": "float32"}, BITS, SCORES),
]


def loss_of(name, options, true, pred):
    def run(tf):
        loss = getattr(tf.keras.losses, name)(**options)
        variable = tf.Variable(pred)
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(loss(true, variable))
        weights = WEIGHTS if np.shape(loss(true, pred)) or name.startswith(("Bin", "Cat")) else None
        return [
            value,
            tape.gradient(value, variable),
            loss(true, pred, sample_weight=weights),
            loss.name,
            sorted(loss.get_config()),
        ]

    return run


def metric_of(name, options, true, pred):
    def run(tf):
        metric = getattr(tf.keras.metrics, name)(**options)
        before = [metric(true[:7], pred[:7])]
        weights = np.repeat(WEIGHTS[7:], 3) if name == "BinaryIoU" else WEIGHTS[7:]
        metric.update_state(true[7:], pred[7:], sample_weight=weights)
        after = metric.result()
        metric.reset_state()
        return [before, after, [v * 1.0 for v in metric.variables], sorted(metric.get_config())]

    return run


for number, (name, options, true, pred) in enumerate(LOSSES):
    CASES.append(Case(f"loss {number}, {name}", loss_of(name, options, true, pred), 2e-5, 1e-6))
for number, (name, options, true, pred) in enumerate(METRICS):
    CASES.append(Case(f"metric {number}, {name}", metric_of(name, options, true, pred), 2e-5, 1e-6))

fails = add_to(CASES, Fails)


@fails
def f_score_of_vectors(tf):
    tf.keras.metrics.F1Score().update_state([1.0, 0.0], [0.5, 0.5])


@fails
def unknown_average(tf):
    tf.keras.metrics.F1Score(average="mean")


@fails
def class_out_of_range(tf):
    tf.keras.metrics.IoU(num_classes=2, target_class_ids=[2])


@rows("scores", CASES)
def test_scores(case: Case | Fails) -> None:
    case.check()
