"""One row through a trained network, as a service asks for it: `model(x)` and `predict(x)`.

The answer is a NumPy array on every side.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.network import (
    SIZES,
    Wrap,
    cells_of,
    glassbrook,
    initial_weights,
    sample,
    tensorflow,
)
from benchmarks.sides import DEFAULT, Plan, Side, Work, chosen, compare


def numpy_row() -> Work:
    """By hand."""
    row, _ = sample(1)
    w1, b1, w2, b2, w3, b3 = initial_weights()

    def call() -> np.ndarray:
        return np.maximum(np.maximum(row @ w1 + b1, 0) @ w2 + b2, 0) @ w3 + b3

    return Work(call)


def keras_row(tf: Any, wrap: Wrap, predict: bool) -> Work:
    """`model(x)` or `model.predict(x)`."""
    layers = [tf.keras.layers.Dense(width, activation="relu") for width in SIZES[1:-1]]
    model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(SIZES[-1])])
    row, _ = sample(1)
    model(row)
    model.set_weights(initial_weights())
    if predict:
        return Work(lambda: model.predict(row, verbose=0))
    return Work(lambda: model(row).numpy())


def torch_row() -> Work:
    """`model(x)` without gradients."""
    import torch

    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(SIZES):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    row = torch.from_numpy(sample(1)[0])
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), initial_weights()):
            parameter.copy_(torch.from_numpy(weight.T))

    def call() -> np.ndarray:
        with torch.inference_mode():
            return model(row).numpy()

    return Work(call)


BY_HAND = Side("NumPy by hand", "numpy", numpy_row)
SIDES = (
    BY_HAND,
    *(
        Side(f"{title}, {name}", package, partial(framework, mode, keras_row, predict=predict))
        for title, package, framework, mode in (
            ("Glassbrook", "glassbrook", glassbrook, "auto"),
            ("TensorFlow, Keras", "tensorflow", tensorflow, False),
        )
        for name, predict in (("model(x)", False), ("predict(x)", True))
    ),
    Side("PyTorch, model(x)", "torch", torch_row),
)


def table(peers: bool, plan: Plan = DEFAULT) -> Iterator[str]:
    """The time of one answer, per side."""
    yield "## One row through 784-256-128-10, µs"
    yield ""
    sides = chosen(SIDES, peers)
    found = compare("row", sides, {}, plan)
    yield "| | µs | ratio |"
    yield "|---|---|---|"
    for side in sides:
        if side.title in found.steps:
            yield f"| {side.title} | {' | '.join(cells_of(found, side, BY_HAND))} |"
    yield ""
    yield from found.reasons()
    yield ""
