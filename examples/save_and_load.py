"""Save a model with a layer of one's own, load it, and see that it predicts the same.

python examples/save_and_load.py --folder runs/saved
"""

from __future__ import annotations

import argparse
import json
import pathlib
import tempfile

import numpy as np

import glassbrook as tf


@tf.keras.utils.register_keras_serializable(package="examples")
class Scale(tf.keras.layers.Layer):
    """Multiplies every feature by a number that is learned."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return inputs * self.factor


def network() -> tf.keras.Model:
    """A model with two inputs."""
    left = tf.keras.Input(shape=(4,), name="left")
    right = tf.keras.Input(shape=(3,), name="right")
    x = tf.keras.layers.Concatenate()([Scale()(left), right])
    x = tf.keras.layers.Dense(8, activation="relu")(x)
    return tf.keras.Model([left, right], tf.keras.layers.Dense(1)(x), name="two_inputs")


def main(folder: str | None = None) -> float:
    """Save in every format; return the largest difference between predictions."""
    tf.keras.utils.set_random_seed(0)
    place = pathlib.Path(folder or tempfile.mkdtemp())
    place.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    inputs = [random.normal(size=(64, size)).astype(np.float32) for size in (4, 3)]
    target = inputs[0].sum(axis=1) - inputs[1].prod(axis=1)

    model = network()
    model.compile("adam", "mse")
    model.fit(inputs, target, epochs=3, verbose=0)
    expected = model.predict(inputs, verbose=0)

    # All of it: layers, weights, and how it was compiled.
    model.save(place / "model.keras")
    whole = tf.keras.models.load_model(place / "model.keras")

    # Only the numbers.
    model.save_weights(place / "model.weights.h5")
    weights_only = network()
    weights_only.load_weights(place / "model.weights.h5")

    # Only the layers, as text.
    text = model.to_json()
    layers_only = tf.keras.models.model_from_json(text)
    layers_only.set_weights(model.get_weights())
    print(f"{len(json.loads(text)['config']['layers'])} layers in the JSON text")

    difference = 0.0
    for name, other in [("whole", whole), ("weights", weights_only), ("layers", layers_only)]:
        found = float(np.abs(other.predict(inputs, verbose=0) - expected).max())
        print(f"{name}: largest difference {found:.1e}")
        difference = max(difference, found)
    whole.fit(inputs, target, epochs=1, verbose=0)
    return difference


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="where to write; a temporary folder by default")
    main(**vars(parser.parse_args()))
