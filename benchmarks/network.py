"""One training step of a dense ReLU network with SGD: in each framework, and with NumPy by hand.

All sides start from the same weights, see the same batch, and minimise the sum over outputs and
mean over samples of the squared error; the loss is computed at every step.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.sides import DEFAULT, Comparison, Plan, Side, Unavailable, Work, chosen, compare

SIZES = (784, 256, 128, 10)
LEARNING_RATE = 0.01
BATCHES = (32, 128, 512)
SGEMM_SIZE = 1024

Step = Callable[[], Any]
Wrap = Callable[[Any], Any]


def sample(batch: int, sizes: Sequence[int] = SIZES) -> tuple[np.ndarray, np.ndarray]:
    """Images and one-hot labels, the same at every call."""
    generator = np.random.default_rng(0)
    images = generator.normal(size=(batch, sizes[0])).astype(np.float32)
    labels = generator.integers(0, sizes[-1], batch)
    return images, np.eye(sizes[-1], dtype=np.float32)[labels]


def initial_weights(sizes: Sequence[int] = SIZES) -> list[np.ndarray]:
    """Kernels and biases in turn, the same at every call."""
    generator = np.random.default_rng(1)
    weights: list[np.ndarray] = []
    for inputs, outputs in itertools.pairwise(sizes):
        scale = np.sqrt(2 / inputs)
        weights.append((scale * generator.normal(size=(inputs, outputs))).astype(np.float32))
        weights.append(np.zeros(outputs, np.float32))
    return weights


def matmul_flops(batch: int, sizes: Sequence[int] = SIZES) -> int:
    """Of the step: forward, gradients of the kernels, gradients of all layers' inputs but one's."""
    layers = [2 * batch * inputs * outputs for inputs, outputs in itertools.pairwise(sizes)]
    return 3 * sum(layers) - layers[0]


def numpy_step(batch: int, sizes: Sequence[int] = SIZES, rate: float = LEARNING_RATE) -> Work:
    """The step as one writes it with NumPy: forward, backward, update in place."""
    images, target = sample(batch, sizes)
    weights = initial_weights(sizes)
    kernels, biases = weights[::2], weights[1::2]

    def step() -> float:
        layers = [images]
        for kernel, bias in zip(kernels[:-1], biases[:-1]):
            layers.append(np.maximum(layers[-1] @ kernel + bias, 0))
        error = layers[-1] @ kernels[-1] + biases[-1] - target
        loss = float(np.sum(error * error)) / batch
        delta = error * np.float32(2 / batch)
        deltas = [delta]
        for kernel, layer in zip(kernels[:0:-1], layers[:0:-1]):
            delta = (delta @ kernel.T) * (layer > 0)
            deltas.append(delta)
        for kernel, bias, layer, delta in zip(kernels, biases, layers, reversed(deltas)):
            kernel -= np.float32(rate) * (layer.T @ delta)
            bias -= np.float32(rate) * delta.sum(axis=0)
        return loss

    return Work(step)


def tensorflow_step(
    tf: Any,
    wrap: Wrap,
    batch: int,
    sizes: Sequence[int] = SIZES,
    rate: float = LEARNING_RATE,
    optimizer: str = "SGD",
) -> Work:
    """The tutorial's loop in TensorFlow's words: tape, gradient, apply_gradients."""
    images, target = (tf.constant(each) for each in sample(batch, sizes))
    layers = [tf.keras.layers.Dense(width, activation="relu") for width in sizes[1:-1]]
    model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(sizes[-1])])
    model(images)
    model.set_weights(initial_weights(sizes))
    variables = model.trainable_variables
    update = getattr(tf.keras.optimizers, optimizer)(learning_rate=rate)
    update.build(variables)

    def step(images: Any, target: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(images) - target)) / batch
        gradients = tape.gradient(loss, variables)
        update.apply_gradients(zip(gradients, variables))
        return loss

    return Work(partial(wrap(step), images, target))


def torch_step(wrap: Callable[[Any, Any], tuple[Any, Any]], batch: int) -> Work:
    """The PyTorch loop: zero_grad, backward, step."""
    import torch

    images, target = (torch.from_numpy(each) for each in sample(batch))
    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(SIZES):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), initial_weights()):
            parameter.copy_(torch.from_numpy(weight.T))
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)

    def loss_of(images: Any, target: Any) -> Any:
        return torch.sum(torch.square(model(images) - target)) / batch

    loss_of, update = wrap(loss_of, optimizer.step)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of(images, target)
        loss.backward()
        update()
        return loss.detach()

    return Work(step)


def torch_compiled(loss_of: Any, update: Any) -> tuple[Any, Any]:
    """Forward and backward compiled as one, the update as another."""
    import torch

    return torch.compile(loss_of), torch.compile(update)


def jax_step(batch: int) -> Work:
    """The step as one function under `jit`, the old weights given back to it."""
    import jax

    images, target = (jax.numpy.asarray(each) for each in sample(batch))
    weights = [jax.numpy.asarray(each) for each in initial_weights()]

    def loss_of(weights: Any, images: Any, target: Any) -> Any:
        outputs = images
        for kernel, bias in zip(weights[:-2:2], weights[1:-2:2]):
            outputs = jax.nn.relu(outputs @ kernel + bias)
        outputs = outputs @ weights[-2] + weights[-1]
        return jax.numpy.sum((outputs - target) ** 2) / batch

    @partial(jax.jit, donate_argnums=0)
    def update(weights: Any, images: Any, target: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(weights, images, target)
        return [each - LEARNING_RATE * grad for each, grad in zip(weights, gradients)], loss

    def step() -> Any:
        nonlocal weights
        weights, loss = update(weights, images, target)
        return loss

    return Work(step)


def sgemm(batch: int) -> Work:
    """A large matrix product, for the best rate of the machine."""
    matrix = np.random.default_rng(0).normal(size=(SGEMM_SIZE, SGEMM_SIZE)).astype(np.float32)
    out = np.empty_like(matrix)
    return Work(lambda: np.matmul(matrix, matrix, out=out))


def glassbrook(engine: str, build: Callable[..., Work] = tensorflow_step, **arguments: Any) -> Work:
    """Eager code on one of the engines."""
    import glassbrook as tf

    if hasattr(tf.config, "engine"):
        tf.config.engine = engine
    elif engine != "interpreter":
        raise Unavailable("this version has only the interpreter")
    return build(tf, lambda function: function, **arguments)


def glassbrook_function(build: Callable[..., Work] = tensorflow_step, **arguments: Any) -> Work:
    """Traced once by `tf.function`, then replayed."""
    import glassbrook as tf

    if not hasattr(tf, "function"):
        raise Unavailable("this version has no tf.function")
    return build(tf, tf.function, **arguments)


def tensorflow(
    traced: bool, build: Callable[..., Work] = tensorflow_step, xla: bool = False, **arguments: Any
) -> Work:
    """TensorFlow: eager, or a function, or one compiled by XLA."""
    import tensorflow as tf

    wrap = partial(tf.function, jit_compile=xla) if traced else lambda function: function
    return build(tf, wrap, **arguments)


BY_HAND = Side("NumPy by hand", "numpy", numpy_step)
REPLAYED = Side("Glassbrook, tf.function", "glassbrook", glassbrook_function)
SGEMM = Side("sgemm", "numpy", sgemm)
STEPS = (
    BY_HAND,
    Side("Glassbrook, eager, interpreter", "glassbrook", partial(glassbrook, "interpreter")),
    Side("Glassbrook, eager", "glassbrook", partial(glassbrook, "auto")),
    REPLAYED,
    Side("PyTorch, eager", "torch", partial(torch_step, lambda *functions: functions)),
    Side("PyTorch, torch.compile", "torch", partial(torch_step, torch_compiled)),
    Side("TensorFlow, eager", "tensorflow", partial(tensorflow, False)),
    Side("TensorFlow, tf.function", "tensorflow", partial(tensorflow, True)),
    Side("TensorFlow, XLA", "tensorflow", partial(tensorflow, True, xla=True)),
    Side("JAX, jit", "jax", jax_step),
)
SIDES = (*STEPS, SGEMM)


def table(peers: bool, plan: Plan = DEFAULT) -> Iterator[str]:
    """The time of a step at each batch, per side, and the least time its products need."""
    yield "## One training step of 784-256-128-10 with SGD, µs"
    yield ""
    yield "Eager is the tutorial's loop: tape, gradient, `apply_gradients`, no decorator."
    yield ""
    sides = chosen(STEPS, peers)
    found = {batch: _compare(sides, batch, plan) for batch in BATCHES}
    heads = " | ".join(f"batch {batch} | ratio" for batch in BATCHES)
    yield f"| | {heads} | first call, s |"
    yield "|---" * (2 * len(BATCHES) + 2) + "|"
    for side in sides:
        cells = [cell for each in found.values() for cell in cells_of(each, side, BY_HAND)]
        if any(cells):
            first = found[128].first_calls.get(side.title)
            cells.append("" if first is None else f"{first:.3f}")
            yield f"| {side.title} | {' | '.join(cells)} |"
    yield _limit_row(found)
    yield ""
    yield "Ratios are to NumPy by hand. The compute limit is the step's matrix products at the best"
    yield f"rate of a {SGEMM_SIZE}³ sgemm seen in this run. The first call is at batch 128."
    yield from dict.fromkeys(line for each in found.values() for line in each.reasons())
    yield ""


def _compare(sides: Sequence[Side], batch: int, plan: Plan) -> Comparison:
    """The sides at one batch, and the rate of the machine in between."""
    return compare("network", sides, {"batch": batch}, plan, beside=[SGEMM])


def cells_of(found: Comparison, side: Side, reference: Side) -> tuple[str, str]:
    """A side's time and ratio, empty if it was not measured."""
    timing = found.steps.get(side.title)
    if timing is None:
        return "", ""
    ratio = timing.median / found.steps[reference.title].median
    return timing.microseconds(), f"{ratio:.2f}"


def _limit_row(found: dict[int, Comparison]) -> str:
    fastest = min(each.steps[SGEMM.title].least for each in found.values())
    rate = 2 * SGEMM_SIZE**3 / fastest
    cells = []
    for batch, each in found.items():
        seconds = matmul_flops(batch) / rate
        by_hand = each.steps[BY_HAND.title].median
        cells += [f"{seconds * 1e6:.0f}", f"{seconds / by_hand:.2f}"]
    return f"| compute limit, {rate / 1e9:.0f} GFLOP/s | {' | '.join(cells)} | |"
