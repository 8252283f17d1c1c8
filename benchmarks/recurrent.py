"""One training step of an LSTM over sequences with SGD: in each framework, and with NumPy by hand.

All sides start from the same weights, see the same batch of sequences, and minimise the mean of the
squared error of a dense layer on the last output; the loss is computed at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.network import SGEMM, SGEMM_SIZE, cells_of
from benchmarks.sides import DEFAULT, Comparison, Plan, Side, Work, chosen, compare

BATCH, TIME, FEATURES, UNITS, OUTPUTS = 128, 80, 64, 64, 10
LEARNING_RATE = 0.1

Wrap = Callable[[Any], Any]


def sample(batch: int, time: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences and targets, the same at every call."""
    generator = np.random.default_rng(0)
    sequences = generator.normal(size=(batch, time, FEATURES)).astype(np.float32)
    return sequences, generator.normal(size=(batch, OUTPUTS)).astype(np.float32)


def initial_weights() -> list[np.ndarray]:
    """Kernel, recurrent kernel and bias of the LSTM; kernel and bias of the dense layer."""
    generator = np.random.default_rng(1)
    shapes = ((FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (UNITS, OUTPUTS))
    kernel, recurrent, dense = (
        (generator.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32) for shape in shapes
    )
    bias = np.zeros(4 * UNITS, np.float32)
    bias[UNITS : 2 * UNITS] = 1
    return [kernel, recurrent, bias, dense, np.zeros(OUTPUTS, np.float32)]


def matmul_flops(batch: int, time: int) -> int:
    """Of the step: forward, gradients of weights and states; none of the sequences."""
    inputs = 2 * batch * time * FEATURES * 4 * UNITS
    states = 2 * batch * time * UNITS * 4 * UNITS
    return 2 * inputs + 3 * states


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def numpy_step(batch: int = BATCH, time: int = TIME, rate: float = LEARNING_RATE) -> Work:
    """The step as one writes it with NumPy: products of all time steps outside of the loops."""
    sequences, target = sample(batch, time)
    weights = initial_weights()
    kernel, recurrent, bias, dense, offset = weights
    by_time = np.ascontiguousarray(sequences.transpose(1, 0, 2)).reshape(time * batch, FEATURES)

    def step() -> float:
        sums = (by_time @ kernel + bias).reshape(time, batch, 4 * UNITS)
        h = np.zeros((time + 1, batch, UNITS), np.float32)
        c = np.zeros_like(h)
        kept = []
        for t in range(time):
            z = sums[t] + h[t] @ recurrent
            i, f, g, o = np.split(z, 4, axis=1)
            i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
            c[t + 1] = f * c[t] + i * g
            squashed = np.tanh(c[t + 1])
            h[t + 1] = o * squashed
            kept.append((i, f, g, o, squashed))
        error = h[time] @ dense + offset - target
        loss = float(np.mean(error * error))
        delta = error * np.float32(2 / error.size)
        slopes = np.empty((time, batch, 4 * UNITS), np.float32)
        of_h, of_c = delta @ dense.T, np.zeros((batch, UNITS), np.float32)
        for t in reversed(range(time)):
            i, f, g, o, squashed = kept[t]
            of_c = of_c + of_h * o * (1 - squashed * squashed)
            slopes[t] = np.concatenate(
                [
                    of_c * g * i * (1 - i),
                    of_c * c[t] * f * (1 - f),
                    of_c * i * (1 - g * g),
                    of_h * squashed * o * (1 - o),
                ],
                axis=1,
            )
            of_h, of_c = slopes[t] @ recurrent.T, of_c * f
        flat = slopes.reshape(time * batch, 4 * UNITS)
        changes = (
            by_time.T @ flat,
            h[:time].reshape(time * batch, UNITS).T @ flat,
            flat.sum(axis=0),
            h[time].T @ delta,
            delta.sum(axis=0),
        )
        for weight, change in zip(weights, changes):
            weight -= np.float32(rate) * change
        return loss

    return Work(step)


def keras_step(
    tf: Any, wrap: Wrap, batch: int = BATCH, time: int = TIME, rate: float = LEARNING_RATE
) -> Work:
    """The tutorial's loop in TensorFlow's words: tape, gradient, apply_gradients."""
    sequences, target = (tf.constant(each) for each in sample(batch, time))
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.LSTM(UNITS), layers.Dense(OUTPUTS)])
    model(sequences)
    model.set_weights(initial_weights())
    variables = model.trainable_variables
    update = tf.keras.optimizers.SGD(learning_rate=rate)
    update.build(variables)

    def step(sequences: Any, target: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(sequences) - target))
        gradients = tape.gradient(loss, variables)
        update.apply_gradients(zip(gradients, variables))
        return loss

    return Work(partial(wrap(step), sequences, target))


