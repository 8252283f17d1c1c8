"""Models: layers that belong together, and the loops that train them."""

from glassbrook.keras.layers import Input
from glassbrook.keras.models.cloning import clone_model
from glassbrook.keras.models.functional import Functional
from glassbrook.keras.models.model import Model
from glassbrook.keras.models.sequential import Sequential
from glassbrook.keras.saving import load_model, model_from_json, save_model

__all__ = [
    "Functional",
    "Input",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]
