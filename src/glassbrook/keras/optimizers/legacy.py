"""The optimizers, by the name that TensorFlow 2.11 to 2.15 gave to their older form."""

from __future__ import annotations

from glassbrook.keras.optimizers.adam import Adam, Adamax, Nadam
from glassbrook.keras.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from glassbrook.keras.optimizers.base import Optimizer
from glassbrook.keras.optimizers.sgd import SGD

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Nadam", "Optimizer", "RMSprop"]
