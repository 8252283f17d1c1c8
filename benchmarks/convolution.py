"""One training step of a convolutional network on images of 28 × 28, with SGD.

Two networks: LeNet-5, and the one that Keras's own examples train on MNIST. All sides start from
the same weights, see the same batch, and minimise the mean cross-entropy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.network import Wrap, cells_of, glassbrook, glassbrook_function, tensorflow
from benchmarks.sides import Comparison, Plan, Side, Work, chosen, compare

BATCH = 128
# So small that differences in the last bits stay small: pools and relu make them jump.
LEARNING_RATE = 0.001
PIXELS = 28
CLASSES = 10
PLAN = Plan(tolerance=1e-3)


@dataclass(frozen=True)
class Network:
    """Convolutions, each with relu and a pool of 2 × 2, then dense layers with relu but the last.

    Attributes:
        convolutions: channels, the side of the window, and the padding of each.
        dense: the width of each dense layer.
    """

    convolutions: tuple[tuple[int, int, str], ...]
    dense: tuple[int, ...]


NETWORKS = {
    "LeNet-5": Network(((6, 5, "SAME"), (16, 5, "VALID")), (120, 84, CLASSES)),
    "Keras's example": Network(((32, 3, "VALID"), (64, 3, "VALID")), (128, CLASSES)),
    "tiny": Network(((3, 3, "SAME"), (4, 5, "VALID")), (6, CLASSES)),
}
SHOWN = ("LeNet-5", "Keras's example")


def sample(batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels, the same at every call."""
    generator = np.random.default_rng(0)
    images = generator.normal(size=(batch, PIXELS, PIXELS, 1)).astype(np.float32)
    return images, generator.integers(0, CLASSES, batch)


def sides_of(network: Network) -> list[int]:
    """The side of the image before each convolution, and after the last."""
    sides = [PIXELS]
    for _, window, padding in network.convolutions:
        side = sides[-1] if padding == "SAME" else sides[-1] - window + 1
        sides.append(side // 2)
    return sides


def initial_weights(network: Network) -> list[np.ndarray]:
    """Kernels and biases in turn, the same at every call."""
    generator = np.random.default_rng(1)
    shapes: list[tuple[int, ...]] = []
    channels = 1
    for features, window, _ in network.convolutions:
        shapes.append((window, window, channels, features))
        channels = features
    inputs = sides_of(network)[-1] ** 2 * channels
    for width in network.dense:
        shapes.append((inputs, width))
        inputs = width
    weights: list[np.ndarray] = []
    for shape in shapes:
        scale = np.sqrt(2 / math.prod(shape[:-1]))
        weights.append((scale * generator.normal(size=shape)).astype(np.float32))
        weights.append(np.zeros(shape[-1], np.float32))
    return weights


def flops(network: Network, batch: int) -> int:
    """Of the step's products: forward, gradients of kernels, of all inputs but the first."""
    layers: list[int] = []
    channels = 1
    for side, (features, window, padding) in zip(sides_of(network), network.convolutions):
        places = (side if padding == "SAME" else side - window + 1) ** 2
        layers.append(2 * batch * places * window**2 * channels * features)
        channels = features
    inputs = sides_of(network)[-1] ** 2 * channels
    for width in network.dense:
        layers.append(2 * batch * inputs * width)
        inputs = width
    return 3 * sum(layers) - layers[0]


def tensorflow_step(tf: Any, wrap: Wrap, batch: int, network: str) -> Work:
    """`tf.nn`, a tape, and an optimizer."""
    made = NETWORKS[network]
    images, labels = (tf.constant(each) for each in sample(batch))
    variables = [tf.Variable(each) for each in initial_weights(made)]
    convolutions = len(made.convolutions)
    update = tf.keras.optimizers.SGD(learning_rate=LEARNING_RATE)
    update.build(variables)

    def logits_of(x: Any) -> Any:
        pairs = list(zip(variables[::2], variables[1::2]))
        for (kernel, bias), (_, _, padding) in zip(pairs, made.convolutions):
            x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, padding), bias))
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        x = tf.reshape(x, [batch, -1])
        for kernel, bias in pairs[convolutions:-1]:
            x = tf.nn.relu(x @ kernel + bias)
        kernel, bias = pairs[-1]
        return x @ kernel + bias

    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits_of(images))
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, variables)
        update.apply_gradients(zip(gradients, variables))
        return loss

    return Work(partial(wrap(step), images, labels))


