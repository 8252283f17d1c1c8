"""Losses and metrics: as classes, as functions, by name; weights, reductions, odd inputs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parity.support import Case, Fails, add_to, failures, fresh_names, rows, values


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    fresh_names()


SHARED = {
    "losses": lambda tf: tf.keras.losses,
    "metrics": lambda tf: tf.keras.metrics,
    # One-hot labels, probabilities, logits, class numbers, real targets and predictions.
    "hot": lambda tf: tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
    "prob": lambda tf: tf.constant([[0.2, 0.7, 0.1], [0.3, 0.3, 0.4]]),
    "logit": lambda tf: tf.constant([[2.0, -1.0, 0.5], [-0.3, 0.2, 4.0]]),
    "label": lambda tf: tf.constant([1, 0]),
    "a": lambda tf: tf.constant([[0.0, 1.5], [2.0, -3.0]]),
    "b": lambda tf: tf.constant([[0.5, 1.0], [-1.0, 0.0]]),
    "bits": lambda tf: tf.constant([[0.0, 1.0], [1.0, 1.0]]),
    "half": lambda tf: tf.constant([[0.3, 0.6], [0.9, 0.2]]),
}

ON_TARGETS = (
    "MeanSquaredError MeanAbsoluteError Huber Hinge SquaredHinge LogCosh CosineSimilarity "
    "MeanAbsolutePercentageError MeanSquaredLogarithmicError Poisson CategoricalHinge"
)
FIRST = "MeanSquaredError MeanAbsoluteError Huber Hinge"
FUNCTIONS = (
    "mse mae MSE MAE huber hinge mean_squared_error mean_absolute_error squared_hinge "
    "categorical_hinge log_cosh cosine_similarity"
)

LOSSES = """
losses.CategoricalCrossentropy()(hot, prob)
losses.CategoricalCrossentropy(from_logits=True)(hot, logit)
losses.CategoricalCrossentropy(from_logits=True)(hot, logit * 300.0)
losses.CategoricalCrossentropy(label_smoothing=0.1)(hot, prob)
losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(hot, logit)
losses.CategoricalCrossentropy()([[1.0, 0.0]], [[0.0, 1.0]])
losses.CategoricalCrossentropy()([[1.0, 0.0]], [[2.0, 2.0]])
losses.CategoricalCrossentropy(reduction="none")(hot, prob)
losses.CategoricalCrossentropy(reduction="sum")(hot, prob)
losses.SparseCategoricalCrossentropy()(label, prob)
losses.SparseCategoricalCrossentropy(from_logits=True)(label, logit)
losses.SparseCategoricalCrossentropy(from_logits=True)(np.array([1, 0]), logit)
losses.SparseCategoricalCrossentropy(from_logits=True)(c([[1], [0]]), logit)
losses.SparseCategoricalCrossentropy(from_logits=True)(c([1.0, 0.0]), logit)
losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")(label, logit)
losses.SparseCategoricalCrossentropy(from_logits=True)(label, tf.cast(logit, tf.float64))
losses.BinaryCrossentropy()(bits, half)
losses.BinaryCrossentropy(from_logits=True)(bits, b)
losses.BinaryCrossentropy(from_logits=True)(bits, b * 500.0)
losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)(bits, b)
losses.BinaryCrossentropy()([1.0, 0.0], [0.0, 1.0])
losses.BinaryCrossentropy()([1, 0], [0.5, 0.5])
losses.BinaryCrossentropy(reduction="none")(bits, half)
losses.KLDivergence()(prob, tf.reverse(prob, [1]))
losses.KLDivergence()(hot, prob)
losses.KLDivergence()(prob, prob)
losses.KLDivergence()([[0.0, 1.0]], [[0.0, 1.0]])
losses.Huber(delta=0.5)(a, b)
losses.Hinge()(bits, half)
losses.MeanSquaredError()(a, b, sample_weight=[1.0, 0.0])
losses.MeanSquaredError()(a, b, sample_weight=c([0.5, 2.0]))
losses.MeanSquaredError()(a, b, sample_weight=2.0)
losses.MeanSquaredError()(a, b, sample_weight=[[1.0], [0.0]])
losses.MeanSquaredError()(a, b, [1.0, 3.0])
losses.MeanSquaredError(reduction="sum")(a, b, sample_weight=[1.0, 0.5])
losses.MeanSquaredError(reduction=None)(a, b)
losses.MeanSquaredError(reduction="none")(a, b, sample_weight=[1.0, 0.5])
losses.MeanSquaredError()(np.zeros((2, 1)), np.ones((2,)))
losses.MeanSquaredError()(np.zeros((2,)), np.ones((2, 1)))
losses.MeanSquaredError()([1.0, 2.0], [1.0, 4.0])
losses.MeanSquaredError()(tf.cast(a, tf.float64), tf.cast(b, tf.float64))
losses.MeanSquaredError()(c([1, 2]), c([1.5, 2.0]))
losses.MeanSquaredError().name
losses.MeanSquaredError().reduction
losses.MeanSquaredError(name="mine").name
losses.CategoricalCrossentropy().name
losses.SparseCategoricalCrossentropy().name
losses.BinaryCrossentropy().name
losses.KLDivergence().name
losses.Hinge().name
losses.Huber().name
losses.MeanAbsoluteError().name
losses.MeanSquaredError().get_config()
losses.mse(c([1], tf.int32), c([2.5]))
losses.mse(tf.cast(a, tf.float64), tf.cast(b, tf.float64))
losses.MSE([1, 2], [1.0, 3.0])
losses.MSE([1, 2], [1, 4])
losses.mse(hot, prob)
losses.categorical_crossentropy(hot, prob)
losses.categorical_crossentropy(hot, logit, from_logits=True)
losses.categorical_crossentropy([[0.0, 1.0]], [[2.0, 2.0]])
losses.sparse_categorical_crossentropy(label, prob)
losses.sparse_categorical_crossentropy(label, logit, from_logits=True)
losses.sparse_categorical_crossentropy(c([[1], [0]]), prob)
losses.binary_crossentropy(bits, half)
losses.binary_crossentropy(bits, b, from_logits=True)
losses.kld(hot, prob)
losses.kullback_leibler_divergence(hot, prob)
losses.KLD(hot, prob)
losses.get("mse")(a, b)
losses.get("MSE")(a, b)
losses.get("mean_squared_error")(a, b)
losses.get("mae")(a, b)
losses.get("kl_divergence")(hot, prob)
losses.get("kld")(hot, prob)
losses.get("hinge")(bits, half)
losses.get("huber")(a, b)
losses.get("bce")(bits, half)
losses.get("binary_crossentropy")(bits, half)
losses.get("categorical_crossentropy")(hot, prob)
losses.get("sparse_categorical_crossentropy")(label, prob)
tf.losses.MeanSquaredError()(a, b)
tf.losses.SparseCategoricalCrossentropy(from_logits=True)(label, logit)
tf.losses.mse(a, b)
tf.losses.categorical_crossentropy(hot, prob)
tf.metrics.Mean()([1.0, 3.0])
"""

METRICS = """
metrics.Mean()([1.0, 2.0, 6.0])
metrics.Mean()(3.0)
metrics.Mean()([1.0, 3.0], sample_weight=[1.0, 0.0])
metrics.Mean().result()
metrics.Mean(name="mine").name
metrics.Mean().name
metrics.Accuracy()([1, 2, 3], [1, 2, 4])
metrics.Accuracy()(c([[1], [2]]), c([[1], [0]]))
metrics.Accuracy().name
metrics.BinaryAccuracy()([1.0, 0.0], [0.6, 0.5])
metrics.BinaryAccuracy()([1.0, 0.0], [0.5, 0.5])
metrics.BinaryAccuracy()(bits, half)
metrics.BinaryAccuracy(threshold=0.7)(bits, half)
metrics.BinaryAccuracy().name
metrics.CategoricalAccuracy()(hot, prob)
metrics.CategoricalAccuracy()(hot, logit, sample_weight=[1.0, 3.0])
metrics.CategoricalAccuracy().name
metrics.SparseCategoricalAccuracy()([1, 0], prob)
metrics.SparseCategoricalAccuracy()(c([[1], [0]]), prob)
metrics.SparseCategoricalAccuracy()(c([1.0, 0.0]), logit)
metrics.SparseCategoricalAccuracy()([1, 0], prob, sample_weight=[3.0, 1.0])
metrics.SparseCategoricalAccuracy().name
metrics.MeanSquaredError()(a, b)
metrics.MeanSquaredError()(a, b, sample_weight=[1.0, 0.0])
metrics.MeanSquaredError().name
metrics.MeanAbsoluteError()(a, b)
len(metrics.Mean().variables)
metrics.Mean().update_state([1.0])
type(metrics.Mean()([1.0])).__name__ in ("Tensor", "EagerTensor")
"""

ERRORS = """
losses.MeanSquaredError(reduction="foo")
losses.get("foo")
losses.mse(c([[1.0, 2.0]]), c([[1.0, 2.0, 3.0]]))
losses.CategoricalCrossentropy()(hot, c([[0.5, 0.5]]))
losses.SparseCategoricalCrossentropy(from_logits=True)(c([1, 0, 2]), logit)
losses.SparseCategoricalCrossentropy(from_logits=True)(c([3, 0]), logit)
losses.SparseCategoricalCrossentropy(from_logits=True)(c([-1, 0]), logit)
metrics.get("foo")
"""


def tables() -> str:
    lines = [f"losses.{name}()(a, b)" for name in ON_TARGETS.split() if exists("losses", name)]
    for name in FIRST.split():
        lines += [f'losses.{name}(reduction="{how}")(a, b)' for how in ("sum", "none")]
    lines += [f"losses.{name}(a, b)" for name in FUNCTIONS.split() if exists("losses", name)]
    return "\n".join(lines)


def exists(module: str, name: str) -> bool:
    """Whether both have it: losses beyond the first ones are compared when they come."""
    from tests.parity import support

    sides = (support.tensorflow, support.glassbrook)
    return all(hasattr(getattr(side.keras, module), name) for side in sides)


CASES: list[Case | Fails] = [
    *values(tables() + LOSSES + METRICS, rtol=3e-6, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields = add_to(CASES)


@yields
def states_of_a_mean(tf):
    mean = tf.keras.metrics.Mean()
    seen = [mean(2.0), mean([4.0, 6.0]), mean.result()]
    mean.update_state(10.0)
    seen.append(mean.result())
    mean.reset_state()
    return [*seen, mean.result()]


@yields
def states_of_an_accuracy(tf):
    metric = tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    metric.update_state([0, 1], [[0.9, 0.1], [0.8, 0.2]])
    metric.update_state([1], [[0.1, 0.9]])
    first = metric.result()
    metric.reset_state()
    metric.update_state([1], [[0.9, 0.1]])
    return [first, metric.result(), metric.name]


@yields
def gradient_of_each_loss(tf):
    pairs = {
        "MeanSquaredError": ([[0.0, 1.0]], [[0.5, 0.2]]),
        "MeanAbsoluteError": ([[0.0, 1.0]], [[0.0, 0.2]]),
        "Huber": ([[0.0, 1.0]], [[3.0, 1.2]]),
        "Hinge": ([[0.0, 1.0]], [[0.5, 2.0]]),
        "CategoricalCrossentropy": ([[0.0, 1.0]], [[0.4, 0.6]]),
        "BinaryCrossentropy": ([[0.0, 1.0]], [[0.4, 0.6]]),
        "KLDivergence": ([[0.3, 0.7]], [[0.4, 0.6]]),
    }
    gradients = {}
    for name, (truth, guess) in pairs.items():
        prediction = tf.Variable(guess)
        with tf.GradientTape() as tape:
            loss = getattr(tf.keras.losses, name)()(tf.constant(truth), prediction)
        gradients[name] = [loss, tape.gradient(loss, prediction)]
    return gradients


@yields
def gradient_of_saturated_cross_entropies(tf):
    prediction = tf.Variable([[0.0, 1.0, 0.0]])
    gradients = []
    for truth in ([[0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]]):
        for name in ("CategoricalCrossentropy", "BinaryCrossentropy"):
            with tf.GradientTape() as tape:
                loss = getattr(tf.keras.losses, name)()(tf.constant(truth), prediction)
            gradients.append(tape.gradient(loss, prediction))
    return gradients


@yields
def own_loss_class(tf):
    class Cubed(tf.keras.losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_mean(tf.abs(y_pred - y_true) ** 3, axis=-1)

    truth, guess = np.zeros((3, 2), np.float32), np.ones((3, 2), np.float32) * 2
    return [Cubed()(truth, guess), Cubed(reduction="sum")(truth, guess), Cubed().name]


@yields
def own_metric_class(tf):
    class Count(tf.keras.metrics.Metric):
        def __init__(self, name="count", **kwargs):
            super().__init__(name=name, **kwargs)
            self.seen = self.add_weight(name="seen", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.seen.assign_add(tf.cast(tf.size(y_true), tf.float32))

        def result(self):
            return self.seen

    metric = Count()
    metric.update_state([1, 2, 3], [1, 2, 3])
    metric.update_state([1], [1])
    total = float(metric.result())
    metric.reset_state()
    return [total, float(metric.result()), metric.name]


@rows("losses", CASES)
def test_losses(case: Case | Fails) -> None:
    case.check()
