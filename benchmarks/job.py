"""The whole job: read MNIST, train 784-256-128-10 with Adam for 5 epochs at batch 128, test it.

Run as a program: ``python benchmarks/job.py FRAMEWORK FOLDER``, with the four IDX files in FOLDER.
It prints the test accuracy, and fails below 0.97. It imports only the framework that it measures.
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

EPOCHS, BATCH = 5, 128


def read(folder: Path, name: str, header: int) -> np.ndarray:
    """The bytes of an IDX file behind its header."""
    return np.frombuffer(
        gzip.decompress((folder / f"{name}.gz").read_bytes()), np.uint8, -1, header
    )


def images(folder: Path, name: str) -> np.ndarray:
    """Images as rows of floats from 0 to 1."""
    return read(folder, name, 16).reshape(-1, 784).astype(np.float32) / 255


def load(folder: Path) -> tuple[np.ndarray, ...]:
    """Training images and labels, test images and labels."""
    return (
        images(folder, "train-images-idx3-ubyte"),
        read(folder, "train-labels-idx1-ubyte", 8).astype(np.int64),
        images(folder, "t10k-images-idx3-ubyte"),
        read(folder, "t10k-labels-idx1-ubyte", 8).astype(np.int64),
    )


def with_keras(keras, x, y, x_test, y_test) -> float:
    """The job in Keras's words: for Glassbrook and for TensorFlow."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(256, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return float(model.evaluate(x_test, y_test, batch_size=1024, verbose=0)[1])


def with_torch(torch, x, y, x_test, y_test) -> float:
    """The job as a PyTorch loop over shuffled slices, the quickest way for data in memory."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    optimizer = torch.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(EPOCHS):
        order = torch.randperm(len(inputs))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            optimizer.zero_grad()
            criterion(model(inputs[rows]), labels[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        predictions = model(torch.from_numpy(x_test)).argmax(1).numpy()
    return float((predictions == y_test).mean())


def with_jax(jax, x, y, x_test, y_test) -> float:
    """The job in plain JAX: Adam by hand, a step under `jit`, batches gathered inside it."""
    numpy = jax.numpy
    keys = jax.random.split(jax.random.key(0), 3)
    weights = []
    for key, inputs, outputs in zip(keys, (784, 256, 128), (256, 128, 10)):
        limit = (6 / (inputs + outputs)) ** 0.5
        weights.append(jax.random.uniform(key, (inputs, outputs), minval=-limit, maxval=limit))
        weights.append(numpy.zeros(outputs))
    moments = [(numpy.zeros_like(each), numpy.zeros_like(each)) for each in weights]
    inputs, labels = numpy.asarray(x), numpy.asarray(y, numpy.int32)

    def logits(weights, x):
        w1, b1, w2, b2, w3, b3 = weights
        return jax.nn.relu(jax.nn.relu(x @ w1 + b1) @ w2 + b2) @ w3 + b3

    def loss_of(weights, x, y):
        rows = numpy.arange(len(y))
        return -jax.nn.log_softmax(logits(weights, x))[rows, y].mean()

    def step(weights, moments, count, inputs, labels, rows):
        gradients = jax.grad(loss_of)(weights, inputs[rows], labels[rows])
        rate = 1e-3 * (1 - 0.999**count) ** 0.5 / (1 - 0.9**count)
        moments = [
            (0.9 * first + 0.1 * grad, 0.999 * second + 0.001 * grad**2)
            for (first, second), grad in zip(moments, gradients)
        ]
        weights = [
            each - rate * first / (second**0.5 + 1e-7)
            for each, (first, second) in zip(weights, moments)
        ]
        return weights, moments, count + 1

    step = jax.jit(step, donate_argnums=(0, 1, 2))
    generator, count = np.random.default_rng(0), numpy.float32(1)
    for _ in range(EPOCHS):
        order = generator.permutation(len(x))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            weights, moments, count = step(weights, moments, count, inputs, labels, rows)
    predictions = np.asarray(logits(weights, numpy.asarray(x_test)).argmax(1))
    return float((predictions == y_test).mean())


def table(peers: bool) -> Iterator[str]:
    """Seconds and megabytes of the whole process, if MNIST is at hand."""
    # Here, not above: the job itself imports nothing that it does not measure.
    from benchmarks.timing import process

    folder = os.environ.get("GLASSBROOK_DATA")
    if folder is None:
        yield "The MNIST job is not measured: GLASSBROOK_DATA does not name the folder of MNIST."
        yield ""
        return
    yield "## The MNIST job, whole process"
    yield ""
    yield "Read MNIST, train 784-256-128-10 with Adam for 5 epochs at batch 128, test: `job.py`."
    yield ""
    yield "| | seconds | MB |"
    yield "|---|---|---|"
    sides = [("Glassbrook, empty disk cache", "glassbrook"), ("Glassbrook", "glassbrook")]
    if peers:
        sides += [("PyTorch", "torch"), ("TensorFlow, Keras", "tensorflow"), ("JAX", "jax")]
    with tempfile.TemporaryDirectory() as temporary:
        cache = Path(temporary) / "cache"
        for title, framework in sides:
            if find_spec(framework) is None:
                continue
            found = process(
                [sys.executable, __file__, framework, folder],
                rounds=3,
                environment={"GLASSBROOK_CACHE_DIR": str(cache)},
                emptied=cache if "empty" in title else None,
            )
            yield f"| {title} | {found.time.seconds()} | {found.megabytes:.0f} |"
    yield ""


def main() -> None:
    """Do the job with the framework that is named."""
    framework, folder = sys.argv[1], Path(sys.argv[2])
    data = load(folder)
    if framework == "torch":
        import torch

        accuracy = with_torch(torch, *data)
    elif framework == "tensorflow":
        import tensorflow

        accuracy = with_keras(tensorflow.keras, *data)
    elif framework == "jax":
        import jax

        accuracy = with_jax(jax, *data)
    else:
        import glassbrook

        accuracy = with_keras(glassbrook.keras, *data)
    print(accuracy)
    if accuracy < 0.97:
        sys.exit(f"test accuracy {accuracy}, expected at least 0.97")


if __name__ == "__main__":
    main()
