"""Classify handwritten digits with a convolutional network: over 98.5 % after three epochs.

python examples/mnist_convolution.py
"""

from __future__ import annotations

import argparse

import numpy as np

import glassbrook as tf
from glassbrook.keras import layers


def load_digits(path: str | None) -> tuple:
    """MNIST, or an .npz file with the same four arrays."""
    if path is None:
        return tf.keras.datasets.mnist.load_data()
    with np.load(path) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])


def network() -> tf.keras.Model:
    """Two convolutions with pooling, then two dense layers."""
    return tf.keras.Sequential(
        [
            tf.keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )


def main(data: str | None = None, epochs: int = 3) -> float:
    """Train, and return the accuracy on the test images."""
    tf.keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = load_digits(data)
    x_train = x_train[..., np.newaxis].astype(np.float32) / 255
    x_test = x_test[..., np.newaxis].astype(np.float32) / 255

    model = network()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=128, epochs=epochs, validation_split=0.1, verbose=2)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return float(accuracy)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="an .npz file in place of MNIST")
    parser.add_argument("--epochs", type=int, default=3)
    main(**vars(parser.parse_args()))
