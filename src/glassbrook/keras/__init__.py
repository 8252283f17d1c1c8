"""Keras: layers, models, losses, metrics, optimizers, and what they are made of."""

from __future__ import annotations

from glassbrook import datasets
from glassbrook.keras import (
    activations,
    backend,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    saving,
    utils,
)
from glassbrook.keras.layers import Input
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.input import KerasTensor
from glassbrook.keras.losses import Loss
from glassbrook.keras.metrics import Metric
from glassbrook.keras.models import Model, Sequential
from glassbrook.keras.optimizers import Optimizer
from glassbrook.tensor import Variable

__all__ = [
    "Input",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "saving",
    "utils",
]
