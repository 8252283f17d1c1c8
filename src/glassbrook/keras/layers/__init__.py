"""Layers: functions with variables of their own, out of which models are made."""

from glassbrook.keras.layers.activation import ELU, Activation, LeakyReLU, ReLU, Softmax
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.convenience import Lambda, Rescaling
from glassbrook.keras.layers.dense import Dense
from glassbrook.keras.layers.input import Input, InputLayer
from glassbrook.keras.layers.noise import Dropout, GaussianNoise
from glassbrook.keras.layers.shaping import Flatten, Permute, RepeatVector, Reshape
from glassbrook.keras.layers.spec import InputSpec

__all__ = [
    "ELU",
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "Input",
    "InputLayer",
    "InputSpec",
    "Lambda",
    "Layer",
    "LeakyReLU",
    "Permute",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
]
