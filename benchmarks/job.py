"""The whole job: read MNIST, train 784-256-128-10 with Adam for 5 epochs at batch 128, test it.

Run as a program: ``python benchmarks/job.py FRAMEWORK FOLDER``, with the four IDX files in FOLDER.
It prints the test accuracy, and fails below 0.97. It imports only the framework that it measures.
"""

from __future__ import annotations

import gzip
import sys
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
    else:
        import glassbrook

        accuracy = with_keras(glassbrook.keras, *data)
    print(accuracy)
    if accuracy < 0.97:
        sys.exit(f"test accuracy {accuracy}, expected at least 0.97")


if __name__ == "__main__":
    main()
