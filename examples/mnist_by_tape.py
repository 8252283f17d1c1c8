"""Classify handwritten digits with nothing but tensors, variables and a tape.

python examples/mnist_by_tape.py
"""

from __future__ import annotations

import argparse
import itertools

import numpy as np

import glassbrook as tf


def load_digits(path: str | None) -> tuple:
    """MNIST, or an .npz file with the same four arrays."""
    if path is None:
        return tf.keras.datasets.mnist.load_data()
    with np.load(path) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])


class Network(tf.Module):
    """784 → 256 → 128 → 10, with ReLU between."""

    def __init__(self, sizes: tuple[int, ...] = (784, 256, 128, 10)) -> None:
        super().__init__(name="network")
        self.weights, self.biases = [], []
        for number, (size_in, size_out) in enumerate(itertools.pairwise(sizes)):
            scale = (2.0 / size_in) ** 0.5
            start = tf.random.truncated_normal([size_in, size_out], stddev=scale)
            self.weights.append(tf.Variable(start, name=f"w{number}"))
            self.biases.append(tf.Variable(tf.zeros([size_out]), name=f"b{number}"))

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            x = tf.nn.relu(x @ weight + bias)
        return x @ self.weights[-1] + self.biases[-1]


def accuracy(network: Network, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of images whose largest logit is the right one."""
    guesses = tf.argmax(network(tf.constant(images)), axis=1)
    hits = tf.cast(tf.equal(guesses, tf.cast(labels, tf.int64)), tf.float32)
    return float(tf.reduce_mean(hits))


def main(data: str | None = None, epochs: int = 5, learning_rate: float = 0.1) -> float:
    """Train, and return the accuracy on the test images."""
    tf.random.set_seed(0)
    (x_train, y_train), (x_test, y_test) = load_digits(data)
    x_train = x_train.reshape(-1, 784).astype(np.float32) / 255
    x_test = x_test.reshape(-1, 784).astype(np.float32) / 255

    network = Network()
    batches = tf.data.Dataset.from_tensor_slices((x_train, y_train.astype(np.int32)))
    batches = batches.shuffle(10_000, seed=0).batch(128)
    result = 0.0
    for epoch in range(epochs):
        losses_of_epoch = []
        for images, labels in batches:
            with tf.GradientTape() as tape:
                logits = network(images)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, network.trainable_variables)
            for variable, gradient in zip(network.trainable_variables, gradients):
                variable.assign_sub(learning_rate * gradient)
            losses_of_epoch.append(float(loss))
        result = accuracy(network, x_test, y_test)
        mean_loss = np.mean(losses_of_epoch)
        print(f"epoch {epoch + 1}: loss {mean_loss:.4f}, test accuracy {result:.4f}")
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="an .npz file in place of MNIST")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    main(**vars(parser.parse_args()))
