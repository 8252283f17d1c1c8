"""`tf.autodiff`: gradients, and products with Jacobians in forward direction."""

from __future__ import annotations

from glassbrook.tensor import GradientTape
from glassbrook.tensor.forward import ForwardAccumulator

__all__ = ["ForwardAccumulator", "GradientTape"]
