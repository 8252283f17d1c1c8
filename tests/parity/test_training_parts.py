"""Further metrics, activations and regularizers: values, gradients, configurations, errors."""

from __future__ import annotations

import numpy as np

from tests.parity.support import Case, Fails, add_to, failures, rows, values

RANDOM = np.random.default_rng(7)
BITS = (RANDOM.random((30, 1)) > 0.5).astype(np.float32)
SCORES = np.clip(0.3 * BITS + RANDOM.uniform(0.0, 0.7, (30, 1)), 0, 1).astype(np.float32)
WEIGHTS = RANDOM.uniform(0.5, 2.0, (30, 1)).astype(np.float32)
TABLE = RANDOM.random((12, 3)).astype(np.float32)
LABELS = np.eye(3, dtype=np.float32)[RANDOM.integers(0, 3, 12)]

METRICS = [
    ("SensitivityAtSpecificity", {"specificity": 0.6}, BITS, SCORES),
    ("SensitivityAtSpecificity", {"specificity": 0.9, "num_thresholds": 20}, BITS, SCORES),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6}, BITS, SCORES),
    ("SpecificityAtSensitivity", {"sensitivity": 0.5, "num_thresholds": 1}, BITS, SCORES),
    ("PrecisionAtRecall", {"recall": 0.6}, BITS, SCORES),
    ("PrecisionAtRecall", {"recall": 0.4, "class_id": 1}, LABELS, TABLE),
    ("RecallAtPrecision", {"precision": 0.6}, BITS, SCORES),
    ("RecallAtPrecision", {"precision": 0.99}, BITS, SCORES),
    ("PearsonCorrelation", {}, LABELS, TABLE),
    ("PearsonCorrelation", {"axis": 0}, LABELS, TABLE),
    ("ConcordanceCorrelation", {}, LABELS, TABLE),
]


def metric_of(name, options, true, pred):
    def run(tf):
        metric = getattr(tf.keras.metrics, name)(**options)
        found = [metric(true, pred)]
        metric.update_state(true[:5], pred[:5])
        found.append(metric.result())
        metric.reset_state()
        if true is BITS:
            metric.update_state(true, pred, sample_weight=WEIGHTS)
            found.append(metric.result())
        again = type(metric).from_config(metric.get_config())
        again.update_state(true, pred)
        return [*found, again.result(), metric.name.rstrip("_0123456789")]

    return Case(f"{name}({options}) {true.shape}", run, rtol=1e-4, atol=1e-5)


VALUES = """
A.glu(x)
A.glu(x, axis=0)
A.hard_shrink(x)
A.hard_shrink(x, 1.0)
A.soft_shrink(x)
A.sparse_plus(x)
A.sparse_sigmoid(x)
A.sparsemax(x)
A.squareplus(x)
A.tanh_shrink(x)
A.threshold(x, 0.5, 9.0)
grad(lambda x: tf.reduce_sum(A.soft_shrink(x) ** 2), x)
grad(lambda x: tf.reduce_sum(A.glu(x) ** 2), x)
A.serialize(A.glu)
K.layers.Dense(4, activation="squareplus", kernel_initializer="ones")(x)
K.regularizers.OrthogonalRegularizer()(x)
K.regularizers.OrthogonalRegularizer(0.5, mode="columns")(x)
K.regularizers.orthogonal_regularizer(factor=0.1)(x)
K.regularizers.get("orthogonal_regularizer").get_config()
grad(lambda x: K.regularizers.OrthogonalRegularizer(1.0)(x), x)
K.losses.cosine_similarity(x, x * 0.0)
K.losses.cosine_similarity(c([[0.0, 0.0]]), c([[1.0, 2.0]]))
"""

ERRORS = """
A.glu(x[:, :3])
K.regularizers.OrthogonalRegularizer(-1.0)
K.regularizers.OrthogonalRegularizer(1.0, mode="foo")
K.regularizers.OrthogonalRegularizer()(tf.zeros([2, 3, 4]))
K.metrics.SensitivityAtSpecificity(2.0)
K.metrics.SensitivityAtSpecificity(0.5, num_thresholds=-1)
K.metrics.PrecisionAtRecall(recall=-1)
"""

SHARED = {
    "K": lambda tf: tf.keras,
    "A": lambda tf: tf.keras.activations,
    "x": lambda tf: tf.constant(np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32)),
}

CASES: list[Case | Fails] = [
    *(metric_of(*row) for row in METRICS),
    *values(VALUES, rtol=1e-5, atol=1e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields = add_to(CASES)


@yields
def the_cosine_of_zeros_has_a_finite_gradient(tf):
    x = tf.Variable([[0.0, 0.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.keras.losses.cosine_similarity(tf.ones([2, 2]), x))
    return bool(np.isfinite(tape.gradient(loss, x)[1].numpy()).all())


@rows("training_parts", CASES)
def test_training_parts(case: Case | Fails) -> None:
    case.check()
