"""Sampled classes: the numbers TensorFlow draws, their chances, and the losses made of them."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from tests.ops.finite_differences import check_gradients

RANDOM = np.random.default_rng(3)
WEIGHTS, BIASES = RANDOM.normal(size=(10, 3)), RANDOM.normal(size=10)
INPUTS = RANDOM.normal(size=(2, 3))
LABELS = np.array([[1], [3]])
SAMPLED = np.array([1, 2, 5, 7])
TRUE_COUNTS, COUNTS = np.array([[0.5], [0.3]]), np.array([0.5, 0.4, 0.3, 0.2])
VALUES = (SAMPLED, TRUE_COUNTS, COUNTS)


def test_the_numbers_are_tensorflows():
    tf.random.set_seed(87654321)  # what TensorFlow takes where none is set
    sample = tf.random.log_uniform_candidate_sampler
    classes, true, counts = sample([[1, 2]], 2, 4, True, 10, seed=3)
    assert classes.numpy().tolist() == [0, 6, 4, 1]
    np.testing.assert_allclose(true.numpy(), [[0.60393685, 0.47218633]], 1e-6)
    np.testing.assert_allclose(counts.numpy()[:2], [0.8183857, 0.24910359], 1e-6)
    assert sample([[1, 2]], 2, 4, False, 10, seed=3)[0].numpy().tolist() == [0, 6, 0, 4]
    uniform = tf.random.uniform_candidate_sampler
    assert uniform([[1]], 1, 4, True, 10, seed=3)[0].numpy().tolist() == [5, 0, 3, 8]
    assert uniform([[1]], 1, 4, False, 16, seed=4)[0].numpy().tolist() == [5, 6, 15, 3]
    tf.random.set_seed(1)
    rows = [sample([[1, 2]], 2, 4, True, 10)[0].numpy().tolist() for _ in range(2)]
    assert rows == [[1, 0, 5, 2], [0, 2, 3, 1]]


@pytest.mark.parametrize("name", ["log_uniform", "uniform", "fixed_unigram"])
def test_chances(name):
    weights = np.array([0.1, 0.2, 0.3, 0.1, 0.2, 0.1])
    options = {"unigrams": weights} if name == "fixed_unigram" else {}
    sample = getattr(tf.nn, f"{name}_candidate_sampler")
    classes, true, _ = sample([list(range(6))], 6, 4000, False, 6, seed=1, **options)
    shares = np.bincount(classes.numpy(), minlength=6) / 4000
    np.testing.assert_allclose(shares, true.numpy()[0] / 4000, atol=0.03)


def test_all_classes():
    classes, true, counts = tf.nn.all_candidate_sampler([[1, 2]], 2, 4, True)
    assert classes.numpy().tolist() == [0, 1, 2, 3]
    assert true.numpy().tolist() == [[1, 1]]
    assert counts.numpy().tolist() == [1, 1, 1, 1]


def logits(hits: bool) -> tuple[np.ndarray, np.ndarray]:
    true = (
        (INPUTS * WEIGHTS[LABELS[:, 0]]).sum(1) + BIASES[LABELS[:, 0]] - np.log(TRUE_COUNTS[:, 0])
    )
    others = INPUTS @ WEIGHTS[SAMPLED].T + BIASES[SAMPLED] - np.log(COUNTS)
    if hits:
        others[0, 0] = -1e38
    return true, others


@pytest.mark.parametrize("hits", [False, True])
def test_losses(hits):
    true, others = logits(hits)
    options = {"sampled_values": VALUES, "remove_accidental_hits": hits}
    found = tf.nn.nce_loss(WEIGHTS, BIASES, LABELS, INPUTS, 4, 10, **options).numpy()
    expected = np.log1p(np.exp(-true)) + np.log1p(np.exp(others)).sum(1)
    np.testing.assert_allclose(found, expected, 1e-10)
    found = tf.nn.sampled_softmax_loss(WEIGHTS, BIASES, LABELS, INPUTS, 4, 10, **options).numpy()
    powers = np.exp(np.concatenate([true[:, None], others], axis=1))
    np.testing.assert_allclose(found, -np.log(powers[:, 0] / powers.sum(1)), 1e-10)


@pytest.mark.parametrize("name", ["nce_loss", "sampled_softmax_loss"])
def test_gradients_and_default_samples(name):
    loss = getattr(tf.nn, name)

    def function(weights, biases, inputs):
        return loss(weights, biases, LABELS, inputs, 4, 10, sampled_values=VALUES)

    check_gradients(function, WEIGHTS, BIASES, INPUTS, order=1)
    tf.random.set_seed(2)
    w = tf.Variable(tf.zeros([10, 3]))
    x = tf.constant(INPUTS, tf.float32)

    def cross_entropy() -> float:
        logits = tf.matmul(x, w, transpose_b=True)
        return float(tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits([1, 3], logits)))

    before = cross_entropy()
    for _ in range(12):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss(w, tf.zeros([10]), LABELS, x, 4, 10))
        w.assign_sub(tape.gradient(value, w))
    assert cross_entropy() < 0.7 * before


@pytest.mark.parametrize(
    "call",
    [
        lambda: tf.nn.log_uniform_candidate_sampler([[1]], 1, 11, True, 10),
        lambda: tf.nn.uniform_candidate_sampler([[1]], 2, 3, True, 10),
        lambda: tf.nn.fixed_unigram_candidate_sampler([[1]], 1, 3, True, 10, unigrams=[1.0]),
        lambda: tf.nn.nce_loss(WEIGHTS, BIASES, [1, 3], INPUTS, 4, 10, sampled_values=VALUES),
    ],
)
def test_what_does_not_fit(call):
    with pytest.raises(ValueError, match=r".+"):
        call()
