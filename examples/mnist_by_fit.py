"""Classify handwritten digits by compile and fit: the shortest way.

python examples/mnist_by_fit.py
"""

from __future__ import annotations

import argparse

import numpy as np

import glassbrook as tf


def load_digits(path: str | None) -> tuple:
    """MNIST, or an .npz file with the same four arrays."""
    if path is None:
        return tf.keras.datasets.mnist.load_data()
    with np.load(path) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])


def main(data: str | None = None, epochs: int = 5) -> float:
    """Train, and return the accuracy on the test images."""
    tf.keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = load_digits(data)

    model = tf.keras.Sequential(
        [
            tf.keras.Input(shape=(28, 28)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Rescaling(1 / 255),
            tf.keras.layers.Dense(128, activation="relu"),
            tf.keras.layers.Dropout(0.2),
            tf.keras.layers.Dense(10),
        ]
    )
    model.compile(
        optimizer="adam",
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.summary()
    model.fit(
        x_train, y_train, batch_size=128, epochs=epochs, validation_data=(x_test, y_test), verbose=2
    )
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test: loss {loss:.4f}, accuracy {accuracy:.4f}")

    probabilities = tf.nn.softmax(model.predict(x_test[:5], verbose=0)).numpy()
    for label, row in zip(y_test[:5], probabilities):
        print(f"digit {label}, predicted {row.argmax()} with probability {row.max():.3f}")
    return float(accuracy)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="an .npz file in place of MNIST")
    parser.add_argument("--epochs", type=int, default=5)
    main(**vars(parser.parse_args()))
