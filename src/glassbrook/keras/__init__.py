"""Keras: layers, models, losses, metrics, optimizers, and what they are made of."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from glassbrook import datasets
from glassbrook.keras import (
    activations,
    backend,
    callbacks,
    constraints,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    optimizers,
    preprocessing,
    random,
    regularizers,
    saving,
    utils,
)
from glassbrook.keras.dtype_policies import DTypePolicy
from glassbrook.keras.initializers import Initializer
from glassbrook.keras.layers import Input, InputSpec
from glassbrook.keras.layers.base import Layer
from glassbrook.keras.layers.input import KerasTensor
from glassbrook.keras.losses import Loss
from glassbrook.keras.metrics import Metric
from glassbrook.keras.models import Model, Sequential
from glassbrook.keras.optimizers import Optimizer
from glassbrook.keras.regularizers import Regularizer
from glassbrook.tensor import Variable

if TYPE_CHECKING:
    from glassbrook.keras import ops

__all__ = [
    "DTypePolicy",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "constraints",
    "datasets",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "utils",
]


def __getattr__(name: str) -> Any:
    if name == "ops":  # three hundred operations that few programs ask for
        return importlib.import_module(f"{__name__}.ops")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
