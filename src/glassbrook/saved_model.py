"""``tf.saved_model``: TensorFlow's folders of graphs, which are neither written nor read here."""

from __future__ import annotations

import os
from typing import Any

from glassbrook.errors import UnimplementedError

__all__ = ["contains_saved_model", "load", "save"]


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Refuse: a SavedModel is a program of TensorFlow's own operations.

    Raises:
        UnimplementedError: always; it says what to use.
    """
    raise UnimplementedError(
        f"tf.saved_model.save: SavedModel folders such as {os.fspath(export_dir)!r} hold programs "
        "of TensorFlow's own, which do not exist here. Save a Keras model with model.save(path) or "
        "model.save_weights(path), and the variables of a tf.Module with tf.train.Checkpoint."
    )


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """Refuse: a SavedModel is a program of TensorFlow's own operations.

    Raises:
        UnimplementedError: always; it says what to use.
    """
    raise UnimplementedError(
        f"tf.saved_model.load: {os.fspath(export_dir)!r}: SavedModel folders hold programs of "
        "TensorFlow's own, which cannot run here. Build the model in code and load its weights, "
        "saved by TensorFlow with model.save_weights('model.weights.h5'), with model.load_weights."
    )


def contains_saved_model(export_dir: Any) -> bool:
    """Whether a folder holds a SavedModel.

    Example:
        >>> import glassbrook as tf
        >>> tf.saved_model.contains_saved_model("/nowhere")
        False
    """
    folder = os.fspath(export_dir)
    return any(
        os.path.isfile(os.path.join(folder, f"saved_model.{ending}")) for ending in ("pb", "pbtxt")
    )
