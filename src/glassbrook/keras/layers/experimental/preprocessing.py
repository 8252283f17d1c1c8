"""``tf.keras.layers.experimental.preprocessing``: where Keras 2 kept these layers at first."""

from __future__ import annotations

from glassbrook.keras.layers.convenience import Rescaling
from glassbrook.keras.layers.preprocessing.hashing import HashedCrossing, Hashing
from glassbrook.keras.layers.preprocessing.images import CenterCrop, Resizing
from glassbrook.keras.layers.preprocessing.lookup import IntegerLookup, StringLookup
from glassbrook.keras.layers.preprocessing.numbers import (
    CategoryEncoding,
    Discretization,
    Normalization,
)
from glassbrook.keras.layers.preprocessing.random_images import (
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomHeight,
    RandomRotation,
    RandomTranslation,
    RandomWidth,
    RandomZoom,
)
from glassbrook.keras.layers.preprocessing.text import TextVectorization

__all__ = [
    "CategoryEncoding",
    "CenterCrop",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "Normalization",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomHeight",
    "RandomRotation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "Rescaling",
    "Resizing",
    "StringLookup",
    "TextVectorization",
]
