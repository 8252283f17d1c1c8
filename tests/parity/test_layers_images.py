"""Layers that change images: the same numbers for the same seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow

from tests.parity.support import Case, Fails, add_to, failures, fresh_names, rows, values


@pytest.fixture(autouse=True)
def _fresh_names() -> Iterator[None]:
    fresh_names()
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


SHARED = {
    "L": lambda tf: tf.keras.layers,
    "K": lambda tf: tf.keras,
    "x": lambda tf: np.random.default_rng(0).uniform(0, 255, (4, 6, 9, 3)).astype(np.float32),
    "whole": lambda tf: np.random.default_rng(0).integers(0, 255, (2, 6, 9, 3)).astype(np.uint8),
}

VALUES = """
L.Resizing(4, 5)(x)
L.Resizing(12, 5, interpolation="nearest")(x)
L.Resizing(4, 5, interpolation="bicubic", antialias=True)(x)
L.Resizing(4, 4, crop_to_aspect_ratio=True)(x)
L.Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=7.0)(x)
L.Resizing(4, 5)(x[0])
L.Resizing(4, 5)(whole)
L.Resizing(9, 3, data_format="channels_first")(x)
L.Resizing(4, 5).compute_output_shape((None, None, None, 3))
L.Resizing(4, 5)(K.Input((None, None, 3))).shape
L.CenterCrop(4, 5)(x)
L.CenterCrop(3, 4)(x[0])
L.CenterCrop(12, 5)(x)
L.CenterCrop(4, 5).compute_output_shape((None, 8, 9, 3))
L.RandomFlip(seed=1)(x)
L.RandomFlip("horizontal", seed=2)(x)
L.RandomFlip("vertical", seed=3)(x, training=True)
L.RandomFlip("vertical", seed=3)(x, training=False)
L.RandomFlip("horizontal", seed=3)(x[0])
L.RandomFlip("horizontal", seed=3, data_format="channels_first")(x)
L.RandomRotation(0.2, seed=1)(x)
L.RandomRotation((-0.1, 0.5), seed=1, fill_mode="constant", fill_value=3.0)(x)
L.RandomRotation(0.2, seed=1, fill_mode="wrap")(x)
L.RandomRotation(0.2, seed=1, fill_mode="nearest", interpolation="nearest")(x)
L.RandomRotation(1.0, seed=1)(x[0])
L.RandomZoom(0.4, seed=1)(x)
L.RandomZoom((0.3, 0.9), (-0.2, 0.2), seed=1, fill_mode="constant")(x)
L.RandomZoom(0.9, 0.5, seed=1, fill_mode="wrap")(x)
L.RandomTranslation(0.4, 0.3, seed=1)(x)
L.RandomTranslation((0.1, 0.9), (-0.8, 0.2), seed=1, fill_mode="constant", fill_value=9.0)(x)
L.RandomTranslation(0.9, 0.9, seed=1, fill_mode="wrap")(x)
L.RandomTranslation(0.9, 0.9, seed=1, fill_mode="nearest")(x)
L.RandomContrast(0.5, seed=1)(x)
L.RandomContrast((0.1, 0.8), seed=1, value_range=(0, 100))(x)
L.RandomBrightness(0.5, seed=1)(x)
L.RandomBrightness((0.1, 0.8), value_range=(0, 1), seed=1)(x / 255)
L.RandomCrop(4, 5, seed=1)(x)
L.RandomCrop(4, 5, seed=1)(x, training=False).shape
L.RandomCrop(12, 5, seed=1)(x)
[layer.name for layer in [L.RandomFlip(), L.RandomZoom(0.1), L.CenterCrop(1, 1)]]
K.Sequential([L.RandomFlip(seed=1), L.RandomRotation(0.1, seed=2)])(x)
K.Sequential([L.RandomFlip(seed=1), L.RandomRotation(0.1, seed=2)])(x, training=False)
K.Sequential([K.Input((8, 8, 3)), L.RandomFlip(), L.RandomZoom(0.1)]).output_shape
sorted(set(L.RandomRotation(0.2).get_config()) - {"dtype"})
L.RandomRotation(0.2).get_config()["factor"]
"""

ERRORS = """
L.Resizing(0, 4)(x)
L.Resizing(4, 4, interpolation="foo")(x)
L.Resizing(4, 4, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)(x)
L.RandomRotation("a")
L.RandomRotation(2.0)
L.RandomRotation((0.1, 0.2, 0.3))
L.RandomRotation(0.1, fill_mode="foo")
L.RandomZoom(-1.5)
L.RandomTranslation(2.0, 0.1)
L.RandomContrast(-2.0)
L.RandomBrightness(0.1, value_range=3)
"""

CASES: list[Case | Fails] = [
    *values(VALUES, rtol=1e-4, atol=1e-2, **SHARED),
    *failures(ERRORS, **SHARED),
]
yields = add_to(CASES)


@yields
def augmentation_in_a_model(tf):
    layers = tf.keras.layers
    tf.keras.utils.set_random_seed(1)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((6, 6, 3)),
            layers.RandomFlip("horizontal"),
            layers.Rescaling(1 / 255),
            layers.Conv2D(2, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(1),
        ]
    )
    x = np.random.default_rng(0).uniform(0, 255, (8, 6, 6, 3)).astype(np.float32)
    model.compile("sgd", "mse")
    before = model.predict(x, verbose=0)
    return [bool(np.array_equal(before, model.predict(x, verbose=0))), model.count_params()]


@rows("layers_images", CASES)
def test_layers(case: Case | Fails) -> None:
    case.check()
