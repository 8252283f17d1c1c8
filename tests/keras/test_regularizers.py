"""Regularizers and constraints against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.keras import constraints, regularizers

W = np.random.default_rng(2).normal(size=(4, 3)).astype(np.float32) * 2


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (regularizers.L1(0.1), 0.1 * np.abs(W).sum()),
        (regularizers.l1(0.1), 0.1 * np.abs(W).sum()),
        (regularizers.L2(0.3), 0.3 * (W**2).sum()),
        (regularizers.l2(), 0.01 * (W**2).sum()),
        (regularizers.L1L2(0.1, 0.3), 0.1 * np.abs(W).sum() + 0.3 * (W**2).sum()),
        (regularizers.l1_l2(), 0.01 * np.abs(W).sum() + 0.01 * (W**2).sum()),
        (regularizers.L1L2(), 0.0),
        (regularizers.get("l2"), 0.01 * (W**2).sum()),
    ],
)
def test_penalty(regularizer, expected):
    value = regularizer(tf.Variable(W))
    assert value.shape == ()
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    again = regularizers.deserialize(regularizers.serialize(regularizer))
    assert float(again(W)) == float(value)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), "a"])
def test_bad_weight(value):
    with pytest.raises(ValueError, match="expected a number of 0 or more"):
        regularizers.L2(value)


NORMS = np.linalg.norm(W, axis=0, keepdims=True)
ROWS = np.linalg.norm(W, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (constraints.MaxNorm(1.5), W * np.minimum(NORMS, 1.5) / NORMS),
        (constraints.MaxNorm(1.5, axis=1), W * np.minimum(ROWS, 1.5) / ROWS),
        (constraints.NonNeg(), np.maximum(W, 0)),
        (constraints.UnitNorm(), W / NORMS),
        (constraints.UnitNorm(axis=[0, 1]), W / np.linalg.norm(W)),
        (
            constraints.MinMaxNorm(1.0, 2.0, rate=0.25),
            W * (0.25 * np.clip(NORMS, 1, 2) + 0.75 * NORMS) / NORMS,
        ),
        (constraints.get("non_neg"), np.maximum(W, 0)),
    ],
)
def test_constraint(constraint, expected):
    value = constraint(tf.Variable(W))
    np.testing.assert_allclose(value.numpy(), expected, rtol=1e-5)
    again = constraints.deserialize(constraints.serialize(constraint))
    np.testing.assert_array_equal(again(W).numpy(), value.numpy())


@pytest.mark.parametrize("module", [regularizers, constraints])
def test_get(module):
    assert module.get(None) is None
    assert module.serialize(None) is None
    with pytest.raises(ValueError, match="identifier: 'foo'"):
        module.get("foo")

    def custom(x):
        return x

    assert module.get(custom) is custom
