"""Calls of a model that repeat are replayed, and always give what the model would."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import glassbrook as tf
from glassbrook import config
from glassbrook.keras.models.inference import REPLAY_AT

layers = tf.keras.layers
ROW = np.random.default_rng(0).random((1, 6), np.float32)


@pytest.fixture(autouse=True)
def _automatic(monkeypatch):
    monkeypatch.setattr(config, "engine", "auto")


def network():
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential(
        [layers.Dense(5, activation="tanh"), layers.Dropout(0.5), layers.Dense(3)]
    )
    model(ROW)
    return model


def by_hand(model, x):
    kernel, bias, last, offset = model.get_weights()
    return np.tanh(x @ kernel + bias) @ last + offset


def is_replayed(model, x=ROW):
    node = tf.constant(x).node
    return model._inference._replays.get((node.shape, node.dtype)) is not None


@pytest.mark.parametrize("convert", [np.asarray, tf.constant], ids=["array", "tensor"])
def test_repeated_calls_are_replayed(convert):
    model = network()
    for call in range(REPLAY_AT + 5):
        x = ROW + np.float32(call)
        np.testing.assert_allclose(model(convert(x)), by_hand(model, x), rtol=1e-5, atol=1e-6)
    assert is_replayed(model)


def test_replayed_calls_see_new_weights():
    model = network()
    for _ in range(REPLAY_AT + 2):
        model(ROW)
    model.set_weights([2 * weight for weight in model.get_weights()])
    assert is_replayed(model)
    np.testing.assert_allclose(model(ROW), by_hand(model, ROW), rtol=1e-5, atol=1e-6)


def test_a_changed_layer_ends_the_replay():
    model = network()
    for _ in range(REPLAY_AT + 2):
        model(ROW)
    model.layers[0].activation = tf.nn.relu
    kernel, bias, last, offset = model.get_weights()
    expected = np.maximum(ROW @ kernel + bias, 0) @ last + offset
    np.testing.assert_allclose(model(ROW), expected, rtol=1e-5, atol=1e-6)


def test_an_array_may_be_changed_after_the_call():
    model = network()
    x = ROW.copy()
    results = []
    for _ in range(REPLAY_AT + 2):
        results.append(model(x))
        x[...] = 0
    np.testing.assert_allclose(results[-1], by_hand(model, np.zeros_like(ROW)), atol=1e-6)


def test_tapes_and_training_are_not_replayed():
    model = network()
    for _ in range(REPLAY_AT + 2):
        model(ROW)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(ROW))
    assert all(each is not None for each in tape.gradient(loss, model.trainable_variables))
    found = {tuple(np.asarray(model(ROW, training=True))[0]) for _ in range(20)}
    assert len(found) > 1


def test_code_of_ones_own_always_runs():
    class Counting(layers.Layer):
        calls = 0

        def call(self, inputs):
            Counting.calls += 1
            return inputs

    model = tf.keras.Sequential([Counting(), layers.Dense(2)])
    before = Counting.calls
    for _ in range(REPLAY_AT + 5):
        model(ROW)
    assert Counting.calls >= before + REPLAY_AT + 5


def test_a_copy_has_replays_of_its_own():
    model = network()
    for _ in range(REPLAY_AT + 2):
        model(ROW)
    twin = copy.deepcopy(model)
    twin.set_weights([0 * weight for weight in twin.get_weights()])
    np.testing.assert_array_equal(twin(ROW), np.zeros((1, 3), np.float32))
    np.testing.assert_allclose(model(ROW), by_hand(model, ROW), rtol=1e-5, atol=1e-6)
