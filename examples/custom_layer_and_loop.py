"""A layer, a loss and a training loop of one's own, on two interleaved spirals.

python examples/custom_layer_and_loop.py
"""

from __future__ import annotations

import argparse

import numpy as np

import glassbrook as tf


class Maxout(tf.keras.layers.Layer):
    """The largest of several linear functions: ``max_k (x W_k + b_k)``."""

    def __init__(self, units: int, pieces: int = 3, **options: object) -> None:
        super().__init__(**options)
        self.units, self.pieces = units, pieces

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units * self.pieces),
            initializer="glorot_uniform",
            regularizer=tf.keras.regularizers.L2(1e-4),
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(self.units * self.pieces,), initializer="zeros", name="bias"
        )

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        pieces = tf.matmul(inputs, self.kernel) + self.bias
        return tf.reduce_max(tf.reshape(pieces, (-1, self.units, self.pieces)), axis=-1)

    def get_config(self) -> dict:
        return super().get_config() | {"units": self.units, "pieces": self.pieces}


def spirals(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points on two spirals, with labels -1 and 1."""
    random = np.random.default_rng(0)
    labels = np.where(np.arange(count) % 2, 1.0, -1.0)
    turns = np.sqrt(random.random(count)) * 2.0
    angles = turns * np.pi + (labels > 0) * np.pi
    points = np.stack([turns * np.cos(angles), turns * np.sin(angles)], 1)
    points += random.normal(scale=0.05, size=points.shape)
    return points.astype(np.float32), labels.astype(np.float32)


def smooth_hinge(labels: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
    """log(1 + exp(-y s)), a hinge without a corner."""
    return tf.math.softplus(-labels * scores)


def main(count: int = 1000, epochs: int = 60) -> float:
    """Train, and return the accuracy on points that were held back."""
    tf.keras.utils.set_random_seed(0)
    points, labels = spirals(count)
    cut = count * 4 // 5

    model = tf.keras.Sequential([Maxout(24), Maxout(24), tf.keras.layers.Dense(1)])
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.01, 200, 0.9)
    optimizer = tf.keras.optimizers.Adam(schedule)
    mean_loss = tf.keras.metrics.Mean()
    accuracy = tf.keras.metrics.BinaryAccuracy(threshold=0.0)

    @tf.function
    def train_step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            scores = model(x, training=True)[:, 0]
            loss = tf.reduce_mean(smooth_hinge(y, scores)) + tf.add_n(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    batches = tf.data.Dataset.from_tensor_slices((points[:cut], labels[:cut]))
    batches = batches.shuffle(cut, seed=0).batch(32)
    for epoch in range(epochs):
        mean_loss.reset_state()
        for x, y in batches:
            mean_loss.update_state(train_step(x, y))
        if (epoch + 1) % 10 == 0 or epoch == epochs - 1:
            accuracy.reset_state()
            scores = model(points[cut:])[:, 0]
            accuracy.update_state((labels[cut:] + 1) / 2, scores)
            print(
                f"epoch {epoch + 1}: loss {float(mean_loss.result()):.4f}, "
                f"accuracy {float(accuracy.result()):.4f}"
            )
    return float(accuracy.result())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=60)
    main(**vars(parser.parse_args()))
