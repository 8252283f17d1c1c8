"""Choices that TensorFlow offers and that make no difference here."""

from __future__ import annotations

import enum
from typing import Final

__all__ = ["AggregationMethod", "VariableAggregation", "VariableSynchronization"]


class VariableSynchronization(enum.Enum):
    """When copies of a variable on several devices are made equal; there is one copy."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How updates of copies of a variable become one; there is one copy."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


class AggregationMethod:
    """How parts of a gradient are added up; there is one way."""

    ADD_N: Final = 0
    DEFAULT: Final = 0
    EXPERIMENTAL_TREE: Final = 1
    EXPERIMENTAL_ACCUMULATE_N: Final = 2
