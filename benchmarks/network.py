"""One training step of the 784-256-128-10 network: here, and with NumPy by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from time import perf_counter
from unittest import mock

import numpy as np

import glassbrook as tf
from benchmarks.timing import Timing, interleaved
from glassbrook.keras.optimizers import base

SIZES = (784, 256, 128, 10)
LEARNING_RATE = 0.01


def sample(batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels, the same at every call."""
    generator = np.random.default_rng(0)
    images = generator.normal(size=(batch, 784)).astype(np.float32)
    return images, generator.integers(0, 10, batch).astype(np.int32)


def initial_weights() -> list[np.ndarray]:
    """Kernels and biases in turn, the same at every call."""
    generator = np.random.default_rng(1)
    weights: list[np.ndarray] = []
    for inputs, outputs in itertools.pairwise(SIZES):
        scale = np.sqrt(2 / inputs)
        weights.append((scale * generator.normal(size=(inputs, outputs))).astype(np.float32))
        weights.append(np.zeros(outputs, np.float32))
    return weights


def numpy_step(batch: int) -> Callable[[], float]:
    """The step as one writes it with NumPy: forward, backward, update in place."""
    images, labels = sample(batch)
    weights = initial_weights()
    w1, b1, w2, b2, w3, b3 = weights
    target = np.eye(10, dtype=np.float32)[labels]
    rate = np.float32(LEARNING_RATE)

    def step() -> float:
        h1 = np.maximum(images @ w1 + b1, 0)
        h2 = np.maximum(h1 @ w2 + b2, 0)
        error = h2 @ w3 + b3 - target
        loss = float(np.sum(error * error)) / batch
        d3 = error * np.float32(2 / batch)
        d2 = (d3 @ w3.T) * (h2 > 0)
        d1 = (d2 @ w2.T) * (h1 > 0)
        for weight, bias, inputs, delta in (
            (w1, b1, images, d1),
            (w2, b2, h1, d2),
            (w3, b3, h2, d3),
        ):
            weight -= rate * (inputs.T @ delta)
            bias -= rate * delta.sum(axis=0)
        return loss

    return step


class EagerStep:
    """The tutorial's loop: tape, gradient, apply_gradients, no decorator."""

    def __init__(self, batch: int, optimizer: str = "sgd") -> None:
        images, labels = sample(batch)
        self.images, self.labels = tf.constant(images), tf.constant(labels)
        layers = tf.keras.layers
        self.model = tf.keras.Sequential(
            [
                layers.Dense(256, activation="relu"),
                layers.Dense(128, activation="relu"),
                layers.Dense(10),
            ]
        )
        self.model(self.images)
        self.model.set_weights(initial_weights())
        self.variables = self.model.trainable_variables
        self.optimizer = tf.keras.optimizers.get(optimizer)
        self.optimizer.learning_rate = LEARNING_RATE if optimizer == "sgd" else 1e-5
        self.optimizer.build(self.variables)

    def __call__(self) -> tf.Tensor:
        with tf.GradientTape() as tape:
            outputs = self.model(self.images)
            target = tf.one_hot(self.labels, depth=10)
            loss = tf.reduce_sum(tf.square(outputs - target)) / self.images.shape[0]
        gradients = tape.gradient(loss, self.variables)
        self.optimizer.apply_gradients(zip(gradients, self.variables, strict=True))
        return loss


def check_agreement(batch: int, steps: int = 20) -> None:
    """Raise unless both sides compute the same losses."""
    by_hand, here = numpy_step(batch), EagerStep(batch)
    expected = [by_hand() for _ in range(steps)]
    found = [float(here()) for _ in range(steps)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def compare_steps(batch: int) -> dict[str, Timing]:
    """Seconds per step, ours and NumPy's, in turns; the losses agree."""
    check_agreement(batch)
    return interleaved({"numpy": numpy_step(batch), "glassbrook": EagerStep(batch)})


def graph_building(optimizer: str) -> Timing:
    """Seconds to build the graph of a step at batch 128: forward, gradients, update; not to run it.

    The engine is kept from running while the clock runs; the graph is then run as usual.
    """
    step = EagerStep(128, optimizer)
    step()
    samples = []
    for _ in range(301):
        with mock.patch.object(base, "realize", return_value=None):
            started = perf_counter()
            loss = step()
            samples.append(perf_counter() - started)
        float(loss)
    return Timing.of(samples)
