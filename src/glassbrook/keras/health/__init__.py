"""How a network is doing: gradients, updates and units of each layer, and what to try."""

from glassbrook.keras.health.advice import Advice, Thresholds
from glassbrook.keras.health.measure import LayerHealth, examine
from glassbrook.keras.health.report import HealthReport, health

__all__ = ["Advice", "HealthReport", "LayerHealth", "Thresholds", "examine", "health"]