def fit_epoch(tf: Any, batch: int, network: str, steps: int = 4) -> Work:
    """The step as `fit` does it on arrays, an epoch of one batch at a time."""
    made = NETWORKS[network]
    images, labels = sample(batch)
    layers = tf.keras.layers
    model = tf.keras.Sequential()
    for features, window, padding in made.convolutions:
        model.add(layers.Conv2D(features, window, padding=padding.lower(), activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    for width in made.dense[:-1]:
        model.add(layers.Dense(width, activation="relu"))
    model.add(layers.Dense(made.dense[-1]))
    model(images)
    model.set_weights(initial_weights(made))
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(tf.keras.optimizers.SGD(LEARNING_RATE), loss)

    def epochs() -> float:
        found = model.fit(images, labels, batch_size=batch, epochs=steps, shuffle=False, verbose=0)
        return found.history["loss"][-1]

    return Work(epochs, steps)


def glassbrook_fit(**arguments: Any) -> Work:
    """Glassbrook's `fit`."""
    import glassbrook as tf

    return fit_epoch(tf, **arguments)


def torch_step(wrap: Callable[[Any], Any], channels_last: bool, batch: int, network: str) -> Work:
    """The PyTorch loop; its images have channels first unless they are to be last in memory."""
    import torch

    made = NETWORKS[network]
    pixels, labels = (torch.from_numpy(each) for each in sample(batch))
    images = pixels.permute(0, 3, 1, 2).contiguous()
    model = torch.nn.Sequential(*_torch_layers(torch, made))
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), _torch_weights(made)):
            parameter.copy_(torch.from_numpy(weight))
    if channels_last:
        images = images.to(memory_format=torch.channels_last)
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    loss_of = wrap(lambda: torch.nn.functional.cross_entropy(model(images), labels))

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return Work(step)


def _torch_layers(torch: Any, network: Network) -> Iterator[Any]:
    channels = 1
    for features, window, padding in network.convolutions:
        yield torch.nn.Conv2d(channels, features, window, padding=padding.lower())
        yield torch.nn.ReLU()
        yield torch.nn.MaxPool2d(2)
        channels = features
    yield torch.nn.Flatten()
    inputs = sides_of(network)[-1] ** 2 * channels
    for width in network.dense[:-1]:
        yield torch.nn.Linear(inputs, width)
        yield torch.nn.ReLU()
        inputs = width
    yield torch.nn.Linear(inputs, network.dense[-1])


def _torch_weights(network: Network) -> Iterator[np.ndarray]:
    """Kernels with their last axes first; the first dense one takes channels before places."""
    convolutions = len(network.convolutions)
    channels, side = network.convolutions[-1][0], sides_of(network)[-1]
    for number, weight in enumerate(initial_weights(network)):
        if weight.ndim == 4:
            yield weight.transpose(3, 2, 0, 1).copy()
        elif number == 2 * convolutions:
            moved = weight.reshape(side, side, channels, -1).transpose(3, 2, 0, 1)
            yield moved.reshape(weight.shape[1], -1).copy()
        else:
            yield weight.T.copy()


def _as_it_is(function: Any) -> Any:
    return function


def _compiled(function: Any) -> Any:
    import torch

    return torch.compile(function)


REPLAYED = Side(
    "Glassbrook, tf.function", "glassbrook", partial(glassbrook_function, build=tensorflow_step)
)
SIDES = (
    REPLAYED,
    Side("Glassbrook, fit", "glassbrook", glassbrook_fit),
    Side("Glassbrook, eager", "glassbrook", partial(glassbrook, "auto", tensorflow_step)),
    Side(
        "Glassbrook, eager, interpreter",
        "glassbrook",
        partial(glassbrook, "interpreter", tensorflow_step),
    ),
    Side("PyTorch, eager", "torch", partial(torch_step, _as_it_is, False)),
    Side("PyTorch, channels last", "torch", partial(torch_step, _as_it_is, True)),
    Side("PyTorch, torch.compile", "torch", partial(torch_step, _compiled, False)),
    Side("TensorFlow, tf.function", "tensorflow", partial(tensorflow, True, tensorflow_step)),
    Side("TensorFlow, XLA", "tensorflow", partial(tensorflow, True, tensorflow_step, xla=True)),
)


def table(peers: bool, plan: Plan = PLAN) -> Iterator[str]:
    """The time of a step of each network, per side."""
    yield f"## One training step of a convolutional network with SGD, batch {BATCH}, µs"
    yield ""
    for name in SHOWN:
        network = NETWORKS[name]
        layers = [f"{features}@{window}×{window}" for features, window, _ in network.convolutions]
        text = ", ".join([*layers, *map(str, network.dense)])
        yield f"{name}: {text}; {flops(network, BATCH) / 1e6:.0f} million operations in products."
    yield ""
    sides = chosen(SIDES, peers)
    found = {name: _compare(sides, name, plan) for name in SHOWN}
    yield f"| | {' | '.join(f'{name} | ratio' for name in SHOWN)} |"
    yield "|---" * (2 * len(SHOWN) + 1) + "|"
    yield from _rows(sides, found)
    yield ""
    yield f"Ratios are to {REPLAYED.title}."
    yield from dict.fromkeys(line for each in found.values() for line in each.reasons())
    yield ""


def _compare(sides: Sequence[Side], network: str, plan: Plan) -> Comparison:
    return compare("convolution", sides, {"batch": BATCH, "network": network}, plan)


def _rows(sides: Sequence[Side], found: dict[str, Comparison]) -> Iterator[str]:
    for side in sides:
        cells = [cell for each in found.values() for cell in cells_of(each, side, REPLAYED)]
        if any(cells):
            yield f"| {side.title} | {' | '.join(cells)} |"
