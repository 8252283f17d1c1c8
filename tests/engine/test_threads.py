"""Threads share programs and variables: every answer is one that some order of events explains."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import glassbrook as tf
from glassbrook.engine import tiers

SIZE = 50_000


@pytest.fixture(params=["auto", "compiler"], autouse=True)
def engine(request, monkeypatch) -> Iterator[str]:
    tiers.clear()
    monkeypatch.setattr(tf.config, "engine", request.param)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield request.param
    sys.setswitchinterval(before)
    assert [tier.error for tier in tiers._tiers.values() if tier.error is not None] == []


def run_all(*functions: Callable[[], None]) -> None:
    """Run each in a thread of its own; raise the first error of any."""
    errors: list[BaseException] = []

    def guarded(function: Callable[[], None]) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(each,)) for each in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def only_value(array: np.ndarray) -> float:
    """The one value of all elements: an array half written has two."""
    low, high = float(np.min(array)), float(np.max(array))
    assert low == high
    return low


def test_eight_threads_call_one_model() -> None:
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(64, activation="relu", input_shape=(20,)), tf.keras.layers.Dense(10)]
    )
    x = np.random.default_rng(0).normal(size=(8, 32, 20)).astype(np.float32)
    (w1, b1), (w2, b2) = (layer.get_weights() for layer in model.layers)
    expected = np.maximum(x @ w1 + b1, 0) @ w2 + b2

    def call(number: int) -> None:
        for _ in range(40):
            np.testing.assert_allclose(model(x[number]), expected[number], rtol=1e-4, atol=1e-5)

    run_all(*(lambda number=number: call(number) for number in range(8)))


def readers_and_writer(v: tf.Variable, read: Callable[[], np.ndarray], steps: int) -> None:
    """One thread counts the variable up while others read; what they read never goes back."""
    done = threading.Event()

    def write() -> None:
        try:
            for step in range(1, steps + 1):
                v.assign_add(tf.ones_like(v) + 0.0 * tf.zeros_like(v))
                if step % 3 == 0:
                    assert only_value(v.numpy()) == step
        finally:
            done.set()

    def look() -> None:
        last = 0.0
        while not done.is_set():
            found = only_value(read())
            assert found >= last
            last = found

    run_all(write, look, look, look)
    assert only_value(v.numpy()) == steps


READS = {
    "numpy": lambda v: v.numpy(),
    "array": np.asarray,
    "value": lambda v: v.value().numpy(),
    "add": lambda v: (v + 0.0).numpy(),
    "graph": lambda v: (tf.sqrt(tf.square(v)) * 0.5 + 0.5 * v).numpy(),
    "slice": lambda v: v[::7].numpy(),
    "sum": lambda v: tf.reduce_mean(tf.reshape(v, (500, 100)), axis=1).numpy(),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_nobody_sees_a_half_written_variable(read) -> None:
    v = tf.Variable(np.zeros(SIZE, np.float32))
    readers_and_writer(v, lambda: read(v), 150)


def test_an_old_value_stays_while_the_variable_moves_on() -> None:
    v = tf.Variable(np.zeros(SIZE, np.float32))
    done = threading.Event()

    def write() -> None:
        try:
            for _ in range(150):
                v.assign_add(tf.ones_like(v) + 0.0 * tf.zeros_like(v))
                v.numpy()
        finally:
            done.set()

    def look() -> None:
        while not done.is_set():
            old = v.value()
            later = old * 2.0
            first = only_value(old.numpy())
            assert only_value(later.numpy()) == 2 * first
            assert only_value(old.numpy()) == first

    run_all(write, look, look)


def test_two_variables_are_seen_together() -> None:
    """What is read in one graph is of one moment for each variable, and never torn."""
    v, w = (tf.Variable(np.zeros(SIZE, np.float32)) for _ in range(2))
    done = threading.Event()

    def write() -> None:
        try:
            for _ in range(120):
                v.assign_add(tf.ones_like(v) + 0.0 * v)
                w.assign_add(tf.ones_like(w) + 0.0 * w)
                tf.reduce_sum(v + w).numpy()
        finally:
            done.set()

    def look() -> None:
        while not done.is_set():
            only_value((v + 1000.0 * w).numpy())

    run_all(write, look, look, look)
    assert only_value((v + 1000.0 * w).numpy()) == 120 + 120_000


def test_a_pending_version_is_computed_once_whoever_needs_it() -> None:
    for _ in range(30):
        v = tf.Variable(np.zeros(SIZE, np.float32))
        v.assign_add(tf.ones_like(v) + 0.0 * tf.zeros_like(v))
        found: list[float] = []

        def look(v=v, found=found) -> None:
            found.append(only_value((v + 0.0).numpy()))
            found.append(only_value(v.numpy()))

        run_all(look, look, look, look)
        assert found == [1.0] * 8
        v.assign_add(tf.ones_like(v) + 0.0 * tf.zeros_like(v))
        assert only_value(v.numpy()) == 2.0


def test_a_tape_of_one_thread_beside_updates_of_another() -> None:
    v = tf.Variable(np.ones(SIZE, np.float32))
    done = threading.Event()

    def write() -> None:
        try:
            for _ in range(100):
                v.assign(v * 1.0 + 1.0)
                v.numpy()
        finally:
            done.set()

    def differentiate() -> None:
        while not done.is_set():
            with tf.GradientTape() as tape:
                used = v.value()
                loss = tf.reduce_sum(used * used)
            gradient = tape.gradient(loss, v)
            assert only_value(gradient.numpy()) == 2 * only_value(used.numpy())

    run_all(write, differentiate, differentiate)


def test_each_thread_trains_a_model_of_its_own() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(64, 30)).astype(np.float32)
    y = generator.normal(size=(64, 5)).astype(np.float32)
    start = generator.normal(size=(30, 5)).astype(np.float32)

    def expected(rate: float) -> np.ndarray:
        weights = start.copy()
        for _ in range(30):
            weights -= rate * 2 / y.size * (x.T @ (x @ weights - y))
        return weights

    def train(rate: float) -> None:
        v = tf.Variable(start)
        optimizer = tf.keras.optimizers.SGD(rate)
        for _ in range(30):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(tf.constant(x) @ v - y))
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])
        np.testing.assert_allclose(v.numpy(), expected(rate), rtol=1e-3, atol=1e-4)

    run_all(*(lambda rate=rate: train(rate) for rate in (0.1, 0.5, 1.0, 2.0)))


def test_one_thread_trains_while_others_predict() -> None:
    """The model is y = w x with w counted up: every prediction is that of some step."""
    model = tf.keras.Sequential([tf.keras.layers.Dense(200, use_bias=False, input_shape=(100,))])
    kernel = model.layers[0].kernel
    kernel.assign(tf.zeros_like(kernel))
    x = tf.ones((4, 100))
    optimizer = tf.keras.optimizers.SGD(1.0)
    done = threading.Event()

    def train() -> None:
        try:
            for step in range(1, 81):
                with tf.GradientTape() as tape:
                    loss = -tf.reduce_sum(model(x)) / 4.0
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
                if step % 10 == 0:
                    assert only_value(kernel.numpy()) == step
        finally:
            done.set()

    def predict() -> None:
        last = 0.0
        while not done.is_set():
            found = only_value(model(x).numpy())
            assert found % 100 == 0
            assert found >= last
            last = found

    run_all(train, *[predict] * 4)
    assert only_value(model(x).numpy()) == 8000
