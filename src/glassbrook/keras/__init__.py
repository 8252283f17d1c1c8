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
from glassbrook.keras.layers.input import KerasTensor
from glassbrook.keras.layers.base import Layer
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


def __getattr__(name: str) -> Any:
    """``keras.datasets``, which is loaded when it is first used."""
    if name == "datasets":
        return importlib.import_module("glassbrook.datasets")
    raise AttributeError(f"module 'glassbrook.keras' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
