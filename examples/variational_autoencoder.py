"""A variational autoencoder: a custom train_step, the reparameterization trick, new digits.

python examples/variational_autoencoder.py
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


class Sampling(layers.Layer):
    """z = mean + exp(log variance / 2) · ε, with ε from 𝒩(0, 1): gradients flow through both."""

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        mean, log_variance = inputs
        noise = tf.random.normal(tf.shape(mean))
        return mean + tf.exp(0.5 * log_variance) * noise


class VariationalAutoencoder(tf.keras.Model):
    """Minimizes the reconstruction's cross-entropy plus KL(q(z|x) ‖ 𝒩(0, 1))."""

    def __init__(self, latent_size: int = 2, **options: object) -> None:
        super().__init__(**options)
        images = tf.keras.Input(shape=(28, 28, 1))
        x = layers.Conv2D(16, 3, activation="relu", strides=2, padding="same")(images)
        x = layers.Conv2D(32, 3, activation="relu", strides=2, padding="same")(x)
        x = layers.Flatten()(x)
        x = layers.Dense(16, activation="relu")(x)
        mean = layers.Dense(latent_size, name="mean")(x)
        log_variance = layers.Dense(latent_size, name="log_variance")(x)
        sample = Sampling()((mean, log_variance))
        self.encoder = tf.keras.Model(images, [mean, log_variance, sample], name="encoder")

        latent = tf.keras.Input(shape=(latent_size,))
        x = layers.Dense(7 * 7 * 32, activation="relu")(latent)
        x = layers.Reshape((7, 7, 32))(x)
        x = layers.Conv2DTranspose(32, 3, activation="relu", strides=2, padding="same")(x)
        x = layers.Conv2DTranspose(16, 3, activation="relu", strides=2, padding="same")(x)
        x = layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same")(x)
        self.decoder = tf.keras.Model(latent, x, name="decoder")

        self.reconstruction_tracker = tf.keras.metrics.Mean(name="reconstruction_loss")
        self.divergence_tracker = tf.keras.metrics.Mean(name="kl_loss")

    @property
    def metrics(self) -> list[tf.keras.metrics.Metric]:
        return [self.reconstruction_tracker, self.divergence_tracker]

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        with tf.GradientTape() as tape:
            mean, log_variance, sample = self.encoder(data)
            restored = self.decoder(sample)
            pixels = tf.keras.losses.binary_crossentropy(data, restored)
            reconstruction = tf.reduce_mean(tf.reduce_sum(pixels, axis=(1, 2)))
            divergence = -0.5 * (1 + log_variance - tf.square(mean) - tf.exp(log_variance))
            divergence = tf.reduce_mean(tf.reduce_sum(divergence, axis=1))
            loss = reconstruction + divergence
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
        self.reconstruction_tracker.update_state(reconstruction)
        self.divergence_tracker.update_state(divergence)
        return {metric.name: metric.result() for metric in self.metrics}


def main(data: str | None = None, epochs: int = 10) -> float:
    """Train, and return the last reconstruction loss."""
    tf.keras.utils.set_random_seed(0)
    (x_train, _), (x_test, _) = load_digits(data)
    digits = np.concatenate([x_train, x_test])[..., np.newaxis].astype(np.float32) / 255

    model = VariationalAutoencoder()
    model.compile(optimizer=tf.keras.optimizers.Adam())
    history = model.fit(digits, epochs=epochs, batch_size=128, verbose=2)

    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 5)), -1).reshape(-1, 2)
    drawn = model.decoder.predict(grid.astype(np.float32), verbose=0)
    print(f"drew {len(drawn)} digits of shape {drawn.shape[1:]}, brightest {drawn.max():.3f}")
    return float(history.history["reconstruction_loss"][-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="an .npz file in place of MNIST")
    parser.add_argument("--epochs", type=int, default=10)
    main(**vars(parser.parse_args()))
