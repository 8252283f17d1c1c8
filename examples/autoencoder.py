"""Squeeze digits through 32 numbers and back; then take noise away with a convolutional one.

python examples/autoencoder.py
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


class Autoencoder(tf.keras.Model):
    """A dense encoder to a short code, and a dense decoder back to the image."""

    def __init__(self, code_size: int) -> None:
        super().__init__()
        self.encoder = tf.keras.Sequential(
            [layers.Flatten(), layers.Dense(code_size, activation="relu")]
        )
        self.decoder = tf.keras.Sequential(
            [layers.Dense(784, activation="sigmoid"), layers.Reshape((28, 28))]
        )

    def call(self, images: tf.Tensor) -> tf.Tensor:
        return self.decoder(self.encoder(images))


def denoiser() -> tf.keras.Model:
    """Strided convolutions down, transposed ones up."""
    images = tf.keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(images)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(x)
    clean = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)
    return tf.keras.Model(images, clean, name="denoiser")


def main(data: str | None = None, epochs: int = 5) -> tuple[float, float]:
    """Train both, and return their errors on the test images."""
    tf.keras.utils.set_random_seed(0)
    (x_train, _), (x_test, _) = load_digits(data)
    x_train, x_test = x_train.astype(np.float32) / 255, x_test.astype(np.float32) / 255

    model = Autoencoder(32)
    model.compile(optimizer="adam", loss="mse")
    model.fit(
        x_train, x_train, epochs=epochs, batch_size=128, validation_data=(x_test, x_test), verbose=2
    )
    codes = model.encoder(x_test[:8])
    restored = model.decoder(codes)
    first = float(tf.reduce_mean((restored - x_test[:8]) ** 2))
    print(f"code of shape {codes.shape}, restored to {restored.shape}, error {first:.4f}")

    x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]
    noisy_train = tf.clip_by_value(x_train + 0.2 * tf.random.normal(x_train.shape), 0.0, 1.0)
    noisy_test = tf.clip_by_value(x_test + 0.2 * tf.random.normal(x_test.shape), 0.0, 1.0)
    model = denoiser()
    model.compile(optimizer="adam", loss="mse")
    model.fit(noisy_train, x_train, epochs=epochs, batch_size=128, verbose=2)
    second = model.evaluate(noisy_test, x_test, verbose=0)
    noise = float(tf.reduce_mean((noisy_test - x_test) ** 2))
    print(f"noise {noise:.4f}, what is left of it {second:.4f}")
    return first, float(second)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="an .npz file in place of MNIST")
    parser.add_argument("--epochs", type=int, default=5)
    main(**vars(parser.parse_args()))