def fit_epoch(
    tf: Any, batch: int = BATCH, time: int = TIME, rate: float = LEARNING_RATE, steps: int = 1
) -> Work:
    """The step as `fit` does it on arrays, an epoch of one batch at a time."""
    sequences, target = sample(batch, time)
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.LSTM(UNITS), layers.Dense(OUTPUTS)])
    model(sequences)
    model.set_weights(initial_weights())
    model.compile(tf.keras.optimizers.SGD(rate), "mse")

    def epochs() -> float:
        found = model.fit(
            sequences, target, batch_size=batch, epochs=steps, shuffle=False, verbose=0
        )
        return found.history["loss"][-1]

    return Work(epochs, steps)


def torch_step(batch: int = BATCH, time: int = TIME, rate: float = LEARNING_RATE) -> Work:
    """The PyTorch loop: zero_grad, backward, step. One of its LSTM's two biases stays 0."""
    import torch

    sequences, target = (torch.from_numpy(each) for each in sample(batch, time))
    kernel, recurrent, bias, dense, offset = map(torch.from_numpy, initial_weights())
    lstm = torch.nn.LSTM(FEATURES, UNITS, batch_first=True)
    last = torch.nn.Linear(UNITS, OUTPUTS)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(kernel.T)
        lstm.weight_hh_l0.copy_(recurrent.T)
        lstm.bias_ih_l0.copy_(bias)
        lstm.bias_hh_l0.zero_()
        last.weight.copy_(dense.T)
        last.bias.copy_(offset)
    lstm.bias_hh_l0.requires_grad_(False)
    parameters = [*lstm.parameters(), *last.parameters()]
    optimizer = torch.optim.SGD([each for each in parameters if each.requires_grad], lr=rate)

    def step() -> Any:
        optimizer.zero_grad()
        _, (h, _) = lstm(sequences)
        loss = torch.mean(torch.square(last(h[0]) - target))
        loss.backward()
        optimizer.step()
        return loss.detach()

    return Work(step)


def glassbrook(traced: bool, **arguments: Any) -> Work:
    """Glassbrook: eager, or a function."""
    import glassbrook as tf

    return keras_step(tf, tf.function if traced else lambda function: function, **arguments)


def glassbrook_fit(**arguments: Any) -> Work:
    """Glassbrook's `fit`."""
    import glassbrook as tf

    return fit_epoch(tf, **arguments)


def tensorflow(traced: bool, **arguments: Any) -> Work:
    """TensorFlow: eager, or a function."""
    import tensorflow as tf

    return keras_step(tf, tf.function if traced else lambda function: function, **arguments)


BY_HAND = Side("NumPy by hand", "numpy", numpy_step)
STEPS = (
    BY_HAND,
    Side("Glassbrook, eager", "glassbrook", partial(glassbrook, False)),
    Side("Glassbrook, tf.function", "glassbrook", partial(glassbrook, True)),
    Side("Glassbrook, fit", "glassbrook", glassbrook_fit),
    Side("PyTorch, eager", "torch", torch_step),
    Side("TensorFlow, eager", "tensorflow", partial(tensorflow, False)),
    Side("TensorFlow, tf.function", "tensorflow", partial(tensorflow, True)),
)
SIDES = (*STEPS, SGEMM)


def table(peers: bool, plan: Plan = DEFAULT) -> Iterator[str]:
    """The time of a step per side, and the least time its products need."""
    yield f"## One training step of an LSTM with SGD, {TIME} steps of {BATCH} sequences, µs"
    yield ""
    yield f"{FEATURES} features, {UNITS} units, and a dense layer on the last output."
    yield ""
    sides = chosen(STEPS, peers)
    found = compare("recurrent", sides, {"batch": BATCH}, plan, beside=[SGEMM])
    yield "| | time | ratio | first call, s |"
    yield "|---|---|---|---|"
    for side in sides:
        time, ratio = cells_of(found, side, BY_HAND)
        if time:
            yield f"| {side.title} | {time} | {ratio} | {found.first_calls[side.title]:.3f} |"
    yield _limit_row(found)
    yield ""
    yield "Ratios are to NumPy by hand. The compute limit is the step's matrix products at the best"
    yield f"rate of a {SGEMM_SIZE}³ sgemm seen in this run."
    yield from found.reasons()
    yield ""


def _limit_row(found: Comparison) -> str:
    rate = 2 * SGEMM_SIZE**3 / found.steps[SGEMM.title].least
    seconds = matmul_flops(BATCH, TIME) / rate
    ratio = seconds / found.steps[BY_HAND.title].median
    return f"| compute limit, {rate / 1e9:.0f} GFLOP/s | {seconds * 1e6:.0f} | {ratio:.2f} | |"
