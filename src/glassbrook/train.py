"""`tf.train`: checkpoints, and the examples that record files hold."""

from __future__ import annotations

from glassbrook.keras.saving.checkpoint_manager import (
    CheckpointManager,
    checkpoints_iterator,
    list_variables,
    load_checkpoint,
    load_variable,
)
from glassbrook.keras.saving.checkpoints import Checkpoint, CheckpointOptions
from glassbrook.keras.saving.moving_average import ExponentialMovingAverage
from glassbrook.keras.saving.states import get_checkpoint_state, latest_checkpoint
from glassbrook.ops.io.example import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)

__all__ = [
    "BytesList",
    "Checkpoint",
    "CheckpointManager",
    "CheckpointOptions",
    "Example",
    "ExponentialMovingAverage",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
    "checkpoints_iterator",
    "get_checkpoint_state",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]
