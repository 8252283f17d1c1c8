"""`plot_model`: a picture of a model's layers and of who takes what from whom."""

from glassbrook.keras.utils.plotting.plot import ModelPicture, model_to_dot, plot_model

__all__ = ["ModelPicture", "model_to_dot", "plot_model"]
